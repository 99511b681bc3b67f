"""Everything at work, waiting and over, in one list."""

from PySide6.QtWidgets import QPushButton

from workbench.app.shell.job_center import JobCenter
from workbench.training.run_state import RunState


def test_runs_and_jobs_are_listed_with_what_can_be_done(window, session, qtbot):
    window.commands["jobs"].trigger()
    center = window.findChild(JobCenter)
    first, second = (session.queue_run("popularity", {}, seed=1) for _ in range(2))
    wanted = ["At work: Training Popularity, Training", "Waiting: Training Popularity 2, Waiting"]
    qtbot.waitUntil(lambda: center.lines() == wanted)
    session.jobs.submit("export", {"run": "nowhere"}, title="Writing films.csv", failed=lambda *_: None)
    qtbot.waitUntil(lambda: any("Writing films.csv" in line for line in center.lines()))

    def press(words):
        next(one for one in center.findChildren(QPushButton) if one.accessibleName() == words).click()

    press("Cancel: Training Popularity 2")
    qtbot.waitUntil(lambda: "Over: Training Popularity 2, Cancelled" in center.lines())
    qtbot.waitUntil(lambda: session.runs.get(first).epoch == 3)
    press("Stop and keep: Training Popularity")
    qtbot.waitUntil(lambda: "Over: Training Popularity, Stopped" in center.lines())
    press("Cancel: Writing films.csv")
    qtbot.waitUntil(lambda: "Over: Writing films.csv, Cancelled" in center.lines(), timeout=20_000)
    assert session.runs.get(second).state is RunState.CANCELLED
    assert not any(line.startswith(("At work", "Waiting")) for line in center.lines())


def test_a_run_that_is_done_is_not_at_work_while_its_process_tidies_up(window, session, monkeypatch, qtbot):
    run_id = session.queue_run("popularity", {}, seed=1)
    qtbot.waitUntil(lambda: session.runs.get(run_id).state is RunState.RUNNING)
    window.strip.refresh_run()
    assert window.strip.bar.isVisible()
    session.runs.cancel(run_id)
    qtbot.waitUntil(lambda: session.runs.get(run_id).over)
    info = session.runs.get(run_id)
    with monkeypatch.context() as patch:
        patch.setattr(session.runs, "all_active", lambda: [info])
        window.strip.refresh_run()
        assert not window.strip.bar.isVisible()


def test_a_run_that_was_told_to_end_says_so_until_it_has(window, session, qtbot):
    run_id = session.queue_run("popularity", {}, seed=2)  # deaf
    qtbot.waitUntil(lambda: session.runs.get(run_id).state is RunState.RUNNING)
    strip = window.strip
    qtbot.waitUntil(lambda: strip.stop.isVisible() == bool(session.runs.get(run_id).epochs))
    strip.stop_run()
    strip.refresh_run()
    assert strip.left.text() == "Stopping…"
    assert not strip.pause.isVisible()
    session.runs.cancel(run_id)
    qtbot.waitUntil(lambda: session.runs.get(run_id).over, timeout=20_000)
    qtbot.waitUntil(lambda: not strip.left.isVisible())
    assert strip._ending == {}
