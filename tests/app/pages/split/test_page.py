import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.app.conftest import small_data
from workbench.app.pages.split.page import Outcome, SplitPage
from workbench.app.pages.split.split_pictures import ShareBar
from workbench.app.widgets.theme import theme
from workbench.data.interactions import Interactions
from workbench.project import Project

FACTS = {
    "words": "some split", "interactions": 100, "train": 80, "validation": 10, "test": 10, "test_users": 9, "users": 9,
    "cold_users": 0, "cold_items": 0, "test_items": 8, "leaks": [], "by_order": True,
    "equal_times": 0.0, "picture": ["000012"],
}  # fmt: skip


@pytest.fixture
def opened(real, project):
    """The small data on the page Split, divided as the project says."""
    assert real.session.open_project(project.folder)
    real.window.show_page("split")
    settled(real)
    return real


def settled(real):
    real.until(lambda: real.split._task is None and not real.split._soon.isActive())


def sizes(real):
    return [part.size.text() for part in real.split.outcome.parts]


def remarks(outcome):
    return [one.words.text() for one in outcome.remarks if not one.isHidden()]


def project_with(tmp_path, data):
    made = Project.create(tmp_path / "other")
    data.save(made.folder / "data" / "one", {})
    made.data, made.split = "one", {"name": "last-n", "settings": {}}
    made.save()
    return made.folder


def test_without_data_it_says_what_to_do(real):
    real.window.show_page("split")
    assert SplitPage.state(real.session) == ("", "Open a ratings file first")
    assert real.split.stack.currentIndex() == 0
    assert not real.split.primary.isVisible()
    real.click(real.split.empty.button)
    assert real.window.page.name == "data"


def test_it_shows_what_lands_where(opened):
    # 4 users with 4 interactions each: the last is the test, the one before validation.
    assert sizes(opened) == ["8", "4", "4"]
    assert opened.split.outcome.figures[0].number.full_text() == "4"
    assert remarks(opened.split.outcome)[0] == "No leak found in this split."
    assert opened.split.outcome.users._rows == ["0012"] * 4
    assert SplitPage.state(opened.session) == ("last 1", "")
    assert opened.primary().isEnabled()
    assert opened.split.subtitle.startswith("last 1 of each user")


def test_a_click_chooses_another_split(opened):
    opened.click(opened.split.choices["random"])
    settled(opened)
    assert sizes(opened) == ["11", "2", "3"]  # 20 % and 10 % of 16
    assert opened.session.project.split == {"name": "random", "settings": {}}
    assert SplitPage.state(opened.session) == ("random 20 %", "")


def test_the_arrow_keys_choose_too(opened, qtbot):
    opened.split.choices["last-n"].setFocus()
    qtbot.keyClick(opened.split.choices["last-n"], Qt.Key.Key_Down)
    assert opened.split.choices["random"].isChecked()
    settled(opened)
    assert opened.session.project.split["name"] == "random"
    qtbot.keyClick(opened.split.choices["random"], Qt.Key.Key_Up)
    qtbot.keyClick(opened.split.choices["last-n"], Qt.Key.Key_Up)  # past what cannot be chosen, round to the last
    assert opened.split.choices["k-fold"].isChecked()


def test_a_setting_is_typed_and_takes_effect(opened, qtbot):
    field = opened.split.form.field("n").input
    field.selectAll()
    qtbot.keyClicks(field, "2")
    assert not opened.primary().isEnabled()
    settled(opened)
    assert opened.session.project.split == {"name": "last-n", "settings": {"n": 2}}
    assert sizes(opened) == ["4", "4", "8"]
    assert SplitPage.state(opened.session) == ("last 2", "")
    assert opened.primary().isEnabled()


@pytest.mark.parametrize("typed", ["0", "-3", "many", ""])
def test_a_setting_out_of_range_holds_the_button(opened, qtbot, typed):
    field = opened.split.form.field("n").input
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    settled(opened)
    assert not opened.primary().isEnabled()
    assert "at least 1" in opened.split.form.errors()["n"]
    assert opened.session.project.split == {"name": "last-n", "settings": {"n": 1, "validation": 1}}


