"""Runs side by side: validation chooses, the test is opened once, and unlike protocols are kept apart."""

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.app.pages import Page, preview
from workbench.app.pages._compare_columns import columns, is_usual, metrics_of, table_text
from workbench.app.pages._compare_pictures import Pictures
from workbench.app.pages._protocols import grouped
from workbench.app.pages._run_delegates import IntervalDelegate
from workbench.app.pages._run_table import Group, RunTable
from workbench.app.pages._run_words import differences, metric_title
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, theme
from workbench.app.widgets import Button, Card, EmptyState
from workbench.errors import WorkbenchError
from workbench.files import whole_file

MOST_DRAWN = 12  # runs in the plots; more cannot be told apart
FRAME = 66  # milliseconds between two refreshes
INTERVAL_COLUMN = 4
WIDTHS = (0, 166, 96, 104, 148, 84, 112, 96)  # of the columns; the first takes what is left
FIRST = "ndcg@10"


class ComparePage(Page):
    """A table of all runs, and plots of the selected ones."""

    name: ClassVar[str] = "compare"
    title: ClassVar[str] = QCoreApplication.translate("ComparePage", "Compare")
    icon: ClassVar[str] = "compare"
    order: ClassVar[int] = 5

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._metric = FIRST
        self._groups: list[Group] = []
        self.primary = QAction(self.tr("Open the test"), self)
        self.primary.triggered.connect(self._go_on)
        self._soon = QTimer(self, singleShot=True, interval=FRAME)
        self._soon.timeout.connect(self._catch_up)
        self._whole = True
        self._build()
        session.runs_changed.connect(self._hear_all)
        session.run_changed.connect(self._hear_one)
        session.task_changed.connect(self._hear_one)
        session.selection_changed.connect(self._hear_selection)
        theme().changed.connect(self._soon.start)
        self.refresh()

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        number = len(session.all_runs())
        if not number:
            return "", QCoreApplication.translate("ComparePage", "Train a run first")
        translate = QCoreApplication.translate
        one, more = translate("ComparePage", "1 run"), translate("ComparePage", "{n} runs")
        return one if number == 1 else more.format(n=number), ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        empty = EmptyState(
            "compare",
            self.tr("Train two runs to compare"),
            self.tr("Choose an algorithm"),
            more=self.tr("Their figures, intervals and curves will stand side by side here."),
        )
        empty.button.clicked.connect(self._go_to_train)
        self._stack.addWidget(empty)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._build_table(), 5)
        self.pictures = Pictures(self.session)
        column.addWidget(self.pictures, 4)
        self._stack.addWidget(whole)

    def _build_table(self) -> Card:
        card = Card(self.tr("Runs"), " ")
        card.body.setContentsMargins(GRID, 10, GRID, GRID)
        card.head.setContentsMargins(GRID, 0, GRID, 0)
        self._hint = card.hint
        self.chooser = QComboBox()
        self.chooser.setAccessibleName(self.tr("Test metric"))
        self.chooser.setToolTip(self.tr("The test metric of the table and of the plot"))
        self.chooser.setMinimumWidth(15 * GRID)
        self.chooser.activated.connect(self._choose_metric)
        self.copy = Button(self.tr("Copy"), "quiet", tip=self.tr("Copy the table with all figures, for a spreadsheet"))
        self.save = Button(self.tr("Save as CSV…"), "quiet", tip=self.tr("Write the table with all figures to a file"))
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        for one in (self.chooser, self.copy, self.save):
            card.head.addWidget(one)
        self.table = RunTable(self.tr("Runs"))
        self.table.setItemDelegateForColumn(INTERVAL_COLUMN, IntervalDelegate(self.table))
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.ids_selected.connect(self.session.select_runs)
        self.table.room_changed.connect(self._fit)
        self.table.setMinimumHeight(20 * GRID)
        card.add(self.table, 1)
        return card

    # What is shown -------------------------------------------------------------------------------------------------

    def drawn(self) -> list[RunInfo]:
        """Runs in the plots: the selected ones that may be compared with the first, or else all usable ones like it."""
        group = self._group()
        if group is None:
            return []
        chosen = [info for one in self.session.selected_runs for info in group.runs if info.id == one]
        if len(chosen) < 2:  # noqa: PLR2004 - a comparison
            chosen = [info for info in group.runs if info.state in ("done", "stopped", "running", "paused")]
        return chosen[-MOST_DRAWN:] if len(self.session.selected_runs) < 2 else chosen[:MOST_DRAWN]  # noqa: PLR2004

    def _group(self) -> Group | None:
        for one in self.session.selected_runs:
            return next((group for group in self._groups if any(info.id == one for info in group.runs)), None)
        return self._groups[0] if self._groups else None

    def to_test(self) -> list[RunInfo]:
        """Runs whose test would be opened: of the selected ones where there are two or more, else of all."""
        selected = self.session.selected_runs
        runs = self.session.all_runs()
        asked = [info for info in runs if info.id in selected] if len(selected) > 1 else runs
        return [info for info in asked if info.evaluation is None and info.usable]

    def _testing(self, info: RunInfo) -> bool:
        return str(info.folder) in self._in_test

    @property
    def _in_test(self) -> set[str]:
        return {str(task.args.get("run")) for task in self.session.tasks if task.job == "evaluate" and not task.over}

    # Following the session -----------------------------------------------------------------------------------------

    def _hear_all(self) -> None:
        self._whole = True
        self._later()

    def _hear_one(self, *_: object) -> None:
        self._later()

    def _hear_selection(self) -> None:
        self.table.choose(self.session.selected_runs)
        self._later()

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _catch_up(self) -> None:
        if not self.isVisible():
            return
        runs = self.session.all_runs()
        groups = grouped(runs)
        alike = [[info.id for info in group.runs] for group in groups] == self._shape() and not self._whole
        if alike and self._choices(runs) == self._offered():
            self._groups = groups
            self.table.runs().refresh()
            self._refresh_rest()
        else:
            self.refresh()

    def _shape(self) -> list[list[str]]:
        return [[info.id for info in group.runs] for group in self._groups]

    def refresh(self) -> None:
        """Show everything anew."""
        self._whole = False
        runs = self.session.all_runs()
        self._stack.setCurrentIndex(int(bool(runs)))
        self._groups = grouped(runs)
        self._offer_metrics(runs)
        details = {key: words for group in self._groups for key, words in differences(group.runs).items()}
        self.table.show_runs(columns(self._metric, self._groups, details, self._testing), self._groups)
        self.table.choose(self.session.selected_runs)
        self._fit()
        self._refresh_rest()

    def _refresh_rest(self) -> None:
        self._refresh_words()
        self._refresh_primary()
        self.pictures.show_runs(self.drawn(), self._metric)

    def _choices(self, runs: list[RunInfo]) -> list[str]:
        return sorted(metrics_of(runs), key=lambda one: not is_usual(one)) or [FIRST]

    def _offered(self) -> list[str]:
        offered = [self.chooser.itemData(at) for at in range(self.chooser.count())]
        return [one for one in offered if one is not None]  # a line between them has no data

    def _offer_metrics(self, runs: list[RunInfo]) -> None:
        names = self._choices(runs)
        if self._metric not in names:
            self._metric = FIRST if FIRST in names else names[0]
        if names != self._offered():
            self.chooser.clear()
            usual = [one for one in names if is_usual(one)]
            rest = [one for one in names if one not in usual]
            for one in usual:
                self.chooser.addItem(metric_title(one), one)
            if usual and rest:
                self.chooser.insertSeparator(len(usual))
            for one in rest:
                self.chooser.addItem(metric_title(one), one)
        self.chooser.setCurrentIndex(self.chooser.findData(self._metric))

    def _choose_metric(self, at: int) -> None:
        self._metric = self.chooser.itemData(at)
        self.refresh()

    def _refresh_words(self) -> None:
        runs = self.session.all_runs()
        if not runs:
            self.set_facts("")
            return
        tested_runs = sum(info.evaluation is not None for info in runs)
        self.set_facts(
            self.tr("{n} runs").format(n=len(runs)) + " · " + self.tr("the test of {n} is open").format(n=tested_runs)
            if len(runs) > 1
            else self.tr("Train another run to compare it with this one")
        )
        if len(self._groups) > 1:
            hint = self.tr("Judged in {n} ways, and only compared within each").format(n=len(self._groups))
        elif self.to_test() or not tested_runs:
            hint = self.tr("Validation chooses; the test is opened once, for the runs you will report")
        else:
            hint = self.tr("Same protocol, may be compared")
        self._hint.set_text(hint)

    def _refresh_primary(self) -> None:
        testing, waiting = len(self._in_test), len([info for info in self.to_test() if not self._testing(info)])
        if testing:
            self.primary.setText(self.tr("Testing {n}…").format(n=testing))
        elif waiting > 1:
            self.primary.setText(self.tr("Open the test of {n} runs").format(n=waiting))
        elif waiting or not any(info.evaluation for info in self.session.all_runs()):
            self.primary.setText(self.tr("Open the test"))
        else:
            self.primary.setText(self.tr("Inspect users"))
        self.primary.setEnabled(not testing and (waiting > 0 or self._all_open()))
        why = self.tr("Evaluates on the part that nothing has seen yet; then do not go back to tuning")
        self.primary.setToolTip(why if waiting else self.primary.text())

    def _all_open(self) -> bool:
        return not self.to_test() and any(info.evaluation is not None for info in self.session.all_runs())

    def _go_on(self) -> None:
        waiting = self.to_test()
        if waiting:
            self.session.evaluate([info.id for info in waiting])
            self._hear_one()
        elif self._all_open():
            self.session.request_page("inspect")

    # The table as a file -------------------------------------------------------------------------------------------

    def _copy(self) -> None:
        QApplication.clipboard().setText(table_text(self._groups, "\t"))
        self.session.notice.emit("ok", self.tr("The table is copied"))

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the table"), "runs.csv", self.tr("CSV (*.csv)"))
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the table to a CSV file."""
        try:
            with whole_file(path) as part:
                part.write_text(table_text(self._groups), encoding="utf-8")
        except WorkbenchError as error:
            self.session.failure.emit(self.tr("The table was not saved"), str(error), "")
        else:
            self.session.notice.emit("ok", self.tr("Saved {file}").format(file=path.name))

    # The page ------------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Give the first column what the others leave."""
        room = self.table.viewport().width()
        for at, width in enumerate(WIDTHS[1:], 1):
            self.table.setColumnWidth(at, width)
        self.table.setColumnWidth(0, max(20 * GRID, room - sum(WIDTHS)))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def shown(self) -> None:
        self.refresh()

    def find(self) -> None:
        self.table.setFocus()

    def _go_to_train(self) -> None:
        self.session.request_page("train")

    def remember(self) -> dict[str, Any]:
        return {"metric": self._metric}

    def recall(self, view: dict[str, Any]) -> None:
        self._metric = str(view.get("metric") or FIRST)


if __name__ == "__main__":
    preview(ComparePage)
