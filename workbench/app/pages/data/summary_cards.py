"""The data in one look: eight small cards of how much, how spread, how long the tail, since when, and who is extreme."""

import itertools
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.data.charts import Chart
from workbench.app.pages.data.matrix_view import Matrix
from workbench.app.pages.data.top_list import Ranked, Ranking
from workbench.app.widgets.basic import Card
from workbench.app.widgets.theme import GRID

Json = dict[str, Any]
MOST_PERIODS = 240  # points of the activity, more than pixels could tell apart
MOST_IN_ONE = 0.9  # share of ratings in one bin from which heights are logarithmic
NEXT = 10  # milliseconds between the two rows
HEIGHT = 168  # of a row of cards in the lowest window


def grouped(periods: list[str], counts: list[int]) -> tuple[list[str], list[int]]:
    """At most `MOST_PERIODS` periods, neighbours put together and called by the first and the last of them."""
    each = -(-len(periods) // MOST_PERIODS)
    if each <= 1:
        return periods, counts
    starts = range(0, len(periods), each)
    names = [f"{periods[at]}–{periods[min(at + each, len(periods)) - 1]}" for at in starts]
    return names, [sum(counts[at : at + each]) for at in starts]


class Overview(QWidget):
    """Two rows of cards; what the file lacks leaves its place to the others."""

    matrix_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self._rest: tuple[Json, Any] = {}, None
        self.charts = {
            "ratings": Chart(self.tr("Ratings")),
            "activity": Chart(self.tr("Activity")),
            "tail": Chart(self.tr("Long tail")),
            "users": Chart(self.tr("Users")),
            "items": Chart(self.tr("Items")),
        }
        self.matrix = Matrix(still=True)
        self.matrix.setToolTip(self.tr("Zoom in"))
        self.matrix.clicked.connect(self.matrix_wanted)
        self.popular, self.busy = Ranking(self.tr("Most popular")), Ranking(self.tr("Most active"))
        parts: dict[str, QWidget] = {
            **self.charts, "matrix": self.matrix, "popular": self.popular, "busy": self.busy,
        }  # fmt: skip
        titles = {"matrix": self.tr("Matrix"), "popular": self.tr("Most popular"), "busy": self.tr("Most active")}
        self.cards: dict[str, Card] = {}
        for names in (("ratings", "activity", "tail", "matrix"), ("users", "items", "popular", "busy")):
            row = QHBoxLayout()
            row.setSpacing(2 * GRID)
            for name in names:
                card = Card(titles.get(name) or parts[name].accessibleName(), " ")
                card.body.setContentsMargins(2 * GRID, 12, 2 * GRID, 10)
                card.add(parts[name], 1)
                card.setMinimumHeight(HEIGHT)
                row.addWidget(card, 1)
                self.cards[name] = card
            column.addLayout(row, 1)
        self.cards["matrix"].hint.set_text(self.tr("users by items"))

    def show_data(self, summary: Json, names: Any) -> None:
        """Draw the summary of a ``data.json``; `names` gives item indices their titles."""
        rating, time = summary.get("rating"), summary.get("time")
        self.cards["ratings"].setVisible(bool(rating))
        self.cards["activity"].setVisible(bool(time))
        if rating:
            self._show_ratings(rating)
        if time:
            self._show_activity(time)
        self._show_tail(summary.get("long_tail") or [])
        # The lower row a moment later: all eight cards in one stroke would hold the window for too long.
        self._rest = summary, names
        QTimer.singleShot(NEXT, self, self._show_rest)

    @Slot()
    def _show_rest(self) -> None:
        summary, names = self._rest
        for name, counted in (("users", "per_user"), ("items", "per_item")):
            self._show_spread(name, self.tr("by interactions"), summary.get(counted))
        self._show_extremes(summary, names)

    def show_matrix(self, answer: Json) -> None:
        """Draw the matrix as a whole (an answer of the job ``density``)."""
        self.matrix.show_counts(answer)

    def _name(self, name: str, hint: str) -> Chart:
        card, chart = self.cards[name], self.charts[name]
        card.hint.set_text(hint)
        chart.setAccessibleName(f"{card.title.text()}, {hint}")
        return chart

    def _show_extremes(self, summary: Json, names: Any) -> None:
        total = max(1, summary.get("interactions", 0))
        popular, busy = summary.get("extreme_items") or [], summary.get("extreme_users") or []
        titles = names([item["index"] for item in popular])
        self.popular.show_rows([_ranked(t, title, total) for t, title in zip(titles, popular, strict=True)])
        self.busy.show_rows([_ranked(str(user["id"]), user, total) for user in busy])
        for name, tail, of in (("popular", "long_tail", "items"), ("busy", "user_tail", "users")):
            points = summary.get(tail) or []
            words = self.tr("top 1 %: {share:.0f} %").format(share=100 * points[0][1]) if points else ""
            many = summary.get(of, 0) >= 100  # noqa: PLR2004 - of fewer, 1 % is nobody
            self.cards[name].hint.set_text(words if many else "")

    def _show_ratings(self, rating: Json) -> None:
        counts, total = rating["counts"], max(1, sum(rating["counts"]))
        if "levels" in rating:
            labels = [f"{level:g}" for level in rating["levels"]]
        else:
            labels = [f"{a:.3g}–{b:.3g}" for a, b in zip(rating["edges"], rating["edges"][1:], strict=False)]
        pattern = self.tr("{label}: {n:,} ({share:.1%})")
        tips = [pattern.format(label=a, n=n, share=n / total) for a, n in zip(labels, counts, strict=True)]
        chart = self._name("ratings", self.tr("how many of each"))
        if "edges" in rating:  # a label for each bin's beginning is short enough
            labels = [f"{edge:.3g}" for edge in rating["edges"][:-1]]
        # Of plays and other counts, nearly all are small: beside those, no other bar would be seen.
        chart.set_bars(
            counts, labels, tips, "; ".join(tips), log="edges" in rating and max(counts) > MOST_IN_ONE * total
        )

    def _show_spread(self, name: str, hint: str, counted: Json | None) -> None:
        """How many users (items) have how many interactions: both axes logarithmic, or a few would hide all others."""
        counted = counted or {"edges": [1, 2], "counts": [0]}
        edges = counted["edges"]
        labels = [f"{a:,}" for a, _ in itertools.pairwise(edges)]
        spans = [f"{a:,}" if b == a + 1 else f"{a:,}–{b - 1:,}" for a, b in itertools.pairwise(edges)]
        title = self.cards[name].title.text()
        pattern = self.tr("{span} interactions: {n:,} {what}")
        tips = [pattern.format(span=a, n=n, what=title.lower()) for a, n in zip(spans, counted["counts"], strict=False)]
        chart = self._name(name, hint)
        chart.set_bars(counted["counts"], labels[: len(counted["counts"])], tips, "; ".join(tips), log=True)

    def _show_tail(self, points: list[list[float]]) -> None:
        # Of few items, several points stand on the same step: the last of them is where the step ends.
        ends = [point for point, after in itertools.pairwise(points) if after[1] > point[1]] + points[-1:]
        x, y = [0.0, *(a for a, _ in ends)], [0.0, *(b for _, b in ends)]
        pattern = self.tr("The most popular {items:.0%} of items have {share:.0%} of the interactions")
        tips = [pattern.format(items=a, share=b) for a, b in zip(x, y, strict=True)]
        hint = self.tr("share of top items")
        labels = ["0 %", "25 %", "50 %", "75 %", "100 %"]
        fifth = next((tip for tip, a in zip(tips, x, strict=True) if a >= 0.2), "")  # noqa: PLR2004 - a fifth
        self._name("tail", hint).set_area(x, y, labels, tips, fifth, shares=True)

    def _show_activity(self, time: Json) -> None:
        periods, counts = grouped(time["periods"], time["counts"])
        year = time["unit"] == "year"
        hint = self.tr("interactions per year") if year else self.tr("interactions per month")
        if len(periods) < len(time["periods"]):
            hint = self.tr("interactions over time")
        tips = [f"{period}: {n:,}" for period, n in zip(periods, counts, strict=True)]
        chart = self._name("activity", hint)
        busiest = tips[int(np.argmax(counts))] if counts else ""
        gist = self.tr("{first} to {last}, most in {busiest}").format(
            first=periods[0], last=periods[-1], busiest=busiest
        )
        if len(counts) <= 3:  # noqa: PLR2004 - a line through two points tells nothing
            chart.set_bars(counts, periods, tips, gist)
        else:
            chart.set_area(range(len(counts)), counts, periods, tips, gist)


def _ranked(name: str, one: Json, total: int) -> Ranked:
    return Ranked(name, one["count"], one["count"] / total)
