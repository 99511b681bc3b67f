"""For whom the metric holds: people by activity or by what is known of them, items by age, genre or what they are.

What the parts add is the number of all.
"""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.compare.chart import (
    ComparisonChart,
    Part,
    chart_runs,
    fill,
    scrolled,
    stamp,
    tested_runs,
    titles,
)
from workbench.app.plots.bar_rows import BarRows
from workbench.app.runs.legend import Legend
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.run_combo import RunData
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import line
from workbench.app.widgets.theme import GRID
from workbench.charts import people
from workbench.data.side_files.vector_files import further_name

MAX_RUNS = 6  # runs: as many as there are colours
Json = dict[str, Any]


class SegmentsChart(ComparisonChart):
    """A bar for each run in each part."""

    name, title, order = "parts", "Parts", 6

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.by, self.what = self.combo(self.tr("Segments"), 15), self.combo(self.tr("What the bars show"))
        self._data = RunData(session)
        self._offer(None)
        shown = {"mean": self.tr("Mean of each"), "part": self.tr("Contribution of each")}
        fill(self.what, shown, self.kept().get("what"))
        for combo in (self.by, self.what):
            combo.activated.connect(self._choose)
        QWidget.setTabOrder(self.by, self.what)
        self.bars = BarRows(self.tr("The metric in each segment"))
        self.set_content(scrolled(self.bars))
        self._legend = Legend()
        self.choices.removeWidget(self.words)  # the sentence on the sum needs room
        self.choices.insertStretch(0, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.words, 1)
        foot.addWidget(self._legend)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.addLayout(foot)
        self._question = Latest(session, "parts", self)
        self._question.answered.connect(self._take)
        self._question.failed.connect(self._fail)
        self._asked: tuple[Json, list[str]] | None = None
        self._answer: Json | None = None
        self._shown: list[RunInfo] = []
        self._title = ""

    def draw(self) -> None:
        runs = tested_runs(self.runs, self.key)[:MAX_RUNS]
        if not runs:
            self._forget()
            self.say_nothing(self.tr("No selected run was tested with this metric. Run the test first."))
            return
        self._offer(runs[0])
        args = {"runs": [str(info.folder) for info in runs], "metric": self.key, "by": self.by.currentData()}
        asked = (args, stamp(runs))
        if asked != self._asked:
            self._forget()
            self._asked, self._shown = asked, runs
            self.say_nothing(self.tr("Calculating the segments…"))
            self._question.ask(args)
        elif self._answer is not None:
            self._shown = runs  # another title, perhaps
            self._lay(self._answer)

    def _offer(self, info: RunInfo | None) -> None:
        """Offer what the users and items of a run can be divided by."""
        data = self._data.of(info) if info is not None else None
        known = data.user_features.names if data is not None and data.user_features is not None else []
        vectors = data.item_features.vectors if data is not None and data.item_features is not None else {}
        kinds = {
            "activity": self.tr("Users by activity"),
            **{f"user {name}": self.tr("Users by {attribute}").format(attribute=line(name)) for name in known},
            "age": self.tr("Items by age"),
            "genre": self.tr("Items by genre"),
            **{further_name(kind): self.tr("Items by {kind}").format(kind=kind) for kind in vectors},
        }
        fill(self.by, kinds, self.kept().get("by"))

    def _forget(self) -> None:
        self._question.forget()
        self._asked = self._answer = None
        self.bars.set_groups([])
        self._legend.show_runs([])

    @Slot(object, object)
    def _take(self, _asked: Json, answer: Json) -> None:
        self._answer = answer
        self._lay(answer)

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, _details: str) -> None:
        self.say_nothing(sentence)

    def _lay(self, answer: Json) -> None:
        what, by = self.what.currentData(), self.by.currentText()
        chart = people.segments(answer, chart_runs(self._shown), self.key, what=what, by=by, tr=self.tr)
        self.bars.show_chart(chart)
        self._title = chart.title
        self._legend.show_runs(self._shown)
        left_out = len(tested_runs(self.runs, self.key)) - len(self._shown)
        more = self.tr("the first {n} runs").format(n=MAX_RUNS) if left_out else ""
        self.show_content(" · ".join(filter(None, [chart.words, more])), chart)

    def _choose(self) -> None:
        self.keep(by=self.by.currentData(), what=self.what.currentData())
        self.draw()

    def parts(self) -> list[Part]:
        return [(self._title, self.bars)] if not self.nothing() else []

    def named(self) -> list[RunInfo]:
        return list(self._shown)

    def table(self) -> list[list[Any]]:
        if self.nothing() or self._answer is None:
            return []
        rows: list[list[Any]] = [["run", "part", "count", self.key, "adds"]]
        names = titles(self._shown)
        for info, of_run in zip(self._shown, self._answer["runs"], strict=True):
            rows += [
                [names[info.id], *(part[key] for key in ("name", "count", "mean", "part"))]
                for part in of_run["segments"]
                if part
            ]
            rows.append([names[info.id], "all", None, of_run["whole"], of_run["sum"]])
        return rows
