"""Small building blocks that every page shares: cards, buttons, empty states, error cards, figures, elided text."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.app.widgets import icons
from workbench.app.widgets.theme import BODY, FIGURE, GRID, HEADING, SMALL, font, theme

GROUPS = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled)


class Text(QLabel):
    """A label in one size of the type scale and the colour of a token; follows the theme.

    Parameters
    ----------
    ink
        Name of a token: text, muted, faint, accent, ok, warn, error.
    wrap
        Whether it breaks into lines; `Elided` cuts it instead.
    """

    def __init__(
        self, text: str = "", size: int = BODY, ink: str = "text", *, bold: bool = False, wrap: bool = False
    ) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size, bold=bold, figures=True))
        self.setWordWrap(wrap)
        self._ink = ink
        self._paint()
        theme().changed.connect(self._paint)

    def set_ink(self, ink: str) -> None:
        """Change the colour."""
        if ink != self._ink:
            self._ink = ink
            self._paint()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._paint()  # what was made before the colours changed, and not shown until now, has the former ones again

    def _paint(self) -> None:
        palette, role, color = self.palette(), self.foregroundRole(), theme().tokens.color(self._ink)
        if any(
            palette.color(group, role) != color for group in GROUPS
        ):  # setting it costs, also where it changes nothing
            palette.setColor(role, color)
            self.setPalette(palette)


class Elided(Text):
    """One line of text, cut with … where it is too long; the whole of it on hover."""

    def __init__(self, text: str = "", size: int = BODY, ink: str = "text", *, bold: bool = False) -> None:
        super().__init__(text, size, ink, bold=bold)
        self._full = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._full:
            self._full = text
            self.setAccessibleName(text)
            self._cut()
            self.updateGeometry()

    def full_text(self) -> str:
        """The whole text."""
        return self._full

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 2, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(GRID * 3, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._full, Qt.TextElideMode.ElideRight, max(0, self.contentsRect().width())
        )
        super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class Card(QFrame):
    """A surface with a hairline around it. `body` is its layout; `title` and `hint` stand at its head.

    ``card.head`` is the row of the title, for small controls at its right end.
    """

    def __init__(self, title: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * GRID, 12, 2 * GRID, 2 * GRID)
        self.body.setSpacing(GRID)
        self.title = Text(title, bold=True)
        self.hint = Elided(hint, ink="muted")
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID)
        self.head.addWidget(self.title)
        self.head.addWidget(self.hint, 1)
        if title:
            self.setAccessibleName(title)
            self.body.addLayout(self.head)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Put a widget under what is there already."""
        self.body.addWidget(widget, stretch)
        return widget


class Button(QPushButton):
    """A button, by itself or showing a QAction: kind "primary" (one a page), "secondary" or "quiet"."""

    def __init__(
        self, text: str = "", kind: str = "secondary", *, icon: str = "", action: QAction | None = None, tip: str = ""
    ) -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._action = action
        self._kind = kind
        # Whether it had the keyboard when it could no longer be pressed, and who has it since then.
        self._waits, self._heir = False, None
        if icon:
            icons.bind(self, icon, "on_accent" if kind == "primary" else "muted")
            self.setIconSize(QSize(2 * GRID, 2 * GRID))
        if tip:
            self.setToolTip(tip)
        self.setAccessibleName(text or tip)
        if action is not None:
            self.clicked.connect(action.trigger)
            action.changed.connect(self._follow)
            self._follow()

    def _follow(self) -> None:
        action = self._action
        held = self.hasFocus()
        self.setText(action.text())
        self.setEnabled(action.isEnabled())
        show_if(self, action.isVisible())
        self._keep_focus(held=held)
        self.setCheckable(action.isCheckable())
        self.setChecked(action.isChecked())
        shortcut = action.shortcut().toString()
        tip = action.toolTip() if action.toolTip() != action.text().replace("&", "") else ""
        self.setToolTip(" ".join(filter(None, [tip, f"({shortcut})" if shortcut else ""])))
        self.setAccessibleName(action.text())

    def _keep_focus(self, *, held: bool) -> None:
        """Take the keyboard again after a while in which the next step could not be taken, unless it went elsewhere."""
        if self._kind != "primary":
            return
        now = QApplication.focusWidget()
        if held and now is not self:
            self._waits, self._heir = True, now
        elif self._waits and self.isEnabled() and self.isVisible():
            self._waits = False
            if now is self._heir:
                self.setFocus()


class Line(QWidget):
    """A hairline."""

    def __init__(self, *, vertical: bool = False) -> None:
        super().__init__()
        (self.setFixedWidth if vertical else self.setFixedHeight)(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().tokens.color("line"))


class Dot(QWidget):
    """A coloured dot: the colour of a series (`number`), or of a token."""

    def __init__(self, number: int | str = 0) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(GRID, GRID)

    def set_number(self, number: int | str) -> None:
        """Change the colour."""
        self._number = number
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        number = self._number
        color = theme().tokens.color(number) if isinstance(number, str) else theme().series(number)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QRectF(self.rect()))


