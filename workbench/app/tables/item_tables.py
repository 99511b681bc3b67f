"""The two tables of the page Inspect: what a user had, and what the run recommends."""

import math
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QScrollBar

from workbench.app.tables.column import Column, bars, numbers, times
from workbench.app.tables.item_delegates import (
    BELOW,
    INK,
    INSET,
    MOVED,
    N_STARS,
    STAR,
    STARS,
    TALL,
    YEAR,
    InkDelegate,
    RankDelegate,
    ScoreDelegate,
    StarsDelegate,
    TitleDelegate,
)
from workbench.app.tables.item_pictures import PICTURE, ItemPictures
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.theme import GRID, ROW_HEIGHT, SMALL

MAX_CHARS, MAX_TIP_CHARS = 200, 2000  # letters of a title in a cell and on hover
THOUSAND = 1000
STARRED = (5, 10)
"""Ends of the scales of ratings that are drawn as stars."""

Json = dict[str, Any]


def line(text: Any, longest: int = MAX_CHARS) -> str:
    """A text on one line, no longer than anybody reads."""
    return " ".join(str(text or "")[:longest].split())


def digits_for(values: list[float]) -> int:
    """Digits after the point so that about three of the largest value mean something."""
    top = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if top <= 0:
        return 3
    return min(6, max(0, 2 - math.floor(math.log10(top)))) if top >= 1 or top < 0.1 else 3  # noqa: PLR2004


class ItemTable(TableView):
    """A table whose rows are items."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.items: list[Json] = []
        self._pictures = ItemPictures(self)

    def set_pictures(self, pictures: ItemPictures) -> None:
        """Show pictures of the items, where the data has them; from the next list on."""
        self._pictures = pictures
        pictures.changed.connect(self.viewport().update)

    def titles(self, items: list[Json]) -> tuple[Column, int]:
        """The column of titles, and how high a row is."""
        self._pictures.want([item["item"] for item in items])
        tall = self._pictures.any or any(item.get("genres") for item in items)
        return title_column(self.tr("title"), items, self._pictures), TALL if tall else ROW_HEIGHT

    def select_item(self, item: str | None) -> None:
        """Select the row of an item again, after other rows have taken the place; nothing where it is not there."""
        row = next((at for at, entry in enumerate(self.items) if item is not None and entry["item"] == item), -1)
        if row >= 0:
            self.select(row)


class HistoryTable(ItemTable):
    """Title, rating and day, the newest first; columns that the data lacks are left out."""

    def __init__(self) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("History"))
        self._titles, self._stars, self._days = TitleDelegate(self), StarsDelegate(self), InkDelegate(self, SMALL)

    def show_items(self, items: list[Json], scale: float | None) -> None:
        """Show a history; `scale` is the end of the scale of ratings, None where no stars are drawn."""
        self.items = items
        title, height = self.titles(items)
        height = height if self._pictures.any else ROW_HEIGHT  # one line of each is enough
        columns, widths = [title], [0]
        if any(item.get("rating") is not None for item in items):
            ratings = np.array([math.nan if item.get("rating") is None else item["rating"] for item in items], float)
            columns.append(_ratings(self.tr("rating"), ratings, scale))
            widths.append(2 * INSET + 4 * GRID + (N_STARS * STAR if scale else GRID))
        if any(item.get("time") is not None for item in items):
            day = times(self.tr("date"), [item.get("time") for item in items], never=self.tr("added"))
            day.extra = {INK: partial(always, "muted")}
            columns.append(day)
            widths.append(12 * GRID + 4)
        lay_columns(self, columns, widths, len(items), height)
        self.setItemDelegateForColumn(0, self._titles)
        for place, column in enumerate(columns[1:], 1):
            self.setItemDelegateForColumn(place, self._stars if column.right else self._days)


class ListTable(ItemTable):
    """Rank, title with genres, score, popularity, and whether the item was in the hidden truth.

    Beside another list it leaves the score out. Where items have a ``was``, arrows tell how far they moved.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__("")
        self.setAccessibleName(name or self.tr("Recommendations"))
        self._narrow = False
        self.heading = ""
        self._ranks, self._titles = RankDelegate(self), TitleDelegate(self)
        self._bars, self._inks = ScoreDelegate(self), InkDelegate(self)

    def set_narrow(self, narrow: bool) -> None:
        """Leave out what there is no room for; the next list is shown that way."""
        self._narrow = narrow

    def show_items(self, items: list[Json], number: int, heading: str = "") -> None:
        """Show a list; `number` gives the colour of the run, `heading` says which list it is."""
        self.items, self.heading = items, heading
        self._bars.set_number(number)
        short = self._narrow
        marks = [
            (self.tr("✓") if short else self.tr("✓ hit"), "ok") if item.get("hit")
            else (self.tr("seen"), "muted") if item.get("seen")
            else (self.tr("popular"), "faint") if item.get("basis") == "popularity" else ("", "")
            for item in items
        ]  # fmt: skip
        moves = any("was" in item for item in items)
        rank = numbers("", [item["rank"] for item in items])
        rank.extra = {INK: partial(always, "muted"), MOVED: lambda row: moved(items[row])}
        rank.full = lambda row: self._about_move(items[row])
        popularity = numbers(
            self.tr("count") if short else self.tr("interactions"), [item["interactions"] for item in items],
            tip=self.tr("Popularity: interactions with the item in all of the data"),
        )  # fmt: skip
        popularity.extra = {INK: partial(always, "text")}
        test = Column(
            "" if short else self.tr("test"), lambda rows: [marks[row][0] for row in rows.tolist()], None,
            lambda row: self._about(marks[row][1]),
            tip=self.tr("✓ hit: the item is in the user's test set"),
            extra={INK: lambda row: marks[row][1]},
        )  # fmt: skip
        title, height = self.titles(items)
        shown = [
            (rank, 5 * GRID + (4 * GRID if moves else 0), self._ranks),
            (title, 0, self._titles),
        ]
        if not short:
            scores = [finite(item.get("score")) for item in items]
            score = bars(self.tr("score"), scores, digits_for(scores))
            score.right = False  # the head stands over the bar
            shown.append((score, 18 * GRID, self._bars))
        marked = 7 if any(item.get("seen") and not item.get("hit") for item in items) else 4
        shown += [
            (popularity, (8 if short else 12) * GRID, self._inks),
            (test, (marked if short else 8) * GRID, self._inks),
        ]
        columns, widths, delegates = zip(*shown, strict=True)
        lay_columns(self, list(columns), list(widths), len(items), height)
        for place, delegate in enumerate(delegates):
            self.setItemDelegateForColumn(place, delegate)

    def copy(self) -> None:
        """Copy the whole list as it stands, under its heading and the names of its columns."""
        rows = self._model.source_rows(np.arange(len(self.items)))
        columns = list(self._model.columns)
        names = [self.tr("rank"), *(column.title for column in columns[1:-1]), self.tr("test")]
        cells = zip(*(column.texts(rows) for column in columns), strict=True)
        lines = [self.heading, *("\t".join(" ".join(cell.split()) for cell in row) for row in (names, *cells))]
        self._put_on_clipboard("\n".join(lines), len(rows), len(rows))

    def _about_move(self, one: Json) -> str:
        if "was" not in one or one["was"] == one["rank"]:
            return str(one["rank"])
        if one["was"] is None:
            return self.tr("{rank}, not in the other list").format(rank=one["rank"])
        return self.tr("{rank}, was {was}").format(rank=one["rank"], was=one["was"])

    def _about(self, ink: str) -> str:
        return {
            "ok": self.tr("This item is in the user's test set, which training did not see"),
            "muted": self.tr("The user already has this item"),
            "faint": self.tr("Nothing links this item to the user: it is here because it is popular"),
        }.get(ink, "")


