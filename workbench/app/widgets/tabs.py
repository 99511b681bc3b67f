"""Words to choose one of."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from workbench.app.widgets.basic import Button


class Tab(Button):
    """One of the words; it leaves the arrow keys to what holds it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)


class Tabs(QWidget):
    """Words to choose one of; the arrow keys move along them."""

    chosen = Signal(str)

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        for key, title in names.items():
            button = Tab(title, "quiet")
            button.setCheckable(True)
            button.setAutoExclusive(False)
            button.clicked.connect(partial(self.chosen.emit, key))
            self.group.addButton(button)
            self.buttons[key] = button
            row.addWidget(button)
        next(iter(self.buttons.values())).setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        shown = [key for key, button in self.buttons.items() if button.isVisibleTo(self) and button.isEnabled()]
        current = self.current
        if step and current in shown:
            key = shown[(shown.index(current) + step) % len(shown)]
            self.buttons[key].setFocus()
            self.buttons[key].click()
            return
        super().keyPressEvent(event)

    @property
    def current(self) -> str:
        """The one chosen."""
        return next((key for key, button in self.buttons.items() if button.isChecked()), "")

    def set_text(self, key: str, text: str) -> None:
        """Call one of them something else."""
        self.buttons[key].setText(text)
        self.buttons[key].setAccessibleName(text)