class Chip(QWidget):
    """A short word in a rounded frame, such as "new users ✓"; `strong` fills it with the accent wash."""

    def __init__(self, text: str, *, strong: bool = False) -> None:
        super().__init__()
        self._text, self._strong = text, strong
        self.setFont(font(SMALL))
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show another word."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        return QSize(round(metrics.horizontalAdvance(self._text)) + 18, round(metrics.height()) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if self._strong else tokens.color("line"))
        painter.setBrush(tokens.color("wash" if self._strong else "window"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(tokens.color("accent" if self._strong else "muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


class Figure(QWidget):
    """A large number with what it counts, and a remark under it."""

    def __init__(self, number: str = "–", what: str = "", remark: str = "", *, small: bool = False) -> None:
        super().__init__()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self.number = Elided(number, HEADING if small else FIGURE, bold=True)
        self.what = Elided(what, SMALL if small else BODY, "muted" if small else "text")
        self.remark = Elided(remark, SMALL, "muted")
        for widget in (self.number, self.what, self.remark):
            rows.addWidget(widget)
        self.remark.setVisible(bool(remark))
        self.setMinimumWidth(12 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, number: str, what: str | None = None, remark: str | None = None, tip: str = "") -> None:
        """Show another number; `tip` holds its full value."""
        self.number.set_text(number)
        if what is not None:
            self.what.set_text(what)
        if remark is not None:
            self.remark.set_text(remark)
            self.remark.setVisible(bool(remark))
        self.setToolTip(tip)


class Picture(QWidget):
    """An icon, `size` pixels wide, in the colour of a token."""

    def __init__(self, name: str, size: int = 20, ink: str = "muted") -> None:
        super().__init__()
        self._name, self._ink = name, ink
        self.setFixedSize(size, size)

    def set(self, name: str, ink: str = "muted") -> None:
        """Show another icon."""
        self._name, self._ink = name, ink
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        color: QColor = theme().tokens.color(self._ink)
        picture = icons.pixmap(self._name, color, self.width(), self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, picture)


class EmptyState(QWidget):
    """What will be here, and the next step. ``empty.button.clicked`` (or the given action) takes it."""

    def __init__(
        self, icon: str, sentence: str, button: str = "", *, action: QAction | None = None, more: str = ""
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(Picture(icon, 40, "faint"), 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = Text(sentence, HEADING, wrap=True)
        self.more = Text(more, BODY, "muted", wrap=True)
        for widget in (self.sentence, self.more):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            row = QHBoxLayout()  # keeps lines short, and lets them wrap
            row.addStretch(1)
            row.addWidget(widget, 4)
            row.addStretch(1)
            column.addLayout(row)
        self.more.setVisible(bool(more))
        self.button = Button(button, action=action)
        show_if(self.button, bool(button or action))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def set_text(self, sentence: str, button: str | None = None, more: str = "") -> None:
        """Say something else."""
        self.sentence.setText(sentence)
        self.more.setText(more)
        self.more.setVisible(bool(more))
        if button is not None:
            self.button.setText(button)
            self.button.setAccessibleName(button)
            self.button.setVisible(bool(button))


class SearchField(QLineEdit):
    """A field to search in; Escape empties it, unless it is to close what the field is on."""

    down_pressed = Signal()
    """The person wants to go on to what was found."""

    def __init__(self, hint: str, *, empties: bool = True) -> None:
        super().__init__()
        self._empties = empties
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setProperty("search", "true")
        action = QAction(self)
        icons.bind(action, "search", "faint")
        self.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
        self.setMinimumWidth(20 * GRID)

    def keyPressEvent(self, event) -> None:  # noqa: ANN001 - Qt's
        if self._empties and event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        super().keyPressEvent(event)


class ErrorCard(QFrame):
    """What happened, why and what to do; details folded away until asked for."""

    closed = Signal()

    def __init__(self, title: str, sentence: str, details: str = "") -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 12, GRID, 12)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(Picture("warning", 18, "error"))
        head.addWidget(Text(title, bold=True))
        head.addStretch(1)
        self.fold = Button(self.tr("Details"), "quiet")
        self.fold.setCheckable(True)
        show_if(self.fold, bool(details))
        self.copy = Button(self.tr("Copy"), "quiet", tip=self.tr("Copy all"))
        self.close_button = Button("", "quiet", icon="close", tip=self.tr("Close"))
        for widget in (self.fold, self.copy, self.close_button):
            head.addWidget(widget)
        column.addLayout(head)
        self.sentence = Text(sentence, wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.sentence)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        self.details.setVisible(False)
        self.details.setMaximumHeight(24 * GRID)
        column.addWidget(self.details)
        self._all = "\n".join(filter(None, [title, sentence, details]))
        self.fold.toggled.connect(self.details.setVisible)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.closed)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._all)


def show_if(widget: QWidget, wanted: bool) -> None:
    """Show a part, or hide it. One that has no parent yet is not shown: it would be a window of its own for a moment."""
    if widget.parentWidget() is not None or not wanted:
        widget.setVisible(wanted)


def clear(layout) -> None:  # noqa: ANN001 - any layout
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()
        elif item.layout() is not None:
            clear(item.layout())
