"""Pieces of work on several processes: each done once, also where a process is killed; a failure is told."""

import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest

from workbench.control import Control
from workbench.engine import open_engine
from workbench.engine.engine import RETRIES
from workbench.engine.here import Here
from workbench.errors import Cancelled, WorkbenchError
from workbench.jobs import do_job

# A worker of the same protocol that starts in a moment.
WORKER = """
import json, os, signal, sys
from pathlib import Path
print('{"event": "ready"}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    number, args = asked["id"], asked["args"]
    tell = lambda event, **more: print(json.dumps({"id": number, "event": event} | more), flush=True)
    begun = Path(args["begun"])
    with begun.open("a") as file:
        file.write(f"{args['n']}\\n")
    if asked["job"] == "die" or (asked["job"] == "die once" and begun.read_text().split().count(str(args["n"])) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if asked["job"] == "fail":
        tell("failed", sentence="The disk is full.", details="Traceback of there")
    elif asked["job"] == "wait":
        tell("progress", fraction=0.5, text="")
        signal.pause()
    else:
        tell("part", name="long", values=[args["n"]])
        tell("part", name="long", values=[7])
        tell("done", result={"twice": 2 * args["n"], "threads": os.environ["OMP_NUM_THREADS"], "long": None})
"""
COMMAND = [sys.executable, "-S", "-c", WORKER]


class Watched(Control):
    def __init__(self, cancel_at=2.0):
        self.seen, self.cancel_at = [], cancel_at

    def check(self):
        """Cancel when so much is done."""
        if self.seen and self.seen[-1][0] >= self.cancel_at:
            raise Cancelled

    def progress(self, fraction, text=""):
        self.seen.append((fraction, text))


def pieces(folder, n):
    return [{"n": number, "begun": str(folder / "begun")} for number in range(n)]


def begun(folder):
    return sorted((folder / "begun").read_text().split(), key=int)


@pytest.mark.parametrize("job", ["double", "die once"])
def test_each_piece_is_done_once_and_told_as_it_comes(tmp_path, job):
    watched = Watched()
    found = list(Here(2, COMMAND).map(job, pieces(tmp_path, 5), watched))
    assert sorted(done.number for done in found) == [0, 1, 2, 3, 4]
    assert all(done.value["twice"] == 2 * done.number for done in found)
    assert all(done.value["long"] == [done.number, 7] for done in found)
    assert begun(tmp_path) == sorted("01234" * (2 if job == "die once" else 1))
    fractions = [fraction for fraction, _ in watched.seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert sum(int(words.split()[0]) for words in watched.seen[-1][1].partition(": ")[2].split(", ")) == 5


def test_the_cores_are_shared_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.engine.here.cores", lambda: 9)
    threads = {
        n: {one.value["threads"] for one in Here(n, COMMAND).map("double", pieces(tmp_path, n), Control())}
        for n in (1, 4)
    }
    assert threads == {1: {"9"}, 4: {"2"}}


def test_a_piece_that_kills_each_process_ends_the_work(tmp_path):
    with pytest.raises(WorkbenchError, match=rf"begun {1 + RETRIES} times, and.*killed by signal 9"):
        list(Here(1, COMMAND).map("die", pieces(tmp_path, 3), Control()))
    assert begun(tmp_path) == ["0"] * (1 + RETRIES)


def test_pieces_that_speak_with_one_another_are_never_done_again(tmp_path):
    with pytest.raises(WorkbenchError, match="begun 1 time, and"):
        list(Here(1, COMMAND).map("die once", pieces(tmp_path, 3), Control(), together=True))
    assert len({done.where for done in Here(1, COMMAND).map("double", pieces(tmp_path, 3), Control())}) == 1


def test_a_job_that_fails_says_what_it_said_there(tmp_path):
    with pytest.raises(WorkbenchError, match="The disk is full") as failed:
        list(Here(2, COMMAND).map("fail", pieces(tmp_path, 9), Control()))
    assert str(failed.value) == "The disk is full."
    assert failed.value.__notes__ == ["Traceback of there"]
    assert len(begun(tmp_path)) < 9


def test_whoever_cancels_or_stops_listening_leaves_no_process(tmp_path):
    with pytest.raises(Cancelled):
        list(Here(2, COMMAND).map("wait", pieces(tmp_path, 4), Watched(cancel_at=0.1)))
    with closing(Here(2, COMMAND).map("double", pieces(tmp_path, 40), Control())) as found:
        left = int(next(found).where.split()[1])
    with pytest.raises(ProcessLookupError):
        os.kill(left, signal.SIGCONT)


def test_pieces_are_plain_json(tmp_path):
    for wrong in ({"path": Path("a")}, {"value": float("nan")}):
        with pytest.raises((TypeError, ValueError), match=r"serializable|compliant"):
            list(Here(1, COMMAND).map("double", [wrong], Control()))


@pytest.mark.parametrize("asked", ["there", "here:0", "here:-1", "ray://", "ray:8", "ray://host", "ray://a b:1", ""])
def test_what_is_no_engine_is_told(asked):
    with pytest.raises(WorkbenchError, match=r"no engine. There are: here, here:4"):
        open_engine(asked)


def test_a_job_that_is_not_there_or_asked_wrongly_is_told():
    with pytest.raises(WorkbenchError, match=r"no job 'fly'.*same version"):
        do_job("fly", {}, Control())
    with pytest.raises(WorkbenchError, match=r"'warm_up' was asked for.*'height'"):
        do_job("warm_up", {"height": 3}, Control())
