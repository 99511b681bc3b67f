"""What is worth saying about a file, one thing at a time, with what can be done about it at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.widgets.basic import Button, Picture, Text
from workbench.app.widgets.theme import GRID, ROW_HEIGHT

SIGNS = {"ask": ("info", "accent"), "warn": ("warning", "warn"), "info": ("info", "muted"), "wait": ("", "muted")}


@dataclass
class Note:
    """A sentence of a kind ("ask", "warn", "info", "wait"), and what can be done: titles with what they do."""

    kind: str
    words: str
    actions: dict[str, Callable[[], None]] = field(default_factory=dict)


class Notes(QWidget):
    """A strip of one height, so that nothing jumps when it speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(ROW_HEIGHT + GRID)
        self.setAccessibleName(self.tr("Notes"))
        self._notes: list[Note] = []
        self._at = 0
        self.sign = Picture("warning", 16, "warn")
        self.words = Text("", ink="warn", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.buttons = [Button("") for _ in range(3)]
        for button in self.buttons:  # until there is something to do
            button.setAccessibleName(self.tr("Nothing to do"))
        self.next = Button("", "quiet", tip=self.tr("Next note"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.sign)
        row.addWidget(self.words, 1)
        for widget in (*self.buttons, self.next):
            row.addWidget(widget)
            widget.hide()
        for at, button in enumerate(self.buttons):
            button.clicked.connect(self._act)
            button.setProperty("at", at)
        self.next.clicked.connect(self._go_on)
        self.sign.hide()

    def show_notes(self, notes: list[Note]) -> None:
        """Show other notes, the most pressing first; one that is still among them stays in sight."""
        current = self._notes[self._at].words if self._at < len(self._notes) else ""
        self._notes = notes
        # What was turned to stays in sight, unless something has to be answered.
        same = next((at for at, note in enumerate(notes) if note.words == current), 0)
        self._at = same if notes and notes[0].kind not in ("ask", "wait") else 0
        self._show()

    def _show(self) -> None:
        note = self._notes[self._at] if self._notes else Note("wait", "")
        icon, ink = SIGNS[note.kind]
        self.sign.setVisible(bool(icon))
        if icon:
            self.sign.set(icon, ink)
        self.words.set_ink({"warn": "warn", "ask": "text"}.get(note.kind, "muted"))
        self.words.setText(note.words)
        self.words.setToolTip(note.words)
        titles = list(note.actions)
        for at, button in enumerate(self.buttons):
            button.setVisible(at < len(titles))
            if at < len(titles):
                button.setText(titles[at])
                button.setAccessibleName(titles[at])
        self.next.setVisible(len(self._notes) > 1)
        self.next.setText(self.tr("{n} of {total}").format(n=self._at + 1, total=len(self._notes)))

    @Slot()
    def _act(self) -> None:
        at = self.sender().property("at")
        note = self._notes[self._at] if self._notes else Note("wait", "")
        actions = list(note.actions.values())
        if at < len(actions):
            actions[at]()

    @Slot()
    def _go_on(self) -> None:
        self._at = (self._at + 1) % max(1, len(self._notes))
        self._show()
