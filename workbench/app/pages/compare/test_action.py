"""The next step on the page Compare: the test is opened, once, for the runs that will be reported."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session

PAIR = 2  # runs that somebody chose to compare


class Testing(QObject):
    """Which runs wait for their test, which are tested now, and the order to open it."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._before: set[str] = set()
        self.order = QAction(self.tr("Run the test"), page)
        self.order.triggered.connect(self._go_on)

    def waiting(self) -> list[RunInfo]:
        """Runs whose test would be opened: of the selected ones where there are two or more, else of all but trials."""
        selected = self._session.selection.runs
        runs = self._session.runs.all()
        chosen = [info for info in runs if info.id in selected]
        # To open the test for every trial of a search would be to search on the test.
        asked = chosen if len(selected) >= PAIR else [info for info in runs if not info.search or info.id in selected]
        return [info for info in asked if info.evaluation is None and info.usable]

    def of(self, info: RunInfo) -> bool:
        """Whether a run is being tested."""
        return str(info.folder) in self._at_work()

    def turned(self) -> set[str]:
        """Ids of the runs whose test has begun or ended since this was last asked."""
        now = {Path(folder).name for folder in self._at_work()}
        before, self._before = self._before, now
        return before ^ now

    def refresh(self) -> None:
        """Offer what comes next."""
        at_work, waiting = self._at_work(), self.waiting()
        left = len([info for info in waiting if str(info.folder) not in at_work])
        opened = any(info.evaluation is not None for info in self._session.runs.all())
        if at_work:
            text = self.tr("Testing {n}…").format(n=len(at_work))
        elif left > 1:
            text = self.tr("Test {n} runs").format(n=left)
        elif left or not opened:
            text = self.tr("Run the test")
        else:
            text = self.tr("Inspect users")
        self.order.setText(text)
        self.order.setEnabled(not at_work and (left > 0 or (opened and not waiting)))
        why = self.tr("Evaluates on the held-out test set; do not tune any further after that")
        self.order.setToolTip(why if left else text)

    def _at_work(self) -> set[str]:
        tasks = self._session.jobs.tasks
        return {str(task.args.get("run")) for task in tasks if task.job == "evaluate" and not task.over}

    @Slot()
    def _go_on(self) -> None:
        waiting = self.waiting()
        if waiting:
            self._session.evaluate([info.id for info in waiting])
        elif any(info.evaluation is not None for info in self._session.runs.all()):
            self._session.request_page("inspect")
