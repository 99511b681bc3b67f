import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from workbench.app.runs.run_follower import Follower
from workbench.app.runs.run_memory import DEFAULT_RUN_BYTES, RESERVED_BYTES
from workbench.app.runs.run_store import Runs
from workbench.errors import WorkbenchError
from workbench.project import set_setting
from workbench.training.run import Run
from workbench.training.run_state import RunState
from workbench.training.standby import Standby
from workbench.training.status import StatusWriter


def start(session, kind, **more):
    return session.queue_run("popularity", {}, seed=kind, **more)


def reach(session, run_id, qtbot, *states):
    qtbot.waitUntil(lambda: session.runs.get(run_id).state in states)
    return session.runs.get(run_id)


def stored(info):
    return json.loads((info.folder / "status.json").read_text())


def test_a_run_is_followed_to_its_end(opened, qtbot):
    run_id = start(opened, 0)
    info = reach(opened, run_id, qtbot, "done")
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    assert [record["epoch"] for record in opened.runs.records_of(run_id)] == [1, 2, 3]
    assert info.validation == {"ndcg@10": 0.3}
    assert info.fraction == 1.0
    assert info.usable


def test_runs_wait_for_one_another(opened, qtbot):
    first, second, third = (start(opened, kind) for kind in (1, 0, 0))
    assert [info.id for info in opened.runs.waiting()] == [second, third]
    opened.runs.cancel(third)
    assert stored(opened.runs.get(third))["state"] == "cancelled"
    reach(opened, first, qtbot, "running")
    opened.runs.stop(first)
    reach(opened, second, qtbot, "done")
    assert opened.runs.get(first).state == "stopped"
    assert opened.runs.get(third).state == "cancelled"


def test_a_waiting_run_changes_its_place_and_keeps_it(opened, project, qtbot):
    first, second, third, fourth = (start(opened, kind) for kind in (1, 0, 0, 0))
    opened.runs.move(fourth, 0)
    opened.runs.move(second, 99)
    assert [info.id for info in opened.runs.waiting()] == [fourth, third, second]
    opened.runs.move(first, 0)  # it is at work and waits for nobody
    reach(opened, first, qtbot, "running")
    opened.close_project()
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: bool(opened.runs.waiting()))  # a busy machine reads the runs in several slices
    assert [info.id for info in opened.runs.waiting()] == [fourth, third, second]
    opened.runs.stop(first)
    reach(opened, second, qtbot, "done")


def test_a_run_is_its_process_s_before_that_knows(opened, project, qtbot):
    first, second = start(opened, 1), start(opened, 0)
    status = stored(opened.runs.get(first))
    assert status["state"] == "running"
    assert psutil.pid_exists(status["pid"])
    opened.close_project()
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: bool(opened.runs.waiting()))  # a busy machine reads the runs in several slices
    assert [info.id for info in opened.runs.waiting()] == [second]
    assert [info.id for info in opened.runs.all_active()] == [first]
    opened.runs.stop(first)
    reach(opened, second, qtbot, "done")


