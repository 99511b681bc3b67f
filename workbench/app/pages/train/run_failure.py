"""A run that failed, explained where it happened: what, why, and what to try instead."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from workbench.app.pages.train.fitted_label import Fitting
from workbench.app.pages.train.remedies import Remedies
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of, short_title
from workbench.app.widgets.basic import ErrorCard, clear
from workbench.training.remedies import Remedy, after_failure
from workbench.training.run_state import RunState

LOG_TAIL = 4000  # bytes of the log that explain a failure


class RunProblem(Fitting):
    """A card where a run failed; nothing, and of no height, where none did."""

    wanted = Signal(str, str, object)
    """Id of the run, and name and value of the hyperparameter with which to try it again."""

    def __init__(self) -> None:
        super().__init__()
        self._problem: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.remedies: Remedies | None = None
        self.setVisible(False)

    def show_run(self, info: RunInfo | None) -> None:
        """Explain the failure of a run, if it failed."""
        failed = info is not None and info.state.is_failure
        problem = (info.id, info.state, info.reason, info.details) if failed else ()
        if problem == self._problem:
            return
        self._problem = problem
        self._close()
        if not problem:
            return
        lost = info.state is RunState.LOST
        title = self.tr("{run} ended unexpectedly") if lost else self.tr("{run} failed")
        reason = info.reason[:600] or self.tr(
            "No reason was recorded. Press Resume to continue after the last finished epoch."
        )
        reason = reason[:1].upper() + reason[1:] if lost else reason
        card = ErrorCard(title.format(run=short_title(info)[:60]), reason, info.details or _log_tail(info))
        card.closed.connect(self._close)
        self._offer(card, info)
        self._column.addWidget(card)
        self.setVisible(True)

    def _offer(self, card: ErrorCard, info: RunInfo) -> None:
        kind = algorithm_of(info)
        found = _remedies(info)
        if kind is None or not found:
            return
        self.remedies = Remedies()
        self.remedies.show_remedies(kind, found)
        self.remedies.chosen.connect(self._choose)
        card.layout().insertWidget(2, self.remedies)  # under the sentence

    @Slot(str, object)
    def _choose(self, name: str, value: Any) -> None:
        self.wanted.emit(self._problem[0], name, value)

    @Slot()
    def _close(self) -> None:
        self.remedies = None
        clear(self._column)
        self.setVisible(False)


def _remedies(info: RunInfo) -> list[Remedy]:
    kind, given = algorithm_of(info), info.spec.get("hyperparameters")
    if kind is None or not isinstance(given, dict):
        return []
    changed = [change for change in info.spec.get("changes") or [] if change.get("name") in given]
    return after_failure(kind, given | {change["name"]: change["value"] for change in changed}, info.reason)


def _log_tail(info: RunInfo) -> str:
    try:
        with (info.folder / "log.txt").open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_TAIL))
            return file.read().decode("utf-8", errors="replace").strip()
    except OSError:
        return ""
