"""Searches around the pages: in the strip, among the jobs, when the window is closed or behind others."""

from PySide6.QtWidgets import QPushButton

from tests.app.fake_runs import live_run, set_status
from tests.app.runs.test_search_store import as_trial, begin
from workbench.app.shell.job_center import JobCenter
from workbench.app.shell.leaving import what_goes_on
from workbench.app.shell.notifications import Announcer


def test_a_search_is_among_the_jobs_and_goes_on_without_the_window(window, session, qtbot, monkeypatch):
    monkeypatch.setattr(window.strip, "_task", lambda: None)  # the check of the data
    info = begin(session, qtbot, seed=1)
    qtbot.waitUntil(lambda: window.strip.where.full_text() == "EASE search: trial 4")
    assert what_goes_on(session) == ["The search goes on without the window: EASE search. It will be here again."]
    window.commands["jobs"].trigger()
    center = window.findChild(JobCenter)
    session.start_search(["ease"], trials=1)
    wanted = ["At work: EASE search, Searching", "Waiting: EASE search 2, Waiting"]
    qtbot.waitUntil(lambda: center.lines() == wanted)
    for words in ("Cancel: EASE search 2", "Stop and keep: EASE search"):
        next(one for one in center.findChildren(QPushButton) if one.accessibleName() == words).click()
    qtbot.waitUntil(lambda: info.over and not session.searches.waiting())
    qtbot.waitUntil(lambda: window.strip.where.full_text() == "Nothing is running")


def test_a_search_that_ends_is_announced_and_its_trials_are_not(window, session, project, qtbot, monkeypatch):
    made, heard = Announcer(session, window), []
    monkeypatch.setattr(Announcer, "_seen", lambda _: False)
    made.announced.connect(lambda *words: heard.append(words))
    trial = live_run(project, "trial-0")
    as_trial(trial, "s", 0)
    session.close_project()
    session.open_project(project.folder)
    qtbot.waitUntil(lambda: bool(session.runs.all()))
    session.runs.run_changed.emit(trial.name)
    set_status(trial, "done")
    session.runs._take_up_changed([trial.name])
    assert session.runs.get(trial.name).over
    begin(session, qtbot)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("EASE search is done", "3 trials · NDCG@10 0.300 on validation")]
