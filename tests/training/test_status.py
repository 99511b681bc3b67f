import json
import os
import time
from pathlib import Path

import pytest

import workbench
from tests.statuses import living, set_status
from workbench.algorithms import Record
from workbench.errors import WorkbenchError
from workbench.training.run_state import RunState
from workbench.training.run_status import EpochSummary, RunStatus, read_status
from workbench.training.status import HEARTBEAT_SECONDS, StatusWriter


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"state": "asleep"}',
        b'{"state": 1}',
        b'{"state": null}',
        b'{"state": "done", "epoch": "three"}',
        b'{"state": "done", "epoch": -1}',
        b'{"state": "done", "epoch": 1e400}',
        b'{"state": "done", "epoch": ' + b"9" * 5000 + b"}",
        b'{"state": "done", "epochs": true}',
        b'{"state": "done", "part": NaN}',
        b'{"state": "done", "part": 7}',
        b'{"state": "done", "seconds_left": Infinity}',
        b'{"state": "done", "memory_bytes": "much"}',
        b'{"state": "done", "last": []}',
        b'{"state": "done", "last": {"validation": {"ndcg@10": null}}}',
        b'{"state": "done", "best": {"seconds": "long"}}',
        b'{"state": "done", "changes": [{"since": 1}]}',
        b'{"state": "done", "reason": ["x"]}',
        b'{"state": "running", "pid": "1"}',
        b'{"state": "done", "reason": "' + b"x" * 2_000_000 + b'"}',
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path, text):
    (tmp_path / "status.json").write_bytes(text)
    status = read_status(tmp_path)
    assert status.state is RunState.LOST
    assert "status.json is damaged" in status.reason
    assert "resumed" in status.reason


def test_the_sentence_names_what_is_wrong(tmp_path):
    (tmp_path / "status.json").write_text('{"state": "done", "last": {"seconds": "long"}}')
    assert "(last.seconds: " in read_status(tmp_path).reason


def test_a_missing_file_is_a_sentence(tmp_path):
    status = read_status(tmp_path)
    assert status.state is RunState.LOST
    assert "could not be read (No such file" in status.reason


@pytest.mark.parametrize("process", [{}, {"pid": 0, "process_started": 0.0}, {"pid": 10**9, "process_started": 1.0}])
def test_a_run_whose_process_is_gone_is_lost_and_keeps_what_it_said(tmp_path, process):
    (tmp_path / "status.json").write_text(json.dumps({"state": "paused", "epoch": 3, **process}))
    status = read_status(tmp_path)
    assert (status.state, status.epoch) == (RunState.LOST, 3)
    assert "killed" in status.reason


def test_what_a_later_version_adds_is_passed_over(tmp_path):
    (tmp_path / "status.json").write_text('{"state": "done", "epoch": 3, "mood": "good"}')
    assert (read_status(tmp_path).state, read_status(tmp_path).epoch) == (RunState.DONE, 3)


def test_a_status_of_a_later_version_is_told_and_left_alone(tmp_path):
    (tmp_path / "status.json").write_text('{"version": 2, "state": ["done"]}')
    status = read_status(tmp_path)
    assert status.state is RunState.LOST
    assert "later version" in status.reason
    with pytest.raises(WorkbenchError, match="later version"):
        StatusWriter(tmp_path, status).write(RunState.RUNNING)
    assert (tmp_path / "status.json").read_text() == '{"version": 2, "state": ["done"]}'


def test_what_is_written_is_read_again(tmp_path):
    writer = StatusWriter(tmp_path)
    last = EpochSummary(epoch=2, loss=0.5, seconds=1.5, validation={"ndcg@10": 0.25})
    writer.note(epoch=2, epochs=9, part=0.5, last=last, best=last, device="cpu", memory_bytes=7)
    written = writer.end(RunState.FAILED, "No memory.", "Traceback")
    assert read_status(tmp_path) == written
    assert (written.state, written.reason, written.last) == (RunState.FAILED, "No memory.", last)
    assert written.at


def test_the_heartbeat_tells_notes_and_never_takes_a_state_back(tmp_path):
    writer = StatusWriter(tmp_path)
    with writer.heartbeat():
        first = read_status(tmp_path)
        assert (first.state, first.pid) == (RunState.RUNNING, os.getpid())
        writer.start_clock(1)
        writer.note_progress(Record(epoch=1, epochs=4, loss=0.25, ends_epoch=False, part=0.5))
        writer.write(RunState.PAUSED)
        written = read_status(tmp_path)
        assert (written.epoch, written.part, written.loss) == (1, 0.5, 0.25)
        assert 0 <= written.seconds_left < 60
        deadline = time.monotonic() + 20 * HEARTBEAT_SECONDS
        while read_status(tmp_path).at == written.at:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert read_status(tmp_path).state is RunState.PAUSED
    ended = writer.end(RunState.DONE)
    assert (ended.pid, ended.process_started, ended.seconds_left, ended.memory_bytes) == (None, None, None, None)
    assert ended.peak_memory_bytes > 0
    assert read_status(tmp_path) == ended


def test_a_run_that_waits_again_keeps_its_epochs_only(tmp_path):
    best = EpochSummary(epoch=3, validation={"ndcg@10": 0.25})
    writer = StatusWriter(tmp_path, RunStatus(epoch=4, best=best, device="cpu", reason="No memory."))
    queued = writer.queue(place=2)
    assert queued == RunStatus(epoch=4, best=best, place=2, at=queued.at)
    assert read_status(tmp_path) == queued


def test_a_folder_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(WorkbenchError, match="is not there"):
        StatusWriter(tmp_path / "gone").write(RunState.DONE)


def test_a_run_at_work_is_alive(make_run):
    run = make_run("popularity")
    set_status(run, "running", **living())
    assert run.status().process_is_alive


def test_only_one_file_names_the_status_file():
    files = Path(workbench.__file__).parent.rglob("*.py")
    names = [path.name for path in files if '"status.json"' in path.read_text(encoding="utf-8")]
    assert names == ["run_status.py"]
