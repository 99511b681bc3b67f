"""The curves of a run, with those of others under them: loss above, validation or what else is recorded below."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages.train.placeholders import empty_words
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.curve import LOWER_IS_BETTER, Curve
from workbench.app.runs.legend import Legend
from workbench.app.runs.run_lines import RunLine, show_lines
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import changes_of, figure, has_epochs
from workbench.app.session.curve_toolbar import CurveTools, draw_curves
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Card, Figure
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.metrics import metric_title

SERIES = ("validation", "learning_rate", "gradient_norm", "weight_norm", "speed", "memory_bytes")


class RunPlots(QWidget):
    """Draws what it is given, and of that only what has changed since the last time.

    `made` are the plots of the loss, of validation, and of what else is recorded.
    """

    outdated = Signal()
    """What is to be seen is another than what is drawn: `draw` is to be called in a moment."""

    def __init__(self, session: Session, made: Sequence[LinePlot]) -> None:
        super().__init__()
        self.session = session
        self.loss, self.validation, self.other = made
        self._info: RunInfo | None = None
        self._ids: list[str] = []
        self._curves: dict[str, Curve] = {}
        self._whole = True  # whether all means are worked out
        # What the plots show now.
        self._drawn: dict[str, list[Any]] = {}
        self._build()

    # Widgets -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.tools = CurveTools(self.session)
        self.tools.changed.connect(self.outdated)
        self.tools.reset.connect(self._reset_view)
        self.tools.exported.connect(self._export)
        self.loss_card = Card(self.tr("Loss"), self.tr("each step, and the mean of each epoch"))
        self.loss_card.add(self.loss, 1)
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
        for widget in (self.validation, _in_the_middle(self.result), self.other):
            self._either.addWidget(widget)
        self.validation_card.add(self._either, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for card, above in ((self.loss_card, self.tools), (self.validation_card, self.tabs)):
            card.body.setContentsMargins(2 * GRID, 10, 12, 6)
            card.body.setSpacing(4)
            under = QVBoxLayout()
            under.setSpacing(4)
            under.addWidget(above)
            under.addWidget(card, 1)
            column.addLayout(under, 1)

    def _plots(self) -> tuple[LinePlot, LinePlot, LinePlot]:
        return self.loss, self.validation, self.other

    def _series_words(self) -> dict[str, tuple[str, str]]:
        """Name of each series and what it is."""
        return {
            "validation": (self.tr("Validation"), self.tr("Validation metric after each epoch")),
            "learning_rate": (self.tr("Rate"), self.tr("Learning rate at each step")),
            "gradient_norm": (self.tr("Gradient"), self.tr("Norm of the gradient")),
            "weight_norm": (self.tr("Weights"), self.tr("Norm of all weights")),
            "speed": (self.tr("Speed"), self.tr("Training interactions per second")),
            "memory_bytes": (self.tr("Memory"), self.tr("Memory of the training process, MB")),
        }

    # Drawing -------------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Other colours, or a run that begins again: everything is to be drawn anew."""
        self._drawn = {}
        self.outdated.emit()

    def draw(self, info: RunInfo | None, ids: list[str], curves: dict[str, Curve]) -> bool:
        """Draw these runs, `info` being the first of them; False where the rest of it comes with the next call."""
        self._info, self._ids, self._curves, self._whole = info, ids, curves, True
        metric = next((curves[run_id].metric for run_id in ids if curves[run_id].metric), "")
        begun = bool(info is not None and info.id in curves and len(curves[info.id].epochs))
        loss, validation = empty_words(self.session, info, begun=begun)
        self._say_hint()
        self.loss.set_empty(loss)
        self.validation.set_empty(validation)
        bare = not self.loss.lines()
        self._draw_loss()
        if bare and self.loss.lines():
            return (
                False  # The first lines bring axes, which are laid out and painted more than once: one plot at a time.
            )
        drawn = self._draw_validation(metric)
        self._draw_other()
        self._mark_changes()
        named = [self.session.runs.get(run_id) for run_id in ids] if len(ids) > 1 else []
        self.legend.show_runs([entry for entry in named if entry is not None])
        title = self.tr("{metric} on validation").format(metric=metric_title(metric)) if metric else ""
        self.tabs.setEnabled(self._in_epochs())
        shown = title or self.tr("Validation")
        series = self._series_words()[self.tabs.current][1]
        self.validation_card.title.setText(shown if self._shows_validation() else series)
        self._draw_result(metric, drawn=drawn)
        return self._whole

    def _unchanged(self, plot: str, now: list[Any]) -> bool:
        """Whether a plot shows this already; it is noted that it will."""
        same = self._drawn.get(plot) == now
        self._drawn[plot] = now
        return same

    def _smooth(self, points: Any) -> tuple[Any, Any]:
        """Means of a series, as far as they are worked out."""
        plots = 1 if self._shows_validation() else 2
        means = points.smooth(self.tools.span, plots * len(self._ids))
        self._whole = self._whole and len(means) == len(points)
        return points.x[: len(means)], means

    def _say_hint(self) -> None:
        curved = self._info is None or has_epochs(self._info)
        words = self.tr("each step, and the mean of each epoch")
        if self.tools.span > 1:
            words = self.tr("each step, and means over about {n} records").format(n=self.tools.span)
        self.loss_card.hint.set_text(words if curved else " ")

    def _draw_loss(self) -> None:
        span, wanted = self.tools.span, []
        for run_id in reversed(self._ids):
            info, curve = self.session.runs.get(run_id), self._curves[run_id]
            if info is None:
                continue
            if len(curve.steps) and run_id == self._ids[0]:
                wanted.append(RunLine(info, curve.steps.x, curve.steps.y, faint=True, grows=(curve.steps, 1)))
            if span > 1 and len(curve.steps):
                wanted.append(RunLine(info, *self._smooth(curve.steps), grows=(curve.steps, span)))
            elif len(curve.epochs):
                wanted.append(RunLine(info, curve.epochs.x, curve.epochs.y))
        log = self.tools.log.isChecked()
        if not self._unchanged("loss", [span, log, *((line.info.id, line.faint, len(line.x)) for line in wanted)]):
            show_lines(self.loss, wanted)
            self.loss.set_log(y=log)

    def _shows_validation(self) -> bool:
        return self.tabs.current == "validation" or not self._in_epochs()

    def _in_epochs(self) -> bool:
        """Whether anything that is shown learns in epochs: the run, or one laid over it."""
        shown = [self.session.runs.get(run_id) for run_id in self._ids] or [self._info]
        return any(entry is None or has_epochs(entry) for entry in shown)

    def _draw_other(self) -> None:
        """What else is recorded at each step, where the tab of it is chosen."""
        key, span, found = self.tabs.current, self.tools.span, []
        if self._shows_validation():
            self._drawn.pop("other", None)
            return
        for run_id in reversed(self._ids):
            run, some = self.session.runs.get(run_id), self._curves[run_id].values.get(key)
            scale = _scale(key, run) if run is not None else None
            if run is None or not some or scale is None:
                continue
            if span > 1 and run_id == self._ids[0]:
                found.append((RunLine(run, some.x, some.y, faint=True, grows=(some, 1)), scale))
            found.append((RunLine(run, *self._smooth(some), grows=(some, span)), scale))
        log = self.tools.log.isChecked()
        if self._unchanged(
            "other", [key, span, log, *((curve.info.id, curve.faint, len(curve.x)) for curve, _ in found)]
        ):
            return
        wanted = [line if scale == 1 else replace(line, y=line.y * scale, grows=None) for line, scale in found]
        self.other.set_empty(self.tr("This was not recorded in this run."))
        show_lines(self.other, wanted)
        self.other.set_log(y=log)

    def _draw_validation(self, metric: str) -> int:
        """Draw what can be drawn; returns how many lines that is."""
        log = self.tools.log.isChecked()
        if self._unchanged(
            "validation", [metric, log, *((run_id, len(self._curves[run_id].validation)) for run_id in self._ids)]
        ):
            return len(self.validation.lines())
        wanted: dict[str, RunLine] = {}
        alike = [run_id for run_id in self._ids if self._curves[run_id].metric == metric and metric]
        last = max((self._curves[entry].validation.x[-1] for entry in alike), default=0.0)
        for entry in reversed(alike):
            info, curve = self.session.runs.get(entry), self._curves[entry]
            if info is None or (curve.flat and not last):
                continue
            points = curve.validation
            # One value that has no epoch is a level to compare the curves with.
            x, y = ([0.0, last], [points.y[0]] * 2) if curve.flat else (points.x, points.y)
            wanted[entry] = RunLine(info, x, y)
        show_lines(self.validation, list(wanted.values()))
        self.validation.set_log(y=log)
        self._mark_best(wanted)
        return len(wanted)

    def _mark_best(self, drawn: dict[str, RunLine]) -> None:
        self.validation.marks.clear_rings()
        first = self._ids[0] if self._ids else ""
        if first in drawn and (best := self._curves[first].best) is not None and not self._curves[first].flat:
            self.validation.marks.ring(*best, drawn[first].info.number)

    def _mark_changes(self) -> None:
        """Where a hyperparameter was changed, upright in every plot."""
        found = changes_of(self._info) if self._info is not None and has_epochs(self._info) else []
        marks = [(change.since, f"{change.value:g}") for change in found if change.name != "epochs"]
        for plot in self._plots():
            plot.marks.show_changes(marks if plot.lines() else [])

    def _draw_result(self, metric: str, *, drawn: int) -> None:
        """A single figure in the place of the curve, for what has none."""
        curve = self._curves.get(self._info.id) if self._info is not None else None
        alone = curve is not None and curve.flat and not drawn
        self._either.setCurrentIndex(int(alone) if self._shows_validation() else 2)
        if curve is not None and alone:
            value = float(curve.validation.y[0])
            better = self.tr("lower is better") if metric in LOWER_IS_BETTER else self.tr("higher is better")
            self.result.set(figure(value), self.tr("on the validation part"), better, tip=f"{value!r}")

    # Looking, and files --------------------------------------------------------------------------------------------

    def _choose_series(self, _key: str) -> None:
        self.other.reset_view()
        if not self.draw(self._info, self._ids, self._curves):
            self.outdated.emit()

    def _reset_view(self) -> None:
        for plot in self._plots():
            plot.reset_view()

    def _point(self, x: float) -> None:
        """The values under the pointer, in the place of the hint, so that nothing moves."""
        for plot in self._plots():
            plot.marks.show_cross(x)
        if math.isnan(x):
            self._say_hint()
            self.validation_card.hint.set_text("")
            return
        for card, plot in ((self.loss_card, self.loss), (self.validation_card, self._lower())):
            found = plot.values_at(x)
            first = self._ids[0] if self._ids else ""
            names = [name for name in (f"{first}/steps", *self._ids) if name in found][:3]
            words = [f"{found[name][1]:.4g}" for name in names]
            place = f"{found[names[0]][0]:.2f}".rstrip("0").rstrip(".") if names else ""
            card.hint.set_text(self.tr("epoch {n}: {values}").format(n=place, values=", ".join(words)) if names else "")

    def _lower(self) -> LinePlot:
        return self.validation if self._shows_validation() else self.other

    def _export(self, kind: str) -> None:
        name = self._info.id if self._info is not None else "curves"
        path = self.tools.ask_place(kind, name) if self._ids else None
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write what is shown as a picture, or all records of the runs that are shown as a table."""
        if path.suffix == ".csv":
            runs = [str(run_id.folder) for run_id in map(self.session.runs.get, self._ids) if run_id is not None]
            title = self.tr("Writing {file}").format(file=path.name)
            self.session.jobs.submit("curves", {"runs": runs, "output": str(path)}, title=title, done=self._written)
            return
        parts = [(self.loss_card.title.text(), self.loss), (self.validation_card.title.text(), self._lower())]
        if draw_curves([part for part in parts if part[1].isVisible()], path):
            self._written()
        else:
            sentence = self.tr("{file} could not be written. Choose another folder.").format(file=path.name)
            self.session.failure.emit(self.tr("The curves were not exported"), sentence, "")

    def _written(self, *_: Any) -> None:
        self.session.notice.emit("ok", self.tr("The curves were exported"))


def _scale(key: str, info: RunInfo) -> float | None:
    """What a recorded value is multiplied with to be shown; None where that is not known."""
    if key == "speed":
        return info.status.interactions
    return 1e-6 if key == "memory_bytes" else 1.0


def _in_the_middle(widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addStretch(1)
    column.addWidget(widget)
    column.addStretch(1)
    return holder
