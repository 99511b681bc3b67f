"""The two tables of the page Inspect: what a user had, and what the run recommends."""

import math
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QHeaderView, QScrollBar, QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.columns import FRACTION, SERIES, Column, bars, numbers, times
from workbench.app.tables import TableView
from workbench.app.theme import BODY, GRID, ROW_HEIGHT, SMALL, font, theme

YEAR, BELOW, STARS, INK, MOVED = SERIES + 20, SERIES + 21, SERIES + 22, SERIES + 23, SERIES + 24
LONGEST, LONGEST_TIP = 200, 2000  # letters of a title in a cell and on hover
TALL = 5 * GRID
INSET = 11  # where the text of a head begins
NUMBER = 8 * GRID  # room of a number beside its bar
STAR, N_STARS = 12, 5
ROOMY = 200  # pixels from which a title that is cut keeps its year
STARRED = (5, 10)
"""Ends of the scales of ratings that are drawn as stars."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
Json = dict[str, Any]


def line(text: Any, longest: int = LONGEST) -> str:
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

    def select_item(self, item: str | None) -> None:
        """Select the row of an item again, after other rows have taken the place; nothing where it is not there."""
        row = next((at for at, one in enumerate(self.items) if item is not None and one["item"] == item), -1)
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
        columns, widths = [title_column(self.tr("title"), items)], [0]
        if any(one.get("rating") is not None for one in items):
            ratings = np.array([math.nan if one.get("rating") is None else one["rating"] for one in items], float)
            columns.append(_ratings(self.tr("rating"), ratings, scale))
            widths.append(2 * INSET + 4 * GRID + (N_STARS * STAR if scale else GRID))
        if any(one.get("time") is not None for one in items):
            day = times(self.tr("date"), np.array([one.get("time") or 0 for one in items], np.int64))
            day.extra = {INK: partial(always, "muted")}
            columns.append(day)
            widths.append(12 * GRID + 4)
        lay_columns(self, columns, widths, len(items), ROW_HEIGHT)
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
        self._ranks, self._titles = RankDelegate(self), TitleDelegate(self)
        self._bars, self._inks = ScoreDelegate(self), InkDelegate(self)

    def set_narrow(self, narrow: bool) -> None:
        """Leave out what there is no room for; the next list is shown that way."""
        self._narrow = narrow

    def show_items(self, items: list[Json], number: int) -> None:
        """Show a list; `number` gives the colour of the run."""
        self.items = items
        self._bars.set_number(number)
        short = self._narrow
        marks = [
            (self.tr("✓") if short else self.tr("✓ hit"), "ok") if one.get("hit")
            else (self.tr("seen"), "muted") if one.get("seen") else ("", "")
            for one in items
        ]  # fmt: skip
        moves = any("was" in one for one in items)
        rank = numbers("", [one["rank"] for one in items])
        rank.extra = {INK: partial(always, "muted"), MOVED: lambda row: moved(items[row])}
        rank.full = lambda row: self._about_move(items[row])
        popularity = numbers(
            self.tr("times") if short else self.tr("interactions"), [one["interactions"] for one in items],
            tip=self.tr("How popular the item is: interactions with it in all of the data"),
        )  # fmt: skip
        popularity.extra = {INK: partial(always, "text")}
        test = Column(
            "" if short else self.tr("test"), lambda rows: [marks[row][0] for row in rows.tolist()], None,
            lambda row: self._about(marks[row][1]),
            tip=self.tr("✓ hit: this item was kept from training, and the user did choose it"),
            extra={INK: lambda row: marks[row][1]},
        )  # fmt: skip
        shown = [
            (rank, 5 * GRID + (4 * GRID if moves else 0), self._ranks),
            (title_column(self.tr("title"), items), 0, self._titles),
        ]
        if not short:
            scores = [finite(one.get("score")) for one in items]
            score = bars(self.tr("score"), scores, digits_for(scores))
            score.right = False  # the head stands over the bar
            shown.append((score, 18 * GRID, self._bars))
        shown += [(popularity, (8 if short else 12) * GRID, self._inks), (test, (4 if short else 8) * GRID, self._inks)]
        tall = any(one.get("genres") for one in items)
        columns, widths, delegates = zip(*shown, strict=True)
        lay_columns(self, list(columns), list(widths), len(items), TALL if tall else ROW_HEIGHT)
        for place, delegate in enumerate(delegates):
            self.setItemDelegateForColumn(place, delegate)

    def _about_move(self, one: Json) -> str:
        if "was" not in one or one["was"] == one["rank"]:
            return str(one["rank"])
        if one["was"] is None:
            return self.tr("{rank}, not in the other list").format(rank=one["rank"])
        return self.tr("{rank}, was {was}").format(rank=one["rank"], was=one["was"])

    def _about(self, ink: str) -> str:
        return {
            "ok": self.tr("This item was kept from training, and the user did choose it"),
            "muted": self.tr("The user already has this item"),
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


def title_column(head: str, items: list[Json]) -> Column:
    """Titles with years and genres, for a `TitleDelegate`."""
    shown = [line(one.get("title") or one["item"]) for one in items]
    years = [str(one["year"]) if one.get("year") else "" for one in items]
    below = [line(", ".join(one["genres"])) if one.get("genres") else "" for one in items]

    def full(row: int) -> str:
        one = items[row]
        whole = line(one.get("title") or one["item"], LONGEST_TIP)
        return "\n".join(filter(None, [f"{whole} {years[row]}".strip(), below[row], line(one["item"])]))

    return Column(
        head, lambda rows: [shown[row] for row in rows.tolist()], lambda: np.array(shown, object), full,
        extra={YEAR: lambda row: years[row], BELOW: lambda row: below[row]},
    )  # fmt: skip


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


def _ground(delegate: QStyledItemDelegate, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> str:
    """Paint a cell without its text, which is returned."""
    delegate.initStyleOption(option, index)
    text, option.text = option.text, ""
    style = option.widget.style()
    style.drawControl(style.ControlElement.CE_ItemViewItem, option, painter, option.widget)
    return text


def _write(painter: QPainter, room: QRectF, text: str) -> float:
    """Write a text at the left of its room, cut where it is too long; returns its width. Right for any script."""
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    width = min(room.width(), metrics.horizontalAdvance(shown) + 1.0)
    painter.drawText(QRectF(room.left(), room.top(), width, room.height()), _LEFT, shown)
    return width


class TitleDelegate(QStyledItemDelegate):
    """A title, its year quietly behind it, and genres small under it where there are any."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        year, below = index.data(YEAR), index.data(BELOW)
        room = QRectF(option.rect).adjusted(INSET, 0, -INSET, 0)
        tokens = theme().tokens
        high = room
        if option.rect.height() >= TALL:
            half = room.height() / 2
            high = QRectF(room.left(), room.top() + 3, room.width(), half - 2) if below else room
            if below:
                painter.setFont(font(SMALL))
                painter.setPen(tokens.color("muted"))
                _write(painter, QRectF(room.left(), room.top() + half, room.width(), half - 3), below)
        painter.setFont(font(BODY, figures=True))
        space = painter.fontMetrics().horizontalAdvance(year) + 6 if year else 0
        if room.width() < ROOMY and painter.fontMetrics().horizontalAdvance(text) + space > room.width():
            year, space = "", 0  # more of the title tells more than the year
        painter.setPen(tokens.color("text"))
        width = _write(painter, high.adjusted(0, 0, -space, 0), text)
        if year:
            painter.setPen(tokens.color("muted"))
            painter.drawText(QRectF(high.left() + width + 5, high.top(), space, high.height()), _LEFT, year)


