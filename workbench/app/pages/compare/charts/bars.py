"""The chosen metric of each run as a bar, with its 95 % interval."""

from typing import Any

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, scrolled, tested_runs, titles
from workbench.app.plots.bar_rows import BarRows
from workbench.app.runs.run_text import tested
from workbench.app.session.session import Session
from workbench.charts import results
from workbench.metrics import metric_title


class IntervalsChart(ComparisonChart):
    """The best run first."""

    name, title, order = "bars", "Intervals", 2

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.bars = BarRows(self.tr("Test metric of each run"))
        self.set_content(scrolled(self.bars))

    def draw(self) -> None:
        chart = results.bars(chart_runs(self.runs), self.key, self.tr)
        self.bars.show_chart(chart)
        if not chart.groups:
            self.say_nothing(self.tr("No selected run was tested with this metric. Test two runs first."))
            return
        self.show_content(f"{chart.title} · {chart.words}", chart)

    def parts(self) -> list[Part]:
        return [(metric_title(self.key), self.bars)] if self.bars.groups() else []

    def table(self) -> list[list[Any]]:
        found = tested_runs(self.runs, self.key)
        names = titles(self.runs)
        head = ["run", self.key, "low", "high"]
        return [head, *([names[info.id], *tested(info, self.key)] for info in found)] if found else []
