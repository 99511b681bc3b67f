"""How cells of lists of items are painted: titles with years and genres, ranks that moved, parts, stars, scores."""

import math
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.tables.column import FRACTION, SERIES
from workbench.app.tables.item_pictures import PICTURE, draw_picture
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme

YEAR, BELOW, STARS, INK, MOVED = SERIES + 20, SERIES + 21, SERIES + 22, SERIES + 23, SERIES + 24
TALL = 5 * GRID
INSET = 11  # where the text of a head begins
NUMBER = 8 * GRID  # room of a number beside its bar
STAR, N_STARS = 12, 5
ROOMY = 200  # pixels from which a title that is cut keeps its year

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


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
    """A title, its year quietly behind it, genres small under it where there are any, and a picture before it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        text = _ground(self, painter, option, index)
        year, below, picture = index.data(YEAR), index.data(BELOW), index.data(PICTURE)
        room = QRectF(option.rect).adjusted(INSET, 0, -INSET, 0)
        if picture is not None:
            room.adjust(draw_picture(painter, room, picture()), 0, 0, 0)
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