def test_of_many_changes_the_last_one_counts(opened):
    for n in (2, 3, 1, 2):
        opened.split.form.set_values({"n": n})
        opened.split._ask()
    settled(opened)
    assert sizes(opened) == ["4", "4", "8"]
    assert opened.session.project.split["settings"] == {"n": 2}


def test_what_a_split_cannot_divide_is_told_and_not_taken(opened, qtbot):
    kept = opened.session.project.split
    field = opened.split.form.field("n").input
    field.selectAll()
    qtbot.keyClicks(field, "9")
    settled(opened)
    assert "leaves nothing to test on" in remarks(opened.split.outcome)[0]
    assert not opened.primary().isEnabled()
    assert opened.session.project.split == kept


def test_ones_own_files_need_a_test_file(opened):
    choice = opened.split.choices["files"]
    assert not choice.isEnabled()
    assert "test file" in choice.accessibleDescription()
    opened.click(choice)
    assert opened.split.choices["last-n"].isChecked()


def test_ones_own_files_can_be_chosen_where_there_are_some(real, tmp_path):
    data = small_data()
    part = np.tile(np.array([0, 0, 1, 2], np.int8), 4)
    own = Interactions(data.user, data.item, data.user_ids, data.item_ids, data.rating, data.time, part)
    real.session.open_project(project_with(tmp_path, own))
    real.window.show_page("split")
    settled(real)
    real.click(real.split.choices["files"])
    settled(real)
    assert real.session.project.split["name"] == "files"
    assert SplitPage.state(real.session) == ("own files", "")
    assert sizes(real) == ["8", "4", "4"]


def test_the_primary_button_leads_to_the_algorithms(opened, qtbot):
    with qtbot.waitSignal(opened.session.page_requested) as asked:
        opened.click(opened.primary())
    assert asked.args == ["train"]


def test_a_split_chosen_elsewhere_is_followed(opened):
    opened.session.project.set_split("random", {"test": 0.5})
    settled(opened)
    assert opened.split.choices["random"].isChecked()
    assert opened.split.form.values()["test"] == 0.5
    assert sizes(opened)[2] == "8"


@pytest.mark.parametrize("users", [1, 3])
def test_one_interaction_a_user_cannot_be_divided(real, tmp_path, users):
    import pyarrow as pa

    ids = pa.array([f"u{i}" for i in range(users)])
    one = Interactions(np.arange(users, dtype=np.int32), np.zeros(users, np.int32), ids, pa.array(["i"]))
    real.session.open_project(project_with(tmp_path, one))
    real.window.show_page("split")
    settled(real)
    assert "leaves nothing to test on" in remarks(real.split.outcome)[0]
    assert not real.primary().isEnabled()
    assert not real.window.grab().isNull()


# Filters, and every other split --------------------------------------------------------------------------------------


def left(real):
    return [row.left.text() for row in real.split.filters.rows]


def test_filters_are_added_tell_what_they_leave_and_go_again(opened):
    card = opened.split.filters
    assert card.hint.full_text() == "none yet"
    card.append("min-item")
    card.rows[0].form.set_values({"n": 3})
    card.append("exclude")
    card.rows[1].form.set_values({"ids": "b"})
    settled(opened)
    assert left(opened) == [
        "leaves 16 interactions (100 %), 4 users, 5 items",
        "leaves 13 interactions (81 %), 4 users, 4 items",
    ]
    assert sizes(opened) == ["5", "4", "4"]
    wanted = [{"name": "min-item", "settings": {"n": 3}}, {"name": "exclude", "settings": {"ids": "b"}}]
    assert opened.session.project.filters == wanted
    assert SplitPage.state(opened.session) == ("filtered", "")
    opened.click(card.rows[1].up)
    settled(opened)
    assert opened.session.project.filters == wanted[::-1]
    assert left(opened)[0] == "leaves 13 interactions (81 %), 4 users, 4 items"
    for _ in range(2):
        opened.click(card.rows[0].remove)
    settled(opened)
    assert opened.session.project.filters == []
    assert sizes(opened) == ["8", "4", "4"]


