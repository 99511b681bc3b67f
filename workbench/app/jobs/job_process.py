"""Short jobs (preview, import, recommend, evaluate, export) outside the window's process.

One thread drives one child process, ``python -m workbench.worker``, by JSON lines:

- to the child: ``{"id": 7, "job": "import", "args": {…}}``
- from the child: ``{"event": "ready"}`` once, then lines ``{"id": 7, "event": "progress", "fraction": 0.4, "text": "…"}``
  and one of ``done`` (with ``result``), ``failed`` (with ``sentence`` and ``details``) or ``cancelled``.

A job is cancelled by ending the child and starting another: every write of a job is whole or absent, so nothing is left
half done, and no job needs to be asked politely.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.app.jobs.declared_jobs import job_title

PROGRESS_PAUSE = 0.05  # seconds between two reports that reach the window
PATIENCE = 3000  # milliseconds that closing waits for the thread

Done = Callable[[Any], object]
Failed = Callable[[str, str], object]
Progress = Callable[[float, str], object]


class Task(QObject):
    """One job, from being asked for to its end. Lives in the window's thread.

    Attributes
    ----------
    state : str
        "waiting", "running", then "done", "failed" or "cancelled".
    fraction : float
        0 to 1; negative while nothing is known.
    """

    progressed = Signal(float, str)
    done = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()
    finished = Signal()

    def __init__(
        self, number: int, job: str, args: dict[str, Any], title: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.number, self.job, self.args, self.title = number, job, args, title or job_title(job)
        self.state, self.fraction, self.text = "waiting", -1.0, ""
        self.result: Any = None
        self.started = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.state in ("done", "failed", "cancelled")


class TaskWorker(QObject):
    """Runs jobs one after another in a child process; jobs may be handed over at any time."""

    changed = Signal()

    def __init__(
        self, parent: QObject | None = None, command: list[str] | None = None, log: Path | None = None
    ) -> None:
        super().__init__(parent)
        self._thread = _Driver(command or [sys.executable, "-m", "workbench.worker"], log)
        self._thread.heard.connect(self._hear)
        self._tasks: dict[int, Task] = {}
        self._next = 1
        self._closed = False

    @property
    def tasks(self) -> list[Task]:
        """Jobs that wait or run, the running one first."""
        return list(self._tasks.values())

    @property
    def pid(self) -> int | None:
        """Process id of the child while it lives."""
        return self._thread.pid

    def start(self) -> None:
        """Start the child now, so that the first job need not wait for it."""
        if not self._closed and not self._thread.isRunning():
            self._thread.start()

    def submit(
        self,
        job: str,
        args: dict[str, Any],
        *,
        title: str = "",
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Hand over a job; the functions given are called in the window's thread."""
        task = Task(self._next, job, args, title, self)
        self._next += 1
        for given, its in ((done, task.done), (failed, task.failed), (progress, task.progressed)):
            if given is not None:
                its.connect(given)
        self._tasks[task.number] = task
        self.start()
        self._thread.put(task.number, json.dumps({"id": task.number, "job": job, "args": args}))
        self.changed.emit()
        return task

    def cancel(self, task: Task) -> None:
        """End a job at once. Its `cancelled` follows when its process is gone."""
        if not task.over:
            task.text = self.tr("Cancelling…")
            self._thread.cancel(task.number)
            self.changed.emit()

    def close(self) -> None:
        """End the child and the thread, and wait for both; neither comes back."""
        self._closed = True
        self._thread.finish()
        self._thread.wait(PATIENCE)

    @Slot(int, dict)
    def _hear(self, number: int, message: dict[str, Any]) -> None:
        task = self._tasks.get(number)
        if task is None:
            return
        event = message["event"]
        if event == "started":
            task.state = "running"
            task.started = time.monotonic()
        elif event == "progress":
            fraction = message.get("fraction")
            task.fraction = -1.0 if fraction is None else float(fraction)
            task.text = message.get("text") or ""
            task.progressed.emit(task.fraction, task.text)
        else:
            self._end(task, event, message)
        self.changed.emit()

    def _end(self, task: Task, event: str, message: dict[str, Any]) -> None:
        task.state = event
        del self._tasks[task.number]
        if event == "done":
            task.result = message.get("result")
            task.done.emit(task.result)
        elif event == "failed":
            task.failed.emit(message.get("sentence", ""), message.get("details", ""))
        else:
            task.cancelled.emit()
        task.finished.emit()
        task.deleteLater()


