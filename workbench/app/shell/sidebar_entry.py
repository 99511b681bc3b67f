"""A row of the sidebar: a step of the data line, or a run."""

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from workbench.app.widgets import icons
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme

WIDTH = 28 * GRID


class Entry(QAbstractButton):
    """One row: an icon or a dot, a title, and a small state at the right."""

    def __init__(self, title: str, *, icon: str = "", number: int = -1, small: bool = False) -> None:
        super().__init__()
        self.setText(title)
        self.setFont(font(BODY))
        self._icon, self._number, self._state, self._locked = icon, number, "", False
        self._height = 30 if small else 34
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 3 * GRID, self._height)

    def set_title(self, title: str) -> None:
        """Call it something else."""
        if title != self.text():
            self.setText(title)
            self._name()

    def set_state(self, state: str, locked: str = "", *, tip: str = "") -> None:
        """Show a small text at the right; `locked` says on hover why the step has to wait, `tip` what the text means."""
        if (state, locked or tip) != (self._state, self.toolTip()):
            self._state, self._locked = state, bool(locked)
            self.setToolTip(locked or tip)
            self._name()
            self.update()

    def _name(self) -> None:
        self.setAccessibleName(", ".join(filter(None, [self.text(), self._state])))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("wash" if self.isChecked() else "line"))
            painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus() and self.property("keyboard"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(tokens.color("accent"))
            painter.drawRoundedRect(box, 6, 6)
        ink = "accent" if self.isChecked() and self._icon else "faint" if self._locked else "text"
        left = 10
        if self._icon:
            color = tokens.color("muted" if ink == "text" else ink)
            picture = icons.pixmap(self._icon, color, 18, self.devicePixelRatioF())
            painter.drawPixmap(QPoint(left, (self.height() - 18) // 2), picture)
            left += 27
        elif self._number >= 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().series(self._number))
            painter.drawEllipse(QRectF(left, self.height() / 2 - 4, 8, 8))
            left += 18
        self._write(painter, left, ink)

    def _write(self, painter: QPainter, left: int, ink: str) -> None:
        tokens = theme().tokens
        small = font(SMALL, figures=True)
        painter.setFont(small)
        room = painter.fontMetrics().horizontalAdvance(self._state)
        painter.setPen(tokens.color("accent" if self.isChecked() and self._icon else "muted"))
        where = QRect(self.width() - room - 10, 0, room + 2, self.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._state)
        painter.setFont(font(BODY, bold=self.isChecked()))
        painter.setPen(tokens.color(ink))
        width = self.width() - left - room - 2 * GRID
        title = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, title)

    def focusInEvent(self, event: Any) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self.setProperty("keyboard", event.reason() in reasons)
        super().focusInEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
