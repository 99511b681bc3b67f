"""The chosen metric of each run as a bar, with its 95 % interval."""

from typing import Any

from PySide6.QtWidgets import QScrollArea

from workbench.app.pages.compare.cells import better
from workbench.app.pages.compare.chart import ComparePicture, Part, tested_runs, titles
from workbench.app.plots.bar_rows import Bar, BarGroup, BarRows
from workbench.app.runs.run_text import tested
from workbench.app.session.session import Session
from workbench.metrics import metric_title


def scrolled(rows: BarRows) -> QScrollArea:
    """Rows in something that scrolls."""
    area = QScrollArea()
    area.setWidget(rows)
    area.setWidgetResizable(True)
    area.setAccessibleName(rows.accessibleName())
    area.viewport().setAutoFillBackground(False)
    rows.setAutoFillBackground(False)
    return area


class BarsPicture(ComparePicture):
    """The best run first."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.bars = BarRows(self.tr("Test metric of each run"))
        self.set_content(scrolled(self.bars))

    def draw(self) -> None:
        groups = []
        names = titles(self.runs)
        for info in sorted(tested_runs(self.runs, self.key), key=self._key):
            mean, low, high = tested(info, self.key)
            words = f"{names[info.id]}: {mean:.4f}"
            words += f" ({low:.4f} – {high:.4f})" if low is not None and high is not None else ""
            groups.append(BarGroup(names[info.id], [Bar(info.number, mean, low, high, words)]))
        self.bars.set_groups(groups)
        if not groups:
            self.say_nothing(self.tr("No selected run was tested by this metric. Open the test of two runs."))
            return
        sure = any(group.bars[0].low is not None for group in groups)
        whiskers = self.tr("lines: 95 % of resampled users") if sure else self.tr("without intervals")
        self.show_content(f"{metric_title(self.key)} · {whiskers}")

    def _key(self, info: Any) -> float:
        place: float | None = better(tested(info, self.key)[0], self.key)
        return 0.0 if place is None else -place

    def parts(self) -> list[Part]:
        return [(metric_title(self.key), self.bars)] if self.bars.groups() else []

    def table(self) -> list[list[Any]]:
        found = tested_runs(self.runs, self.key)
        names = titles(self.runs)
        head = ["run", self.key, "low", "high"]
        return [head, *([names[info.id], *tested(info, self.key)] for info in found)] if found else []
