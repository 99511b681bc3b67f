"""The page Inspect, through real clicks and keys, with the real worker; hostile answers from a canned one."""

import json
import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from tests.app.trained import CANNED, N_USERS, Opened, films, interactions, make_project, unnamed
from workbench.app.tables.item_delegates import STARS, YEAR
from workbench.app.tables.item_tables import digits_for
from workbench.control import Control
from workbench.insight.listing import recommend
from workbench.insight.reasons import explain
from workbench.training.run import Run
from workbench.training.run_state import RunState

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with two trained runs."""
    return make_project(tmp_path_factory.mktemp("films") / "films", *films(), algorithms=("popularity", "ease"))


@pytest.fixture
def open_at(qtbot, home, light, keep, real_worker):
    """Open the window on a project at a page."""
    made = []

    def make(project, page="inspect", worker=None):
        made.append(Opened(qtbot, project, page, worker or real_worker))
        keep(made[-1].window)
        return made[-1]

    return make


@pytest.fixture
def fresh(trained):
    """The trained project, looked at by nobody yet."""
    trained.save()
    return trained


def asked(project, user, run="1-ease", **more):
    return recommend(str(project.runs_folder / run), user, Control(), **more)


def test_the_first_user_is_there_without_being_asked_for(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    wanted = asked(fresh, "u0")
    page = opened.page
    assert opened.column(page.list, 1) == [one["title"] for one in wanted["items"]]
    assert opened.column(page.user.left.table, 0) == [one["title"] for one in wanted["history"]]
    times = [one["time"] for one in wanted["history"]]
    assert times == sorted(times, reverse=True)
    mean = sum(one["rating"] for one in wanted["history"]) / 4
    assert page.subtitle == f"4 ratings since 2001 · mean {mean:.1f} · known from training"
    assert page.user.left.table.model().index(0, 0).data(YEAR) == str(wanted["history"][0]["year"])
    assert page.user.left.table.model().index(0, 1).data(STARS) == wanted["history"][0]["rating"] / 5
    assert page.user.left.hint.full_text() == "4, newest first"
    assert not unnamed(opened.window)


def test_what_was_hidden_and_found_is_said(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    for number in range(1, N_USERS):
        hits = [one["hit"] for one in asked(fresh, f"u{number - 1}")["items"]]
        marks = opened.column(opened.page.list, 4)
        assert marks == ["✓ hit" if hit else "" for hit in hits]
        assert opened.page.user.right.hint.full_text() == f"hits: {sum(hits)} of 1"
        opened.click(opened.page.next)
        opened.user(f"u{number}")


def test_a_user_is_found_by_typing(open_at, fresh, qtbot):
    opened = open_at(fresh)
    opened.user("u0")
    opened.key(Qt.Key.Key_F, CONTROL, opened.window)
    search = opened.page.search
    assert search.hasFocus()
    qtbot.keyClicks(search, "1")
    opened.until(lambda: search.found is not None and search.found.users() == ["u1", "u10", "u11"])
    opened.key(Qt.Key.Key_Down)
    opened.key(Qt.Key.Key_Up)
    opened.key(Qt.Key.Key_Up)
    assert search.found.marked() == "u11"
    opened.key(Qt.Key.Key_Return)
    assert search.found is None
    opened.user("u11")
    assert opened.session.selection.user == "u11"
    assert search.text() == ""


def test_return_takes_the_first_user_although_nothing_was_shown_yet(open_at, fresh, qtbot):
    opened = open_at(fresh)
    opened.user("u0")
    opened.page.find()
    qtbot.keyClicks(opened.page.search, "u7")
    opened.key(Qt.Key.Key_Return)
    opened.user("u7")


def test_the_list_of_users_goes_by_escape_by_a_click_and_by_leaving(open_at, fresh, qtbot):
    opened = open_at(fresh)
    opened.user("u0")
    search = opened.page.search
    opened.page.find()
    opened.key(Qt.Key.Key_Down)
    opened.until(lambda: search.found is not None)
    assert len(search.found.users()) == N_USERS
    opened.key(Qt.Key.Key_Escape)
    assert search.found is None
    qtbot.keyClicks(search, "nobody")
    opened.until(lambda: search.found is not None)
    assert search.found.users() == []
    assert "nobody" in search.found.list.item(0).text()
    opened.key(Qt.Key.Key_Return)
    assert opened.session.selection.user == "u0"
    search.clear()
    qtbot.keyClicks(search, "u3")
    opened.until(lambda: search.found is not None and search.found.users() == ["u3"])
    spot = search.found.list.visualItemRect(search.found.list.item(0)).center()
    qtbot.mouseClick(search.found.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    opened.user("u3")
    qtbot.keyClicks(search, "u")
    opened.until(lambda: search.found is not None)
    opened.page.list.setFocus()
    assert search.found is None


def test_one_goes_from_user_to_user(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    opened.click(opened.page.previous)
    opened.user(f"u{N_USERS - 1}")
    opened.key(Qt.Key.Key_Down, ALT, opened.window)
    opened.user("u0")
    for _ in range(5):  # whoever is drawn, their list is shown
        opened.page.random.trigger()
        opened.user(opened.session.selection.user)


def test_another_run_recommends_something_else(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    opened.choose(opened.page.runs, "0-popularity")
    wanted = [one["title"] for one in asked(fresh, "u0", "0-popularity")["items"]]
    opened.until(lambda: opened.column(opened.page.list, 1) == wanted)
    assert opened.session.selection.runs == ["0-popularity"]
    opened.session.selection.select_runs(["1-ease"])  # as the list of runs at the left does
    wanted = [one["title"] for one in asked(fresh, "u0")["items"]]
    opened.until(lambda: opened.column(opened.page.list, 1) == wanted)
    assert opened.page.runs.run_id == "1-ease"


def test_length_and_seen_items(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    opened.choose(opened.page.user.right.k, 5)
    opened.click(opened.page.user.right.seen)
    wanted = asked(fresh, "u0", k=5, include_seen=True)["items"]
    opened.until(lambda: opened.column(opened.page.list, 1) == [one["title"] for one in wanted])
    seen = {one["item"] for one in asked(fresh, "u0")["history"]}
    marks = opened.column(opened.page.list, 4)
    assert marks == ["✓ hit" if one["hit"] else "seen" if one["item"] in seen else "" for one in wanted]
    assert "seen" in marks


def test_user_run_and_choices_are_there_again(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    opened.choose(opened.page.runs, "0-popularity")
    opened.choose(opened.page.user.right.k, 5)
    opened.session.selection.select_user("u9")
    opened.user("u9")
    opened.window.close()
    again = open_at(fresh)
    again.user("u9")
    assert again.page.runs.run_id == "0-popularity"
    assert again.page.user.right.k.currentData() == 5


def test_a_failure_is_a_card_and_can_be_tried_again(open_at, tmp_path):
    project = make_project(tmp_path / "films", *films())
    model = project.runs_folder / "0-popularity" / "model.safetensors"
    good = model.read_bytes()
    model.write_bytes(b"x")
    opened = open_at(project)
    opened.until(lambda: opened.page.failure.card is not None and opened.page.failure.card.isVisible())
    assert "damaged" in opened.page.failure.card.sentence.text()
    model.write_bytes(good)
    opened.click(opened.page.failure.button)
    opened.until(lambda: opened.page._shown is not None)
    assert not opened.page.failure.card.isVisible()
    assert opened.page.list.isVisible()


def test_without_data_or_runs_the_next_step_is_offered(open_at, tmp_path):
    opened = open_at(None)
    assert not opened.primary().isEnabled()
    opened.click(opened.page.empty.button)
    assert opened.page.name == "data"
    project = make_project(tmp_path / "films", *films(), algorithms=())
    opened.session.open_project(project.folder)
    opened.window.show_page("inspect")
    assert opened.page.state(opened.session)[1] == "Train an algorithm first"
    opened.click(opened.page.empty.button)
    assert opened.page.name == "train"


def test_while_the_first_run_trains_the_page_waits(open_at, tmp_path):
    opened = open_at(make_project(tmp_path / "films", *films(), algorithms=()))
    run = opened.session.queue_run("popularity", seed=1)
    opened.until(opened.page.waiting.isVisible)
    assert opened.page.waiting.words.text().startswith("Popularity")
    opened.session.runs.cancel(run)
    opened.until(opened.page.empty.isVisible)


def test_the_list_can_be_exported(open_at, fresh):
    opened = open_at(fresh)
    opened.session.selection.select_user("u4")
    opened.user("u4")
    heading = opened.page.user.right.heading.full_text()
    opened.click(opened.primary())
    assert opened.page.name == "export"
    assert heading == f"User u4 · {opened.page.info.title} · top 20"
    assert opened.page.users.buttons["list"].toolTip() == f"This list: {heading}"
    opened.until(lambda: opened.primary().text() == "Export 1 list")


# Answers as a test wants them ------------------------------------------------------------------------------------------


def item(number, **more):
    return {"item": f"i{number}", "title": f"Film {number}", "interactions": 3, "rank": number + 1, "score": 0.5,
            "hit": False, "seen": False} | more  # fmt: skip


def a_list(user, items=(), history=(), **more):
    return {"user": user, "items": list(items), "history": list(history), "hidden": 0, "known": True} | more


@pytest.fixture
def canned(tmp_path):
    """A project whose answers the test writes down."""
    project = make_project(tmp_path / "films", *films())

    def answers(**by_user):
        path = project.runs_folder / "0-popularity" / "answers.json"
        path.write_text(json.dumps(by_user), encoding="utf-8")
        return project

    return answers


def test_old_content_stays_until_the_new_is_there_and_late_answers_are_dropped(open_at, canned, tmp_path):
    gate = tmp_path / "gate"
    project = canned(u0=a_list("u0", [item(0)]), u1=a_list("u1", [item(1)], hold=str(gate)), u2=a_list("u2", [item(2)]))
    opened = open_at(project, worker=CANNED)
    opened.user("u0")
    headings = []
    opened.page.heading_changed.connect(lambda: headings.append(opened.page.heading))
    opened.click(opened.page.next)
    opened.until(lambda: opened.page.subtitle.startswith("Looking up user u1"))
    assert opened.page.heading == "User u0"
    assert opened.column(opened.page.list, 1) == ["Film 0"]
    opened.click(opened.page.next)
    gate.touch()
    opened.user("u2")
    assert opened.column(opened.page.list, 1) == ["Film 2"]
    assert "User u1" not in headings


def test_back_to_the_user_that_is_shown_needs_no_answer(open_at, canned, tmp_path):
    project = canned(u0=a_list("u0", [item(0)]), u1=a_list("u1", [item(1)], hold=str(tmp_path / "never")))
    opened = open_at(project, worker=CANNED)
    opened.user("u0")
    opened.click(opened.page.next)
    opened.click(opened.page.previous)
    assert opened.page._lists.pending is None
    assert opened.column(opened.page.list, 1) == ["Film 0"]


def test_a_worker_that_dies_is_told(open_at, canned):
    opened = open_at(canned(u0={"die": True}), worker=CANNED)
    opened.until(lambda: opened.page.failure.card is not None)
    assert "status 3" in opened.page.failure.card.sentence.text()


LONG_TITLE = "ab " * 3500
HOSTILE = {
    "nothing at all": a_list("u0"),
    "one of each": a_list("u0", [item(0)], [item(1, rating=3.0, time=0)]),
    "scores that are none": a_list(
        "u0", [item(0, score=math.nan), item(1, score=math.inf), item(2, score=-math.inf), item(3, score=None)]
    ),
    "all equal": a_list(
        "u0", [item(n, score=0.0) for n in range(50)], [item(n, rating=1.0, time=7) for n in range(50)]
    ),
    "ratings that are none": a_list("u0", [], [item(0, rating=math.nan, time=5), item(1, rating=None, time=None)]),
    "odd ratings": a_list("u0", [], [item(0, rating=-3.0), item(1, rating=1e30)]),
    "far times": a_list("u0", [], [item(0, rating=1, time=2**62), item(1, rating=1, time=-(2**62))]),
    "long titles": a_list("u0", [item(0, title=LONG_TITLE, genres=[LONG_TITLE] * 9)], [item(1, title=LONG_TITLE)]),
    "no words": a_list("u0", [item(0, title="", genres=[], year=None)], [item(1, title=None)]),
    "right to left": a_list(
        "u0", [item(0, title="سينما باراديسو", year=1988, genres=["דרמה"])], [item(1, title="ואלס עם באשיר", rating=4)]
    ),
    "han and lines": a_list("u0", [item(0, title="千と千尋の神隠し\n千与千寻", year=2001, genres=["動畫"])]),
    "a long id": a_list("u0" * 9000, [item(0)]),
}


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=HOSTILE)
def test_hostile_answers_are_shown(open_at, canned, number, light):
    """In dark and light colours by turns, the first in both: what is drawn depends on the answer, not on the colours."""
    shades, name = ("dark", "light"), list(HOSTILE)[number]
    light.set_mode(shades[number % 2], keep=False)  # before there is a window to dress anew
    opened = open_at(canned(u0=HOSTILE[name]), worker=CANNED)
    opened.until(lambda: opened.page._shown is not None)
    assert len(opened.page.heading) < 250
    sizes = [(1280, 720), (960, 600)]
    for shade in shades if number == 0 else shades[number % 2 :][:1]:
        light.set_mode(shade, keep=False)
        for size in sizes:
            opened.window.resize(*size)
            assert not opened.window.grab().isNull()
            assert opened.window.width() == size[0]
    for column in (0, 2):
        opened.page.list._sort_by(column)
    for row in range(opened.page.list.model().rowCount()):
        assert "\n" not in opened.page.list.model().index(row, 1).data()
        assert len(opened.page.list.model().index(row, 1).data()) <= 200


def test_a_user_without_history_and_an_empty_list_are_said_in_words(open_at, canned):
    opened = open_at(canned(u0=a_list("u0", known=False)), worker=CANNED)
    opened.user("u0")
    assert opened.page.user.left.nothing.isVisible()
    assert opened.page.user.right.nothing.isVisible()
    assert opened.page.subtitle == "0 interactions · not in training"


@pytest.mark.parametrize(
    ("users", "items", "ratings"),
    [
        (["only"] * 2, ["a", "b"], [3, 3]),
        (["x", "y", "y", "y"], ["a", "a", "b", "c"], None),
        (
            ["x" * 5000] * 3 + ["\u202eabc"] * 3,
            ["שלום", "映画", "c"] * 2,
            [math.nan, 1, math.nan, math.nan, math.nan, math.nan],
        ),
    ],
)
def test_small_and_odd_data_with_the_real_worker(open_at, tmp_path, users, items, ratings):
    project = make_project(tmp_path / "films", interactions(users, items, ratings))
    opened = open_at(project)
    opened.until(lambda: opened.page._shown is not None)
    assert opened.session.selection.user == users[0]
    opened.page.random.trigger()
    opened.until(lambda: opened.page._lists.pending is None)
    assert opened.page.failure.card is None


@pytest.mark.parametrize(
    ("values", "digits"),
    [([0.5], 3), ([4.7], 2), ([123.0], 0), ([0.0012], 5), ([0.0, 0.0], 3), ([], 3), ([math.nan], 3), ([1e-30], 6)],
)
def test_digits_mean_something(values, digits):
    assert digits_for(values) == digits


def test_users_of_other_data_are_left_alone(open_at, tmp_path):
    """The selected user is none of the run's data: the first one is shown instead."""
    project = make_project(tmp_path / "films", *films())
    project.view["selection"] = {"user": "somebody else", "runs": []}
    project.save()
    opened = open_at(project)
    opened.user("u0")
    assert np.isin("u0", opened.session.data.user_ids.to_pylist())