@pytest.fixture
def another(qapp):
    """A process that can be named as the one that trains a run."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def write_state(folder, state, process=None):
    writer = StatusWriter(folder)
    writer.take(process.pid) if process is not None else writer.end(state)


def test_a_run_that_the_command_line_takes_from_the_queue_is_not_run_twice(opened, qtbot, another):
    first, second = start(opened, 1), start(opened, 1)
    write_state(opened.runs.get(second).folder, RunState.RUNNING, another)
    opened.runs.stop(first)
    reach(opened, first, qtbot, "stopped")
    reach(opened, second, qtbot, "running")
    assert stored(opened.runs.get(second))["pid"] == another.pid
    write_state(opened.runs.get(second).folder, RunState.DONE)
    reach(opened, second, qtbot, "done")


def test_a_process_that_is_refused_does_not_end_the_training_of_another(qapp, qtbot, tmp_path, another):
    write_state(tmp_path, RunState.RUNNING, another)
    refused = subprocess.Popen(["false"])
    refused.wait()
    follower = Follower(tmp_path, refused)
    try:
        with qtbot.waitSignal(follower.status):
            follower.start()
        with qtbot.waitSignal(follower.ended):
            write_state(tmp_path, RunState.DONE)
    finally:
        follower.close()
    assert json.loads((tmp_path / "status.json").read_text())["state"] == "done"


def test_what_the_command_line_does_appears_in_the_window(opened, project, qtbot, another, monkeypatch):
    monkeypatch.setattr("workbench.app.runs.outside_changes.LOOK_MS", 20)
    opened.close_project()
    opened.open_project(project.folder)
    run = Run.create(
        project.runs_folder / "from-outside", project.data_folder, "popularity", {}, "last-n", {"n": 1, "validation": 1}
    )
    with qtbot.waitSignal(opened.runs._outside.appeared, check_params_cb=lambda folders: run.folder in folders):
        pass
    assert opened.runs.get(run.name) is None  # its maker is about to train it
    write_state(run.folder, RunState.RUNNING, another)
    qtbot.waitUntil(lambda: opened.runs.get(run.name) is not None)
    assert [info.id for info in opened.runs.all_active()] == [run.name]
    write_state(run.folder, RunState.DONE)
    reach(opened, run.name, qtbot, "done")
    answer = {"metrics": {"ndcg@10": {"mean": 0.25}}, "protocol": {}}
    (run.folder / "evaluation.json").write_text(json.dumps(answer))
    qtbot.waitUntil(lambda: opened.runs.get(run.name).metrics == answer["metrics"])
    write_state(run.folder, RunState.RUNNING, another)
    reach(opened, run.name, qtbot, "running")
    write_state(run.folder, RunState.DONE)
    reach(opened, run.name, qtbot, "done")


def test_two_train_at_once_where_there_is_memory(opened, qtbot, monkeypatch):
    free = [0]
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": free[0]}))
    monkeypatch.setattr("workbench.app.runs.run_store.MEMORY_RETRY_MS", 10)
    first, second, third = (start(opened, kind) for kind in (1, 1, 1))
    opened.runs.set_at_once(2)
    reach(opened, first, qtbot, "running")
    assert [info.id for info in opened.runs.waiting()] == [second, third]
    free[0] = 2**40
    reach(opened, second, qtbot, "running")
    assert [info.id for info in opened.runs.all_active()] == [first, second]
    assert [info.id for info in opened.runs.waiting()] == [third]
    opened.runs.stop(first)
    reach(opened, third, qtbot, "running")
    for one in (second, third):
        opened.runs.stop(one)
        reach(opened, one, qtbot, "stopped")


@pytest.mark.parametrize(("at_once", "begun"), [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 3)])
def test_no_more_train_at_once_than_was_chosen(opened, monkeypatch, at_once, begun):
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 2**40}))
    opened.runs.set_at_once(at_once)
    assert opened.runs.at_once == begun
    for _ in range(4):
        start(opened, 1)
    assert len(opened.runs.all_active()) == begun
    assert len(opened.runs.waiting()) == 4 - begun


@pytest.mark.parametrize("held", [None, 3 * 2**30])
def test_the_memory_of_those_at_work_decides_whether_one_more_begins(opened, qtbot, monkeypatch, held):
    free = [0]
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": free[0]}))
    over = reach(opened, start(opened, 0), qtbot, "done")
    over.status = over.status.but(peak_memory_bytes=2**50)  # which is free again
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    first, second = start(opened, 1), start(opened, 1)  # one trains, whatever memory there is
    qtbot.waitUntil(lambda: opened.runs.get(first).epoch == 3)
    opened.runs.get(first).status = opened.runs.get(first).status.but(memory_bytes=held)
    needed = (held or DEFAULT_RUN_BYTES) + RESERVED_BYTES
    free[0] = needed - 1
    opened.runs.set_at_once(2)
    assert [info.id for info in opened.runs.waiting()] == [second]
    free[0] = needed
    opened.runs.set_at_once(2)
    assert opened.runs.waiting() == []


@pytest.mark.parametrize(("kept", "at_once"), [(3, 3), (0, 1), (-2, 1), ("3", 1), (None, 1), (2.5, 1)])
def test_the_number_at_once_that_was_kept_is_taken_if_it_is_one(home, qapp, kept, at_once):
    set_setting("at_once", kept)
    assert Runs().at_once == at_once


def test_a_finished_run_gets_more_epochs(opened, qtbot):
    run_id = opened.queue_run("bpr", {"epochs": 3}, seed=0)
    reach(opened, run_id, qtbot, "done")
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    opened.runs.extend(run_id, 2)
    info = reach(opened, run_id, qtbot, "done")
    assert info.spec["hyperparameters"]["epochs"] == 5
    assert info.spec["changes"] == [{"since": 3.0, "name": "epochs", "value": 5.0}]


def test_another_learning_rate_is_asked_for_while_it_trains(opened, qtbot):
    run_id = opened.queue_run("gmf", {}, seed=1)
    info = reach(opened, run_id, qtbot, "running")
    opened.runs.adjust(run_id, "learning_rate", 0.002)
    assert json.loads((info.folder / "adjust.json").read_text()) == {
        "version": 1,
        "name": "learning_rate",
        "value": 0.002,
    }
    with pytest.raises(WorkbenchError, match="only learning_rate"):
        opened.runs.adjust(run_id, "factors", 3)
    opened.runs.stop(run_id)
    reach(opened, run_id, qtbot, "stopped")


def test_pause_and_go_on(opened, qtbot):
    run_id = start(opened, 1)
    qtbot.waitUntil(lambda: opened.runs.get(run_id).epoch == 3)
    opened.runs.pause(run_id)
    reach(opened, run_id, qtbot, "paused")
    opened.runs.unpause(run_id)
    reach(opened, run_id, qtbot, "running")
    opened.runs.cancel(run_id)
    reach(opened, run_id, qtbot, "cancelled")


def test_a_deaf_run_is_cancelled_by_force_and_called_cancelled(opened, qtbot):
    run_id = start(opened, 2)
    qtbot.waitUntil(lambda: opened.runs.get(run_id).epoch == 3)
    pid = stored(opened.runs.get(run_id))["pid"]
    opened.runs.cancel(run_id)
    info = reach(opened, run_id, qtbot, "cancelled", "lost")
    assert info.state == "cancelled"
    assert stored(info)["state"] == "cancelled"
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_killed_run_is_lost_and_says_why(opened, qtbot):
    with qtbot.waitSignal(opened.failure) as card:
        run_id = start(opened, 3)
    info = opened.runs.get(run_id)
    assert info.state == stored(info)["state"] == "lost"
    assert "signal 9" in info.reason
    assert "memory" in card.args[1]
    assert info.resumable


def test_a_resumed_run_forgets_what_will_come_again(opened, qtbot):
    run_id = start(opened, 3)
    info = reach(opened, run_id, qtbot, "lost")
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    spec = json.loads((info.folder / "run.json").read_text())
    (info.folder / "run.json").write_text(json.dumps(spec | {"seed": 0}))
    (info.folder / "records.jsonl").unlink()
    opened.runs.go_on(run_id)
    reach(opened, run_id, qtbot, "done")
    assert [one["epoch"] for one in opened.runs.records_of(run_id)] == [1, 2, 3]


def test_a_reopened_project_follows_a_living_run_and_goes_on_with_the_queue(opened, project, qtbot):
    first, second = start(opened, 1), start(opened, 0)
    qtbot.waitUntil(lambda: opened.runs.get(first).epoch == 3)
    pid = stored(opened.runs.get(first))["pid"]
    opened.close_project()
    assert psutil.pid_exists(pid)
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: opened.runs.get(first) is not None)
    assert opened.runs.get(first).state == "running"
    qtbot.waitUntil(lambda: len(opened.runs.records_of(first)) == 3)
    assert [info.id for info in opened.runs.waiting()] == [second]
    opened.runs.stop(first)
    reach(opened, second, qtbot, "done")
    assert opened.runs.get(first).state == "stopped"


def test_a_reopened_run_whose_process_died_is_lost(opened, project, qtbot):
    run_id = start(opened, 2)
    qtbot.waitUntil(lambda: opened.runs.get(run_id).epoch == 3)
    pid = stored(opened.runs.get(run_id))["pid"]
    opened.close_project()
    os.kill(pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE if psutil.pid_exists(pid) else True)
    opened.open_project(project.folder)
    qtbot.waitUntil(lambda: opened.runs.get(run_id) is not None)
    assert opened.runs.get(run_id).state == "lost"
    assert opened.runs.get(run_id).resumable


def test_a_run_out_of_range_is_refused_in_a_sentence(opened, qtbot):
    with qtbot.waitSignal(opened.failure) as card:
        assert opened.queue_run("ease", {"regularization": -1}) is None
    assert "above 0" in card.args[1]
    assert opened.runs.all() == []


def test_a_deleted_run_is_gone(opened, qtbot):
    run_id = start(opened, 0)
    info = reach(opened, run_id, qtbot, "done")
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    opened.runs.delete(run_id)
    assert opened.runs.all() == []
    assert not info.folder.exists()
    assert opened.selection.runs == []


def test_a_corrupt_run_folder_is_told_and_the_others_are_there(opened, project, qtbot):
    run_id = start(opened, 0)
    reach(opened, run_id, qtbot, "done")
    opened.close_project()
    broken = project.runs_folder / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{")
    with qtbot.waitSignal(opened.failure) as card:
        opened.open_project(project.folder)
    assert "damaged" in card.args[1]
    qtbot.waitUntil(lambda: bool(opened.runs.all()))
    assert [info.id for info in opened.runs.all()] == [run_id]


def test_the_standby_is_ready_used_once_and_replaced(trainer_command, tmp_path):
    standby = Standby(trainer_command)
    standby.prepare()
    first = standby.pid
    standby.prepare()
    assert standby.pid == first
    standby.close()
    assert standby.pid is None
    assert not psutil.pid_exists(first)


def test_a_standby_that_died_waiting_is_replaced(qapp, qtbot, trainer_command, tmp_path):
    standby = Standby(trainer_command)
    standby.prepare()
    first = standby.pid
    os.kill(first, signal.SIGKILL)
    qtbot.waitUntil(lambda: standby.pid is None)
    (tmp_path / "run.json").write_text('{"seed": 0}')
    process = standby.start(tmp_path, lambda pid: None)
    assert process.wait(20) == 0
    assert json.loads((tmp_path / "status.json").read_text())["state"] == "done"


def test_records_are_noticed_and_not_read(opened, qtbot, monkeypatch):
    read = []
    original = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *args, **more: read.append(path.name) or original(path, *args, **more)
    )
    heard = []
    opened.runs.grown.connect(heard.append)
    run_id = start(opened, 0)
    reach(opened, run_id, qtbot, "done")
    qtbot.waitUntil(lambda: opened.runs.active() is None)
    assert heard
    assert "status.json" in read
    assert "records.jsonl" not in read


def test_replaced_records_are_told(qapp, qtbot, tmp_path):
    records, other = tmp_path / "records.jsonl", tmp_path / "other"
    records.write_text("1\n2\n")
    follower = Follower(tmp_path)
    try:
        with qtbot.waitSignal(follower.grown):
            follower.start()
        with qtbot.assertNotEmitted(follower.restarted), qtbot.waitSignal(follower.grown), records.open("a") as file:
            file.write("3\n")
        other.write_text("1\n2\n3\n4\n5\n")
        with qtbot.waitSignals([follower.restarted, follower.grown]):
            other.replace(records)
    finally:
        follower.close()


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_follower_of_a_broken_folder_ends(qapp, qtbot, tmp_path, content):
    process = subprocess.Popen(["true"])
    process.wait()
    (tmp_path / "status.json").write_text(content)
    follower = Follower(tmp_path, process)
    with qtbot.waitSignal(follower.ended):
        follower.start()
    follower.close()
