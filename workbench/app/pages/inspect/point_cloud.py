"""Points on a plane that can be zoomed and moved, in the colours and shapes of their kinds.

A hundred thousand points are written into a picture by numpy: a few milliseconds, where drawing them one by one would hold
the window. They lie in the order of their kinds, so that each kind is one slice.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QIcon,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.app.widgets.basic import Text, show_if
from workbench.app.widgets.theme import GRID, theme

NEAR = 8  # pixels around the mouse in which a point is meant
CLOSEST, MARGIN = 400.0, 24.0  # how far one can zoom in; pixels that stay free around all points
FEW = 20_000  # points in sight from which their shapes are smaller
EDGE = 3  # pixels at the edge in which no shape would have room
KINDS = 6  # that have a colour; -1 is another one, and PERSON is added for people

# Shapes of points, so that colour is not the only cue; the last one for others.
_SHAPES = (
    (".###.", "#####", "#####", "#####", ".###."),
    ("#####", "#####", "#####", "#####", "#####"),
    ("..#..", "..#..", ".###.", ".###.", "#####"),
    ("..#..", ".###.", "#####", ".###.", "..#.."),
    ("..#..", "..#..", "#####", "..#..", "..#.."),
    ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    (".....", ".###.", ".###.", ".###.", "....."),
)
_RING = (".###.", "#...#", "#...#", "#...#", ".###.")


def _offsets(rows: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(y - 2, x - 2) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == "#"]


SHAPES, RING = [_offsets(rows) for rows in _SHAPES], _offsets(_RING)
SMALL_SHAPE = [(y, x) for y in (-1, 0) for x in (-1, 0)]
SMALL_RING = [(-1, 0), (0, -1), (0, 1), (1, 0)]


class Points(QWidget):
    """Points that can be zoomed and moved by mouse and keys.

    Each is known by its place in the arrays that `set_points` was given.
    """

    clicked = Signal(int)
    """Place of a point."""

    def __init__(self, about: Callable[[int], str]) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Map"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(20 * GRID, 20 * GRID)
        self._about = about
        self._marks: tuple[np.ndarray, np.ndarray] = (np.zeros(0, int), np.zeros(0, int))
        self._only: int | None = None
        self._hot = -1
        self._zoom, self._middle = 1.0, QPointF(0, 0)
        self._from: QPointF | None = None
        self._moved = False
        self._words = Text("", ink="muted", wrap=True)
        self._words.setParent(self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.set_points(np.zeros((0, 2)), np.zeros(0, np.int8))
        theme().changed.connect(self._redraw)

    def set_points(self, xy: np.ndarray, kinds: np.ndarray, people: np.ndarray | None = None) -> None:
        """Show points (n, 2) with the numbers of their kinds (-1 for others); `people`, bool (n,), are drawn as rings."""
        people = np.zeros(len(xy), bool) if people is None else people
        fits = np.flatnonzero(np.isfinite(xy).all(axis=1))
        group = (kinds.astype(np.int64) + 1) + (KINDS + 1) * people
        self._at = fits[np.argsort(group[fits], kind="stable")]  # places, group by group
        self._ends = np.searchsorted(group[self._at], np.arange(2 * (KINDS + 1) + 1))
        self._x, self._y = (np.ascontiguousarray(xy[self._at, axis], np.float32) for axis in (0, 1))
        self._row = np.full(len(xy), -1)  # where a place stands among those shown
        self._row[self._at] = np.arange(len(self._at))
        self._marks = (np.zeros(0, int), np.zeros(0, int))
        self._hot = -1
        self.show_all()

    @property
    def n(self) -> int:
        """How many are shown."""
        return len(self._at)

    def say(self, words: str) -> None:
        """Write a sentence over the map; nothing for an empty one."""
        self._words.setText(words)
        show_if(self._words, bool(words))

    def mark(self, had: np.ndarray, listed: np.ndarray) -> None:
        """Ring points at these places: thinly, and thickly."""
        self._marks = tuple(rows[rows >= 0] for rows in (self._row[had], self._row[listed]))
        self.update()

    def emphasise(self, kind: int | None) -> None:
        """Draw the points of all kinds but one faintly; None: all as they are."""
        self._only = kind
        self._redraw()

    @Slot()
    def show_all(self) -> None:
        """All points in sight."""
        ends = [(float(axis.min()), float(axis.max())) if len(axis) else (0.0, 1.0) for axis in (self._x, self._y)]
        self._middle = QPointF(*((low + high) / 2 for low, high in ends))
        self._span = [max(high - low, 1e-9) for low, high in ends]
        self._zoom = 1.0
        self._redraw()

    def places(self) -> np.ndarray:
        """Where the points lie in the widget, in pixels, float32 (n, 2), in the order in which they are drawn."""
        return np.column_stack(self._spots())

    def _spots(self) -> tuple[np.ndarray, np.ndarray]:
        if self._spotted is None:
            x, y = self._scale()
            across = self._x * np.float32(x) + np.float32(self.width() / 2 - self._middle.x() * x)
            down = self._y * np.float32(-y) + np.float32(self.height() / 2 + self._middle.y() * y)
            self._spotted = across, down
        return self._spotted

    def _scale(self) -> tuple[float, float]:
        return (
            self._zoom * max(1.0, self.width() - 2 * MARGIN) / self._span[0],
            self._zoom * max(1.0, self.height() - 2 * MARGIN) / self._span[1],
        )

    _image: QImage | None = None
    _spotted: tuple[np.ndarray, np.ndarray] | None = None

    @Slot()
    def _redraw(self) -> None:
        self._image = self._spotted = None
        self.update()

    def resizeEvent(self, event: Any) -> None:
        self._words.setGeometry(self.rect().adjusted(GRID, GRID, -GRID, -GRID))
        self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            self._image = self._drawn()
        painter.drawImage(0, 0, self._image)
        if not self.n:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = self._spots()
        text = theme().tokens.color("text")
        for at, (rows, width) in enumerate(zip(self._marks, (1.2, 2.6), strict=True)):
            painter.setPen(QPen(text, width))
            for row in rows[:500].tolist():
                painter.drawEllipse(QPointF(float(x[row]), float(y[row])), 5 + at, 5 + at)
        if self._hot >= 0:
            painter.setPen(QPen(theme().tokens.color("accent"), 2.5))
            painter.drawEllipse(QPointF(float(x[self._hot]), float(y[self._hot])), 8, 8)

    def _drawn(self) -> QImage:
        """The points as a picture."""
        scale = self.devicePixelRatioF()
        wide, high = max(1, round(self.width() * scale)), max(1, round(self.height() * scale))
        pixels = np.zeros(high * wide, np.uint32)
        x, y = (coordinates * np.float32(scale) for coordinates in self._spots())
        seen = np.flatnonzero((x >= EDGE) & (x < wide - EDGE) & (y >= EDGE) & (y < high - EDGE))
        spots = y[seen].astype(np.int64) * wide + x[seen].astype(np.int64)
        ends = np.searchsorted(seen, self._ends)
        for group in self._order():
            kind, person = group % (KINDS + 1) - 1, group > KINDS
            chosen = spots[ends[group] : ends[group + 1]]
            if len(chosen):
                color = colour_of(kind)
                if self._only is not None and kind != self._only:
                    color = theme().tokens.color("line")
                for dy, dx in shape_of(kind, small=len(spots) > FEW, person=person):
                    pixels[chosen + (dy * wide + dx)] = color.rgba()
        self._pixels = pixels  # the picture looks into it
        image = QImage(pixels.data, wide, high, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(scale)
        return image

    def _order(self) -> list[int]:
        """Groups in the order in which they are drawn: people above items, and above all what is emphasised."""
        groups = list(range(2 * (KINDS + 1)))
        return sorted(groups, key=lambda one: self._only is not None and one % (KINDS + 1) - 1 == self._only)

    # Hands ---------------------------------------------------------------------------------------------------------

    def nearest(self, spot: QPointF) -> int:
        """Place of the point that is meant by a spot of the widget; -1 for none."""
        row = self._nearest_row(spot)
        return int(self._at[row]) if row >= 0 else -1

    def _nearest_row(self, spot: QPointF) -> int:
        if not self.n:
            return -1
        x, y = self._spots()
        far = (x - np.float32(spot.x())) ** 2 + (y - np.float32(spot.y())) ** 2
        row = int(far.argmin())
        return row if far[row] <= NEAR**2 else -1

    def zoom(self, factor: float, spot: QPointF | None = None) -> None:
        """Zoom in or out, so that what lies under a spot stays there."""
        spot = QPointF(self.width() / 2, self.height() / 2) if spot is None else spot
        new = min(CLOSEST, max(1.0, self._zoom * factor))
        x, y = self._scale()
        off = QPointF((spot.x() - self.width() / 2) / x, (self.height() / 2 - spot.y()) / y)
        self._middle += off * (1 - self._zoom / new)
        self._zoom = new
        if new == 1.0:
            self.show_all()
        self._redraw()

    def shift(self, dx: float, dy: float) -> None:
        """Move what is shown by pixels."""
        x, y = self._scale()
        self._middle += QPointF(-dx / x, dy / y)
        self._redraw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            step = event.position() - self._from
            if self._moved or step.manhattanLength() > NEAR:
                self._moved = True
                self.shift(step.x(), step.y())
                self._from = event.position()
            return
        place = self.hover(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), self._about(place) if place >= 0 else "", self)

    def hover(self, spot: QPointF) -> int:
        """Circle the point that is meant by a spot, and give its place; -1 for none."""
        hot = self._nearest_row(spot)
        if hot != self._hot:
            self._hot = hot
            self.setCursor(Qt.CursorShape.PointingHandCursor if hot >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()
        return int(self._at[hot]) if hot >= 0 else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.nearest(event.position())
        if self._from is not None and not self._moved and at >= 0:
            self.clicked.emit(at)
        self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        steps = {keys.Key_Left: (60, 0), keys.Key_Right: (-60, 0), keys.Key_Up: (0, 60), keys.Key_Down: (0, -60)}
        key = keys(event.key())
        if key in steps:
            self.shift(*steps[key])
        elif key in (keys.Key_Plus, keys.Key_Equal, keys.Key_Minus):
            self.zoom(0.7 if key == keys.Key_Minus else 1.4)
        elif key == keys.Key_0:
            self.show_all()
        else:
            super().keyPressEvent(event)


def colour_of(kind: int) -> QColor:
    """Colour of a kind; grey for others."""
    return theme().tokens.color("faint") if kind < 0 else theme().series(kind)


def shape_of(kind: int, *, small: bool = False, person: bool = False) -> list[tuple[int, int]]:
    """Pixels of a point around its middle: steps down and to the right."""
    if person:
        return SMALL_RING if small else RING
    return SMALL_SHAPE if small else SHAPES[kind]


def picture(kind: int) -> QIcon:
    """The shape of a kind as an icon."""
    image = QImage(16, 16, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for dy, dx in shape_of(kind):
        painter.fillRect(QRectF(6 + 2 * dx, 6 + 2 * dy, 2, 2), colour_of(kind))
    painter.end()
    return QIcon(QPixmap.fromImage(image))
