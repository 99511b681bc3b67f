"""One run while it learns and afterwards: what it does now, the orders it takes, its curves, its figures."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages._blend_runs import weights_words
from workbench.app.pages._curve_tools import CurveTools, draw_curves
from workbench.app.pages._curves import LOWER_IS_BETTER, Curve, number
from workbench.app.pages._legend import Legend
from workbench.app.pages._lines import RunLine, show_lines
from workbench.app.pages._run_head import RunHead
from workbench.app.pages._run_orders import RunOrders
from workbench.app.pages._run_words import (
    NONE,
    algorithm_of,
    changes_of,
    duration,
    figure,
    has_epochs,
    memory,
    metric_title,
    seconds_of,
    short_title,
)
from workbench.app.pages._tabs import Tabs
from workbench.app.plots import LinePlot
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, theme
from workbench.app.widgets import Card, ErrorCard, Figure, clear

FRAME = 66  # milliseconds between two drawings
MOST_OVERLAID = 5
PIECE = 2000  # records taken in between two drawings
SERIES = ("validation", "learning_rate", "gradient_norm", "weight_norm", "speed", "memory_bytes")
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
        self._other_drawn: list[Any] = []
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
        column.setSpacing(GRID)
        self.head = RunHead(self.session)
        self.head.ordered.connect(self._order)
        self.orders = RunOrders(self.session, self.head.state)
        top = QVBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.head)
        top.addWidget(self.orders)
        column.addLayout(top)
        self._errors = QVBoxLayout()
        column.addLayout(self._errors)
        self.tools = CurveTools(self.session)
        self.tools.changed.connect(self._redraw)
        self.tools.reset.connect(self._reset_view)
        self.tools.exported.connect(self._export)
        self.loss = LinePlot(self.tr("Loss"), x="", legend=False, whole=True)
        self.loss_card = Card(self.tr("Loss"), self.tr("each step, and the mean of each epoch"))
        self.loss_card.add(self.loss, 1)
        self.validation = LinePlot(self.tr("Validation"), x=self.tr("epoch"), legend=False, whole=True)
        self.other = LinePlot(self.tr("Other values"), x=self.tr("epoch"), legend=False, whole=True)
        for plot in self._plots():
            plot.zoom()
            plot.follow_pointer()
            plot.pointed.connect(self._point)
        self.tabs = Tabs(dict.fromkeys(SERIES, ""))
        for key, (text, tip) in self._series_words().items():
            self.tabs.set_text(key, text)
            self.tabs.buttons[key].setToolTip(tip)
        self.tabs.chosen.connect(self._choose_series)
        self.validation_card = Card(self.tr("Validation"))
        self.legend = Legend()
        self.validation_card.head.addWidget(self.legend)
        self.result = Figure()
        self._either = QStackedWidget()
        self._either.addWidget(self.validation)
        self._either.addWidget(_in_the_middle(self.result))
        self._either.addWidget(self.other)
        self.validation_card.add(self._either, 1)
        for card, above in ((self.loss_card, self.tools), (self.validation_card, self.tabs)):
            card.body.setContentsMargins(2 * GRID, 10, 12, 6)
            card.body.setSpacing(4)
            under = QVBoxLayout()
            under.setSpacing(4)
            under.addWidget(above)
            under.addWidget(card, 1)
            column.addLayout(under, 1)
        self._build_figures(column)

    def _build_figures(self, column: QVBoxLayout) -> None:
        shares = {"epoch": 8, "best": 10, "spent": 8, "left": 10, "memory": 9}  # as wide as what they say needs
        self.figures = {name: Figure(small=True) for name in shares}
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(GRID)
        for name, one in self.figures.items():
            one.setMinimumWidth(GRID * shares[name])
            row.addWidget(one, shares[name])
        column.addLayout(row)

    def _plots(self) -> tuple[LinePlot, LinePlot, LinePlot]:
        return self.loss, self.validation, self.other

    def _series_words(self) -> dict[str, tuple[str, str]]:
        """Name of each series and what it is."""
        return {
            "validation": (self.tr("Validation"), self.tr("How good it is after each epoch")),
            "learning_rate": (self.tr("Rate"), self.tr("Learning rate at each step")),
            "gradient_norm": (self.tr("Gradient"), self.tr("Length of the gradient")),
            "weight_norm": (self.tr("Weights"), self.tr("Length of all weights")),
            "speed": (self.tr("Speed"), self.tr("Training interactions a second")),
            "memory_bytes": (self.tr("Memory"), self.tr("Memory of the training process, MB")),
        }

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
            self._curves = {one: self._curves.get(one) or Curve() for one in ids}
            self._ids = ids
        self._catch_up()
        self._say()
        self._draw()

    def _records(self, run_id: str) -> list[dict[str, Any]]:
        try:
            return self.session.records(run_id)
        except (OSError, ValueError):  # the file is there and cannot be read; the run's state says more
            return []

    def _catch_up(self) -> None:
        """Take in what came since, a piece at a time: a long training has more records than a moment can take in."""
        for one in self._ids:
            records, curve = self._records(one), self._curves[one]
            if curve.count > len(records):
                curve = self._curves[one] = Curve()
            curve.add(records[curve.count : curve.count + PIECE])
            if curve.count < len(records):
                self._draw_later()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def _hear_records(self, run_id: str, new: list[dict[str, Any]]) -> None:
        if self.isVisible() and run_id in self._curves:
            self._draw_later()

    def _hear_restart(self, run_id: str) -> None:
        if run_id in self._curves:
            self._curves[run_id] = Curve()
            self._loss_drawn, self._validation_drawn, self._other_drawn = [], [], []
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
        """Other colours, smoothing or scale: everything is drawn anew."""
        self._loss_drawn, self._validation_drawn, self._other_drawn = [], [], []
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
        self._catch_up()
        info = self.info
        metric = next((self._curves[one].metric for one in self._ids if self._curves[one].metric), "")
        self._say_empty(info)
        self._draw_loss()
        drawn = self._draw_validation(metric)
        self._draw_other(info)
        self._mark_changes(info)
        named = [self.session.run(one) for one in self._ids] if len(self._ids) > 1 else []
        self.legend.show_runs([one for one in named if one is not None])
        title = self.tr("{metric} on validation").format(metric=metric_title(metric)) if metric else ""
        series = self._series_words()[self.tabs.current][1]
        curved = info is None or has_epochs(info)
        self.tabs.setEnabled(curved)
        self._validation_title = title or self.tr("Validation")
        self.validation_card.title.setText(self._validation_title if self._shows_validation(info) else series)
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
        self._say_hint(info)
        self.loss.set_empty(loss)
        self.validation.set_empty(validation)

    def _say_hint(self, info: RunInfo | None) -> None:
        curved = info is None or has_epochs(info)
        words = self.tr("each step, and the mean of each epoch")
        if self.tools.span > 1:
            words = self.tr("each step, and means over about {n} records").format(n=self.tools.span)
        self.loss_card.hint.set_text(words if curved else " ")

    def _draw_loss(self) -> None:
        span = self.tools.span
        now = [(one, len(self._curves[one].steps), len(self._curves[one].epochs)) for one in self._ids]
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
            if span > 1 and len(curve.steps):
                wanted.append(RunLine(info, curve.steps.x, curve.steps.smooth(span)))
            elif len(curve.epochs):
                wanted.append(RunLine(info, curve.epochs.x, curve.epochs.y))
        show_lines(self.loss, wanted)
        self.loss.set_log(y=self.tools.log.isChecked())

    def _shows_validation(self, info: RunInfo | None) -> bool:
        return self.tabs.current == "validation" or (info is not None and not has_epochs(info))

    def _draw_other(self, info: RunInfo | None) -> None:
        """What else is recorded at each step, where the tab of it is chosen."""
        key, span = self.tabs.current, self.tools.span
        if self._shows_validation(info):
            self._other_drawn = []
            return
        points = {one: self._curves[one].values.get(key) for one in self._ids}
        now = [key, *((one, len(some or ())) for one, some in points.items())]
        if now == self._other_drawn:
            return
        self._other_drawn = now
        wanted = []
        for one in reversed(self._ids):
            run, some = self.session.run(one), points[one]
            scale = _scale(key, run) if run is not None else None
            if run is None or not some or scale is None:
                continue
            if span > 1 and one == self._ids[0]:
                wanted.append(RunLine(run, some.x, some.y * scale, faint=True))
            wanted.append(RunLine(run, some.x, some.smooth(span) * scale))
        self.other.set_empty(self.tr("This was not recorded in this run."))
        show_lines(self.other, wanted)
        self.other.set_log(y=self.tools.log.isChecked())

    def _mark_changes(self, info: RunInfo | None) -> None:
        """Where a hyperparameter was changed, upright in every plot."""
        found = changes_of(info) if info is not None and has_epochs(info) else []
        marks = [(float(one["since"]), f"{one['value']:g}") for one in found if one["name"] != "epochs"]
        for plot in self._plots():
            plot.mark_changes(marks if plot.lines() else [])

    def _choose_series(self, _key: str) -> None:
        self.other.reset_view()
        self._draw()

    def _reset_view(self) -> None:
        for plot in self._plots():
            plot.reset_view()

    def _point(self, x: float) -> None:
        """The values under the pointer, in the place of the hint, so that nothing moves."""
        for plot in self._plots():
            plot.show_cross(x)
        if math.isnan(x):
            self._say_hint(self.info)
            self.validation_card.hint.set_text("")
            return
        lower = self.validation if self._shows_validation(self.info) else self.other
        for card, plot in ((self.loss_card, self.loss), (self.validation_card, lower)):
            found = plot.values_at(x)
            first = self._ids[0] if self._ids else ""
            names = [name for name in (f"{first}/steps", *self._ids) if name in found][:3]
            words = [f"{found[name][1]:.4g}" for name in names]
            place = f"{found[names[0]][0]:.2f}".rstrip("0").rstrip(".") if names else ""
            card.hint.set_text(self.tr("epoch {n}: {values}").format(n=place, values=", ".join(words)) if names else "")

    def _export(self, kind: str) -> None:
        info = self.info
        path = self.tools.ask_place(kind, info.id if info is not None else "curves") if self._ids else None
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write what is shown as a picture, or all records of the runs that are shown as a table."""
        if path.suffix == ".csv":
            runs = [str(one.folder) for one in map(self.session.run, self._ids) if one is not None]
            title = self.tr("Writing {file}").format(file=path.name)
            self.session.submit("curves", {"runs": runs, "output": str(path)}, title=title, done=self._written)
            return
        lower = self.validation if self._shows_validation(self.info) else self.other
        parts = [(self.loss_card.title.text(), self.loss), (self.validation_card.title.text(), lower)]
        if draw_curves([one for one in parts if one[1].isVisible()], path):
            self._written()
        else:
            sentence = self.tr("{file} could not be written. Choose another place.").format(file=path.name)
            self.session.failure.emit(self.tr("The curves were not exported"), sentence, "")

    def _written(self, *_: Any) -> None:
        self.session.notice.emit("ok", self.tr("The curves are written"))

    def _draw_validation(self, metric: str) -> int:
        """Draw what can be drawn; returns how many lines that is."""
        now = [metric, *((one, len(self._curves[one].validation)) for one in self._ids)]
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
        self.validation.set_log(y=self.tools.log.isChecked())
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
        self._either.setCurrentIndex(int(alone) if self._shows_validation(info) else 2)
        if alone:
            value = float(curve.validation.y[0])
            better = self.tr("lower is better") if metric in LOWER_IS_BETTER else self.tr("higher is better")
            self.result.set(figure(value), self.tr("on the validation part"), better, tip=f"{value!r}")
        best = curve.best if curve is not None else None
        what = self.tr("best") if best is None or curve.flat else self.tr("best, epoch {n}").format(n=int(best[0]))
        tip = f"{metric_title(curve.metric)} {best[1]!r}" if best else ""
        self.figures["best"].set(figure(best[1] if best else None), what, tip=tip)


def _scale(key: str, info: RunInfo) -> float | None:
    """What a recorded value is multiplied with to be shown; None where that is not known."""
    if key == "speed":
        return number(info.status.get("interactions"))
    return 1e-6 if key == "memory_bytes" else 1.0


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
