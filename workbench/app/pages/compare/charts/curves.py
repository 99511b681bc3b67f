"""The test metric at each cutoff, and the learning curves of runs over each other, by epoch or by seconds."""

from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, titles
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.curve import Curve, number
from workbench.app.runs.curve_reader import CurveReader
from workbench.app.runs.legend import Legend
from workbench.app.runs.run_lines import RunLine, RunLines
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Elided, Text
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate
from workbench.charts import learning, results
from workbench.charts.chart import Chart, LineChart
from workbench.charts.runs import ChartRun, RunCurve
from workbench.metrics import metric_title

NAMED = 5  # runs in the legend
HEAD = 34  # pixels
FRAME = 16  # milliseconds


class Panel(QWidget):
    """A plot under its title."""

    def __init__(self, title: str, plot: LinePlot, hint: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.title, self.hint = Text(title, SMALL, bold=True), Elided(hint, SMALL, "muted")
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID)
        self.head.addWidget(self.title)
        self.head.addWidget(self.hint, 1)
        self.head.addStrut(HEAD)  # titles on one line, with a choice beside them or without
        column.addLayout(self.head)
        column.addWidget(plot, 1)


def cutoffs_plot() -> LinePlot:
    """The plot at the left, which may be made ahead: both in one stroke would hold the window."""
    name, x = translate("CurvesChart", "Test metric at each cutoff"), translate("CurvesChart", "cutoff k")
    return LinePlot(name, x=x, legend=False, whole=True)


class CurvesChart(ComparisonChart):
    """Two plots side by side."""

    name, title, order = "curves", "Curves", 1

    def __init__(self, session: Session, cutoffs: LinePlot | None = None) -> None:
        super().__init__(session)
        self._reader = CurveReader(self)
        self._reader.grown.connect(self._draw_learning)
        self.cutoffs = cutoffs if cutoffs is not None else cutoffs_plot()
        self.learning = LinePlot(
            self.tr("Validation after each epoch"),
            x=self.tr("epoch"),
            legend=False,
            whole=True,
            empty=self.tr("None of these runs is trained in epochs, so there is no curve."),
        )
        self._cutoff_lines, self._learning_lines = RunLines(self.cutoffs), RunLines(self.learning)
        # One after the other: to paint both plots takes most of a frame.
        self._then = QTimer(self, singleShot=True, interval=FRAME)
        self._then.timeout.connect(self._draw_learning)
        self._cutoff_lines.drawn.connect(self._then.start)
        self._learning_lines.drawn.connect(self._name)
        self.cutoffs_panel = Panel(" ", self.cutoffs)
        self.learning_panel = Panel(self.tr("Validation"), self.learning)
        self.by = Tabs({"epoch": self.tr("By epoch"), "seconds": self.tr("By seconds")})
        self.by.chosen.connect(self._choose_by)
        if self.kept().get("by") == "seconds":
            self.by.buttons["seconds"].setChecked(True)
        self.learning_panel.head.addWidget(self.by)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.cutoffs_panel, 1)
        row.addWidget(self.learning_panel, 1)
        self.set_content(both)
        self._charts: dict[str, LineChart] = {}
        self._legend = Legend(NAMED)
        self.choices.insertWidget(0, self._legend)

    def draw(self) -> None:
        self.show_content()
        self._reader.follow({info.id: info.folder for info in self.runs})
        self._draw_cutoffs()

    def described(self) -> list[Chart]:
        self.finish()
        return [self._charts[part] for part in ("cutoffs", "learning") if part in self._charts]

    def parts(self) -> list[Part]:
        self.finish()
        shown = [(self.cutoffs_panel.title.text(), self.cutoffs), (self._learning_title(), self.learning)]
        return [info for info in shown if info[1].lines()]

    @property
    def over(self) -> bool:
        """Whether all lines are drawn that are to be."""
        return self._cutoff_lines.over and not self._then.isActive() and self._learning_lines.over

    def finish(self) -> None:
        """Draw now what would come in a moment."""
        self._cutoff_lines.finish()
        if self._then.isActive():
            self._then.stop()
            self._draw_learning()
        self._learning_lines.finish()

    def named(self) -> list[RunInfo]:
        lines = {curve.info.id for curve in (*self._cutoff_lines.wanted, *self._learning_lines.wanted)}
        return [info for info in self.runs if info.id in lines]

    def table(self) -> list[list[Any]]:
        rows: list[list[Any]] = [["run", "part", "metric", "k", "epoch", "seconds", "value"]]
        names, (name, _, _) = titles(self.runs), self.key.partition("@")
        for info, run in zip(self.runs, chart_runs(self.runs), strict=True):
            rows += [[names[info.id], "test", name, k, None, None, value] for k, value in results.of_cutoffs(run, name)]
        for info in self.runs:
            curve = self._reader.curves.get(info.id)
            if curve is not None:
                points = zip(curve.validation.x, curve.elapsed.x, curve.validation.y, strict=True)
                # What was not measured is an empty cell.
                rows += [
                    [names[info.id], "validation", curve.metric, None, *map(number, map(float, point))]
                    for point in points
                ]
        return rows if len(rows) > 1 else []

    def _draw_cutoffs(self) -> None:
        name, _, cutoff = self.key.partition("@")
        chart = results.at_cutoffs(chart_runs(self.runs), self.key, self.tr)
        self._charts["cutoffs"] = chart
        self.cutoffs_panel.title.setText(chart.title)
        self.cutoffs.set_empty(
            self.tr("{metric} has no cutoff: it uses all test interactions.").format(metric=metric_title(name))
            if not cutoff
            else self.tr("Not tested yet.")
        )
        self._cutoff_lines.show(self._lines(chart))

    def _lines(self, chart: LineChart) -> list[RunLine]:
        known = {info.id: info for info in self.runs}
        return [RunLine(known[line.key], line.x, line.y, markers=line.markers) for line in chart.lines]

    def _learning_title(self) -> str:
        return self.learning_panel.title.text()

    @Slot()
    def _name(self) -> None:
        named = self.named()
        self._legend.show_runs(named if len(named) > 1 else [])

    @Slot()
    def _draw_learning(self) -> None:
        if not self._cutoff_lines.over or self._then.isActive():
            return  # it is what comes next
        self._reader.look()
        runs = zip(chart_runs(self.runs), self.runs, strict=True)
        curves = [_curve(run, self._reader.curves[info.id]) for run, info in runs]
        chart = learning.validation(curves, by_seconds=self.by.current == "seconds", tr=self.tr)
        self._charts["learning"] = chart
        self.learning_panel.title.setText(chart.title)
        self.learning.set_labels(chart.x.label, "")
        self._learning_lines.show(self._lines(chart))

    def _choose_by(self, by: str) -> None:
        self.keep(by=by)
        self.learning.reset_view()
        self._draw_learning()


def _curve(run: ChartRun, curve: Curve) -> RunCurve:
    return RunCurve(run, curve.metric, curve.validation.x, curve.elapsed.x, curve.validation.y, curve.flat)
