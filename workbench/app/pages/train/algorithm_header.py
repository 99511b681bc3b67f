"""What an algorithm is, at the head of its form: name, what it does, what it can, the paper, and whether it suits."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.algorithms import Algorithm
from workbench.app.widgets.basic import Chip, Text, clear
from workbench.app.widgets.theme import GRID, HEADING, SMALL


class AboutAlgorithm(QWidget):
    """Words only; nothing on it can be pressed."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self._name = Text("", HEADING, bold=True)
        self._summary = Text("", ink="muted", wrap=True)
        self.why = Text("", ink="accent", wrap=True)
        self.why.setAccessibleName(self.tr("Why it is suggested"))
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self._reference = Text("", SMALL, "muted", wrap=True)
        self._reference.setAccessibleName(self.tr("Reference"))
        self._reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caution = Text("", ink="warn", wrap=True)
        self.unsuited = Text("", ink="warn", wrap=True)
        for widget in (self._name, self._summary, self.caution, self.why):
            column.addWidget(widget)
        column.addLayout(self._chips)
        column.addWidget(self._reference)
        column.addWidget(self.unsuited)

    def show_kind(self, kind: type[Algorithm]) -> None:
        """Speak of another algorithm."""
        self._name.setText(kind.title)
        self._summary.setText(kind.summary)
        self.caution.setText(kind.caution())
        self.caution.setVisible(bool(kind.caution()))
        self._reference.setText(kind.reference)
        self._reference.setVisible(bool(kind.reference))
        clear(self._chips)
        new_users = {
            "exact": (self.tr("new users ✓"), True, self.tr("Scores users who were not in training, exactly")),
            "approximate": (
                self.tr("new users ≈"),
                True,
                self.tr("Scores users who were not in training, approximately"),
            ),
            "none": (self.tr("known users only"), False, self.tr("Cannot score users who were not in training")),
        }
        chips = [new_users[kind.fold_in]]
        if "time" in kind.needs:
            chips.append((self.tr("uses time"), True, self.tr("Uses the order of the interactions")))
        if kind.predicts_ratings:
            chips.append((self.tr("predicts ratings"), True, self.tr("Predicts a rating for each user and item")))
        for text, strong, tip in chips:
            chip = Chip(text, strong=strong)
            chip.setToolTip(tip)
            self._chips.addWidget(chip)
        self._chips.addStretch(1)

    def say(self, unsuited: str, why: str) -> None:
        """Say why it cannot learn from this data, or should not, and why it is suggested ("" where there is no reason)."""
        self.unsuited.setText(unsuited)
        self.unsuited.setVisible(bool(unsuited))
        self.why.setText(self.tr("Suggested: {why}").format(why=why) if why else "")
        self.why.setVisible(bool(why))