def test_a_filter_is_chosen_from_the_menu(opened):
    action = next(one for one in opened.split.filters.menu.actions() if one.data() == "core")
    action.trigger()
    assert [row.name for row in opened.split.filters.rows] == ["core"]
    settled(opened)
    assert "'5-core' leaves nothing of 16 interactions" in remarks(opened.split.outcome)[0]
    assert not opened.primary().isEnabled()
    assert opened.session.project.filters == []  # what cannot be is not taken


def test_a_filter_out_of_range_holds_the_button(opened):
    opened.split.filters.append("min-user")
    opened.split.filters.rows[0].form.set_values({"n": 0})
    settled(opened)
    assert not opened.primary().isEnabled()
    assert opened.session.project.filters == []


def test_filters_are_there_again_and_go_with_new_runs(opened, project, monkeypatch):
    opened.session.project.set_filters([{"name": "rating", "settings": {"low": 2.0}}])
    opened.session.project.save(wait=True)
    assert Project.open(project.folder).filters == [{"name": "rating", "settings": {"low": 2.0}}]
    settled(opened)
    assert [row.form.values()["low"] for row in opened.split.filters.rows] == [2.0]
    asked = {}
    monkeypatch.setattr(opened.session.runs, "add", lambda *args, **options: asked.update(options) or "one")
    opened.session.queue_run("popularity", seed=3)
    assert asked == {"filters": [{"name": "rating", "settings": {"low": 2.0}}], "seed": 3}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("time", "time cut"),
        ("time-series", "window 1 of 3"),
        ("held-out-users", "held-out users"),
        ("k-fold", "part 1 of 5"),
        ("cold-items", "new items"),
    ],
)
def test_every_split_can_be_chosen(opened, name, words):
    # 16 interactions: windows of a tenth are of two, and one of four users can be held out.
    opened.click(opened.split.choices[name])
    if name == "held-out-users":
        opened.split.form.set_values({"test": 1, "validation": 1})
    settled(opened)
    assert opened.session.project.split["name"] == name
    assert SplitPage.state(opened.session) == (words, "")
    assert opened.primary().isEnabled()
    assert opened.split.outcome.users._rows
    assert not opened.window.grab().isNull()


def test_a_split_by_time_needs_times(real, tmp_path):
    data = small_data()
    bare = Interactions(data.user, data.item, data.user_ids, data.item_ids, data.rating)
    real.session.open_project(project_with(tmp_path, bare))
    real.window.show_page("split")
    settled(real)
    for name in ("time", "time-series"):
        assert not real.split.choices[name].isEnabled()
        assert "no" in real.split.choices[name].accessibleDescription()
    assert real.split.choices["k-fold"].isEnabled()


# What lands where, in words ------------------------------------------------------------------------------------------


@pytest.fixture
def outcome(keep, light):
    return keep(Outcome())


def test_a_good_split_has_nothing_to_remark_but_that(outcome):
    outcome.show_answer(FACTS, has_times=True)
    assert remarks(outcome) == ["No leak found in this split."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"leaks": [{"name": "truth-in-history", "sentence": "14 test interactions are shown."}]}, "14 test"),
        ({"cold_users": 3}, "3 test users have no history"),
        ({"users": 20}, "11 users have no test interactions"),
        ({"equal_times": 0.22}, "22 % of interactions have the same time as the one before"),
        ({"shown": 7}, "7 interactions are the history of test users"),
        ({"unused": 5}, "5 interactions are not used"),
        ({"test_starts": "2020-01-01"}, "The test begins at 2020-01-01 (UTC)"),
        ({"validation": 0}, "Without validation the best epoch is not known"),
    ],
)
def test_what_to_mind_is_said(outcome, change, words):
    outcome.show_answer(FACTS | change, has_times=True)
    assert any(one.startswith(words) for one in remarks(outcome))


