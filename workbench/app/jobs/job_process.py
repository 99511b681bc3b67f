"""Short jobs (preview, import, recommend, evaluate, export) outside the window's process.

A child process, ``python -m workbench.worker``, is driven by JSON lines:

- to the child: ``{"id": 7, "job": "import", "args": {…}}``
- from the child: ``{"event": "ready"}`` once, then lines ``{"id": 7, "event": "progress", "fraction": 0.4, "text": "…"}``
  and one of ``done`` (with ``result``) or ``failed`` (with ``sentence`` and ``details``). Long lists of a result come
  before it in lines ``{"id": 7, "event": "part", "name": "users", "values": […]}``: the window reads them bit by bit.

A job is cancelled by ending the child and starting another: every write of a job is whole or absent, so nothing is left
half done, and no job needs to be asked politely.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from workbench.app.jobs.declared_jobs import job_title
from workbench.processes import exit_reason

TAIL = 4000  # bytes of the log that are told where the child died
PATIENCE_MS = 3000  # milliseconds that closing waits for the child

Done = Callable[[Any], object]
Failed = Callable[[str, str], object]
Progress = Callable[[float, str], object]


class Task(QObject):
    """One job, from being asked for to its end. Lives in the UI thread.

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
        self.cancelling = False
        self.parts: dict[str, list[Any]] = {}
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
        self._log = log
        self._tasks: dict[int, Task] = {}
        self._next = 1
        self._running: Task | None = None
        self._line: list[bytes] = []  # pieces of the one that is not whole yet
        self._ending = self._closed = self._resting = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._go_on)
        self._child = self._made(command or [sys.executable, "-m", "workbench.worker"])

    def _made(self, command: list[str]) -> QProcess:
        child = QProcess(self)
        child.setProgram(command[0])
        child.setArguments(command[1:])
        told = QProcessEnvironment.systemEnvironment()
        told.insert("PYTHONUNBUFFERED", "1")
        told.insert("PYTHONIOENCODING", "utf-8")
        child.setProcessEnvironment(told)
        errors = QProcess.nullDevice() if self._log is None else str(self._log)
        child.setStandardErrorFile(errors, QProcess.OpenModeFlag.Append)
        child.readyReadStandardOutput.connect(self._read)
        child.finished.connect(self._ended)
        child.errorOccurred.connect(self._erred)
        return child

    @property
    def tasks(self) -> list[Task]:
        """Jobs that wait or run, the running one first."""
        return list(self._tasks.values())

    @property
    def pid(self) -> int | None:
        """Process id of the child while it lives."""
        return self._child.processId() or None

    def start(self) -> None:
        """Start the child now, so that the first job need not wait for it."""
        if not self._closed and self._child.state() == QProcess.ProcessState.NotRunning:
            self._line = []
            self._child.start()

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
        """Hand over a job; the functions given are called when the event loop comes round."""
        task = Task(self._next, job, args, title, self)
        self._next += 1
        for given, its in ((done, task.done), (failed, task.failed), (progress, task.progressed)):
            if given is not None:
                its.connect(given)
        self._tasks[task.number] = task
        self._soon.start()
        self.changed.emit()
        return task

    def cancel(self, task: Task) -> None:
        """End a job at once. Its `cancelled` follows when its process is gone."""
        if task.over or task.cancelling:
            return
        task.cancelling, task.text = True, self.tr("Cancelling…")
        if task is self._running:
            self._end_child()
        else:
            self._soon.start()
        self.changed.emit()

    @Slot()
    def rest(self) -> None:
        """End the child where nothing is to do: it comes again with the next job, without all that the last one loaded."""
        if not self._tasks:
            self._resting = True
            self._end_child()

    def close(self) -> None:
        """End the child, and wait for that; it does not come back."""
        self._closed = True
        self._soon.stop()
        self._end_child()
        self._child.waitForFinished(PATIENCE_MS)

    @Slot()
    def _go_on(self) -> None:
        """Leave out what is not wanted any more, and hand the next job over if none is being done."""
        for task in self.tasks:
            if task.cancelling and task is not self._running:
                self._end(task, "cancelled")
        if self._running is not None or self._ending or not self._tasks:
            return
        task = self._running = self.tasks[0]
        task.state, task.started = "running", time.monotonic()
        self.start()
        line = json.dumps({"id": task.number, "job": task.job, "args": task.args})
        if self._running is task:  # else it could not be started, which was told at once
            self._child.write(line.encode() + b"\n")
        self.changed.emit()

    @Slot()
    def _read(self) -> None:
        given = bytes(self._child.readAllStandardOutput().data())
        *lines, rest = given.split(b"\n")
        if lines:
            lines[0], self._line = b"".join([*self._line, lines[0]]), []
        self._line.append(rest)
        for line in lines:
            self._hear(_parsed(line))

    def _hear(self, message: dict[str, Any]) -> None:
        task, event = self._running, message.get("event")
        if task is None or message.get("id") != task.number:
            return
        if event == "progress":
            fraction = message.get("fraction")
            task.fraction = -1.0 if fraction is None else float(fraction)
            task.text = message.get("text") or ""
            task.progressed.emit(task.fraction, task.text)
            self.changed.emit()
        elif event == "part":
            task.parts.setdefault(message["name"], []).extend(message["values"])
        else:
            self._end(task, event, message)

    def _end(self, task: Task, event: str, message: dict[str, Any] | None = None) -> None:
        message = message or {}
        task.state = event
        del self._tasks[task.number]
        if task is self._running:
            self._running = None
            self._soon.start()
        if event == "done":
            result = message.get("result")
            task.result = result | task.parts if task.parts else result
            task.done.emit(task.result)
        elif event == "failed":
            task.failed.emit(message.get("sentence", ""), message.get("details", ""))
        else:
            task.cancelled.emit()
        task.finished.emit()
        task.deleteLater()
        self.changed.emit()

    def _end_child(self) -> None:
        self._ending = self._child.state() != QProcess.ProcessState.NotRunning
        self._child.kill()

    @Slot(int, QProcess.ExitStatus)
    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._closed:
            return
        crashed = status == QProcess.ExitStatus.CrashExit and sys.platform != "win32"
        self._lose(exit_reason(-code if crashed else code))
        if self._ending:
            self._ending = False
            if self._tasks or not self._resting:
                self.start()
            self._resting = False
            self._soon.start()

    @Slot(QProcess.ProcessError)
    def _erred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._closed:  # what else goes wrong ends the child
            self._ending = False
            self._lose(self.tr("it could not be started"))

    def _lose(self, how: str) -> None:
        """Tell the running job that its process is gone."""
        task = self._running
        if task is None:
            return
        if task.cancelling:
            self._end(task, "cancelled")
            return
        sentence = self.tr("The working process ended before the job was done: {how}. Try again.").format(how=how)
        self._end(task, "failed", {"sentence": sentence, "details": self._tail()})

    def _tail(self) -> str:
        """The last lines that children wrote to the log."""
        if self._log is None or not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - TAIL))
            return file.read().decode("utf-8", errors="replace")


def _parsed(line: bytes) -> dict[str, Any]:
    """One message; a line that is none (something a library printed) is passed over."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
