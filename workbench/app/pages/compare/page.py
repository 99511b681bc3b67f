"""Runs side by side: validation chooses, the test is opened once, and unlike protocols are kept apart."""

from collections.abc import Iterator
from typing import Any, ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.app.jobs.slices import Slices
from workbench.app.page import Page
from workbench.app.pages.compare.actions import RunDeeds, UndoBar
from workbench.app.pages.compare.chart_panel import ChartPanel
from workbench.app.pages.compare.charts.curves import CurvesChart, cutoffs_plot
from workbench.app.pages.compare.columns import columns
from workbench.app.pages.compare.comparable import Keys, grouped
from workbench.app.pages.compare.delegates import InkDelegate, IntervalDelegate, LightsDelegate
from workbench.app.pages.compare.grouping import WAYS, arranged, matching
from workbench.app.pages.compare.model import Group, RunColumn
from workbench.app.pages.compare.report_button import ReportOrder
from workbench.app.pages.compare.save_table import TableFile
from workbench.app.pages.compare.table import RunTable
from workbench.app.pages.compare.test_action import Testing
from workbench.app.pages.compare.toolbar import FIRST, Tools
from workbench.app.pages.compare.verdict import VerdictLines
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.now import now_of
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Card, EmptyState
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.theme import GRID, theme
from workbench.app.widgets.translate import translate

MOST_DRAWN = 20  # runs in the plots; more cannot be told apart
FRAME = 66  # milliseconds between two refreshes
NEXT = 33  # milliseconds from the table to the pictures: to paint both takes longer than a frame
WARM = 500  # milliseconds of rest after which runs are looked at for what may be compared
PAUSE_MS = 200  # milliseconds without a key after which curves are drawn of what was found


