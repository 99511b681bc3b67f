"""Two figures of each run against each other, and the front of those that no other beats in both."""

from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from workbench.app.pages.compare.chart import ComparePicture, Part, fill, titles
from workbench.app.pages.compare.columns import is_usual, metrics_of
from workbench.app.plots.scatter_plot import ScatterPlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import seconds_of, tested
from workbench.app.session.session import Session
from workbench.evaluation.pareto import front
from workbench.metrics import all_metrics, metric_title

SECONDS, CHOSEN = "seconds", "chosen"
FIRST = ("coverage@10", "epc@10", "novelty@10")  # what accuracy is held against until somebody chooses


class TradeOffPicture(ComparePicture):
    """Two choices of what to hold against what; where neither more nor less is better, there is no front."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.across, self.up = (
            self.combo(self.tr("From left to right"), 16),
            self.combo(self.tr("From below to above"), 16),
        )
        self.points = ScatterPlot(self.tr("Two figures of each run"))
        self.set_content(self.points)
        self._wanted = self.kept()
        self._front: list[str] = []
        for one in (self.across, self.up):
            one.activated.connect(self._choose)
        QWidget.setTabOrder(self.across, self.up)

    def draw(self) -> None:
        metrics = sorted(metrics_of(self.runs), key=lambda one: not is_usual(one))
        if not metrics:
            self.say_nothing(
                self.tr("The test is not open yet. Open it for two runs to hold their figures against each other.")
            )
            return
        names = {one: metric_title(one) for one in metrics} | {SECONDS: self.tr("Training, seconds")}
        usual = next((one for one in FIRST if one in metrics), SECONDS)
        fill(self.across, names, self._wanted.get("x") or (usual if self.across.currentIndex() < 0 else None))
        above = {CHOSEN: self.tr("{metric} (chosen)").format(metric=metric_title(self.key))} | names
        fill(self.up, above, self._wanted.get("y") or (CHOSEN if self.up.currentIndex() < 0 else None))
        self._wanted = {}
        x_name, y_name = self._axes()
        known = [info for info in self.runs if None not in (self._of(info, x_name), self._of(info, y_name))]
        if not known:
            self.say_nothing(self.tr("No selected run has both figures. Choose others, or open the test of more runs."))
            return
        titled = titles(self.runs)
        points = [
            (titled[info.id], float(self._of(info, x_name) or 0), float(self._of(info, y_name) or 0), info.number)
            for info in known
        ]
        best = self._best(points, x_name, y_name)
        self._front = [known[at].id for at in best]
        self.points.set_labels(names[x_name], names.get(y_name, metric_title(y_name)))
        self.points.set_points(points, best)
        self.show_content(self._told(x_name, y_name, len(best)))

    def _axes(self) -> tuple[str, str]:
        y = self.up.currentData()
        return self.across.currentData(), self.key if y == CHOSEN else y

    def _told(self, x: str, y: str, number: int) -> str:
        unclear = [one for one in dict.fromkeys((x, y)) if _higher(one) is None]
        if unclear:
            words = self.tr("Neither more nor less {metric} is better, so there is no front")
            return words.format(metric=metric_title(unclear[0]))
        less = [one for one in dict.fromkeys((x, y)) if _higher(one) is False]
        words = self.tr("On the front, beaten by none in both: {n} of {m}").format(
            n=number, m=len(self.points.points())
        )
        figures = ", ".join(self.tr("seconds") if one == SECONDS else metric_title(one) for one in less)
        return f"{words} · {self.tr('less is better: {figures}').format(figures=figures)}" if less else words

    @staticmethod
    def _best(points: list[tuple[str, float, float, int]], x: str, y: str) -> list[int]:
        x_higher, y_higher = _higher(x), _higher(y)
        if x_higher is None or y_higher is None:
            return []
        across, up = (np.array([one[axis] for one in points]) for axis in (1, 2))
        found: list[int] = front(across, up, x_higher=x_higher, y_higher=y_higher).tolist()
        return found

    @staticmethod
    def _of(info: RunInfo, name: str) -> float | None:
        return seconds_of(info) if name == SECONDS else tested(info, name)[0]

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
        names = titles(self.runs)
        rows = [
            [names[one.id], self._of(one, x), self._of(one, y), "yes" if one.id in self._front else "no"]
            for one in self.runs
        ]
        return [["run", x, y, "on the front"], *rows]


def _higher(name: str) -> bool | None:
    """Whether more of it is better; None where neither is."""
    if name == SECONDS:
        return False
    known = all_metrics().get(name.partition("@")[0])
    return known.higher_is_better if known is not None else None
