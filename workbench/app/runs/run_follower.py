"""Training seen from the window: a process that stands by, and a thread for each run that follows its folder.

The process owns the run: it outlives the window, writes ``records.jsonl`` and ``status.json``, and reads
``control.json``. A window that is opened again follows a run in exactly the same way as the one that started it.
"""

import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QThread, Signal

from workbench.errors import WorkbenchError
from workbench.processes import exit_reason
from workbench.training.run_state import RunState

if TYPE_CHECKING:
    from workbench.training.run_status import RunStatus

POLL_SECONDS = 1 / 15  # between two looks at the folder
GRACE_SECONDS = 0.5  # that a cancelled run has before it is terminated, and again before it is killed
CLOSE_TIMEOUT_MS = 3000  # that closing waits for the thread


class Follower(QThread):
    """Follows one run folder until the run is over, and sees that a cancelled run ends."""

    grown = Signal(str)
    """Run id: its records have grown (at most 15 times a second)."""
    status = Signal(str, object)
    """Run id, its `RunStatus`, after each change of it."""
    restarted = Signal(str)
    """Run id: its records were replaced and are to be read again from their start."""
    ended = Signal(str)
    """Run id; nothing follows."""

    records: ClassVar[str] = "records.jsonl"
    """The file in the folder that grows."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str] | None" = None) -> None:
        super().__init__()
        self.folder, self.run_id = folder, folder.name
        self._process = process
        self._records = folder / self.records
        self._records_seen = (0, 0)  # inode and size at the last look
        self._status: RunStatus | None = None  # as it was read last
        self._stamp: tuple[int, int] | None = None
        self._leave = threading.Event()
        self._look = threading.Event()
        self._cancelled_at: float | None = None
        self._terminated = False

    def cancel(self) -> None:
        """See that the run ends: politely, then by force."""
        self._cancelled_at = time.monotonic()
        self._look.set()

    def leave(self) -> None:
        """Stop following; the run goes on."""
        self._leave.set()
        self._look.set()

    def close(self) -> None:
        """Stop following, and wait for the thread."""
        self.leave()
        self.wait(CLOSE_TIMEOUT_MS)

    def run(self) -> None:
        """Everything that happens in the thread."""
        while not self._leave.is_set():
            dead = not self._alive()
            self._catch_up()
            if self._over:
                break
            if dead and self._is_trained_by_another():
                self._process = None  # ours was refused, or gave up; what happens to the run is seen in its folder
            elif dead:
                self._report_death()
                break
            if self._cancelled_at is not None:
                self._press()
            self._look.wait(POLL_SECONDS)
            self._look.clear()
        if self._process is not None and self._over:
            self._reap()
        self.ended.emit(self.run_id)

    @property
    def _over(self) -> bool:
        return self._status is not None and self._status.state.is_over

    def _catch_up(self) -> None:
        """Tell what is new."""
        # Status first: records that were written before it changed are noticed after it, so none is missed at the end.
        status = self._new_status()
        self._look_at_records()
        if status is not None:
            self.status.emit(self.run_id, status)

    def _look_at_records(self) -> None:
        """Tell whether there are more records. They are not read here: only who draws them needs them."""
        try:
            stat = self._records.stat()
        except OSError:
            return
        (inode, size), self._records_seen = self._records_seen, (stat.st_ino, stat.st_size)
        if self._records_seen == (inode, size) or self._leave.is_set():
            return
        if size and (stat.st_ino != inode or stat.st_size < size):
            self.restarted.emit(self.run_id)
        if stat.st_size:
            self.grown.emit(self.run_id)

    def _new_status(self) -> "RunStatus | None":
        """The status where it has changed; a file that is missing or damaged for now is read again at the next look."""
        from workbench.training.run_status import FILE, parse_status, read_bytes

        path = self.folder / FILE
        try:
            about = path.stat()
            stamp = (about.st_mtime_ns, about.st_ino)
            if stamp == self._stamp:
                return None
            status = parse_status(read_bytes(path), path)
        except (OSError, ValueError, WorkbenchError):
            return None
        self._stamp, self._status = stamp, status
        return status

    def _alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        # Nothing is known yet at the first look.
        return self._status is None or self._status.process_is_alive

    def _is_trained_by_another(self) -> bool:
        """Whether a process has the run that was not started here, as of the command line."""
        status = self._status
        ours = self._process.pid if self._process is not None else None
        return status is not None and status.state.is_active and status.pid != ours and status.process_is_alive

    def _press(self) -> None:
        """Terminate a cancelled run that does not end by itself, then kill it."""
        waited = time.monotonic() - self._cancelled_at
        if waited > 2 * GRACE_SECONDS:
            self._signal("kill")
        elif waited > GRACE_SECONDS and not self._terminated:
            self._terminated = True
            self._signal("terminate")

    def _signal(self, how: str) -> None:
        """Terminate or kill the training process, and no other one that was given its number meanwhile."""
        import psutil

        if not self._alive() or (pid := self._pid()) is None:
            return
        with suppress(psutil.Error):  # it has just ended
            getattr(psutil.Process(pid), how)()

    def _pid(self) -> int | None:
        if self._process is not None:
            return self._process.pid
        return self._status.pid if self._status is not None else None

    def _report_death(self) -> None:
        """Write and tell how a process ended that did not do so itself."""
        from workbench.training.status import StatusWriter

        writer = StatusWriter(self.folder, self._status)
        state, reason = RunState.CANCELLED, ""
        if self._cancelled_at is None:
            how = exit_reason(self._process.returncode if self._process is not None else None)
            state, reason = RunState.LOST, self.lost_words().format(how=how)
        with suppress(WorkbenchError):  # the folder is gone or the disk full; the window is told either way
            writer.end(state, reason)
        self._status = writer.status
        self.status.emit(self.run_id, self._status)

    def lost_words(self) -> str:
        """What is told where the process ended without a word; ``{how}`` is how."""
        return self.tr(
            "The training process ended unexpectedly: {how}. Press Resume to continue after the last finished epoch."
        )

    def _reap(self) -> None:
        with suppress(subprocess.TimeoutExpired):  # `Standby` reaps it later
            self._process.wait(2.0)