def moved(one: Json) -> str:
    """How far an item of a list came up (▲) or went down (▼); "+" where it was not there; "" where it stayed."""
    if "was" not in one or one["was"] == one["rank"]:
        return ""
    if one["was"] is None:
        return "+"
    return f"{'▲' if one['was'] > one['rank'] else '▼'}{abs(one['was'] - one['rank']):,}"


class RankDelegate(QStyledItemDelegate):
    """A rank, and before it an arrow with the number of places that the item has moved."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        room = QRectF(option.rect).adjusted(INSET - 3, 0, -INSET, 0)
        move = index.data(MOVED)
        if move:
            painter.setFont(font(SMALL, figures=True))
            painter.setPen(theme().tokens.color("warn" if move.startswith("▼") else "ok"))
            painter.drawText(room, _LEFT, move)
        painter.setFont(font(BODY, figures=True))
        painter.setPen(theme().tokens.color("muted"))
        painter.drawText(room, _RIGHT, text)


class PartDelegate(QStyledItemDelegate):
    """What an interaction adds: a bar to the right of a line for more, to the left for less, and its number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        room = QRectF(option.rect).adjusted(INSET, 0, -INSET, 0)
        painter.setFont(font(BODY, figures=True))
        painter.setPen(theme().tokens.color("text"))
        painter.drawText(room, _RIGHT, text or "–")
        share = index.data(FRACTION)
        wide = room.width() - NUMBER
        if share is None or not text or wide <= 0:
            return
        middle, part = room.left() + wide / 3, min(1.0, max(-0.5, share))
        bar = QRectF(middle, room.center().y() - 3, part * wide * 2 / 3, 6).normalized()
        painter.fillRect(bar, theme().series(0 if share >= 0 else 1))
        painter.fillRect(
            QRectF(middle - 0.5, room.top() + 6, 1, room.height() - 12), theme().tokens.color("strong_line")
        )


