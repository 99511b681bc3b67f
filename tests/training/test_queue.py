"""What waits is trained also where no window is open."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.app.trained import TRAINER, films
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.training import queue
from workbench.training.run import Run
from workbench.training.run_state import RunState
from workbench.training.run_status import read_status
from workbench.training.standby import Standby
from workbench.training.status import StatusWriter

ENDS, UNTIL_TOLD, DIES = 0, 1, 3  # what the stand-in for a training does, by the seed of the run


@pytest.fixture
def project(tmp_path):
    """A project with data."""
    made = Project.create(tmp_path / "films", "films")
    made.data = "small"
    films()[0].save(made.folder / "data" / "small", {})
    made.save()
    return made


def waiting(project, name, seed=ENDS, place=None):
    """A run that waits; by `place` it can be before those that were made earlier."""
    run = Run.create(project.runs_folder / name, project.data_folder, "popularity", seed=seed)
    if place is not None:
        StatusWriter(run.folder, run.status()).queue(place)
    return run


def go_on(project):
    return queue.go_on(project.folder, Standby(TRAINER), poll=0.02)


def state(run):
    return read_status(run.folder).state


def test_all_that_waits_is_trained_in_its_order_also_behind_one_that_dies(project):
    runs = [waiting(project, "a", DIES, place=1), waiting(project, "b", place=0), waiting(project, "c")]
    assert go_on(project) == ["b", "a", "c"]
    for run in runs[1:]:
        _until(lambda run=run: state(run).is_over)
    assert [state(run) for run in runs] == [RunState.LOST, RunState.DONE, RunState.DONE]
    assert go_on(project) == []


def test_a_trial_is_its_search_s_and_a_search_at_work_is_waited_for(project, monkeypatch):
    trial = {"search": "../../searches/s", "number": 0}
    search = project.searches_folder / "s"
    run = Run.create(project.runs_folder / "a", project.data_folder, "popularity", trial=trial)
    best = Run.create(project.runs_folder / "b", project.data_folder, "popularity", trial=trial, learns_validation=True)
    search.mkdir(parents=True)
    (search / "search.json").write_text("{}")
    StatusWriter(search).take(os.getpid())
    waits = []
    monkeypatch.setattr(time, "sleep", lambda _: waits.append(1) or StatusWriter(search).end(RunState.DONE))
    assert go_on(project) == ["b"]
    assert waits
    _until(lambda: state(best).is_over)
    assert state(run) is RunState.QUEUED


def _until(true):
    pause = threading.Event()
    for _ in range(2000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true in 20 s")


def test_where_a_window_has_the_project_it_is_left_to_that(project, monkeypatch):
    run = waiting(project, "a")
    monkeypatch.setattr(queue, "CLOSING_SECONDS", 0.1)
    monkeypatch.setattr(Project, "holder", lambda _self: 1)
    assert go_on(project) == []
    assert state(run) is RunState.QUEUED


def test_a_window_that_closes_is_waited_for_and_one_that_opens_takes_over(project, monkeypatch):
    first, second = waiting(project, "a"), waiting(project, "b")
    told = iter([1, None, None, 1])  # closing, closed, still, opened again while the first is trained
    monkeypatch.setattr(Project, "holder", lambda _self: next(told, 1))
    assert go_on(project) == ["a"]
    _until(lambda: state(first).is_over)
    assert (state(first), state(second)) == (RunState.DONE, RunState.QUEUED)


def test_one_process_goes_on_with_a_queue(project):
    run = waiting(project, "a", UNTIL_TOLD)
    waiting(project, "b")
    errors = []
    keeper = threading.Thread(target=lambda: errors.append(go_on(project)))
    keeper.start()
    _until(lambda: state(run) is RunState.RUNNING)
    with pytest.raises(WorkbenchError, match="Another process goes on with the queue"):
        go_on(project)
    run.control("stop")
    keeper.join(20)
    assert errors == [["a", "b"]]


def test_the_window_leaves_its_queue_to_a_process_and_nothing_where_nothing_waits(project, monkeypatch, qapp):
    from workbench.app.runs.run_store import Runs

    left = []
    monkeypatch.setattr(queue, "leave_to_process", left.append)
    runs = Runs(None, [sys.executable, "-c", "input()"])
    runs._leaves_queue = True
    runs.set_at_once(1)
    runs.open(project)
    for _ in range(2):
        runs.add("popularity", {}, project.data_folder, {"name": "last-n"}, seed=UNTIL_TOLD)
    runs.close()
    assert left == [project.folder]
    runs.open(Project.create(Path(project.folder).parent / "empty", "empty"))
    runs.shut()
    assert left == [project.folder]


def test_a_run_that_cannot_be_started_says_why_and_the_next_is_trained(project):
    damaged, sound = waiting(project, "a"), waiting(project, "b")
    (damaged.folder / "run.json").write_text("{}")
    assert go_on(project) == ["b"]
    _until(lambda: state(sound).is_over)
    told = read_status(damaged.folder)
    assert told.state is RunState.FAILED
    assert "could not be started" in told.reason
    assert "run.json" in told.reason