def test_a_leak_is_not_said_twice_and_nothing_says_its_contrary(outcome):
    """Compare shows the same checks of a run; this page said "No leak" where a light was red there."""
    late, tied = ({"name": name, "sentence": name} for name in ("future-in-training", "last-by-file-order"))
    outcome.show_answer(FACTS | {"leaks": [late, tied], "test_starts": "2020", "equal_times": 0.2}, has_times=True)
    assert remarks(outcome) == ["future-in-training", "last-by-file-order"]


def test_without_times_the_order_of_the_file_is_named(outcome):
    outcome.show_answer(FACTS | {"equal_times": None}, has_times=False)
    assert any("last in the file" in one for one in remarks(outcome))
    outcome.show_answer(FACTS | {"by_order": False, "equal_times": None}, has_times=False)
    assert not any("last in the file" in one for one in remarks(outcome))


def test_equal_times_do_not_matter_to_chance(outcome):
    outcome.show_answer(FACTS | {"by_order": False, "equal_times": 0.9}, has_times=True)
    assert len(remarks(outcome)) == 1


def test_the_smallest_part_can_be_seen(keep, light):
    bar = keep(ShareBar("shares"))
    bar.set_sizes([1_000_000, 1, 0], "")
    widths = bar.widths(500)
    assert sum(widths) == pytest.approx(500)
    assert widths[1] >= 4
    assert widths[2] == 0


# For everybody -------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name(opened):
    known = ("QPushButton", "QComboBox", "QLineEdit", "QCheckBox", "SplitChoice", "Button")
    found = [one for one in opened.split.findChildren(QWidget) if one.focusPolicy() != Qt.FocusPolicy.NoFocus]
    found = [one for one in found if one.metaObject().className() in known or type(one).__name__ in known]
    assert len(found) >= 6
    assert [type(one).__name__ for one in found if not one.accessibleName()] == []


def test_it_is_painted_in_both_colours(opened):
    for mode in ("dark", "light"):
        theme().set_mode(mode, keep=False)
        assert not opened.window.grab().isNull()


def test_it_is_the_same_after_the_window_was_closed(opened, project, qtbot, home, trainer_command):
    opened.click(opened.split.choices["random"])
    settled(opened)
    opened.session.project.save(wait=True)
    assert Project.open(project.folder).split == {"name": "random", "settings": {}}


def test_changes_of_filters_and_split_are_undone_and_made_again(opened):
    card, history = opened.split.filters, opened.session.history
    there = lambda *names: opened.until(lambda: [one["name"] for one in opened.session.project.filters] == list(names))  # noqa: E731
    card.append("exclude")
    there("exclude")
    card.append("rating")
    there("exclude", "rating")
    opened.click(card.rows[0].remove)
    there("rating")
    opened.click(opened.split.choices["random"])
    settled(opened)
    opened.split.setFocus()
    for names in (["rating"], ["exclude", "rating"], ["exclude"]):
        opened.qtbot.keyClick(opened.split, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert [one["name"] for one in opened.session.project.filters] == names
        assert [row.name for row in card.rows] == names
        assert opened.session.project.split["name"] == "last-n"
        settled(opened)
    assert history.stack.count() == 4  # what is taken back is no step of its own
    for _ in range(2):
        history.redo()
    there("rating")
    assert history.stack.redoText() == "Split changed to “random 20 %”"
    card.append("exclude")
    there("rating", "exclude")
    assert not history.can_redo


def test_what_is_not_in_force_yet_is_taken_back_first(opened):
    opened.split.filters.append("exclude")
    opened.until(lambda: opened.session.project.filters)
    opened.click(opened.split.choices["last-n"])
    opened.split.form.set_values({"n": 9})  # leaves nothing to test on
    settled(opened)
    assert "leaves nothing" in remarks(opened.split.outcome)[0]
    opened.session.history.undo()
    settled(opened)
    assert opened.split.form.values()["n"] == 1
    assert len(opened.session.project.filters) == 1
    opened.session.history.undo()
    assert opened.session.project.filters == []
