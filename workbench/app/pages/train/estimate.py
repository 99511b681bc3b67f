"""What a training would take, in a quiet line that is there before it starts."""

import json
import time
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from workbench.algorithms import Algorithm
from workbench.app.jobs.job_process import Task
from workbench.app.pages.train.fitted_label import Fitting
from workbench.app.pages.train.remedies import Remedies
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import size
from workbench.app.widgets.basic import Elided, Text
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.training.remedies import after_failure
from workbench.training.run_state import RunState

Json = dict[str, Any]

PAUSE_MS = 600  # milliseconds from the last change of the form to the question
MOST_KNOWN = 64  # answers that are kept
MINUTE, HOUR = 60, 3600
LOAD_SECONDS = 8.0  # after which the process that stands by has loaded what it needs, on a slow machine too
LOADED_BYTES = 270 << 20  # what it holds then


class EstimateLine(Fitting):
    """Asks what a training takes when the form has come to rest, and never while a run needs the machine.

    An answer that nobody waits for any more is not waited for: its process is ended.
    """

    wanted = Signal(str, object)
    """Name and value of a hyperparameter with which the training would fit."""

    counted = Signal(list)
    """What defaults follow of the data that the filters leave: interactions, users, items."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._kind: type[Algorithm] | None = None
        self._question: Json = {}
        self._job = "estimate"
        self._key = ""
        self._known: dict[str, Json] = {}
        self._task: Task | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 4, GRID, 4)
        column.setSpacing(4)
        self.words = Elided("", SMALL, "muted")
        self.problem = Text("", SMALL, "warn", wrap=True)
        self.remedies = Remedies(upright=True)
        for widget in (self.words, self.problem, self.remedies):
            column.addWidget(widget)
        self.remedies.chosen.connect(self.wanted)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._send)
        self._show({})
        for signal in (session.runs.changed, session.runs.run_changed, session.searches.changed):
            signal.connect(self._hear_runs)

    def ask(self, kind: type[Algorithm] | None, question: Json, job: str = "estimate") -> None:
        """Tell what these settings take; nothing where the question is empty.

        Parameters
        ----------
        question
            Arguments of the job.
        job
            "estimate" of a run, or "search_estimate".
        """
        key = job + json.dumps(question, sort_keys=True) if question else ""
        if key == self._key:
            return
        self._forget()
        self._kind, self._question, self._key, self._job = kind, question, key, job
        self._show(self._known.get(key, {}))
        self._look()

    def _look(self) -> None:
        """Ask in a moment, where there is something to ask and the machine is free."""
        if not self._key or self._key in self._known:
            return
        if self._busy():
            self._forget()
            self._say(self.tr("Not measured while a run trains"))
        elif self._task is None and not self._soon.isActive():
            self._say("")
            self._soon.start()

    def _busy(self) -> bool:
        training = any(info.state is RunState.RUNNING for info in self._session.runs.all_active())
        return training or bool(self._session.searches.all_active())

    def _forget(self) -> None:
        self._soon.stop()
        task, self._task = self._task, None
        if task is not None:
            self._session.jobs.cancel(task)

    @Slot()
    def _send(self) -> None:
        if not self.isVisible() or self._busy():
            return
        asked = dict(self._question["asked"])
        if (held := _held_by(self._session.runs.standby.pid)) is not None:
            asked["held"] = held
        self._task = self._session.jobs.submit(
            self._job, {**self._question, "asked": asked}, done=self._done, failed=self._fail
        )
        self._task.finished.connect(self._end)
        self._say(self.tr("Measuring time and memory…"))

    @Slot(object)
    def _done(self, answer: Json) -> None:
        if self.sender() is not self._task:
            return
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[self._key] = answer
        self._show(answer)
        if "facts" in answer:
            self.counted.emit(answer["facts"])

    @Slot(str, str)
    def _fail(self, sentence: str, _details: str) -> None:
        if self.sender() is self._task:
            given = self._question["asked"].get("hyperparameters", {})
            found = after_failure(self._kind, given, sentence) if self._kind is not None else []
            self._known[self._key] = {"refused": sentence, "remedies": found}
            self._show(self._known[self._key])

    @Slot()
    def _end(self) -> None:
        if self.sender() is self._task:
            self._task = None

    @Slot()
    @Slot(str)
    def _hear_runs(self, _run_id: str = "") -> None:
        self._look()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._forget()

    def _show(self, answer: Json) -> None:
        problem = answer.get("problem") or answer.get("refused") or ""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if self._kind is not None:
            self.remedies.show_remedies(self._kind, answer.get("remedies") or [])
        else:
            self.remedies.hide()
        self.words.setVisible(not problem)
        if not answer or problem:
            self._say("")
            return
        if self._job == "search_estimate":
            self._show_search(answer)
            return
        words = self.tr("{time} · {memory} · {disk} on disk").format(
            time=roughly(answer["seconds"]), memory=size(answer["memory_bytes"]), disk=_small(answer["disk_bytes"])
        )
        tip = self.tr("Estimated from a few steps on the processor, for all epochs with validation after each")
        self._say(words, tip)

    def _show_search(self, answer: Json) -> None:
        words = self.tr("{time} for {n} trials at most · {memory}").format(
            time=roughly(answer["seconds"]), n=answer["trials"], memory=size(answer["memory_bytes"])
        )
        usual = ", ".join(roughly(seconds) for seconds in answer["trial_seconds"].values())
        tip = self.tr("A usual trial takes {time}, measured in a few steps; giving up hopeless ones saves some of it")
        self._say(words, tip.format(time=usual))

    def _say(self, words: str, tip: str = "") -> None:
        self.words.set_text(words or " ")
        self.words.setToolTip(tip)


def roughly(seconds: float) -> str:
    """A time that is only known about: "about 3 min"."""
    if seconds < 1:
        return translate("EstimateLine", "less than 1 s")
    if seconds < MINUTE:
        near = round(seconds) if seconds < 10 else 5 * round(seconds / 5)  # noqa: PLR2004 - seconds matter below
        return translate("EstimateLine", "about {n} s").format(n=near)
    if seconds < HOUR:
        return translate("EstimateLine", "about {n} min").format(n=max(1, round(seconds / MINUTE)))
    hours = seconds / HOUR
    return translate("EstimateLine", "about {n} h").format(n=f"{hours:.1f}" if hours < 10 else f"{hours:.0f}")  # noqa: PLR2004 - as above


def _small(count: float) -> str:
    return size(count) if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"  # noqa: PLR2004 - a megabyte


def _held_by(pid: int | None) -> int | None:
    """Bytes that the process holds which stands by to train, or will when it has loaded; None where none does."""
    import psutil

    if pid is not None:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            still_loads = time.time() - process.create_time() < LOAD_SECONDS
            return max(int(process.memory_info().rss), LOADED_BYTES if still_loads else 0)
    return None
