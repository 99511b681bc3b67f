"""One run while it learns and afterwards: what it does now, the orders it takes, its curves, its figures."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.pages.train.run_controls import RunOrders
from workbench.app.pages.train.run_failure import RunProblem
from workbench.app.pages.train.run_figures import RunFigures
from workbench.app.pages.train.run_header import RunHead
from workbench.app.pages.train.run_plots import RunPlots
from workbench.app.pages.train.run_remarks import RunRemarks
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.curve_reader import CurveReader
from workbench.app.runs.run_groups import beside
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.now import now_of
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Elided, show_if
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.theme import GRID, SMALL, theme

FRAME = 66  # milliseconds between two drawings
MOST_OVERLAID = 5


class RunPanel(QWidget):
    """Follows the first selected run; those selected besides that are of the same data and split lie under its curves."""

    wanted = Signal(str, str, object)
    """Id of a run, and name and value of the hyperparameter with which to try it again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._ids: list[str] = []
        self._wishes: dict[str, tuple[str, str]] = {}
        self.reader = CurveReader(self)
        self._draw_soon = QTimer(self, singleShot=True, interval=FRAME)
        self._draw_soon.timeout.connect(self._draw)
        self.head = RunHead(session)
        self.orders = RunOrders(session, self.head.state)
        self.problem, self.remarks = RunProblem(), RunRemarks()
        self.apart = Elided("", SMALL, "muted")
        self.apart.setContentsMargins(4, 0, 0, 0)
        self._figures = RunFigures()
        self.figures = self._figures.figures
        top = QVBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.head)
        top.addWidget(self.orders)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.apart)
        column.addWidget(self.problem)
        column.addWidget(self.remarks)
        self._room = QVBoxLayout()
        column.addLayout(self._room, 1)
        column.addWidget(self._figures)
        self._connect()
        self._say()  # before it is shown, so that it is not wider for a moment than what it offers needs

    def _connect(self) -> None:
        session = self.session
        self.head.ordered.connect(self._order)
        self.problem.wanted.connect(self.wanted)
        self.reader.grown.connect(self._draw_later)
        session.runs.grown.connect(self._hear_growth)
        session.runs.restarted.connect(self._hear_restart)
        session.runs.run_changed.connect(self._hear_change)
        session.runs.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        for signal in (session.project.split_changed, session.versions.changed):
            signal.connect(self._say_apart)

    @Deferred
    def loss(self) -> LinePlot:
        """The plot of the loss; each plot is made by itself, for all together hold the window too long."""
        return LinePlot(self.tr("Loss"), x="", legend=False, whole=True)

    @Deferred
    def validation(self) -> LinePlot:
        """The plot of what validation says."""
        return LinePlot(self.tr("Validation"), x=self.tr("epoch"), legend=False, whole=True)

    @Deferred
    def other(self) -> LinePlot:
        """The plot of what else is recorded."""
        return LinePlot(self.tr("Other values"), x=self.tr("epoch"), legend=False, whole=True)

    @Deferred
    def plots(self) -> RunPlots:
        """The curves; they take longer to make than all the rest."""
        made = RunPlots(self.session, (self.loss, self.validation, self.other))
        made.outdated.connect(self._draw_later)
        theme().changed.connect(made.redraw)
        self._room.addWidget(made)
        made.show()  # now, not when the event loop comes round: it is drawn on at once
        return made

    @property
    def info(self) -> RunInfo | None:
        """The run that is shown: the first selected one, else the one that trains, else the newest."""
        session = self.session
        for run_id in session.selection.runs:
            return session.runs.get(run_id)
        runs = session.runs.all()
        return session.runs.active() or (runs[-1] if runs else None)

    def refresh(self) -> None:
        """Catch up with the session; nothing happens while nobody looks."""
        if not self.isVisible():
            return
        info = self.info
        ids = [] if info is None else [info.id, *(other.id for other in self._beside(info)[:MOST_OVERLAID])]
        if ids != self._ids:
            self.reader.follow(
                {run_id: run.folder for run_id in ids if (run := self.session.runs.get(run_id)) is not None}
            )
            self._ids = list(self.reader.curves)
        self._say()
        self._draw()

    def _selected(self) -> list[RunInfo]:
        return [run for run_id in self.session.selection.runs if (run := self.session.runs.get(run_id)) is not None]

    def _beside(self, info: RunInfo) -> list[RunInfo]:
        """Selected runs whose figures may stand on one axis with those of the run that is shown."""
        return beside(info, self._selected())

    @Slot()
    def _say_apart(self) -> None:
        """Say in what the run differs from what is chosen now, and which selected runs are not drawn beside it."""
        info, words = self.info, []
        if info is not None and self.isVisible():
            words = [now_of(self.session).mark_in_full(info.spec)]
            left_out = len([run for run in self._selected() if run is not info]) - len(self._beside(info))
            told = self.tr("{n} selected runs are of other data or another split, and not drawn here")
            if left_out:
                one = self.tr("1 selected run is of other data or another split, and not drawn here")
                words.append(one if left_out == 1 else told.format(n=left_out))
        text = " · ".join(filter(None, words))
        self.apart.set_text(text[:1].upper() + text[1:])
        show_if(self.apart, bool(text))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def _hear_growth(self, run_id: str) -> None:
        if self.isVisible() and run_id in self._ids:
            self._draw_later()

    def _hear_restart(self, run_id: str) -> None:
        if run_id in self._ids:
            self.reader.begin_again(run_id)
            self.plots.redraw()

    def _hear_change(self, run_id: str) -> None:
        info = self.session.runs.get(run_id)
        wish = self._wishes.get(run_id)
        if wish is not None and (info is None or info.state != wish[1]):
            del self._wishes[run_id]
        if self.isVisible() and (run_id in self._ids or not self._ids):
            self._say()
            self._draw_later()

    def _draw_later(self) -> None:
        if not self._draw_soon.isActive():
            self._draw_soon.start()

    def _order(self, run_id: str, wish: str, do: Callable[[str], None]) -> None:
        """Pass an order on; the words change at once, the state when the run answers."""
        info = self.session.runs.get(run_id)
        if info is None:
            return
        if wish and info.state.is_active:
            self._wishes[run_id] = (wish, info.state)
        do(run_id)
        self.refresh()

    def _say(self) -> None:
        info = self.info
        waiting = self.session.runs.waiting()
        place = next((at for at, other in enumerate(waiting) if info is not None and other.id == info.id), -1)
        wish = self._wishes.get(info.id, ("", ""))[0] if info is not None else ""
        # Its process is still on its way out; what it leaves cannot be touched yet.
        ending = info is not None and info.over and self.session.runs.active() is info
        self.head.show_run(info, wish, place, ending=ending)
        self.orders.show_run(info, ending=ending)
        self._figures.show_run(info)
        self.problem.show_run(info)
        self.remarks.show_run(info)
        self._say_apart()

    def _draw(self) -> None:
        if not self.isVisible():
            return
        self.reader.look()
        info = self.info
        drawn = self.plots.draw(info, self._ids, self.reader.curves)
        self._figures.show_best(self.reader.curves.get(info.id) if info is not None else None)
        if not drawn:
            self._draw_later()
