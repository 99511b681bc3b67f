"""Six large numbers about the data."""

from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.amounts import percent
from workbench.app.widgets.basic import Figure
from workbench.app.widgets.theme import GRID

Json = dict[str, Any]
YEAR = 365.25 * 86400
DAYS = 86400


def span(seconds: float) -> tuple[float, str]:
    """A time span in the largest unit of which there are two: the number and years, months, days, hours or minutes."""
    for size, unit in ((YEAR, "years"), (YEAR / 12, "months"), (DAYS, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return seconds / size, unit
    return seconds, "seconds"


class Figures(QWidget):
    """Six large numbers."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        self.all = [Figure(remark=" ") for _ in range(6)]
        for entry in self.all:
            row.addWidget(entry, 1)

    def show_about(self, about: Json) -> None:
        """Show the figures of a ``data.json``."""
        summary, report = about.get("summary") or {}, about.get("report") or {}
        rating, time = summary.get("rating"), summary.get("time")
        rows, users, items, density, when, lost = self.all
        n = summary.get("interactions", about.get("interactions", 0))
        remark = self.tr("only presence counts")
        if rating:
            remark = self.tr("{low:,.7g} to {high:,.7g}, mean {mean:,.2f}").format(
                low=rating["min"], high=rating["max"], mean=rating["mean"]
            )
            if rating["min"] == rating["max"]:
                remark = self.tr("all ratings {value:g}").format(value=rating["min"])
        rows.set(f"{n:,}", self.tr("interactions"), remark)
        for figure, what, title in ((users, "user", self.tr("users")), (items, "item", self.tr("items"))):
            median = summary.get(f"median_per_{what}", 0)
            figure.set(f"{summary.get(what + 's', 0):,}", title, self.tr("median {n:,.4g} each").format(n=median))
        share = summary.get("density", 0.0)
        remark = self.tr("one pair in {n:,}").format(n=round(1 / share)) if 0 < share < 0.5 else self.tr("of all pairs")  # noqa: PLR2004
        density.set(percent(share), self.tr("density"), remark, f"{share:.6%}")
        self._show_time(when, time)
        merged, refused = report.get("merged", 0), report.get("refused_count", 0)
        words = [self.tr("no row refused"), self.tr("1 row refused"), self.tr("{n:,} rows refused")]
        sides = any(file.get("as") == "test" for file in report.get("files") or [])
        # What is in both a training and a test file is no duplicate of either; Split tells of it.
        title = self.tr("duplicates in one file") if sides else self.tr("duplicates")
        lost.set(f"{merged:,}", title, words[min(refused, 2)].format(n=refused))

    def _show_time(self, figure: Figure, time: Json | None) -> None:
        if not time:
            figure.set("–", self.tr("no times"), self.tr("in file order"))
            return
        since, until = (datetime.fromisoformat(time[key]) for key in ("min", "max"))
        number, unit = span((until - since).total_seconds())
        names = {
            "years": self.tr("years"), "months": self.tr("months"), "days": self.tr("days"), "hours": self.tr("hours"),
            "minutes": self.tr("minutes"), "seconds": self.tr("seconds"),
        }  # fmt: skip
        first, last = (f"{time.day} {time:%b} {time.year}" for time in (since, until))
        years = self.tr("from {a} to {b}").format(a=since.year, b=until.year)
        same = self.tr("in {year}").format(year=since.year)
        figure.set(
            f"{number:.0f} {names[unit]}", years if since.year != until.year else same,
            self.tr("newest {day}").format(day=last), f"{first} – {last} (UTC)",
        )  # fmt: skip
