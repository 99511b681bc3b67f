"""What is in doubt about a file, beside its first rows: each with its sentence, rows it concerns, and what changes it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.app.pages.data.doubt_changes import ways_out
from workbench.app.widgets.basic import Button, Card, Elided, Picture, Text, clear
from workbench.app.widgets.theme import GRID, SMALL

Json = dict[str, Any]
WIDTH, ICON = 320, 14  # pixels


class DoubtCard(Card):
    """One doubt; `act` is called with the change that a button stands for."""

    def __init__(self, doubt: Json, title: str, act: Callable[[Json], None]) -> None:
        super().__init__(title)
        self.body.setContentsMargins(12, GRID, 12, 12)
        self.head.insertWidget(0, Picture("info", ICON, "warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.sentence = Text(doubt["sentence"], wrap=True)
        self.add(self.sentence)
        for example in doubt["examples"]:
            where = self.tr("line {n}").format(n=f"{example['line']:,}")
            self.add(Elided(f"{where}  {' '.join(str(example['text']).split())}", SMALL, "muted"))
        ways = ways_out(doubt["change"])
        self.buttons = [Button(words) for words in ways]
        for button, change in zip(self.buttons, ways.values(), strict=True):
            button.clicked.connect(partial(act, change))
            row = QHBoxLayout()
            row.addWidget(button)
            row.addStretch(1)
            self.body.addLayout(row)


class DoubtCards(QScrollArea):
    """All doubts, one below the other; away where there is none. `change_wanted` tells what a person wants changed."""

    change_wanted = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("In doubt"))
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.doubts: list[Json] = []
        self.cards: list[DoubtCard] = []
        self.hide()

    def show_doubts(self, doubts: list[Json]) -> None:
        """Show other doubts."""
        if doubts == self.doubts:
            return
        self.doubts = doubts
        clear(self._column)
        titles = {
            "columns": self.tr("Columns"),
            "rows": self.tr("Rows"),
            "time": self.tr("Time"),
            "encoding": self.tr("Encoding"),
            "format": self.tr("Format"),
            "feedback": self.tr("What values mean"),
        }
        self.cards = [DoubtCard(doubt, titles[doubt["about"]], self._change) for doubt in doubts]
        for card in self.cards:
            self._column.addWidget(card)
        self._column.addStretch(1)
        self.setVisible(bool(doubts))

    def _change(self, change: Json, *_: object) -> None:
        self.change_wanted.emit(change)
