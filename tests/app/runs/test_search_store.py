"""Searches of a project: started, followed, stopped, found again, and removed with their trials."""

import json

from tests.app.fake_runs import done_run, live_run, set_status
from workbench.app.session.search_changes import remove_search
from workbench.training.run_state import RunState


def begin(session, qtbot, seed=0, algorithms=("ease",), **asked):
    """Start a search whose stand-in does what the seed says; returns what is known of it when it has three trials."""
    before = {info.id for info in session.searches.all()}
    session.start_search(list(algorithms), **{"trials": 3, "seed": seed, **asked})
    qtbot.waitUntil(lambda: any(info.id not in before for info in session.searches.all()))
    info = next(info for info in session.searches.all() if info.id not in before)
    qtbot.waitUntil(lambda: len(info.trials) == 3)
    return info


def test_a_search_is_followed_to_its_end(opened, qtbot):
    info = begin(opened, qtbot, ranges={"ease": {"regularization": {"low": 10.0, "high": 90.0}}}, trials=3)
    qtbot.waitUntil(lambda: not opened.searches.all_active())
    assert info.state is RunState.DONE
    assert (info.title, info.best.number, info.best.value, info.fraction) == ("EASE search", 2, 0.3, 1.0)
    asked = json.loads((info.folder / "search.json").read_text())
    assert asked["ranges"]["ease"]["regularization"]["high"] == 90.0
    assert begin(opened, qtbot).title == "EASE search 2"


def test_what_cannot_be_searched_is_told_and_not_made(opened, qtbot):
    told = []
    opened.failure.connect(lambda *words: told.append(words))
    opened.start_search(["ease"], trials=3, ranges={"ease": {"regularization": {"low": 0.0, "high": 9.0}}})
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][0] == "This search cannot be started"
    assert "above 0" in told[0][1]
    assert not opened.searches.all()


def test_a_search_takes_the_place_of_a_run_and_goes_on_without_the_window(opened, project, qtbot):
    info = begin(opened, qtbot, seed=1)
    run_id = opened.queue_run("popularity", {})
    assert [run.id for run in opened.runs.waiting()] == [run_id]
    opened.close_project()
    assert not opened.searches.all()
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: bool(opened.searches.all_active()))
    info = opened.searches.get(info.id)
    assert len(info.trials) == 3
    opened.searches.stop(info.id)
    assert opened.searches.is_stopping(info.id)
    qtbot.waitUntil(lambda: info.state is RunState.STOPPED and not opened.searches.all_active())
    qtbot.waitUntil(lambda: opened.runs.get(run_id).state is RunState.DONE)
    opened.searches.go_on(info.id, 3)
    qtbot.waitUntil(lambda: len(info.trials) == 6)
    assert info.spec.trials == 6
    opened.searches.stop(info.id)
    qtbot.waitUntil(lambda: info.over)


def test_a_killed_search_says_so_and_goes_on(opened, qtbot):
    told = []
    opened.failure.connect(lambda *words: told.append(words))
    info = begin(opened, qtbot, seed=3)
    qtbot.waitUntil(lambda: info.state is RunState.LOST)
    qtbot.waitUntil(lambda: bool(told))
    assert "Press Continue" in told[0][1]
    qtbot.waitUntil(lambda: not opened.searches.all_active())
    opened.searches.go_on(info.id)
    qtbot.waitUntil(lambda: info.state is RunState.STOPPED)
    assert len(info.trials) == 6


def test_one_that_does_not_stop_is_ended_when_asked_again(opened, qtbot):
    info = begin(opened, qtbot, seed=2)
    opened.searches.stop(info.id)
    opened.searches.stop(info.id)
    qtbot.waitUntil(lambda: info.state is RunState.CANCELLED, timeout=10_000)
    assert info.state.is_resumable


def as_trial(run, search_id, number):
    """Let a run be one of the trials of a search."""
    path = run.folder / "run.json"
    spec = json.loads(path.read_text()) | {"trial": {"search": f"../../searches/{search_id}", "number": number}}
    path.write_text(json.dumps(spec))


def test_a_removed_search_takes_its_trials_along_and_comes_back_with_them(opened, project, qtbot):
    info = begin(opened, qtbot)
    qtbot.waitUntil(lambda: not opened.searches.all_active())
    opened.close_project()
    for number in range(2):
        as_trial(done_run(project, f"trial-{number}"), info.id, number)
    living = live_run(project, "trial-2")
    as_trial(living, info.id, 2)
    other = done_run(project, "other")
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: len(opened.runs.all()) == 4 and bool(opened.searches.all()))
    assert not opened.runs.all_active()  # nobody gives orders to a trial: its search does
    heard = []
    opened.runs.changed.connect(lambda: heard.append(1))
    assert remove_search(opened, info.id) == "EASE search and its 2 runs removed"
    assert len(heard) == 1
    assert sorted(run.id for run in opened.runs.all()) == [other.name, "trial-2"]
    assert not (project.folder / "searches" / info.id).exists()
    opened.history.undo()
    assert opened.searches.get(info.id) is not None
    assert len(opened.runs.all()) == 4
    assert opened.selection.search == info.id
    assert not opened.runs.get(living.name).over
    set_status(living, "running", pid=2**22 + 1, process_started=1.0)  # it was killed with its search
    opened.runs.look_again([living.name])
    assert opened.runs.get(living.name).state is RunState.LOST
    assert not opened.runs.get(living.name).resumable
    assert remove_search(opened, info.id) == "EASE search and its 3 runs removed"
