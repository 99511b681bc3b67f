"""Pictures of a split: a bar of what each part gets, and some users' interactions in their order."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from workbench.app.widgets.clauses import beginning
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme

# Train, validation, test, shown: colours of the series, from the least to the most striking for what is hidden.
SERIES = (0, 4, 1, 5)
UNUSED = 4
PATTERNS = (Qt.BrushStyle.SolidPattern, Qt.BrushStyle.SolidPattern, Qt.BrushStyle.SolidPattern)
NEWEST = 40  # interactions of a user that the picture has room for


def color_of(place: int) -> QColor:
    """Colour of train (0), validation (1), test (2), shown of who is not learned from (3), or unused (4)."""
    if place == UNUSED:
        return theme().tokens.color("line")
    color = theme().series(SERIES[place])
    if place == 0:
        color.setAlpha(110)  # what is learned from is the ground on which the hidden stand out
    return color


class Swatch(QWidget):
    """A small square in the colour of a part."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setFixedSize(10, 10)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color_of(self._place))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)


class ShareBar(QWidget):
    """One bar, divided as the interactions are; whatever is not nothing can be seen."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFixedHeight(3 * GRID)
        self._sizes: list[int] = []
        theme().changed.connect(self.update)

    def set_sizes(self, sizes: list[int], words: str) -> None:
        """Show train, validation and test; `words` says the same."""
        self._sizes = sizes
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def widths(self, room: float) -> list[float]:
        """Pixels of each part."""
        total = sum(self._sizes)
        least = [4.0 if size else 0.0 for size in self._sizes]
        left = room - sum(least)
        return [low + left * size / total for low, size in zip(least, self._sizes, strict=True)] if total else []

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if not sum(self._sizes):
            painter.setBrush(theme().tokens.color("line"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            return
        shown = [(place, size) for place, size in enumerate(self._sizes) if size]
        gap, at = 2.0, 0.0
        widths = self.widths(self.width() - gap * (len(shown) - 1))
        for place, _ in shown:
            painter.setBrush(color_of(place))
            painter.drawRoundedRect(QRectF(at, 0, widths[place], self.height()), 3, 3)
            at += widths[place] + gap


class UserRows(QWidget):
    """Some users, a line each: their newest interactions from left to right, in the colour of where they fall."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(8 * GRID)
        self._rows: list[str] = []
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 20 * GRID)

    def set_rows(self, rows: list[str]) -> None:
        """Show users by the places of their interactions, such as "000012"."""
        self._rows = rows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        fits = max(1, min(len(self._rows), int(self.height() // 14)))
        high = min(24.0, self.height() / fits)
        slot = self.width() / NEWEST
        for line, places in enumerate(self._rows[:fits]):
            start = self.width() - len(places) * slot
            for at, place in enumerate(places):
                box = QRectF(start + at * slot + 1, line * high + 2, slot - 2, high - 4)
                if place in "12":  # a hidden one is taller as well: colour is never the only sign
                    box.adjust(0, -1, 0, 1)
                painter.setBrush(color_of(int(place)))
                painter.drawRoundedRect(box, 2, 2)


class SplitChoice(QAbstractButton):
    """A way to split, with a sentence on when to choose it."""

    HEIGHT, FOLDED = 76, 52

    def __init__(self, name: str, title: str, sentence: str) -> None:
        super().__init__()
        self.name = name
        self.setText(title)
        self.setCheckable(True)
        self.toggled.connect(self.updateGeometry)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(title)
        self._sentence = ""
        self.set_sentence(sentence)
        theme().changed.connect(self.update)

    def set_sentence(self, sentence: str) -> None:
        """Say something else under the title: when to choose it, or why it cannot be chosen."""
        self._sentence = sentence
        self.setAccessibleDescription(sentence)
        self.setToolTip(sentence)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, self.HEIGHT if self.isChecked() else self.FOLDED)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # whoever holds the choices knows which of them can be chosen
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        on, able = self.isChecked(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = on or self.hasFocus() or (self.underMouse() and able)
        painter.setPen(tokens.color("accent" if on or self.hasFocus() else "strong_line" if strong else "line"))
        painter.setBrush(tokens.color("wash" if on else "surface" if able else "window"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        self._paint_mark(painter, on=on, able=able)
        words = self.rect().adjusted(44, 10, -2 * GRID, -6)
        painter.setFont(font(BODY, bold=True))
        painter.setPen(tokens.color("text" if able else "faint"))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        painter.setFont(font(SMALL))
        painter.setPen(tokens.color("muted" if able else "faint"))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        sentence = self._sentence
        if not on:  # one line is enough to choose by; the rest is there once it is chosen, and on hover
            sentence = beginning(sentence, painter.fontMetrics(), words.width())
        painter.drawText(words.adjusted(0, 20, 0, 0), int(flags), sentence)

    def _paint_mark(self, painter: QPainter, *, on: bool, able: bool) -> None:
        tokens, middle = theme().tokens, QPointF(23, 19)
        painter.setPen(tokens.color("accent" if on else "faint" if able else "line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, 7, 7)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(tokens.color("accent")))
            painter.drawEllipse(middle, 3.5, 3.5)
