"""One file at a time is written by the worker; something on the page says how it goes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.app.jobs.job_process import Task
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import line
from workbench.owned import sweep

Json = dict[str, Any]
# What was written, in a few parts, from the answer of the job.
Telling = Callable[[Json], list[str]]


class Told(Protocol):
    """What says how the writing goes, as `Outcome` does."""

    cancel_wanted: Any

    def show_progress(self, name: str) -> None:
        """It has begun."""

    def set_progress(self, fraction: float, what: str) -> None:
        """How far it is, 0 to 1; negative where that is not known."""

    def show_cancelling(self) -> None:
        """It is being ended."""

    def show_cancelled(self) -> None:
        """It was ended."""

    def show_done(self, path: Path, words: list[str], sha256: str = "") -> None:
        """What was written."""

    def show_failed(self) -> None:
        """It did not work."""


class Writing(QObject):
    """Hands a job over, passes its progress on, and cancels it."""

    changed = Signal()
    """A job has begun or ended."""
    done = Signal(str)
    """What was written, in words."""
    failed = Signal(str, str)
    """A sentence, details."""

    def __init__(self, session: Session, outcome: Told, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._outcome = session, outcome
        self.task: Task | None = None
        self._path = Path()
        self._telling: Telling | None = None
        self._sweeping = Background(self)
        outcome.cancel_wanted.connect(self._cancel)

    def start(self, job: str, args: Json, path: Path, telling: Telling) -> None:
        """Let a job write to `path`; nothing happens while another is at work."""
        if self.task is not None:
            return
        self._path, self._telling = path, telling
        self._outcome.show_progress(line(path.name))
        self.task = self._session.jobs.submit(
            job,
            {**args, "output": str(path)},
            title=self.tr("Writing {file}").format(file=line(path.name)),
            done=self._done,
            failed=self._fail,
            progress=self._outcome.set_progress,
        )
        self.task.cancelled.connect(self._cancelled)
        self.changed.emit()

    @Slot()
    def _cancel(self) -> None:
        if self.task is not None:
            self._outcome.show_cancelling()
            self._session.jobs.cancel(self.task)

    @Slot(object)
    def _done(self, answer: Json) -> None:
        self.task = None
        words = self._telling(answer) if self._telling is not None else []
        self._outcome.show_done(self._path, words, str(answer.get("sha256") or ""))
        self.done.emit(words[0] if words else "")
        self.changed.emit()

    @Slot(str, str)
    def _fail(self, sentence: str, details: str) -> None:
        self.task = None
        self._outcome.show_failed()
        self.failed.emit(sentence, details)
        self.changed.emit()

    @Slot()
    def _cancelled(self) -> None:
        self.task = None
        self._sweeping.ask(partial(sweep, self._path.parent, self._path.name))
        self._outcome.show_cancelled()
        self.changed.emit()
