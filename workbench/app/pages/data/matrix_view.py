"""The matrix of users and items as a picture that can be zoomed: the darker a field, the more of its pairs are there.

As a pyqtgraph ImageItem it would have 65 lines less (keys, hovering and round figures from 1 on remain), take 7 to 11 ms a
frame instead of 2 to 3, and 25 ms to make instead of 3, twice on the page.
"""

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.app.widgets.theme import GRID, SMALL, font, theme

Json = dict[str, Any]
FEWEST = 8  # users or items to be seen at most closely
STEP = 1.6  # what a key or a click zooms by
PAUSE_MS = 120  # milliseconds from the last movement to the next counting
PALEST = 0.18  # of the colour, for the emptiest field that is not empty
GAP = 6
TICKS = 5


class Span:
    """What is seen of one side: from `low` to `high` of `n` places."""

    def __init__(self, n: int = 0) -> None:
        self.n, self.low, self.high = n, 0.0, float(n)

    @property
    def whole(self) -> bool:
        """Whether all of it is seen."""
        return self.high - self.low >= self.n

    def zoom(self, factor: float, share: float) -> None:
        """See less (`factor` above 1) or more; what is at this share of the side stays there."""
        size = min(self.n, max(min(FEWEST, self.n), (self.high - self.low) / factor))
        fixed = self.low + share * (self.high - self.low)
        self.place(fixed - share * size, size)

    def place(self, low: float, size: float) -> None:
        """See `size` places from `low` on, as far as there are such."""
        self.low = min(max(0.0, low), self.n - size)
        self.high = self.low + size

    def edges(self) -> list[int]:
        """The first place and one past the last that are seen, if only in part."""
        return [math.floor(self.low), min(self.n, math.ceil(self.high))]


