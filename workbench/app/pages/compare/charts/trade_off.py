"""Two figures of each run against each other, and the front of those that no other beats in both."""

from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, fill
from workbench.app.pages.compare.columns import is_usual, metrics_of
from workbench.app.plots.scatter_plot import ScatterPlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session
from workbench.charts import results
from workbench.charts.results import SECONDS, figure_of
from workbench.metrics import metric_title

CHOSEN = "chosen"
FIRST = ("coverage@10", "epc@10", "novelty@10")  # what accuracy is held against until somebody chooses


class TradeOffChart(ComparisonChart):
    """Two choices of what to hold against what; where neither more nor less is better, there is no front."""

    name, title, order = "trade_off", "Trade-off", 3

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.across, self.up = (
            self.combo(self.tr("Horizontal axis"), 16),
            self.combo(self.tr("Vertical axis"), 16),
        )
        self.points = ScatterPlot(self.tr("Two metrics of each run"))
        self.set_content(self.points)
        self._wanted = self.kept()
        self._front: list[str] = []
        for combo in (self.across, self.up):
            combo.activated.connect(self._choose)
        QWidget.setTabOrder(self.across, self.up)

    def draw(self) -> None:
        metrics = sorted(metrics_of(self.runs), key=lambda one: not is_usual(one))
        if not metrics:
            self.say_nothing(self.tr("Not tested yet. Test two runs to compare their results."))
            return
        names = {metric: metric_title(metric) for metric in metrics} | {SECONDS: self.tr("Training, seconds")}
        usual = next((metric for metric in FIRST if metric in metrics), SECONDS)
        fill(self.across, names, self._wanted.get("x") or (usual if self.across.currentIndex() < 0 else None))
        above = {CHOSEN: self.tr("{metric} (chosen)").format(metric=metric_title(self.key))} | names
        fill(self.up, above, self._wanted.get("y") or (CHOSEN if self.up.currentIndex() < 0 else None))
        self._wanted = {}
        x_name, y_name = self._axes()
        chart = results.trade_off(chart_runs(self.runs), x_name, y_name, self.tr)
        if not chart.points:
            self.say_nothing(self.tr("No selected run has both values. Choose other metrics, or test more runs."))
            return
        self._front = [chart.points[at].key for at in chart.front]
        self.points.show_chart(chart)
        self.show_content(chart.words, chart)

    def _axes(self) -> tuple[str, str]:
        y = self.up.currentData()
        return self.across.currentData(), self.key if y == CHOSEN else y

    def _choose(self) -> None:
        self.keep(x=self.across.currentData(), y=self.up.currentData())
        self.draw()

    def front(self) -> list[str]:
        """Ids of the runs on the front."""
        return list(self._front)

    def parts(self) -> list[Part]:
        return [(self.words.full_text(), self.points)] if not self.nothing() else []

    def named(self) -> list[RunInfo]:
        return self.runs

    def table(self) -> list[list[Any]]:
        if self.nothing():
            return []
        x, y = self._axes()
        rows = [
            [run.name, figure_of(run, x), figure_of(run, y), "yes" if run.key in self._front else "no"]
            for run in chart_runs(self.runs)
        ]
        return [["run", x, y, "on the Pareto front"], *rows]