# Why, what if, beside, in another order, items ---------------------------------------------------------------------------


def ids(table):
    return [one["item"] for one in table.items]


def test_a_chosen_recommendation_tells_why(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    page.list.select(1)
    assert page.user.left.tabs.current == "why"
    opened.until(lambda: page.user.left.reasons.items)
    chosen = page.list.items[1]
    wanted = explain(str(fresh.runs_folder / "1-ease"), "u0", chosen["item"], Control())
    assert page.user.left.reasons.items == wanted["reasons"]
    assert "exact" in page.user.left.reasons.how.text().lower()
    assert opened.column(page.user.left.reasons.table, 2)[0].startswith("2 → ")
    opened.click(page.user.left.reasons.check)
    opened.until(lambda: page.user.left.reasons.faith.text().startswith("Checked with"))
    assert (fresh.runs_folder / "1-ease" / "faithfulness.json").exists()
    assert not unnamed(opened.window)


def test_a_changed_history_changes_the_list_and_reset_brings_it_back(open_at, fresh, qtbot):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    plain = ids(page.list)
    gone = page.user.left.table.items[0]["item"]
    page.user.left.table.select(0)
    page.user.left.table.setFocus()
    opened.key(Qt.Key.Key_Delete, widget=page.user.left.table)
    assert gone not in ids(page.user.left.table)
    opened.until(lambda: gone in ids(page.list))  # what is not had any more can be recommended
    assert all("was" in one for one in page.list.items)
    opened.click(page.user.left.what_if.keep)
    assert page.user.right.beside.isVisible()
    kept = ids(page.user.right.beside.table)
    opened.click(page.user.left.what_if.nobody)
    opened.until(lambda: len(page.list.items) == 9)  # all films, for somebody who has none
    assert page.heading == "New user"
    assert ids(page.user.right.beside.table) == kept
    page.user.left.what_if.search.setFocus()
    qtbot.keyClicks(page.user.left.what_if.search, "Film 3")
    opened.key(Qt.Key.Key_Return)
    opened.until(lambda: ids(page.user.left.table) == ["i3"] and "i3" not in ids(page.list))
    opened.click(page.user.left.what_if.reset)
    opened.until(lambda: ids(page.list) == plain)
    assert page.heading == "User u0"


def test_another_run_beside_tells_what_moved(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    opened.choose(page.user.right.beside.choice, "0-popularity")
    page.user.right.beside._choose()
    wanted = asked(fresh, "u0", "0-popularity")["items"]
    opened.until(lambda: ids(page.user.right.beside.table) == [one["item"] for one in wanted])
    places = {one["item"]: one["rank"] for one in page.list.items}
    assert [one["was"] for one in page.user.right.beside.table.items] == [places.get(one["item"]) for one in wanted]


def test_another_order_obeys_its_rules(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    last, first = page.list.items[-1], page.list.items[0]
    page.list.select(len(page.list.items) - 1)
    page.user.right.pin()
    opened.until(lambda: page.list.items[0]["item"] == last["item"])
    assert page.list.items[0]["was"] == len(places := ids(page.list)), places
    page.list.select_item(first["item"])
    page.user.right.exclude()
    opened.until(lambda: first["item"] not in ids(page.list))
    page.user.ask_why()
    page.list.select(0)
    opened.until(lambda: page.user.left.reasons.sentence.text().startswith("Before reordering: "))
    page.user.left.turn("reorder")
    opened.click(page.user.left.reorder.reset)
    opened.until(lambda: page.list.items[0]["item"] == first["item"])


def test_a_list_says_what_it_is_and_nothing_of_it_goes_on_to_the_next_user(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page, user = opened.page, opened.page.user
    run = page.info.title
    headings = user.right.heading, user.beside.heading
    assert headings[0].full_text() == f"User u0 · {run} · top 20"
    user.what_if.add("i0")
    user.left.reorder.sliders["diversity"].setValue(8)
    user.left.reorder.rule("exclude", {"item": "i3"})
    changed = f"User u0 · {run} · history +1 · more diverse 0.4 · 1 excluded · top 20"
    opened.until(lambda: headings[0].full_text() == changed)
    assert opened.column(user.left.table, 2)[0] == "added"
    n = len(user.what_if.history)
    for tab in ("why", "history"):
        user.left.turn(tab)
    assert user.left.hint.full_text() == f"{n}, changed"
    page.list.copy()
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0] == changed
    assert copied[1].split("\t")[:2] == ["rank", "title"]
    assert [row.split("\t")[1] for row in copied[2:]] == [one["title"] for one in page.list.items]
    rows = ids(page.list)
    opened.click(user.what_if.keep)
    opened.click(page.next)
    opened.user("u1")
    assert headings[0].full_text() == f"User u1 · {run} · top 20"
    assert headings[1].full_text() == f"Kept: {changed}"
    assert ids(page.list) == [one["item"] for one in asked(fresh, "u1")["items"]]
    assert ids(user.beside.table) == rows
    assert not user.left.reorder.order
    assert user.what_if.history is None


def test_a_change_of_the_history_is_made_again_under_another_run(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    user = opened.page.user
    user.left.table.select(0)
    gone = user.what_if.selected()
    opened.click(user.what_if.remove)
    opened.choose(opened.page.runs, "0-popularity")
    opened.until(lambda: user.shown.run.endswith("0-popularity") and user.shown.changes)
    assert user.shown.changes.removed == [gone]
    assert gone not in ids(user.left.table)
    user.what_if.add(gone)  # at another place than it had, unless it was the newest
    user.what_if.reset.click()
    assert gone in ids(user.left.table)


def test_what_is_further_back_is_not_added_again(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    what_if = opened.page.user.what_if
    what_if._older = {"i0"}
    what_if.add("i0", "Film 0")
    assert what_if.history is None
    assert what_if.note.text() == "Film 0 is in the history already, further back."


def test_a_selected_run_without_a_model_is_named_beside_the_list_of_another(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    session, instead = opened.session, opened.page.user.right.instead
    assert not instead.isVisible()
    shown = opened.page.info
    waiting = session.runs.get("0-popularity" if shown.id == "1-ease" else "1-ease")
    waiting.status = waiting.status.but(state=RunState.CANCELLED)
    session.selection.select_runs([waiting.id])
    assert instead.text() == f"{waiting.title} has no model (cancelled): this is the list of {shown.title}."
    session.selection.select_runs([shown.id])
    assert instead.text() == ""


def test_what_if_is_taken_back_step_by_step_with_its_user(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    user, history = opened.page.user, opened.session.history
    user.left.table.select(0)
    gone = user.what_if.selected()
    opened.click(user.what_if.remove)
    user.left.table.select(0)
    rated = user.what_if.selected()
    user.what_if.rating.setValue(1.0)
    opened.click(user.what_if.nobody)
    opened.until(lambda: opened.page.heading == "New user")
    opened.session.selection.select_user("u1")
    opened.user("u1")
    assert history.undo() == "What if, user u0: a new user with an empty history"
    opened.until(lambda: user.shown.user == "u0" and user.shown.changes)
    assert (user.shown.changes.removed, [entry.item for entry in user.shown.changes.rated]) == ([gone], [rated])
    history.undo()
    history.undo()
    opened.until(lambda: user.shown.user == "u0" and not user.shown.changes)
    history.redo()
    opened.until(lambda: user.shown.changes.removed == [gone])
    assert history.stack.count() == 3


def test_an_item_and_the_map(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    page.list.select(0)
    opened.key(Qt.Key.Key_Return, widget=page.list)
    opened.until(lambda: page.item_view.title.full_text() == page.list.items[0]["title"])
    opened.until(lambda: page.item_view.similar.model().rowCount())
    opened.click(page.item_view.back)
    assert page.views.current == "user"
    opened.click(page.views.buttons["map"])
    opened.until(lambda: page.map.points.n == 9)
    spot = page.map.points.places()[2]
    assert page.map.points.nearest(QPointF(*spot)) >= 0
    qpoint = QPointF(*spot).toPoint()
    opened.qtbot.mouseClick(page.map.points, Qt.MouseButton.LeftButton, pos=qpoint)
    assert page.views.current == "item"


def test_users_of_a_kind_are_offered(open_at, fresh):
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    for kind in ("heaviest", "alike"):
        page.kinds.ask(kind)
        opened.until(lambda: page.search.found is not None and page.search.found.users())
        page.search.close_list()
    page.kinds.ask("worst")  # nobody has evaluated the run
    opened.until(lambda: page.search.found is not None)
    assert "Test it first" in page.search.found.list.item(0).text()


def test_people_of_a_file_are_looked_at_one_by_one_and_exported(open_at, fresh, qtbot, tmp_path):
    films = interactions_of(fresh)
    file = tmp_path / "new.csv"
    file.write_text(
        "user,item,rating\n" + "".join(f"ann,{item},5\n" for item in films[:3]) + f"bob,{films[4]},2\nnil,x,1\n"
    )
    opened = open_at(fresh)
    opened.user("u0")
    page = opened.page
    page.who.somebody.trigger()
    people = page.new_people
    people.read(file)
    qtbot.waitUntil(lambda: page.heading == "User ann of new.csv", timeout=20000)
    assert people.users == ["ann", "bob", "nil"]
    assert "1 row of 1 item that the run does not know: x." in people.words.text()
    wanted = asked(fresh, "ann", history=str(file))
    assert ids(page.list) == [one["item"] for one in wanted["items"]]
    assert sorted(ids(page.user.left.table)) == sorted(films[:3])
    people.table.select(1)
    qtbot.waitUntil(lambda: page.heading == "User bob of new.csv", timeout=20000)
    assert ids(page.list) == [one["item"] for one in asked(fresh, "bob", history=str(file))["items"]]
    people.export(tmp_path / "lists.csv")
    qtbot.waitUntil((tmp_path / "lists.csv").exists, timeout=20000)
    rows = [row.split(",") for row in (tmp_path / "lists.csv").read_text().splitlines()]
    at = rows[0].index("item")
    assert [row[at] for row in rows if row[0] == "bob"] == ids(page.list)[
        : len([row for row in rows if row[0] == "bob"])
    ]
    people.table.select(0)
    qtbot.waitUntil(lambda: page.heading == "User ann of new.csv", timeout=20000)
    # A step of what-if belongs to the person of the file, whoever is shown meanwhile.
    page.user.what_if.add(films[5], "Film")
    page.next.click()
    qtbot.waitUntil(lambda: page.heading == "User u1", timeout=20000)
    assert opened.session.history.undo() == "What if, user ann of new.csv: Film added"
    opened.session.history.redo()
    qtbot.waitUntil(lambda: bool(page.user.shown.changes.added), timeout=20000)
    assert (page.user.shown.user, page.user.shown.history) == ("ann", str(file))
    page.user.right.seen.setChecked(True)
    qtbot.waitUntil(lambda: page.user.shown.include_seen, timeout=20000)
    people.export(tmp_path / "seen.csv")
    qtbot.waitUntil((tmp_path / "seen.csv").exists, timeout=20000)
    listed = {row.split(",")[at] for row in (tmp_path / "seen.csv").read_text().splitlines() if row.startswith("ann,")}
    assert set(films[:3]) <= listed
    # What is refused leaves nothing of the file before to be exported.
    QApplication.clipboard().setText("318\n296\n")
    people.paste()
    qtbot.waitUntil(lambda: "Reading" not in people.words.text(), timeout=20000)
    assert (people.users, people.export_button.isEnabled()) == ([], False)
    # What is pasted is kept with the project, and read like a file; somebody of the data is still there.
    QApplication.clipboard().setText("user\titem\n" + "".join(f"eve\t{item}\n" for item in films[:2]))
    people.paste()
    qtbot.waitUntil(lambda: page.heading == "User eve of pasted-2.csv", timeout=20000)
    page.next.click()
    qtbot.waitUntil(lambda: page.heading == "User u2", timeout=20000)


def interactions_of(project):
    """Ids of the items that a run knows."""
    return Run.open(project.runs_folder / "1-ease").data.item_ids.to_pylist()