def lay_columns(table: TableView, columns: list[Column], widths: list[int], n_rows: int, height: int) -> None:
    """Show columns at fixed widths (0: the rest of the room), so that nothing moves from one user to the next."""
    head = table.horizontalHeader()
    table.verticalHeader().setMinimumSectionSize(height)
    table.verticalHeader().setDefaultSectionSize(height)
    _reserve_bar(table)
    head.setSortIndicatorShown(False)
    head.setStretchLastSection(False)
    table.show_columns(columns, n_rows)
    for place, width in enumerate(widths):
        mode = QHeaderView.ResizeMode
        head.setSectionResizeMode(place, mode.Fixed if width else mode.Stretch)
        if width:
            table.setColumnWidth(place, width)
    table.scrollToTop()


def _reserve_bar(table: TableView) -> None:
    """Keep the room of the scroll bar, and show it only where there is something to scroll to."""
    if table.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOn:
        return
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    bar = table.verticalScrollBar()
    bar.setStyleSheet("QScrollBar::handle:vertical:disabled { background: transparent; }")
    bar.rangeChanged.connect(partial(_enable, bar))


def _enable(bar: QScrollBar, low: int, high: int) -> None:
    bar.setEnabled(high > low)


def title_column(head: str, items: list[Json], pictures: ItemPictures | None = None) -> Column:
    """Titles with years, genres and perhaps pictures, for a `TitleDelegate`."""
    shown = [line(item.get("title") or item["item"]) for item in items]
    years = [str(item["year"]) if item.get("year") else "" for item in items]
    below = [line(", ".join(item["genres"])) if item.get("genres") else "" for item in items]

    def full(row: int) -> str:
        one = items[row]
        whole = line(one.get("title") or one["item"], MAX_TIP_CHARS)
        return "\n".join(filter(None, [f"{whole} {years[row]}".strip(), below[row], line(one["item"])]))

    extra: dict[int, Any] = {YEAR: lambda row: years[row], BELOW: lambda row: below[row]}
    if pictures is not None and pictures.any:
        extra[PICTURE] = lambda row: partial(pictures.picture, items[row]["item"])
    return Column(
        head, lambda rows: [shown[row] for row in rows.tolist()], lambda: np.array(shown, object), full, extra=extra
    )


def _ratings(head: str, ratings: np.ndarray, scale: float | None) -> Column:
    texts = ["–" if value != value else f"{value:.4g}" for value in ratings.tolist()]  # noqa: PLR0124 - NaN

    def stars(row: int) -> float | None:
        value = float(ratings[row])
        return None if scale is None or math.isnan(value) else min(1.0, max(0.0, value / scale))

    return Column(
        head, lambda rows: [texts[row] for row in rows.tolist()], lambda: ratings, right=True, extra={STARS: stars}
    )


def always(ink: str, _row: int) -> str:
    """The same colour for each row."""
    return ink


def finite(value: Any) -> float:
    """A number; NaN for what is none."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.nan


def moved(one: Json) -> str:
    """How far an item of a list came up (▲) or went down (▼); "+" where it was not there; "" where it stayed."""
    if "was" not in one or one["was"] == one["rank"]:
        return ""
    if one["was"] is None:
        return "+"
    places = abs(one["was"] - one["rank"])
    # The tip has all digits, for which there is no room.
    return f"{'▲' if one['was'] > one['rank'] else '▼'}{places if places < THOUSAND else f'{places // THOUSAND}k'}"