class StarsDelegate(QStyledItemDelegate):
    """A rating as stars, with its number at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        room = QRectF(option.rect).adjusted(INSET, 0, -INSET, 0)
        painter.setPen(theme().tokens.color("text"))
        painter.drawText(room, _RIGHT, text)
        share = index.data(STARS)
        if share is None:
            return
        right = room.right() - 4 * GRID
        left = right - N_STARS * STAR
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(left, room.center().y())
        painter.fillPath(STAR_PATH, theme().tokens.color("line"))
        painter.setClipRect(QRectF(0, -STAR, share * N_STARS * STAR, 2 * STAR))
        painter.fillPath(STAR_PATH, theme().series(4))
        painter.restore()


class ScoreDelegate(QStyledItemDelegate):
    """A score as a bar in the colour of the run, with its number at the right."""

    def __init__(self, parent: TableView) -> None:
        super().__init__(parent)
        self._number = 0

    def set_number(self, number: int) -> None:
        """Take the colour of another run."""
        self._number = number

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        room = QRectF(option.rect).adjusted(INSET, 0, -INSET, 0)
        painter.setPen(theme().tokens.color("text"))
        painter.drawText(room, _RIGHT, text or "–")
        share = index.data(FRACTION)
        bar = QRectF(room.left(), room.center().y() - 3, room.width() - NUMBER, 6)
        if share is None or not text or bar.width() <= 0:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for width, color in ((1.0, theme().tokens.color("line")), (share, theme().series(self._number))):
            bar.setWidth((room.width() - NUMBER) * min(1.0, max(0.0, width)))
            painter.setBrush(color)
            painter.drawRoundedRect(bar, 3, 3)


class InkDelegate(QStyledItemDelegate):
    """A text in the colour of a token."""

    def __init__(self, parent: TableView, size: int = BODY) -> None:
        super().__init__(parent)
        self._font = font(size, figures=True)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        painter.setFont(self._font)
        painter.setPen(theme().tokens.color(index.data(INK) or "text"))
        painter.drawText(QRectF(option.rect).adjusted(INSET, 0, -INSET, 0), int(option.displayAlignment), text)


def _star_path() -> QPainterPath:
    """Five stars in a row, from 0 to the right, in the middle of their line."""
    path = QPainterPath()
    for star in range(N_STARS):
        middle = QPointF(star * STAR + STAR / 2, 0)
        for corner in range(10):
            radius = 5.4 if corner % 2 == 0 else 2.3
            angle = math.pi * corner / 5
            point = middle + QPointF(radius * math.sin(angle), -radius * math.cos(angle))
            (path.lineTo if corner else path.moveTo)(point)
        path.closeSubpath()
    return path


STAR_PATH = _star_path()
