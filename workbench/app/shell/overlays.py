"""What lies over the window for a moment: what a drop would do, and a short word at the foot."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.app.widgets.basic import Text
from workbench.app.widgets.theme import BODY, GRID, TITLE, font, theme
from workbench.project import FILE

TOAST = 4000  # milliseconds


class DropOverlay(QWidget):
    """Covers the window while something is dragged over it, and says what dropping it will do."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self.hide()

    def offer(self, paths: list[Path]) -> None:
        """Say what would happen to these."""
        first = paths[0]
        if (first / FILE).is_file() or first.name == FILE:
            self._words = self.tr("Drop to open the project {name}").format(name=first.stem)
        elif len(paths) == 1:
            self._words = self.tr("Drop to read {name}").format(name=first.name)
        else:
            self._words = self.tr("Drop to read {n} files").format(n=len(paths))
        self.setGeometry(self.parentWidget().rect())
        self.raise_()
        self.show()

    def words(self) -> str:
        """What it says."""
        return self._words

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        veil = tokens.color("window")
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(tokens.color("accent"))
        pen.setWidth(2)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), 12, 12)
        painter.setFont(font(TITLE, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)


class Toast(QWidget):
    """A short word at the foot of the page that goes away by itself."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._text = Text("", BODY)
        row.addWidget(self._text)
        self._timer = QTimer(self, singleShot=True, interval=TOAST)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @Slot(str, str)
    def say(self, kind: str, text: str) -> None:
        """Show a text for some seconds; kind is info, ok, warn or error."""
        self._text.set_ink({"info": "text"}.get(kind, kind))
        self._text.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        self.place()
        self.raise_()
        self.show()
        self._timer.start()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def place(self) -> None:
        """Keep to the foot of the window."""
        area = self.parentWidget().rect()
        self.move(area.width() - self.width() - 3 * GRID, area.height() - self.height() - 7 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.color("strong_line"))
        painter.setBrush(tokens.color("raised"))
        painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 8, 8)

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
