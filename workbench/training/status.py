"""The pulse of a training: ``status.json``, kept fresh from a thread, so that the training loop only takes notes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from workbench.algorithms import Record
from workbench.errors import WorkbenchError
from workbench.training.run import Run, process_facts

# Seconds between two writes.
BEAT = 0.25


class Pulse:
    """Keeps status.json fresh from a thread, so that the training loop only takes notes."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.facts: dict[str, Any] = {**process_facts(), "epoch": 0, "part": 0.0}
        self._from, self._since = 0, time.perf_counter()
        self._state = "running"
        self._done = threading.Event()
        self._lock = threading.Lock()

    def start_at(self, epoch: int) -> None:
        """Count the time that is left from here."""
        self._from, self._since = epoch, time.perf_counter()
        self.facts["epoch"] = epoch

    def skip(self, seconds: float) -> None:
        """Leave out a time in which nothing was trained."""
        self._since += seconds

    def note(self, record: Record) -> None:
        """Take note of a record; the next beat writes it."""
        done = record.epoch + (0.0 if record.ends_epoch else record.part)
        fresh = done - self._from
        elapsed = time.perf_counter() - self._since
        left = elapsed / fresh * (record.epochs - done) if fresh > 0 else None
        self.facts |= {"epoch": record.epoch, "epochs": record.epochs, "seconds_left": left and round(left, 1)}
        self.facts["part"] = 0.0 if record.ends_epoch else round(record.part, 4)
        if record.loss is not None:
            self.facts["loss"] = record.loss

    def write(self, state: str) -> None:
        """Write the state and all notes now."""
        with self._lock:
            self._state = state
            self.run.set_status(state, **self.facts, memory_bytes=psutil.Process().memory_info().rss)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Write every `BEAT` seconds while the block runs."""
        self.write("running")
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _beat(self) -> None:
        while not self._done.wait(BEAT):
            try:
                self.write(self._state)
            except WorkbenchError:  # a full disk: the next checkpoint will say so in the right place
                continue

    def finish(self, state: str, reason: str = "", details: str = "") -> None:
        """Write the last word."""
        facts = {
            key: value for key, value in self.facts.items() if key not in ("pid", "process_started", "seconds_left")
        }
        facts |= {"peak_memory_bytes": peak_memory()}
        facts |= {"reason": reason} if reason else {}
        facts |= {"details": details} if details else {}
        self.run.set_status(state, **facts)


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    try:
        import resource
    except ImportError:
        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
