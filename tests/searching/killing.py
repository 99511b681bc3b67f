"""A search in a process that is killed: a moment after a write, or inside `tell`, while it writes and holds the lock."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Imports what a search needs once, and forks a process for each line: folder, how and when it is killed, and the patience
# for a lock that was left. The alarm ends a process at once, as kill -9 does: nothing of Python runs any more.
VICTIM = """
import json, os, pathlib, signal, sys, time
import numba, optuna
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock
from workbench.searching import journal
from workbench.searching.searching import search

def killed_in_tell(how, left):
    plain = JournalFileBackend.append_logs

    def append(self, logs):
        nonlocal left
        left -= any("values" in log and log.get("state", 0) in (1, 2) for log in logs)
        if left:
            return plain(self, logs)
        self._lock.acquire()
        line = json.dumps(logs[0], separators=(",", ":")).encode()
        written = {"locked": b"", "torn": line[: len(line) // 2], "written": line + b"\\n"}[how]
        with open(self._file_path, "ab") as file:
            file.write(written)
        os.kill(os.getpid(), signal.SIGKILL)

    JournalFileBackend.append_logs = append

def killed_after_writes(left, seconds):
    plain = os.fsync
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def fsync(descriptor):
        nonlocal left
        left -= 1
        plain(descriptor)
        if not left:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))

    os.fsync = fsync

def told_of_waits(path):
    plain = JournalFileSymlinkLock.acquire

    def acquire(self):
        began = time.monotonic()
        done = plain(self)
        with open(path, "a") as file:
            file.write(f"{time.monotonic() - began}\\n")
        return done

    JournalFileSymlinkLock.acquire = acquire

for line in sys.stdin:
    folder, how, when, patience = json.loads(line)
    process = os.fork()
    if process == 0:
        journal.GRACE_SECONDS = patience
        told_of_waits(folder + ".waits")
        if how == "writes":
            killed_after_writes(*when)
        elif how:
            killed_in_tell(how, when)
        try:
            search(pathlib.Path(folder))
        finally:
            os._exit(0)
    print(os.waitpid(process, 0)[1], flush=True)
"""


@contextmanager
def victims():
    """Give a function that searches in a process of its own, which is killed; it tells whether it was."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen([sys.executable, "-c", VICTIM], **pipes, env=os.environ | {"OMP_NUM_THREADS": "1"}) as made:

        def search(folder, how, when, patience):
            print(json.dumps([str(folder), how, when, patience]), file=made.stdin, flush=True)
            return bool(int(made.stdout.readline()))

        yield search
        made.stdin.close()


def what_came(found):
    """All of a search that must not depend on kills, models and checkpoints bit for bit."""
    return [
        (
            trial.number, trial.state, trial.algorithm, trial.hyperparameters, trial.value, trial.epochs,
            {file.name: file.read_bytes() for file in (found.runs_folder / trial.run).glob("*.safetensors")},
        )
        for trial in found.trials()
    ]  # fmt: skip
