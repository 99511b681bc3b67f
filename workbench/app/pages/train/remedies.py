"""What would help, as buttons: another value of one hyperparameter each."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.algorithms import Algorithm
from workbench.app.widgets.basic import Button, clear, show_if
from workbench.app.widgets.field import shown
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate


class Remedies(QWidget):
    """Some buttons, beside each other or one under another."""

    chosen = Signal(str, object)
    """Name and value of the hyperparameter."""

    def __init__(self, *, upright: bool = False) -> None:
        super().__init__()
        self._row = QVBoxLayout(self) if upright else QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4 if upright else GRID)
        self._offered: list[tuple[str, Any]] = []
        self.buttons: list[Button] = []

    def show_remedies(self, kind: type[Algorithm], offered: Sequence[Sequence[Any]]) -> None:
        """Offer pairs of a name and a value."""
        self._offered = [(str(name), value) for name, value in offered]
        clear(self._row)
        self.buttons = []
        for at, (name, value) in enumerate(self._offered):
            button = Button(self.tr("Try with {what}").format(what=remedy_words(kind, name, value)))
            button.setProperty("at", at)
            button.clicked.connect(self._choose)
            self._row.addWidget(button)
            self.buttons.append(button)
        self._row.addStretch(1)
        show_if(self, bool(self._offered))

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(*self._offered[self.sender().property("at")])


def remedy_words(kind: type[Algorithm], name: str, value: Any) -> str:
    """A hyperparameter with its value as one says it: "batch size 512"."""
    field = kind.model_fields.get(name)
    title = str(field.title) if field is not None and field.title else name
    if name == "device":
        title = translate("Remedies", "device")
    # "L2 weight" keeps its capital.
    title = title[:1].lower() + title[1:] if title[1:2].islower() else title
    return f"{title} {shown(value)}"
