"""The hyperparameters of the runs of one algorithm as lines across axes, coloured by what they led to."""

from typing import Any

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, fill
from workbench.app.plots.parallel_plot import ParallelPlot
from workbench.app.runs.run_text import algorithm_of
from workbench.app.session.session import Session
from workbench.charts import settings
from workbench.charts.runs import ChartRun


class HyperparametersChart(ComparisonChart):
    """Only what the runs differ in has an axis; the last one is the metric."""

    name, title, order = "parallel", "Hyperparameters", 4

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.algorithm = self.combo(self.tr("Algorithm"))
        self.algorithm.activated.connect(self.draw)
        self.lines = ParallelPlot(self.tr("Hyperparameters and results"))
        self.set_content(self.lines)

    def draw(self) -> None:
        names: dict[str, str] = {}
        several = [run.algorithm for run in self.runs]
        for info in self.runs:
            kind = algorithm_of(info)
            if kind is not None and several.count(info.algorithm) > 1:
                names[info.algorithm] = kind.title
        fill(self.algorithm, names)
        self.algorithm.setVisible(len(names) > 1)
        chart = settings.hyperparameters(self._shown(), self.key, self.tr)
        if not names or not chart.axes:
            self.say_nothing(
                self.tr("Select two or more runs of one algorithm with different hyperparameters.")
                if not names
                else self.tr(
                    "These runs of {algorithm} have the same hyperparameters. Train one with other values."
                ).format(algorithm=self.algorithm.currentText())
            )
            return
        self.lines.show_chart(chart)
        self.show_content(chart.words, chart)

    def _shown(self) -> list[ChartRun]:
        """Runs of the chosen algorithm."""
        return chart_runs([info for info in self.runs if info.algorithm == self.algorithm.currentData()])

    def parts(self) -> list[Part]:
        return [(f"{self.algorithm.currentText()}: {self.words.full_text()}", self.lines)] if not self.nothing() else []

    def table(self) -> list[list[Any]]:
        if self.nothing():
            return []
        runs = self._shown()
        key, values = settings.judged(runs, self.key)
        names = settings.differing(runs)
        rows = [[run.name, *(run.hyperparameters.get(name) for name in names)] for run in runs]
        return [["run", *names, key], *([*row, value] for row, value in zip(rows, values, strict=True))]