class ComparePage(Page):
    """A table of all runs, and plots of the selected ones."""

    name: ClassVar[str] = "compare"
    title: ClassVar[str] = translate("ComparePage", "Compare")
    icon: ClassVar[str] = "compare"
    order: ClassVar[int] = 5
    smallest: ClassVar[tuple[int, int]] = (720, 380)

    def build(self) -> Iterator[None]:
        session = self.session
        self._metric = FIRST
        self._way = WAYS[0]
        self._chosen_columns: list[str] | None = None
        self._keys = Keys()
        self._turned: set[str] = set()  # first runs of repeats that a person opened or closed
        self._groups: list[Group] = []
        self._rows: list[Group] = []
        self._columns: list[RunColumn] = []
        self._stamped: list[tuple[Any, ...]] = []
        self._pictured: tuple[Any, ...] = ()
        self.testing = Testing(session, self)
        self.primary = self.testing.order
        self.report = ReportOrder(session)
        self.secondary = [self.report]
        self._soon = QTimer(self, singleShot=True, interval=FRAME)
        self._soon.timeout.connect(self._catch_up)
        self._then = QTimer(self, singleShot=True, interval=NEXT)
        self._then.timeout.connect(self._draw)
        self._typed = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._typed.timeout.connect(self._draw)
        self._whole = True
        self._warming = Slices(self._keys.warm, self)
        self._then_warm = QTimer(self, singleShot=True, interval=WARM)
        self._then_warm.timeout.connect(self._warm)
        self._told: set[str] = set()  # runs that have changed since the last frame
        self.tools = Tools()
        yield
        self._build()
        yield
        for signal in (
            session.runs.changed,
            session.searches.changed,
            session.versions.changed,
            session.project.split_changed,
        ):
            signal.connect(self._hear_all)
        session.runs.run_changed.connect(self._hear_one)
        session.jobs.changed.connect(self._later)
        session.selection.changed.connect(self._hear_selection)
        theme().changed.connect(self._soon.start)
        self.refresh()

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        number = len(session.runs.all())
        if not number:
            return "", translate("ComparePage", "Train a run first")
        one, more = translate("ComparePage", "1 run"), translate("ComparePage", "{n} runs")
        return one if number == 1 else more.format(n=number), ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        empty = EmptyState(
            "compare",
            self.tr("Train two runs to compare"),
            self.tr("Choose an algorithm"),
            more=self.tr("Their results, intervals and curves will appear here side by side."),
        )
        empty.button.clicked.connect(self._go_to_train)
        self._stack.addWidget(empty)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._build_table(), 5)
        self._room = QVBoxLayout()
        column.addLayout(self._room, 4)
        self._stack.addWidget(whole)

    @Deferred
    def _cutoffs(self) -> LinePlot:
        return cutoffs_plot()

    @Deferred
    def _curves(self) -> CurvesChart:
        return CurvesChart(self.session, self._cutoffs)

    @Deferred
    def pictures(self) -> ChartPanel:
        """The plots under the table; they take longer to make than all the rest."""
        made = ChartPanel(self.session, self._curves)
        self._room.addWidget(made)
        made.show()
        return made

    def _build_table(self) -> Card:
        card = Card(self.tr("Runs"), " ")
        card.body.setContentsMargins(GRID, 10, GRID, GRID)
        card.head.setContentsMargins(GRID, 0, GRID, 0)
        self._hint = card.hint
        self.chooser, self.field = self.tools.chooser, self.tools.field
        self.tools.looked_for.connect(self._look_for)
        self.tools.grouped.connect(self._group_by)
        self.tools.metric_chosen.connect(self._choose_metric)
        self.tools.columns_chosen.connect(self._choose_columns)
        self.file = TableFile(self.session, self)
        self.tools.copy.connect(self.file.copy)
        self.tools.save.connect(self.file.save)
        card.head.addWidget(self.tools)
        self.table = RunTable(self.tr("Runs"))
        self._drawn_by = {"interval": IntervalDelegate(self.table), "checks": LightsDelegate(self.table)}
        self._plainly = InkDelegate(self.table)
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.ids_selected.connect(self.session.selection.select_runs)
        self.table.room_changed.connect(self._fit)
        self.table.group_turned.connect(self._turn)
        self.field.returnPressed.connect(self.table.setFocus)
        self.field.down_pressed.connect(self.table.setFocus)
        self.nothing = EmptyState("search", "", self.tr("Show all runs"))
        self.nothing.button.clicked.connect(self.field.clear)
        place = QWidget()
        place.setMinimumHeight(18 * GRID)
        self._found = QStackedLayout(place)
        self._found.addWidget(self.table)
        self._found.addWidget(self.nothing)
        card.add(place, 1)
        self.verdict = VerdictLines(self.session)
        card.add(self.verdict)
        self.bar = UndoBar(place)
        self.deeds = RunDeeds(self.session, self.table, self)
        self.deeds.done.connect(self.bar.say)
        self.deeds.undone.connect(self.bar.hide)
        self.bar.button.clicked.connect(self.deeds.go_back)
        return card

    # What is shown -------------------------------------------------------------------------------------------------

    def drawn(self) -> list[RunInfo]:
        """Runs in the plots: the selected ones that may be compared with the first, or else all usable ones like it."""
        group = self._group()
        if group is None:
            return []
        chosen = [info for run_id in self.session.selection.runs for info in group.runs if info.id == run_id]
        if len(chosen) < 2:  # noqa: PLR2004 - a comparison
            there = [info for info in group.runs if info.state.is_usable or info.state.is_active]
            chosen = [info for info in there if not info.search] or there  # hundreds of trials would hide the others
        return chosen[-MOST_DRAWN:] if len(self.session.selection.runs) < 2 else chosen[:MOST_DRAWN]  # noqa: PLR2004

    def _group(self) -> Group | None:
        for run_id in self.session.selection.runs:
            for group in self._groups:
                if any(info.id == run_id for info in group.runs):
                    return group
        return self._groups[0] if self._groups else None

    # Following the session -----------------------------------------------------------------------------------------

    def _hear_all(self) -> None:
        self._whole = True
        self._later()
        if not self.isVisible():
            self._then_warm.start()

    def _warm(self) -> None:
        """Find out what may be compared before anybody looks: of hundreds of runs that takes longer than a frame."""
        if not self.isVisible():
            self._warming.begin(self.session.runs.all())

    def _hear_one(self, run_id: str) -> None:
        self._told.add(run_id)
        self._later()

    def _hear_selection(self) -> None:
        self.table.choose(self.session.selection.runs)
        self._later()

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _catch_up(self) -> None:
        if not self.isVisible():
            return
        if self._whole or self._stamp() != self._stamped:
            self.refresh()
        else:
            self.table.runs().refresh(self._told | self.testing.turned())
            self._told.clear()
            self._refresh_rest()

    def _stamp(self) -> list[tuple[Any, ...]]:
        """What the rows and their order depend on; the rest of a run changes many times a second while it learns."""
        runs = self.session.runs.all()
        return [(info.id, info.title, info.notes, id(info.spec), id(info.evaluation)) for info in runs]

    def refresh(self) -> None:
        """Show everything anew."""
        self._whole, self._stamped = False, self._stamp()
        self._told.clear()
        self.testing.turned()
        runs = self.session.runs.all()
        found = matching(runs, self.field.text())
        self._stack.setCurrentIndex(int(bool(runs)))
        self._found.setCurrentIndex(int(bool(runs) and not found))
        self.nothing.set_text(self.tr("No run contains “{words}”").format(words=self.field.text().strip()[:60]))
        now = now_of(self.session)
        searches = {info.id: info.title for info in self.session.searches.all()}
        self._rows = arranged(found, self._way, self._keys, self._turned, now, searches)
        divided = any(group.parts for group in self._rows)
        self._groups = grouped(found, key=self._keys, now=now) if divided else self._rows
        self._metric = self.tools.offer(runs, self._metric, self._chosen_columns)
        self.file.groups = self._groups
        self._columns = columns(self._metric, self._groups, self._rows, self.testing.of, self._chosen_columns)
        for at, column in enumerate(self._columns[1:], 1):
            delegate = self._drawn_by.get(column.name, self._plainly)
            if self.table.itemDelegateForColumn(at) is not delegate:  # each new one has everything drawn again
                self.table.setItemDelegateForColumn(at, delegate)
        self.table.show_runs(self._columns, self._rows)
        self.table.choose(self.session.selection.runs)
        self._fit()
        self._refresh_rest()

    def _refresh_rest(self) -> None:
        self._refresh_words()
        self.testing.refresh()
        self.report.metric = self._metric
        self.report.refresh()
        if self._typed.isActive():  # whoever types is not to wait for twenty curves at each key
            self._typed.start()
        else:
            self._then.start()
        group, selected = self._group(), self.session.selection.runs
        chosen = [
            info for run_id in selected for info in (group.runs if group is not None else []) if info.id == run_id
        ]
        everyone = self.session.runs.all()
        self.verdict.show_runs(chosen, self._metric, others=len(selected) - len(chosen), everyone=everyone)

    def _draw(self) -> None:
        """Draw the pictures, where something on them is new: curves cost more than all of the table."""
        drawn = self.drawn()
        told = [(info.id, info.title, info.state, info.notes, id(info.evaluation)) for info in drawn]
        pictured = (self._metric, theme().dark, told)
        if not self.isVisible():
            return  # drawn when it comes to the front
        if pictured != self._pictured or not all(info.over for info in drawn):
            self._pictured = pictured
            self.pictures.show_runs(drawn, self._metric)

    @property
    def over(self) -> bool:
        """Whether all is drawn that is to be."""
        return not self._then.isActive() and self.pictures.over

    def finish(self) -> None:
        """Draw now what would come in a moment."""
        self._then.stop()
        self._draw()
        self.pictures.finish()

    def _choose_metric(self, metric: str) -> None:
        self._metric = metric
        self.refresh()

    def _choose_columns(self, names: list[str] | None) -> None:
        self._chosen_columns = names
        self.refresh()

    def _group_by(self, way: str) -> None:
        self._way = way
        self._turned.clear()
        self.refresh()

    def _turn(self, group: Group) -> None:
        """Open or close a line of repeats."""
        self._turned ^= {min(info.id for info in group.runs)}
        self.refresh()

    def _look_for(self) -> None:
        self._whole = True
        self._typed.start()
        self._later()

    def _refresh_words(self) -> None:
        runs = self.session.runs.all()
        if not runs:
            self.set_subtitle("")
            return
        tested_runs = sum(info.evaluation is not None for info in runs)
        self.set_subtitle(
            self.tr("{n} runs").format(n=len(runs)) + " · " + self.tr("{n} tested").format(n=tested_runs)
            if len(runs) > 1
            else self.tr("Train another run to compare it with this one")
        )
        if len(self._rows) > 1:
            hint = self.tr("{n} different protocols; compare runs only within each").format(n=len(self._rows))
        elif self.testing.waiting() or not tested_runs:
            hint = self.tr("Choose by validation; run the test once, for the runs you will report")
        else:
            hint = self.tr("Same protocol: comparable")
        self._hint.set_text(hint)

    # The page ------------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Give the first column what the others leave."""
        others = [column.width for column in self._columns[1:]]
        self.table.set_widths([max(18 * GRID, self.table.viewport().width() - sum(others)), *others])

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def shown(self) -> None:
        self.refresh()

    def find(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def _go_to_train(self) -> None:
        self.session.request_page("train")

    def remember(self) -> dict[str, Any]:
        by = self.table.runs().by
        return {"metric": self._metric, "columns": self._chosen_columns, "group": self._way, "sort": by and list(by)}

    def recall(self, view: dict[str, Any]) -> None:
        self._metric = str(view.get("metric") or FIRST)
        self._way = view["group"] if view.get("group") in WAYS else WAYS[0]
        self.tools.set_way(self._way)
        names = view.get("columns")
        self._chosen_columns = [str(name) for name in names] if isinstance(names, list) else None
        sort = view.get("sort")
        if isinstance(sort, list) and len(sort) == 2:  # noqa: PLR2004 - a column, and which way
            self.table.sort_by(str(sort[0]), falling=bool(sort[1]))
        self._whole = True
