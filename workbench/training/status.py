"""The only writer of ``status.json``: from the training process, and from the window for runs that no process trains."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from workbench.errors import WorkbenchError
from workbench.processes import start_time
from workbench.stored import write_stored
from workbench.training.run_state import RunState
from workbench.training.run_status import FILE, RunStatus

if TYPE_CHECKING:
    from workbench.algorithms import Record

HEARTBEAT_SECONDS = 0.25  # between two writes while a run trains


class StatusWriter:
    """Writes the status of one run.

    The training loop only takes notes (`note`, `note_progress`), which never waits for the disk; a thread writes them
    while `heartbeat` is open.
    """

    def __init__(self, folder: Path, status: RunStatus | None = None) -> None:
        self.folder = folder
        self._before = status or RunStatus()
        self._state = self._before.state
        self._notes: dict[str, Any] = {}
        self._first_epoch, self._started = 0, time.perf_counter()
        self._ended = threading.Event()
        self._lock = threading.Lock()  # held while the file is written

    @property
    def status(self) -> RunStatus:
        """The status with all notes, as the next write will leave it."""
        return self._before.but(**self._notes.copy(), state=self._state)

    def note(self, **values: Any) -> None:
        """Take note of fields of `RunStatus`; the next write tells them."""
        self._notes |= values

    def write(self, state: RunState) -> RunStatus:
        """Write this state and all notes now. Raises WorkbenchError where the folder is gone or the disk is full."""
        with self._lock:
            self._state = state
            return self._write()

    def _write(self) -> RunStatus:
        self.note(at=now())
        status = self.status
        write_stored(RunStatus, self.folder / FILE, status.stored())
        return status

    def queue(self, place: int | None = None) -> RunStatus:
        """Let the run wait to be trained (again); of what was before, only its finished epochs still count."""
        before, self._notes = self.status, {}
        self._before = RunStatus(epoch=before.epoch, best=before.best, last=before.last, place=place)
        return self.write(RunState.QUEUED)

    def take(self, pid: int) -> RunStatus:
        """Let a process train the run (on); of what was before, only its finished epochs still count."""
        before, self._notes = self.status, {}
        self._before = RunStatus(epoch=before.epoch, best=before.best, last=before.last)
        self.note(**named_process(pid))
        return self.write(RunState.RUNNING)

    def end(self, state: RunState, reason: str = "", details: str = "") -> RunStatus:
        """Write how the run ended; no process is at work on it from now on."""
        self.note(pid=None, process_started=None, seconds_left=None, place=None, reason=reason, details=details)
        return self.write(state)

    # In the training process ---------------------------------------------------------------------------------------

    def start_clock(self, epoch: int) -> None:
        """Estimate the time that is left by what is trained from here on."""
        self._first_epoch, self._started = epoch, time.perf_counter()
        self.note(epoch=epoch)

    def skip(self, seconds: float) -> None:
        """Leave out a time in which nothing was trained."""
        self._started += seconds

    def note_progress(self, record: "Record") -> None:
        """Take note of a record."""
        part = 0.0 if record.ends_epoch else record.part
        values: dict[str, Any] = {"epoch": record.epoch, "epochs": record.epochs, "part": round(part, 4)}
        values["seconds_left"] = self._seconds_left(record.epoch + part, record.epochs)
        if record.loss is not None:
            values["loss"] = record.loss
        self.note(**values)

    def _seconds_left(self, done: float, epochs: int) -> float | None:
        trained = done - self._first_epoch
        if trained <= 0:
            return None
        return round((time.perf_counter() - self._started) / trained * max(0.0, epochs - done), 1)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Write every `HEARTBEAT_SECONDS` while the block runs, as this process."""
        self.note(**named_process(os.getpid()), memory_bytes=_memory())
        self.write(RunState.RUNNING)
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self.note(memory_bytes=None, peak_memory_bytes=peak_memory())

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            self.note(memory_bytes=_memory())
            try:
                with self._lock:  # so that a state which is written meanwhile is never taken back
                    self._write()
            except WorkbenchError:  # a full disk: the next checkpoint will say so in the right place
                continue


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def named_process(pid: int) -> dict[str, Any]:
    """The fields of `RunStatus` that say which process trains a run."""
    return {"pid": pid, "process_started": start_time(pid)}


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    try:
        import resource
    except ImportError:
        return int(getattr(psutil.Process().memory_info(), "peak_wset", 0))
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
