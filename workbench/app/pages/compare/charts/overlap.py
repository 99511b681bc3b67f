"""How alike the lists of runs are, each with each."""

from typing import Any

from PySide6.QtCore import Slot

from workbench.app.pages.compare.chart import ComparisonChart, Part, chart_runs, scrolled, stamp, titles
from workbench.app.plots.value_grid import ValueGrid
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.charts import people

MAX_RUNS = 12  # runs whose figures have room
Json = dict[str, Any]


class OverlapChart(ComparisonChart):
    """Rank-biased overlap, the mean over users: 1 for the same lists, 0 for nothing in common."""

    name, title, order = "overlap", "Overlap", 7

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.grid = ValueGrid(self.tr("Overlap of lists"))
        self.set_content(scrolled(self.grid))
        self._question = Latest(session, "overlaps", self)
        self._question.answered.connect(self._take)
        self._question.failed.connect(self._fail)
        self._asked: tuple[Json, list[str]] | None = None
        self._values: list[list[float | None]] = []
        self._shown: list[RunInfo] = []

    def draw(self) -> None:
        there = [info for info in self.runs if info.evaluation is not None]
        runs = there[:MAX_RUNS]
        if len(runs) < 2:  # noqa: PLR2004 - a comparison
            self._question.forget()
            self._asked, self._values = None, []
            self.say_nothing(self.tr("Select two or more tested runs to see how similar their lists are."))
            return
        args = {"runs": [str(info.folder) for info in runs]}
        asked = (args, stamp(runs))
        if asked != self._asked:
            self._asked, self._shown, self._values = asked, runs, []
            self.say_nothing(self.tr("Comparing the lists…"))
            self._question.ask(args)
        elif self._values:
            self._shown = runs
            self._lay()

    @Slot(object, object)
    def _take(self, _asked: Json, values: list[list[float | None]]) -> None:
        self._values = values
        self._lay()

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self.say_nothing(sentence)

    def _lay(self) -> None:
        chart = people.overlap(self._values, chart_runs(self._shown), self.tr)
        self.grid.show_chart(chart)
        more = self.tr("the first {n} runs").format(n=MAX_RUNS) if len(self._shown) == MAX_RUNS < len(self.runs) else ""
        self.show_content(" · ".join(filter(None, [chart.words, more])), chart)

    def parts(self) -> list[Part]:
        return [(self.words.full_text(), self.grid)] if not self.nothing() else []

    def table(self) -> list[list[Any]]:
        if self.nothing():
            return []
        names = titles(self._shown)
        rows = [[names[info.id], *row] for info, row in zip(self._shown, self._values, strict=True)]
        return [["run", *(names[info.id] for info in self._shown)], *rows]
