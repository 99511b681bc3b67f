"""A name and a list to choose from; where the list cannot hold all that there is, a field for another value."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.widgets.basic import Text
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL

OWN = "\0own"
MAX_CHARS = 40  # letters of an entry; the whole of it on hover


class Choice(QWidget):
    """A name above a list to choose from.

    Parameters
    ----------
    choices
        Titles and values.
    own
        Hint of a field for a value that the list lacks; no such field where it is empty.
    """

    chosen = Signal()

    def __init__(self, name: str, choices: dict[str, Any], own: str = "") -> None:
        super().__init__()
        self.label = Text(name, SMALL, "muted")
        self.box = QuietBox()
        self.box.setAccessibleName(name)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.label.setBuddy(self.box)
        self._hint = own
        self.set_choices(choices, own=bool(own))
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._row.addWidget(self.box, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 4)
        column.addWidget(self.label)
        column.addLayout(self._row)
        self.box.activated.connect(self._pick)

    @Deferred
    def field(self) -> QLineEdit:
        """The field for another value; most people never write into one."""
        made = QLineEdit()
        made.setPlaceholderText(self._hint)
        made.setAccessibleName(self._hint or self.label.text())
        made.setMaxLength(8)
        made.hide()
        made.editingFinished.connect(self._write)
        self._row.addWidget(made, 1)
        self.setTabOrder(self.box, made)
        return made

    def set_choices(self, choices: dict[str, Any], *, own: bool = False) -> None:
        """Offer other choices."""
        self.box.clear()
        for title, value in choices.items():
            self._add(title, value)
        if own:
            self.box.addItem(self.tr("another…"), OWN)

    def _add(self, title: str, value: Any) -> None:
        self.box.addItem(
            title if len(title) <= MAX_CHARS else f"{title[: MAX_CHARS // 2]}…{title[-MAX_CHARS // 3 :]}", value
        )
        if len(title) > MAX_CHARS:
            self.box.setItemData(self.box.count() - 1, title[:1000], 3)  # its tooltip

    def value(self) -> Any:
        """What is chosen."""
        found = self.box.currentData()
        return self.field.text() if found == OWN else found

    def title(self) -> str:
        """What is chosen, in words."""
        return self.field.text() if self.box.currentData() == OWN else self.box.currentText()

    def show_value(self, value: Any, title: str = "") -> None:
        """Choose a value; one that the list lacks is written into the field, or else added."""
        at = self.box.findData(value)
        own = self.box.findData(OWN)
        if at < 0 and value is not None:
            if own >= 0:
                at = own
                self.field.setText(str(value))
            else:
                self._add(title or str(value), value)
                at = self.box.count() - 1
        self.box.setCurrentIndex(at)
        self._show_field(at >= 0 and at == own)

    def _show_field(self, wanted: bool) -> None:
        field = self.field if wanted else Choice.field.made(self)
        if field is not None:
            field.setVisible(wanted)

    @Slot()
    def _pick(self) -> None:
        own = self.box.currentData() == OWN
        self._show_field(own)
        if own:
            self.field.clear()
            self.field.setFocus()
        else:
            self.chosen.emit()

    @Slot()
    def _write(self) -> None:
        if self.field.isVisible() and self.field.text() and self.field.isModified():
            self.field.setModified(False)
            self.chosen.emit()
