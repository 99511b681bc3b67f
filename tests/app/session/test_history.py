"""Steps are taken back and done again, quick ones of a kind are one, and what is no longer possible leaves."""

import pytest
from PySide6.QtCore import Qt

from workbench.app.session import history as module
from workbench.app.session.history import History
from workbench.app.shell.history_list import HistoryList


class Number:
    """A number that remembers its changes."""

    def __init__(self):
        self.history, self.value = History(), 0

    def set(self, value, kind=""):
        before, self.value = self.value, value
        back, again = (lambda: self.set(before)), (lambda: self.set(value))
        self.history.add(f"{before} to {value}", back, again, kind)

    def texts(self):
        return [self.history.stack.text(at) for at in range(self.history.stack.count())]


@pytest.fixture
def number(qapp):
    return Number()


def test_quick_changes_of_one_kind_are_one_step(number, monkeypatch):
    clock = iter([0.0, 0.1, 0.2, 9.0, 9.1])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    for value, kind in ((1, ""), (2, "typed"), (25, "typed"), (7, "typed"), (8, "other")):
        number.set(value, kind)
    assert number.texts() == ["0 to 1", "2 to 25", "25 to 7", "7 to 8"]
    seen = [(number.history.undo(), number.value)[1] for _ in range(4)]
    assert seen == [7, 25, 1, 0]
    assert (number.history.undo(), number.value) == ("", 0)
    assert [(number.history.redo(), number.value)[1] for _ in range(4)] == [1, 25, 7, 8]


def test_what_cannot_be_taken_back_any_more_is_no_step(number):
    number.set(1)
    number.history.add("gone", lambda: False, lambda: None)
    number.history.undo()
    assert (number.texts(), number.value) == (["0 to 1"], 1)
    number.history.undo()
    assert number.value == 0


def test_a_draft_is_given_up_first(number):
    number.set(1)
    given_up = []
    number.history.hold(lambda: given_up.append(1))
    number.history.undo()
    assert (given_up, number.value) == ([1], 1)
    number.history.undo()
    assert number.value == 0


def test_the_list_goes_to_any_place_and_closes_with_the_project(session, project, qtbot, keep):
    session.open_project(project.folder)
    for n in (2, 3, 4):
        session.project.set_split("last-n", {"n": n})
    session.project.set_filters([{"name": "rating", "settings": {"low": 3.0}}])
    listed = keep(HistoryList(session.history, None))
    listed.show()
    shown = [listed.steps.model().index(row, 0).data() for row in range(listed.steps.model().rowCount())]
    assert shown == [
        "The project as it was opened",
        "Split changed to “last 4”",
        "Filters changed to: ratings from 3",
    ]
    place = listed.steps.visualRect(listed.steps.model().index(0, 0)).center()
    qtbot.mouseClick(listed.steps.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.project.filters == []
    assert session.project.split["settings"] == {"n": 1, "validation": 1}
    assert not listed.back.isEnabled()
    listed.again.click()
    assert session.project.split["settings"] == {"n": 4}
    session.close_project()
    assert session.history.stack.count() == 0
