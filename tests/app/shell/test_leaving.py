"""A window that is closed says what goes on without it."""

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMessageBox

from workbench.app.shell.leaving import what_goes_on
from workbench.training.run_state import RunState


def question(window):
    return window.findChild(QMessageBox)


def answer(window, qtbot, word):
    box = question(window)
    next(button for button in box.buttons() if button.text() == word).click()
    qtbot.waitUntil(lambda: question(window) is None)


def test_it_asks_where_something_goes_on_and_not_else(window, session, qtbot):
    assert what_goes_on(session) == []
    run_ids = [session.queue_run("popularity", {}, seed=1) for _ in range(5)]
    qtbot.waitUntil(lambda: session.runs.get(run_ids[0]).state is RunState.RUNNING)
    window.leave()
    window.leave()  # one question is enough
    assert question(window).text().startswith("Training goes on without the window: Popularity")
    assert "and 2 more" in question(window).text()
    answer(window, qtbot, "Stay")
    assert window.isVisible()
    window.leave()
    answer(window, qtbot, "Close the window")
    assert not window.isVisible()
    for run_id in run_ids:
        session.runs.cancel(run_id)


class OwnButton(QCloseEvent):
    """The event as it comes from the window's own button."""

    def spontaneous(self):
        return True


def test_the_windows_own_button_asks_too(window, session, qtbot):
    run_id = session.queue_run("popularity", {}, seed=1)
    event = OwnButton()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert "Popularity" in question(window).text()
    answer(window, qtbot, "Stay")
    session.runs.cancel(run_id)


def test_a_window_in_which_nothing_is_at_work_closes_at_once(window):
    window.leave()
    assert question(window) is None
    assert not window.isVisible()


def test_work_that_ends_with_the_window_is_named(window, session):
    task = session.jobs.submit("export", {"run": "nowhere"}, title="Writing films.csv", failed=lambda *_: None)
    assert what_goes_on(session) == ["This stops, and nothing half done is kept: Writing films.csv."]
    session.jobs.cancel(task)
