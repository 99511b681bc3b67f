"""One run while it learns and afterwards: what it does now, the orders it takes, its curves, its figures."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages._blend_runs import weights_words
from workbench.app.pages._curves import LOWER_IS_BETTER, Curve
from workbench.app.pages._legend import Legend
from workbench.app.pages._lines import RunLine, show_lines
from workbench.app.pages._run_head import RunHead
from workbench.app.pages._run_orders import RunOrders
from workbench.app.pages._run_words import (
    NONE,
    algorithm_of,
    duration,
    figure,
    has_epochs,
    memory,
    metric_title,
    seconds_of,
    short_title,
)
from workbench.app.plots import LinePlot
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, theme
from workbench.app.widgets import Card, ErrorCard, Figure, clear

FRAME = 66  # milliseconds between two drawings
MOST_OVERLAID = 5
LOG_TAIL = 4000  # bytes of the log that explain a failure


class RunPanel(QWidget):
    """Follows the first selected run; the others that are selected are laid under its curves."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._curves: dict[str, Curve] = {}
        self._ids: list[str] = []
        self._wishes: dict[str, tuple[str, str]] = {}
        self._problem: tuple[str, ...] = ()
        # What the plots show now: what has not changed is not drawn again.
        self._loss_drawn: list[Any] = []
        self._validation_drawn: list[Any] = []
        self._draw_soon = QTimer(self, singleShot=True, interval=FRAME)
        self._draw_soon.timeout.connect(self._draw)
        self._build()
        session.run_records.connect(self._hear_records)
        session.run_restarted.connect(self._hear_restart)
        session.run_changed.connect(self._hear_change)
        session.runs_changed.connect(self.refresh)
        session.selection_changed.connect(self.refresh)
        theme().changed.connect(self._redraw)

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.head = RunHead(self.session)
        self.head.ordered.connect(self._order)
        self.orders = RunOrders(self.session)
        top = QVBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.head)
        top.addWidget(self.orders)
        column.addLayout(top)
        self._errors = QVBoxLayout()
        column.addLayout(self._errors)
        self.loss = LinePlot(self.tr("Loss"), x="", legend=False, whole=True)
        self.loss_card = Card(self.tr("Loss"), self.tr("each step, and the mean of each epoch"))
        self.loss_card.add(self.loss, 1)
        self.validation = LinePlot(self.tr("Validation"), x=self.tr("epoch"), legend=False, whole=True)
        self.validation_card = Card(self.tr("Validation"))
        self.legend = Legend()
        self.validation_card.head.addWidget(self.legend)
        self.result = Figure()
        self._either = QStackedWidget()
        self._either.addWidget(self.validation)
        self._either.addWidget(_in_the_middle(self.result))
        self.validation_card.add(self._either, 1)
        for card in (self.loss_card, self.validation_card):
            card.body.setContentsMargins(2 * GRID, 10, 12, 6)
            card.body.setSpacing(4)
            column.addWidget(card, 1)
        shares = {"epoch": 8, "best": 10, "spent": 8, "left": 10, "memory": 9}  # as wide as what they say needs
        self.figures = {name: Figure(small=True) for name in shares}
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        for name, one in self.figures.items():
            one.setMinimumWidth(GRID * shares[name])
            row.addWidget(one, shares[name])
        column.addLayout(row)

    # What is shown -------------------------------------------------------------------------------------------------

    @property
    def info(self) -> RunInfo | None:
        """The run that is shown: the first selected one, else the one that trains, else the newest."""
        session = self.session
        for one in session.selected_runs:
            return session.run(one)
        runs = session.all_runs()
        return session.runs.active() or (runs[-1] if runs else None)

    def refresh(self) -> None:
        """Catch up with the session; nothing happens while nobody looks."""
        if not self.isVisible():
            return
        info = self.info
        ids = [] if info is None else [info.id]
        ids += [one for one in self.session.selected_runs if one not in ids][:MOST_OVERLAID]
        if ids != self._ids:
            self._curves = {one: self._curves.get(one) or self._read(one) for one in ids}
            self._ids = ids
        for one in ids:  # what came while nobody looked
            if self._curves[one].count != len(self._records(one)):
                self._curves[one] = self._read(one)
                self._loss_drawn, self._validation_drawn = [], []
        self._say()
        self._draw()

    def _records(self, run_id: str) -> list[dict[str, Any]]:
        try:
            return self.session.records(run_id)
        except (OSError, ValueError):  # the file is there and cannot be read; the run's state says more
            return []

    def _read(self, run_id: str) -> Curve:
        return Curve(self._records(run_id))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def _hear_records(self, run_id: str, new: list[dict[str, Any]]) -> None:
        if self.isVisible() and run_id in self._curves:
            self._curves[run_id].add(new)
            self._draw_later()

    def _hear_restart(self, run_id: str) -> None:
        if run_id in self._curves:
            self._curves[run_id] = Curve()
            self._loss_drawn, self._validation_drawn = [], []
            self._draw_later()

    def _hear_change(self, run_id: str) -> None:
        info = self.session.run(run_id)
        wish = self._wishes.get(run_id)
        if wish is not None and (info is None or info.state != wish[1]):
            del self._wishes[run_id]
        if self.isVisible() and (run_id in self._curves or not self._curves):
            self._say()
            self._draw_later()

    def _redraw(self) -> None:
        """Other colours: the mark is made anew."""
        self._validation_drawn = []
        self._draw_later()

    def _draw_later(self) -> None:
        if not self._draw_soon.isActive():
            self._draw_soon.start()

    def _order(self, run_id: str, wish: str, do: Callable[[str], None]) -> None:
        """Pass an order on; the words change at once, the state when the run answers."""
        info = self.session.run(run_id)
        if info is None:
            return
        if wish and info.state in ("running", "paused"):
            self._wishes[run_id] = (wish, info.state)
        do(run_id)
        self.refresh()

    # Words ---------------------------------------------------------------------------------------------------------

    def _say(self) -> None:
        info = self.info
        waiting = self.session.runs.waiting()
        place = next((at for at, one in enumerate(waiting) if info is not None and one.id == info.id), -1)
        wish = self._wishes.get(info.id, ("", ""))[0] if info is not None else ""
        # Its process is still on its way out; what it leaves cannot be touched yet.
        ending = info is not None and info.over and self.session.runs.active() is info
        self.head.show_run(info, wish, place, ending=ending)
        self.orders.show_run(info, ending=ending)
        self._say_figures(info)
        self._say_problem(info)

    def _say_figures(self, info: RunInfo | None) -> None:
        epoch = f"{info.epoch} / {info.epochs}" if info is not None and info.epochs else NONE
        running = info is not None and info.state == "running"
        left = info.seconds_left if running else None
        spent = seconds_of(info) if info is not None else None
        held = info.memory if info is not None else None
        device = info.device.upper() if info is not None and info.status.get("device") else ""
        self.figures["epoch"].set(epoch, self.tr("epochs"))
        self.figures["spent"].set(duration(spent), self.tr("so far") if running else self.tr("in all"))
        self.figures["left"].set(duration(left), self.tr("left"))
        what = self.tr("memory, {device}").format(device=device) if device else self.tr("memory")
        self.figures["memory"].set(memory(held), what, tip=f"{held:,} B" if isinstance(held, int) else "")

    def _say_problem(self, info: RunInfo | None) -> None:
        failed = info is not None and info.state in ("failed", "lost")
        problem = (info.id, info.state, info.reason, info.details) if failed else ()
        if problem == self._problem:
            return
        self._problem = problem
        clear(self._errors)
        if not problem:
            return
        titles = {
            "failed": self.tr("{run} failed").format(run=short_title(info)[:60]),
            "lost": self.tr("{run} ended without a word").format(run=short_title(info)[:60]),
        }
        reason = info.reason[:600] or self.tr("Nothing was written down. Resume goes on after the last finished epoch.")
        reason = reason[:1].upper() + reason[1:] if info.state == "lost" else reason
        card = ErrorCard(titles[info.state], reason, info.details or _log_tail(info))
        card.closed.connect(self._close_problem)
        self._errors.addWidget(card)

    def _close_problem(self) -> None:
        clear(self._errors)

    # Curves --------------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if not self.isVisible():
            return
        info = self.info
        metric = next((self._curves[one].metric for one in self._ids if self._curves[one].metric), "")
        self._say_empty(info)
        self._draw_loss()
        drawn = self._draw_validation(metric)
        named = [self.session.run(one) for one in self._ids] if len(self._ids) > 1 else []
        self.legend.show_runs([one for one in named if one is not None])
        self.validation_card.title.setText(
            self.tr("{metric} on validation").format(metric=metric_title(metric)) if metric else self.tr("Validation")
        )
        self._draw_result(info, metric, drawn=drawn)

    def _say_empty(self, info: RunInfo | None) -> None:
        if info is None:
            loss = self.tr("The loss of a training appears here, while it learns.")
            validation = self.tr("How good it is after each epoch appears here.")
        elif not has_epochs(info):
            one_step = self.tr("{name} solves everything in one step: there is no curve to watch.")
            loss = weights_words(self.session, info) or one_step.format(name=_algorithm_title(info))
            validation = (
                self.tr("Its validation figure appears here when it is done.")
                if not info.over
                else self.tr("There is no validation figure: this split has no validation part.")
            )
        elif info.state == "queued":
            loss = self.tr("It waits for the runs before it.")
            validation = self.tr("The first value comes after the first epoch.")
        elif info.over:
            loss = self.tr("It ended before its first step.")
            validation = self.tr("There is no validation figure.")
        else:
            loss = self.tr("The first steps are on their way.")
            validation = (
                self.tr("This split has no validation part: the last epoch is kept.")
                if len(self._curves[info.id].epochs)
                else self.tr("The first value comes after the first epoch.")
            )
        curved = info is None or has_epochs(info)
        self.loss_card.hint.set_text(self.tr("each step, and the mean of each epoch") if curved else " ")
        self.loss.set_empty(loss)
        self.validation.set_empty(validation)

    def _draw_loss(self) -> None:
        now = [(one, self._curves[one].steps.added, self._curves[one].epochs.added) for one in self._ids]
        if now == self._loss_drawn:
            return
        self._loss_drawn = now
        wanted = []
        for one in reversed(self._ids):
            info, curve = self.session.run(one), self._curves[one]
            if info is None:
                continue
            if len(curve.steps) and one == self._ids[0]:
                wanted.append(RunLine(info, curve.steps.x, curve.steps.y, faint=True))
            if len(curve.epochs):
                wanted.append(RunLine(info, curve.epochs.x, curve.epochs.y))
        show_lines(self.loss, wanted)

    def _draw_validation(self, metric: str) -> int:
        """Draw what can be drawn; returns how many lines that is."""
        now = [metric, *((one, self._curves[one].validation.added) for one in self._ids)]
        if now == self._validation_drawn:
            return len(self.validation.lines())
        self._validation_drawn = now
        wanted: dict[str, RunLine] = {}
        alike = [one for one in self._ids if self._curves[one].metric == metric and metric]
        last = max((self._curves[one].validation.x[-1] for one in alike), default=0.0)
        for one in reversed(alike):
            info, curve = self.session.run(one), self._curves[one]
            if info is None or (curve.flat and not last):
                continue
            points = curve.validation
            # One value that has no epoch is a level to compare the curves with.
            x, y = ([0.0, last], [points.y[0]] * 2) if curve.flat else (points.x, points.y)
            wanted[one] = RunLine(info, x, y)
        show_lines(self.validation, list(wanted.values()))
        self._mark_best(wanted)
        return len(wanted)

    def _mark_best(self, drawn: dict[str, RunLine]) -> None:
        self.validation.clear_marks()
        first = self._ids[0] if self._ids else ""
        if first in drawn and not self._curves[first].flat:
            epoch, value = self._curves[first].best
            self.validation.mark(epoch, value, "", drawn[first].info.number)

    def _draw_result(self, info: RunInfo | None, metric: str, *, drawn: int) -> None:
        """A single figure in the place of the curve, for what has none."""
        curve = self._curves.get(info.id) if info is not None else None
        alone = curve is not None and curve.flat and not drawn
        self._either.setCurrentIndex(int(alone))
        if alone:
            value = float(curve.validation.y[0])
            better = self.tr("lower is better") if metric in LOWER_IS_BETTER else self.tr("higher is better")
            self.result.set(figure(value), self.tr("on the validation part"), better, tip=f"{value!r}")
        best = curve.best if curve is not None else None
        what = self.tr("best") if best is None or curve.flat else self.tr("best, epoch {n}").format(n=int(best[0]))
        tip = f"{metric_title(curve.metric)} {best[1]!r}" if best else ""
        self.figures["best"].set(figure(best[1] if best else None), what, tip=tip)


def _in_the_middle(widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addStretch(1)
    column.addWidget(widget)
    column.addStretch(1)
    return holder


def _algorithm_title(info: RunInfo) -> str:
    kind = algorithm_of(info)
    return kind.title if kind is not None else info.algorithm[:60]


def _log_tail(info: RunInfo) -> str:
    try:
        with (info.folder / "log.txt").open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_TAIL))
            return file.read().decode("utf-8", errors="replace").strip()
    except OSError:
        return ""
