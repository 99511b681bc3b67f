"""Above the table of runs: what to look for, how to group, by which metric, which columns, and the table as a file."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QSizePolicy, QWidget

from workbench.app.pages.compare.columns import TEST, is_usual, metrics_of, plain, usual_columns
from workbench.app.runs.run_store import RunInfo
from workbench.app.widgets.basic import Button, SearchField
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID
from workbench.metrics import metric_title

FIRST = "ndcg@10"


class Tools(QWidget):
    """Small controls at the right end of a card's head."""

    looked_for = Signal(str)
    """Words that a run must have."""
    grouped = Signal(str)
    """protocol, algorithm or tag."""
    metric_chosen = Signal(str)
    columns_chosen = Signal(object)
    """Names of columns, or None for the usual ones."""
    copy = Signal()
    save = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._measured: list[str] | None = None
        self._names: list[str] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self.field = SearchField(self.tr("Filter"))
        self.field.setToolTip(self.tr("Only runs with these words in their name, algorithm or tags (Ctrl+F)"))
        self.field.setMinimumWidth(12 * GRID)
        self.field.setMaximumWidth(22 * GRID)
        self.field.textChanged.connect(self.looked_for)
        self.way = QuietBox()
        self.way.setAccessibleName(self.tr("Group by"))
        self.way.setToolTip(self.tr("Runs with different protocols are always listed apart"))
        for key, text in {
            "protocol": self.tr("By protocol"),
            "algorithm": self.tr("By algorithm"),
            "tag": self.tr("By first tag"),
        }.items():
            self.way.addItem(text, key)
        self.way.activated.connect(self._choose_way)
        self.chooser = QuietBox()
        self.chooser.setAccessibleName(self.tr("Test metric"))
        self.chooser.setToolTip(self.tr("The test metric in the table and the chart"))
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(10)
        self.chooser.activated.connect(self._choose_metric)
        self.columns = Button(self.tr("Columns"), "quiet", tip=self.tr("Columns of the table"))
        self.menu = ColumnMenu(self.columns)
        self.menu.chosen.connect(self.columns_chosen)
        self.columns.setMenu(self.menu)
        self.more = Button("", "quiet", icon="export", tip=self.tr("Export the table"))
        files = QMenu(self.more)
        files.addAction(self.tr("Copy the table, for a spreadsheet")).triggered.connect(self.copy)
        files.addAction(self.tr("Save as CSV…")).triggered.connect(self.save)
        self.more.setMenu(files)
        for widget in (self.field, self.way, self.chooser, self.columns, self.more):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_way(self, way: str) -> None:
        """Show how runs are grouped."""
        self.way.setCurrentIndex(max(0, self.way.findData(way)))

    def offer(self, runs: Sequence[RunInfo], metric: str, chosen: Sequence[str] | None) -> str:
        """Offer the metrics that were measured; returns the one to show, which is `metric` where it is among them."""
        measured = metrics_of(runs)
        if measured != self._measured:
            self._measured = measured
            self._fill(sorted(measured, key=lambda one: not is_usual(one)) or [FIRST])
        names = self._names
        if metric not in names:
            metric = FIRST if FIRST in names else names[0]
        self.chooser.setCurrentIndex(self.chooser.findData(metric))
        self.menu.set_choice(names, metric, chosen)
        return metric

    def _fill(self, names: list[str]) -> None:
        self._names = names
        self.chooser.clear()
        usual = [name for name in names if is_usual(name)]
        rest = [name for name in names if name not in usual]
        for metric in usual:
            self.chooser.addItem(metric_title(metric), metric)
        if usual and rest:
            self.chooser.insertSeparator(len(usual))
        for metric in rest:
            self.chooser.addItem(metric_title(metric), metric)

    @Slot(int)
    def _choose_metric(self, at: int) -> None:
        self.metric_chosen.emit(self.chooser.itemData(at))

    @Slot(int)
    def _choose_way(self, at: int) -> None:
        self.grouped.emit(self.way.itemData(at))


class StayingMenu(QMenu):
    """A menu of boxes to tick that stays until one has ticked enough."""

    def mouseReleaseEvent(self, event: Any) -> None:
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() not in keys or not self._tick(self.activeAction()):
            super().keyPressEvent(event)

    def _tick(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


class ColumnMenu(StayingMenu):
    """A box to tick for each column; metrics with several cutoffs have a menu of their own. Made when it is opened."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._metrics: list[str] = []
        self._metric, self._wanted = "", list[str]()
        self._usual = True
        self.aboutToShow.connect(self.fill)

    def set_choice(self, metrics: list[str], metric: str, chosen: Sequence[str] | None) -> None:
        """Say what was measured, by which metric the table is shown, and which columns it has (None: the usual ones)."""
        self._metrics, self._metric, self._usual = metrics, metric, chosen is None
        self._wanted = usual_columns(metric) if chosen is None else list(chosen)

    @Slot()
    def fill(self) -> None:
        """Make the entries anew."""
        for menu in self.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            menu.deleteLater()
        self.clear()
        for name, text in plain().items():
            self._add(self, name, text)
        self.addSeparator()
        self._add_metrics(self, [metric for metric in self._metrics if is_usual(metric)])
        rest = [metric for metric in self._metrics if not is_usual(metric)]
        if rest:
            self._add_metrics(self._inside(self, self.tr("Other metrics")), rest)
        self.addSeparator()
        back = self.addAction(self.tr("Default columns"))
        back.setEnabled(not self._usual)
        back.triggered.connect(partial(self.chosen.emit, None))

    def _add_metrics(self, menu: QMenu, metrics: Sequence[str]) -> None:
        by_name: dict[str, list[str]] = {}
        for metric in metrics:
            by_name.setdefault(metric.partition("@")[0], []).append(metric)
        for name, several in by_name.items():
            place = menu if len(several) == 1 else self._inside(menu, metric_title(name))
            for metric in several:
                self._add(place, f"{TEST}{metric}", metric_title(metric))

    def _inside(self, menu: QMenu, title: str) -> QMenu:
        inside = StayingMenu(title.replace("&", "&&"), self)
        menu.addMenu(inside)
        return inside

    def _add(self, menu: QMenu, name: str, text: str) -> None:
        action = menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(name in self._wanted or name == f"{TEST}{self._metric}")
        action.setEnabled(name != f"{TEST}{self._metric}")  # it is always there
        action.setData(name)
        action.toggled.connect(partial(self._choose, name))

    def _choose(self, name: str, on: bool) -> None:
        self._wanted = [key for key in self._wanted if key != name] + ([name] if on else [])
        self._usual = False
        self.chosen.emit(list(self._wanted))