class _Driver(QThread):
    """Hands one line after another to the child and listens until each job has ended."""

    heard = Signal(int, dict)

    def __init__(self, command: list[str], log: Path | None) -> None:
        super().__init__()
        self._command, self._log = command, log
        self._lines: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self._child: subprocess.Popen[str] | None = None
        self._cancelled: set[int] = set()
        self._running = 0
        self._closing = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def put(self, number: int, line: str) -> None:
        self._lines.put((number, line))

    def cancel(self, number: int) -> None:
        with self._lock:
            self._cancelled.add(number)
            if self._running == number:
                self._kill()

    def finish(self) -> None:
        with self._lock:
            self._closing = True
            self._kill()
        self._lines.put(None)

    def run(self) -> None:
        """Everything that happens in the thread."""
        self._begin()
        while not self._closing and (job := self._lines.get()) is not None:
            number, line = job
            with self._lock:
                gone = number in self._cancelled
                self._running = 0 if gone else number
            if gone:
                self.heard.emit(number, {"event": "cancelled"})
            else:
                self.heard.emit(number, {"event": "started"})
                self.heard.emit(number, self._converse(number, line))
            with self._lock:
                self._running = 0
        self._end_child()

    def _converse(self, number: int, line: str) -> dict[str, Any]:
        """Hand a job over and pass its progress on; the message that ends it is returned."""
        child = self._living_child()
        if child is None:
            return self._death(number, None)
        try:
            child.stdin.write(line + "\n")
            child.stdin.flush()
            last = 0.0
            for text in child.stdout:
                message = _parsed(text)
                if message.get("id") != number:
                    continue
                if message.get("event") != "progress":
                    return message
                if time.monotonic() - last >= PROGRESS_PAUSE:
                    last = time.monotonic()
                    self.heard.emit(number, message)
        except (OSError, ValueError):
            pass  # The pipe broke: the child is gone, which is reported below.
        return self._death(number, child)

    def _death(self, number: int, child: "subprocess.Popen[str] | None") -> dict[str, Any]:
        """Say how a child ended that ought to have answered."""
        if number in self._cancelled or self._closing:
            if child is not None:
                self._end_child()
            with self._lock:
                self._running = 0  # the next child has done nothing to be ended for
            if not self._closing:
                self._begin()
            return {"event": "cancelled"}
        self._end_child()
        how = ending(child.returncode) if child is not None else self.tr("it could not be started")
        sentence = self.tr("The working process ended before the job was done: {how}. Try again.").format(how=how)
        return {"event": "failed", "sentence": sentence, "details": self._tail()}

    def _living_child(self) -> "subprocess.Popen[str] | None":
        if self._child is None or self._child.poll() is not None:
            self._end_child()
            self._begin()
        return self._child

    def _begin(self) -> None:
        log = self._log.open("a", encoding="utf-8") if self._log is not None else None
        pipe = subprocess.PIPE
        try:
            child = subprocess.Popen(
                self._command,
                stdin=pipe,
                stdout=pipe,
                stderr=log if log is not None else subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            )
        except OSError:
            child = None
        finally:
            if log is not None:
                log.close()
        with self._lock:
            self._child = child
            if self._closing or self._running in self._cancelled:
                self._kill()

    def _kill(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.kill()

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):  # what was still to be written cannot arrive any more
                pipe.close()

    def _tail(self) -> str:
        """The last lines that children wrote to the log."""
        if self._log is None or not self._log.exists():
            return ""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _parsed(line: str) -> dict[str, Any]:
    """One message; a line that is none (something a library printed) is passed over."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def ending(code: int | None) -> str:
    """How a process ended, in words, from its exit status; None where it is not known."""
    if code is None:
        return "it vanished"
    if code >= 0:
        return f"it ended with status {code}"
    name = {int(signal.SIGTERM): "terminated", int(getattr(signal, "SIGSEGV", 11)): "crashed in native code"}
    if code == -int(getattr(signal, "SIGKILL", 9)):
        return "killed by signal 9, perhaps because memory ran out"
    return f"{name.get(-code, 'ended')} by signal {-code}"