class Matrix(QWidget):
    """The picture. It asks for the counts of what is looked at by `wanted`; until they come, those there are stretched.

    With `still` it shows the whole and only tells when it is clicked.
    """

    wanted = Signal(object, object)
    """First and one past the last user, the same of the items, in the order of their counts."""
    moved = Signal()
    """Something else is looked at."""
    clicked = Signal()

    def __init__(self, *, still: bool = False) -> None:
        super().__init__()
        self.still = still
        self.setAccessibleName(self.tr("Matrix of users and items"))
        self.setFont(font(SMALL, figures=True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(10 * GRID)
        if still:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.CrossCursor)
        self.users, self.items = Span(), Span()
        self._forget()
        self._held: QPointF | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._ask)
        theme().changed.connect(self._paint_fields)

    def sizeHint(self) -> QSize:
        return QSize(32 * GRID, 18 * GRID)

    def _forget(self) -> None:
        self.counts = np.zeros((0, 0), np.int64)
        self.user_edges = self.item_edges = np.zeros(1, np.int64)
        self._image = QImage()

    # What is shown -------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Show nothing, until other counts come."""
        self.users, self.items = Span(), Span()
        self._soon.stop()
        self._forget()
        self.update()

    def show_counts(self, answer: Json) -> None:
        """Take counts (an answer of the job ``density``); the first since `clear` say how much there is."""
        self.counts = np.array(answer["counts"], np.int64).reshape(len(answer["user_edges"]) - 1, -1)
        self.user_edges, self.item_edges = np.array(answer["user_edges"]), np.array(answer["item_edges"])
        if (self.users.n, self.items.n) != (answer["users"], answer["items"]):
            self.users, self.items = Span(answer["users"]), Span(answer["items"])
        self._paint_fields()
        self._describe()
        self.moved.emit()

    def density(self) -> np.ndarray:
        """Share of the pairs of each field that are there, float64 (rows, columns)."""
        pairs = np.outer(np.diff(self.user_edges), np.diff(self.item_edges))
        return self.counts / np.maximum(pairs, 1)

    @Slot()
    def _paint_fields(self) -> None:
        """Make the picture: logarithmic, because a matrix has corners a thousand times as dense as others."""
        share = self.density()
        there = share > 0
        self._image = QImage()
        if there.any():
            low, high = math.log(share[there].min()), math.log(share.max())
            strength = np.zeros(share.shape)
            scale = (np.log(share[there]) - low) / (high - low) if high > low else 1.0
            strength[there] = PALEST + (1 - PALEST) * scale
            ground, ink = theme().tokens.color("surface"), theme().series(0)
            ends = [np.array([colour.red(), colour.green(), colour.blue()]) for colour in (ground, ink)]
            pixels = np.full((*share.shape, 4), 255, np.uint8)  # blue, green, red, opaque
            pixels[..., :3] = (ends[0] + strength[..., None] * (ends[1] - ends[0]))[..., ::-1].round()
            if theme().dark:  # towards white where it is densest: blue alone is faint on black
                pixels[..., :3] += ((255 - pixels[..., :3]) * (0.6 * strength[..., None] ** 3)).astype(np.uint8)
            high, wide = share.shape
            self._image = QImage(pixels.tobytes(), wide, high, 4 * wide, QImage.Format.Format_RGB32).copy()
        self.update()

    def words(self) -> str:
        """Which part is looked at, and how dense it is."""
        if not self.users.n:
            return ""
        (a, b), (c, d) = self.users.edges(), self.items.edges()
        pattern = self.tr("users {a:,}–{b:,} of {n:,} · items {c:,}–{d:,} of {m:,}")
        return pattern.format(a=a + 1, b=b, n=self.users.n, c=c + 1, d=d, m=self.items.n)

    def _describe(self) -> None:
        share = self.density()
        densest = self.tr("densest cell: {share:.2g} % of its pairs").format(share=100 * share.max(initial=0))
        self.setAccessibleDescription(f"{self.words()}; {densest}")

    # Painting ------------------------------------------------------------------------------------------------------

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(self.font())
        left = metrics.horizontalAdvance(f"{self.users.n:,}") + GAP
        return QRectF(left, metrics.height() + GAP, max(1.0, self.width() - left - 1), max(
            1.0, self.height() - metrics.height() - GAP - 1))  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull() or not self.users.n or not self.items.n:
            return
        painter, plot, tokens = QPainter(self), self._plot(), theme().tokens
        painter.save()
        painter.setClipRect(plot)
        painter.drawImage(self._box(self.user_edges, self.item_edges, plot), self._image)
        painter.restore()
        painter.setPen(tokens.color("line"))
        painter.drawRect(plot)
        painter.setPen(tokens.color("faint"))
        metrics = QFontMetricsF(self.font())
        middle = Qt.AlignmentFlag.AlignVCenter
        for place in ticks(self.users, int(plot.height() // (3 * metrics.height()))):
            y = self._y(place, plot)
            box = QRectF(0, min(max(y - 10, plot.top() - 4), plot.bottom() - 16), plot.left() - GAP, 20)
            painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignRight), f"{place + 1:,}")
        wide = metrics.horizontalAdvance(f"{self.items.n:,}") + 2 * GAP
        for place in ticks(self.items, int(plot.width() // (2 * wide))):
            left = min(max(self._x(place, plot) - wide / 2, plot.left()), plot.right() - wide)
            way = Qt.AlignmentFlag.AlignLeft if left == plot.left() else Qt.AlignmentFlag.AlignHCenter
            painter.drawText(QRectF(left, 0, wide, metrics.height()), int(middle | way), f"{place + 1:,}")
        if self.hasFocus():
            painter.setPen(tokens.color("accent"))
            painter.drawRect(plot)

    def _x(self, item: float, plot: QRectF) -> float:
        return plot.left() + (item - self.items.low) / (self.items.high - self.items.low) * plot.width()

    def _y(self, user: float, plot: QRectF) -> float:
        return plot.top() + (user - self.users.low) / (self.users.high - self.users.low) * plot.height()

    def _box(self, rows: np.ndarray, columns: np.ndarray, plot: QRectF) -> QRectF:
        corners = [QPointF(self._x(float(columns[at]), plot), self._y(float(rows[at]), plot)) for at in (0, -1)]
        return QRectF(*corners)

    # Moving --------------------------------------------------------------------------------------------------------

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Look closer (`factor` above 1) or from further away; what is under `at` stays there."""
        if not self.users.n:
            return
        plot = self._plot()
        at = plot.center() if at is None else at
        self.users.zoom(factor, min(max((at.y() - plot.top()) / plot.height(), 0), 1))
        self.items.zoom(factor, min(max((at.x() - plot.left()) / plot.width(), 0), 1))
        self._move()

    def show_all(self) -> None:
        """Look at all of it."""
        self.users, self.items = Span(self.users.n), Span(self.items.n)
        self._move()

    def shift(self, right: float, down: float) -> None:
        """Move by these shares of what is seen."""
        for side, share in ((self.items, right), (self.users, down)):
            size = side.high - side.low
            side.place(side.low + share * size, size)
        self._move()

    def _move(self) -> None:
        self.update()
        self.moved.emit()
        self._soon.start()

    @Slot()
    def _ask(self) -> None:
        if self.users.n:
            self.wanted.emit(self.users.edges(), self.items.edges())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.still:
            super().wheelEvent(event)
            return
        turns = event.angleDelta().y() / 120
        self.zoom(STEP**turns, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None or self.still:
            return
        plot, way = self._plot(), event.position() - self._held
        self._held = event.position()
        self.shift(-way.x() / plot.width(), -way.y() / plot.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.still and self._held is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.still:
            self.zoom(STEP**2, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, quarter = Qt.Key, 0.25
        moves: dict[int, tuple[float, float]] = {
            key.Key_Left: (-quarter, 0), key.Key_Right: (quarter, 0), key.Key_Up: (0, -quarter), key.Key_Down: (0, quarter),
        }  # fmt: skip
        if event.key() in moves:
            self.shift(*moves[event.key()])
        elif event.key() in (key.Key_Plus, key.Key_Equal):
            self.zoom(STEP)
        elif event.key() == key.Key_Minus:
            self.zoom(1 / STEP)
        elif event.key() in (key.Key_Home, key.Key_0):
            self.show_all()
        else:
            super().keyPressEvent(event)

    # Hovering ------------------------------------------------------------------------------------------------------

    def tip_at(self, at: QPointF) -> str:
        """What the field at this place tells."""
        plot = self._plot()
        if not self.counts.size or not plot.contains(at):
            return ""
        user = self.users.low + (at.y() - plot.top()) / plot.height() * (self.users.high - self.users.low)
        item = self.items.low + (at.x() - plot.left()) / plot.width() * (self.items.high - self.items.low)
        r = int(np.searchsorted(self.user_edges, user, "right")) - 1
        c = int(np.searchsorted(self.item_edges, item, "right")) - 1
        if not (0 <= r < self.counts.shape[0] and 0 <= c < self.counts.shape[1]):
            return ""
        (a, b), (d, e) = self.user_edges[r : r + 2].tolist(), self.item_edges[c : c + 2].tolist()
        pattern = self.tr("{users} with {items}: {n:,} of {pairs:,} pairs ({share:.2g} %)")
        users, items = (
            _places(self.tr("user"), self.tr("users"), a, b),
            _places(self.tr("item"), self.tr("items"), d, e),
        )
        n, pairs = int(self.counts[r, c]), (b - a) * (e - d)
        return pattern.format(users=users, items=items, n=n, pairs=pairs, share=100 * n / pairs)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and not self.still:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def ticks(side: Span, most: int) -> list[int]:
    """At most so many round places of what is seen; the first of all stands for one."""
    low, high = side.edges()
    most = min(TICKS, max(2, most))
    raw = max(1.0, (high - low) / most)
    power = 10 ** math.floor(math.log10(raw))
    step = next(int(digit * power) for digit in (1, 2, 5, 10) if digit * power >= raw)
    places = {low, *(place - 1 for place in range(step * (1 + low // step), high + 1, step))}
    return sorted(edge for edge in places if low == edge or edge - low >= step / 2)


def _places(one: str, many: str, first: int, end: int) -> str:
    return f"{one} {first + 1:,}" if end == first + 1 else f"{many} {first + 1:,}–{end:,}"
