"""All items of a run on a plane, alike ones near each other, in the colours and shapes of their genres.

A hundred thousand points are written into a picture by numpy: a few milliseconds, where drawing them one by one would hold
the window.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from workbench.app.pages._latest import Latest
from workbench.app.pages._lists import line
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID, theme
from workbench.app.widgets import Button, Card, Text, clear, show_if
from workbench.data.interactions import Interactions

NEAR = 8  # pixels around the mouse in which a point is meant
CLOSEST, MARGIN = 400.0, 24.0  # how far one can zoom in; pixels that stay free around all points
FEW = 20_000  # points in sight from which their shapes are smaller
EDGE = 3  # pixels at the edge in which no shape would have room
Json = dict[str, Any]

# Shapes of points, so that colour is not the only cue; "." for others.
_SHAPES = (
    (".###.", "#####", "#####", "#####", ".###."),
    ("#####", "#####", "#####", "#####", "#####"),
    ("..#..", "..#..", ".###.", ".###.", "#####"),
    ("..#..", ".###.", "#####", ".###.", "..#.."),
    ("..#..", "..#..", "#####", "..#..", "..#.."),
    ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    (".....", ".###.", ".###.", ".###.", "....."),
)
SHAPES = [[(y - 2, x - 2) for y, row in enumerate(rows) for x, one in enumerate(row) if one == "#"] for rows in _SHAPES]
SMALL_SHAPE = [(y, x) for y in (-1, 0) for x in (-1, 0)]


class ItemMap(Card):
    """The map with its legend; a click opens an item."""

    opened = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session.tr("Map of the items"), " ")
        self._info: RunInfo | None = None
        self._stamp: tuple[Any, ...] = ()
        self._data: Interactions | None = None
        self._maps = Latest(session, "item_map", self)
        self._maps.answered.connect(self._show)
        self._maps.failed.connect(self._fail)
        self._genre: int | None = None
        self.points = Points(self.title_of)
        self.points.clicked.connect(self._open)
        self._legend = QHBoxLayout()
        theme().changed.connect(self._repaint)
        self._legend.setSpacing(2)
        self.whole = Button(self.tr("Show all"), "quiet", icon="reset", tip=self.tr("All points again (double click)"))
        self.whole.clicked.connect(self.points.show_all)
        self.head.addWidget(self.whole)
        self.body.addLayout(self._legend)
        self.add(self.points, 1)
        self.note = Text(self.tr(
            "Near means alike to the algorithm. Wheel or + and − zoom, drag or arrows move, a click opens an item. "
            "Rings: what the user had, and bold rings: what is recommended."), ink="muted", wrap=True)  # fmt: skip
        self.add(self.note)

    def show_run(self, info: RunInfo, data: Interactions | None) -> None:
        """Show the map of a run; it is made where it is not known yet."""
        stamp = (str(info.folder), info.status.get("at"))
        self._info, self._data = info, data
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.points.set_points(np.zeros((0, 2)), np.zeros(0, np.int8))
        self.points.say(self.tr("Drawing the map…"))
        self._maps.ask({"run": str(info.folder)})

    def mark(self, had: list[str], listed: list[str]) -> None:
        """Ring what the user had and what is recommended, by ids."""
        self._wanted = (had, listed)
        self._mark()

    _wanted: tuple[list[str], list[str]] = ([], [])

    def _mark(self) -> None:
        if self._data is None or not len(self.points.index):
            return
        import pyarrow as pa
        import pyarrow.compute as pc

        ids = self._data.item_ids
        spots = []
        for wanted in self._wanted:
            found = pc.index_in(pa.array(wanted, ids.type), ids).drop_null().to_numpy(zero_copy_only=False)
            spots.append(np.flatnonzero(np.isin(self.points.index, found)))
        self.points.mark(*spots)

    def title_of(self, item: int) -> str:
        """Title of an item by its index."""
        if self._data is None:
            return str(item)
        facts = self._data.item_facts
        return line(facts.titles([item])[0] if facts is not None else self._data.item_ids[item].as_py())

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        table = np.load(Path(answer["points"]), allow_pickle=False)
        colours = np.load(Path(answer["colours"]), allow_pickle=False)
        self.points.set_points(table[:, :2], colours, table[:, 2].astype(np.int64))
        self.points.say("" if len(table) else self.tr("There are no items."))
        self.hint.set_text(self.tr("{n:,} items").format(n=len(table)))
        clear(self._legend)
        for number, name in enumerate([*answer["genres"], self.tr("others")] if answer["genres"] else []):
            self._legend.addWidget(self._entry(number if number < len(answer["genres"]) else -1, name))
        self._legend.addStretch(1)
        self._mark()

    def _entry(self, number: int, name: str) -> Button:
        button = Button(line(name, 40), "quiet", tip=self.tr("Show only these strongly"))
        button.setIcon(picture(number))
        button.setCheckable(True)
        button.clicked.connect(partial(self._emphasise, number))
        button.setProperty("number", number)
        return button

    @Slot()
    def _repaint(self) -> None:
        for at in range(self._legend.count() - 1):
            button = self._legend.itemAt(at).widget()
            button.setIcon(picture(button.property("number")))

    def _emphasise(self, number: int) -> None:
        self._genre = None if self._genre == number else number
        for at in range(self._legend.count() - 1):
            button = self._legend.itemAt(at).widget()
            last = at == self._legend.count() - 2
            button.setChecked(self._genre is not None and (self._genre == at or (self._genre == -1 and last)))
        self.points.emphasise(self._genre)

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._stamp = ()
        self.points.say(sentence)

    @Slot(int)
    def _open(self, item: int) -> None:
        if self._data is not None:
            self.opened.emit(self._data.item_ids[item].as_py())


class Points(QWidget):
    """Points that can be zoomed and moved by mouse and keys."""

    clicked = Signal(int)
    """Index of an item."""

    def __init__(self, title_of: Any) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Map of the items"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(20 * GRID, 20 * GRID)
        self._title_of = title_of
        self._xy, self._colours, self.index = np.zeros((0, 2)), np.zeros(0, np.int8), np.zeros(0, np.int64)
        self._marks: tuple[np.ndarray, np.ndarray] = (np.zeros(0, int), np.zeros(0, int))
        self._only: int | None = None
        self._hot = -1
        self._zoom, self._middle = 1.0, QPointF(0, 0)
        self._from: QPointF | None = None
        self._moved = False
        self._image: QImage | None = None
        self._words = Text("", ink="muted", wrap=True)
        self._words.setParent(self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme().changed.connect(self._redraw)

    def set_points(self, xy: np.ndarray, colours: np.ndarray, index: np.ndarray | None = None) -> None:
        """Show points (n, 2) with the numbers of their genres, -1 for others."""
        fits = np.isfinite(xy).all(axis=1)
        index = np.arange(len(xy)) if index is None else index
        self._xy, self._colours, self.index = np.asarray(xy, float)[fits], colours[fits], index[fits]
        self._marks = (np.zeros(0, int), np.zeros(0, int))
        self._hot = -1
        self.show_all()

    def say(self, words: str) -> None:
        """Write a sentence over the map; nothing for an empty one."""
        self._words.setText(words)
        show_if(self._words, bool(words))

    def mark(self, had: np.ndarray, listed: np.ndarray) -> None:
        """Ring points at these places: thinly, and thickly."""
        self._marks = (had, listed)
        self.update()

    def emphasise(self, number: int | None) -> None:
        """Draw the points of all genres but one faintly; None: all as they are."""
        self._only = number
        self._redraw()

    @Slot()
    def show_all(self) -> None:
        """All points in sight."""
        low, high = (self._xy.min(axis=0), self._xy.max(axis=0)) if len(self._xy) else (np.zeros(2), np.ones(2))
        self._middle = QPointF(*((low + high) / 2))
        self._span = np.maximum(high - low, 1e-9)
        self._zoom = 1.0
        self._redraw()

    def places(self) -> np.ndarray:
        """Where the points lie in the widget, in pixels, float (n, 2)."""
        x, y = self._scale()
        across = (self._xy[:, 0] - self._middle.x()) * x + self.width() / 2
        return np.column_stack([across, self.height() / 2 - (self._xy[:, 1] - self._middle.y()) * y])

    def _scale(self) -> tuple[float, float]:
        return (
            self._zoom * max(1.0, self.width() - 2 * MARGIN) / self._span[0],
            self._zoom * max(1.0, self.height() - 2 * MARGIN) / self._span[1],
        )

    @Slot()
    def _redraw(self) -> None:
        self._image = None
        self.update()

    def resizeEvent(self, event: Any) -> None:
        self._words.setGeometry(self.rect().adjusted(GRID, GRID, -GRID, -GRID))
        self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            self._image = self._drawn()
        painter.drawImage(0, 0, self._image)
        if not len(self._xy):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self.places()
        text = theme().tokens.color("text")
        for at, (spots, width) in enumerate(zip(self._marks, (1.2, 2.6), strict=True)):
            painter.setPen(QPen(text, width))
            for x, y in places[spots[:500]]:
                painter.drawEllipse(QPointF(x, y), 5 + at, 5 + at)
        if self._hot >= 0:
            painter.setPen(QPen(theme().tokens.color("accent"), 2.5))
            painter.drawEllipse(QPointF(*places[self._hot]), 8, 8)

    def _drawn(self) -> QImage:
        """The points as a picture."""
        scale = self.devicePixelRatioF()
        wide, high = max(1, round(self.width() * scale)), max(1, round(self.height() * scale))
        pixels = np.zeros((high, wide), np.uint32)
        if len(self._xy):
            places = np.floor(self.places() * scale).astype(np.int64)
            seen = (places >= EDGE).all(axis=1) & (places[:, 0] < wide - EDGE) & (places[:, 1] < high - EDGE)
            small = np.count_nonzero(seen) > FEW
            numbers = [-1, *range(len(theme().tokens.series))]
            if self._only is not None:  # last, so that they lie above the others
                numbers = [*(one for one in numbers if one != self._only), self._only]
            for number in numbers:
                chosen = places[seen & (self._colours == number)]
                color = colour_of(number)
                if self._only is not None and number != self._only:
                    color = theme().tokens.color("line")
                for dy, dx in SMALL_SHAPE if small else SHAPES[number]:
                    pixels[chosen[:, 1] + dy, chosen[:, 0] + dx] = color.rgba()
        image = QImage(pixels.data, wide, high, 4 * wide, QImage.Format.Format_ARGB32).copy()
        image.setDevicePixelRatio(scale)
        return image

    # Hands ---------------------------------------------------------------------------------------------------------

    def nearest(self, spot: QPointF) -> int:
        """Place of the point that is meant by a spot of the widget; -1 for none."""
        if not len(self._xy):
            return -1
        far = ((self.places() - [spot.x(), spot.y()]) ** 2).sum(axis=1)
        at = int(far.argmin())
        return at if far[at] <= NEAR**2 else -1

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
        hot = self.nearest(event.position())
        if hot != self._hot:
            self._hot = hot
            self.setCursor(Qt.CursorShape.PointingHandCursor if hot >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()
        words = self._title_of(int(self.index[hot])) if hot >= 0 else ""
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.nearest(event.position())
        if self._from is not None and not self._moved and at >= 0:
            self.clicked.emit(int(self.index[at]))
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


def colour_of(number: int) -> QColor:
    """Colour of a genre; grey for others."""
    return theme().tokens.color("faint") if number < 0 else theme().series(number)


def picture(number: int) -> Any:
    """The shape of a genre as an icon."""
    from PySide6.QtGui import QIcon, QPixmap

    image = QImage(16, 16, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for dy, dx in SHAPES[number]:
        painter.fillRect(QRectF(6 + 2 * dx, 6 + 2 * dy, 2, 2), colour_of(number))
    painter.end()
    return QIcon(QPixmap.fromImage(image))
