"""The page Train, through real clicks and keys: choosing, setting, and the keyboard."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QWidget

from tests.app.fake_runs import (
    epoch_records,
)
from workbench.app.pages.train import algorithm_list
from workbench.app.pages.train.algorithm_list import NAME, WHY
from workbench.app.pages.train.page import TrainPage
from workbench.app.runs.curve import Curve, Points
from workbench.app.widgets.basic import Button

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(opened, keep, qtbot, light):
    return shown(TrainPage(opened), keep, qtbot)


def shown(page, keep, qtbot, size=(1000, 600)):
    keep(page)
    page.resize(*size)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.shown()
    if page.session.data is not None:  # the part at the right comes a moment later
        qtbot.waitUntil(lambda: page.run.isVisible())  # noqa: PLW0108 - it is made when it is asked for
    return page


def test_the_process_that_trains_loads_when_the_page_is_opened(opened, keep, qtbot, light):
    assert opened.runs.standby.pid is None
    shown(TrainPage(opened), keep, qtbot)
    qtbot.waitUntil(lambda: opened.runs.standby.pid is not None)
    first = opened.runs.standby.pid
    opened.close_project()
    assert opened.runs.standby.pid == first  # for the next project


def button(page, text):
    found = [one for one in page.findChildren(Button) if one.text() == text and one.isVisible()]
    assert len(found) == 1, text
    return found[0]


def click(qtbot, page, text):
    qtbot.mouseClick(button(page, text), LEFT)


def offered(page):
    return {one.text() for one in page.run.head.findChildren(Button) if one.isVisible()}


def waiting(page):
    """What the queue shows."""
    shown = page.queue.list
    return [shown.item(row).text() for row in range(shown.count()) if shown.isVisible()]


def set_seed(page, seed):
    page.fold.setChecked(True)
    page.options.field("seed").input.setText(str(seed))


# Choosing and setting ----------------------------------------------------------------------------------------------


def test_without_data_it_offers_the_next_step(session, keep, qtbot, light):
    page = shown(TrainPage(session), keep, qtbot)
    assert not page.primary.isEnabled()
    with qtbot.waitSignal(session.page_requested) as request:
        click(qtbot, page, "Open a ratings file")
    assert request.args == ["data"]
    assert TrainPage.state(session)[1]


def test_the_search_narrows_the_list_and_return_takes_the_first(page, qtbot):
    page.find()
    assert page.algorithms.search.hasFocus()
    qtbot.keyClicks(page.algorithms.search, "item knn")
    assert page.algorithms.model.names() == ["item-knn"]
    qtbot.keyClick(page.algorithms.search, Qt.Key.Key_Return)
    assert page.kind.title == "Item kNN"
    assert page.primary.text() == "Train Item kNN"
    qtbot.keyClick(page.algorithms.search, Qt.Key.Key_Escape)
    assert len(page.algorithms.model.names()) > 5
    qtbot.keyClicks(page.algorithms.search, "popularity")
    qtbot.keyClick(page.algorithms.search, Qt.Key.Key_Down)
    assert page.kind.title == "Popularity"


def suggested(page):
    """Names in the group at the head of the list, with their reasons."""
    model = page.algorithms.model
    rows = [model.index(row) for row in range(model.rowCount())]
    return {str(one.data(NAME)): str(one.data(WHY)) for one in rows if one.data(WHY)}


@pytest.fixture
def known(project, session, keep, qtbot, light):
    """The page on data of which there is a summary, as after an import."""
    from tests.app.conftest import small_data
    from workbench.data.overview.summary import summarize

    about = project.folder / "data" / "small" / "data.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"summary": summarize(small_data())}))
    assert session.open_project(project.folder)
    return shown(TrainPage(session), keep, qtbot)


def test_three_are_suggested_at_the_head_with_reasons(known, qtbot):
    found = suggested(known)
    assert len(found) == 3
    assert next(iter(found)) == "ease"
    model, view = known.algorithms.model, known.algorithms.view
    assert model.index(0).data() == "Suggested for this data"
    assert view.currentIndex().row() == 1  # the one chosen at first stands there too
    assert known.about.why.isVisible()
    assert found["ease"] in known.about.why.text()
    second = model.index(2)
    assert second.data(Qt.ItemDataRole.ToolTipRole) == list(found.values())[1]
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(second).center())
    assert known.kind.name == list(found)[1]
    assert known.about.why.text().endswith(list(found.values())[1])


def test_one_chosen_in_its_family_stays_chosen_there(known, qtbot):
    view, model = known.algorithms.view, known.algorithms.model
    row = max(row for row in range(model.rowCount()) if model.index(row).data(NAME) == "ease")
    assert row > 3
    view.scrollTo(model.index(row))
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(model.index(row)).center())
    assert view.currentIndex().row() == row
    known.shown()
    assert view.currentIndex().row() == row
    known.algorithms.choose("random")
    assert not known.about.why.isVisible()


def test_nothing_is_suggested_while_one_searches(known, qtbot):
    qtbot.keyClicks(known.algorithms.search, "ease")
    assert suggested(known) == {}
    assert known.algorithms.model.names()[0] == "ease"
    qtbot.keyClick(known.algorithms.search, Qt.Key.Key_Escape)
    assert len(suggested(known)) == 3


def test_nothing_is_suggested_where_nothing_is_known_of_the_data(page):
    assert suggested(page) == {}


def test_much_data_is_looked_at_off_the_windows_thread(known, qtbot, monkeypatch):
    monkeypatch.setattr(algorithm_list, "MANY", 1)
    with qtbot.waitSignal(known.algorithms.looked):
        known.shown()
        assert known.algorithms._looking.busy
    assert len(suggested(known)) == 3


def test_the_search_reads_what_is_said_of_an_algorithm_where_no_title_has_it(page):
    page.algorithms.search.setText("1205.2618")
    assert page.algorithms.model.names() == ["bpr"]


def test_words_that_no_algorithm_has_leave_a_sentence_and_the_choice(page, qtbot):
    page.algorithms.search.setText("nothing like this")
    assert page.algorithms.model.names() == []
    assert page.kind.title == "EASE"


def test_arrow_keys_go_from_one_algorithm_to_the_next_over_the_families(page, qtbot):
    page.algorithms.choose(page.algorithms.model.names()[0])
    page.algorithms.view.setFocus()
    seen = []
    for _ in page.algorithms.model.names()[1:]:
        qtbot.keyClick(page.algorithms.view, Qt.Key.Key_Down)
        seen.append(page.algorithms.name)
    assert seen == page.algorithms.model.names()[1:]


def test_an_algorithm_that_does_not_suit_the_data_says_why_and_is_not_trained(session, project, keep, qtbot, light):
    (project.folder / "data" / "small" / "time.npy").unlink()
    about = project.folder / "data" / "small" / "data.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"time_min": None}))
    session.open_project(project.folder)
    assert session.data.time is None
    page = shown(TrainPage(session), keep, qtbot)
    row = page.algorithms.model.row_of("gru4rec")
    assert page.algorithms.model.index(row).data(Qt.ItemDataRole.ToolTipRole).startswith("GRU4Rec needs time")
    rect = page.algorithms.view.visualRect(page.algorithms.model.index(row))
    page.algorithms.view.scrollTo(page.algorithms.model.index(row), QAbstractItemView.ScrollHint.EnsureVisible)
    rect = page.algorithms.view.visualRect(page.algorithms.model.index(row))
    qtbot.mouseClick(page.algorithms.view.viewport(), LEFT, pos=rect.center())
    assert page.kind.name == "gru4rec"
    assert page.about.unsuited.isVisible()
    assert not page.primary.isEnabled()


def test_a_value_out_of_range_is_not_trained_and_gets_the_cursor(page, opened, qtbot):
    field = page.form.field("regularization").input
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "-3")
    page.algorithms.search.setFocus()
    page.primary.trigger()
    assert opened.runs.all() == []
    assert field.hasFocus()
    assert "above 0" in page.form.errors()["regularization"]


def test_a_wrong_seed_unfolds_what_is_folded(page, opened):
    set_seed(page, "x")
    page.fold.setChecked(False)
    page.primary.trigger()
    assert opened.runs.all() == []
    assert page.options.isVisible()


def test_values_are_kept_when_another_algorithm_is_looked_at_and_with_the_project(page, opened, keep, qtbot):
    page.form.field("regularization").input.setText("123")
    set_seed(page, 7)
    page.algorithms.choose("bpr")
    assert page.options.values()["seed"] == 7
    assert "patience" in page.options.values()
    page.algorithms.choose("ease")
    assert page.form.values()["regularization"] == 123
    assert "patience" not in page.options.values()
    kept = json.loads(json.dumps(page.remember()))
    again = TrainPage(opened)
    again.recall(kept)
    shown(again, keep, qtbot)
    assert again.form.values()["regularization"] == 123
    assert again.options.values()["seed"] == 7


@pytest.mark.parametrize(
    "view",
    [
        {"algorithm": "gone"},
        {"drafts": 3, "options": []},
        {"drafts": {"ease": {"x": 1}}},
        {"drafts": {"ease": {"regularization": [1]}}, "options": {"validation_users": ["many"]}},
        {"options": {"seed": "3", "patience": -1}},
    ],
)
def test_what_was_kept_by_another_version_does_no_harm(page, view):
    page.recall(view)
    assert page.form.valid


# Everybody ---------------------------------------------------------------------------------------------------------


def test_everything_that_takes_the_keyboard_has_a_name(page):
    page.fold.setChecked(True)
    nameless = [
        one
        for one in page.findChildren(QWidget)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and one.focusProxy() is None  # the inside of a plot, for which the plot speaks
        and one.isVisibleTo(page)
        and not one.accessibleName()
        and not (isinstance(one, QLineEdit) and one.placeholderText())
    ]
    assert [type(one).__name__ for one in nameless] == []


def test_tab_leaves_the_list_and_reaches_the_form(page, qtbot):
    page.algorithms.view.setFocus()
    qtbot.keyClick(page.algorithms.view, Qt.Key.Key_Tab)
    for _ in range(6):
        widget = page.window().focusWidget()
        if widget is page.form.field("regularization").input:
            return
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    pytest.fail("the form is not reached")


# Without Qt --------------------------------------------------------------------------------------------------------


def test_means_are_those_of_the_formula_also_when_points_come_one_by_one():
    points, mean, by_hand = Points(), None, []
    for x in range(300):
        points.add(x, x % 7)
        mean = x % 7 if mean is None else 0.2 * (x % 7) + 0.8 * mean
        by_hand.append(mean)
        if x in (0, 10, 170):
            points.smooth(9)
    assert points.smooth(9) == pytest.approx(by_hand)
    assert points.smooth(1).tolist() == points.y.tolist()


def test_the_mean_of_an_epoch_lies_at_its_middle_and_its_validation_at_its_end():
    curve = Curve(epoch_records(1, steps=2) + epoch_records(2, steps=2))
    assert curve.epochs.x.tolist() == [0.5, 1.5]
    assert curve.validation.x.tolist() == [1, 2]
    assert curve.steps.x == pytest.approx([1 / 3, 2 / 3, 4 / 3, 5 / 3])


def test_the_best_epoch_is_the_first_of_equal_ones_and_the_lowest_of_errors():
    ndcg = Curve({"epoch": at, "loss": 1, "validation": {"ndcg@10": value}} for at, value in enumerate([1, 3, 3], 1))
    assert ndcg.best == (2, 3)
    rmse = Curve({"epoch": at, "loss": 1, "validation": {"rmse": value}} for at, value in enumerate([1, 0.5, 2], 1))
    assert rmse.best == (2, 0.5)
