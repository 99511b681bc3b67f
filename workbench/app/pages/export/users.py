"""What is written: the lists of everybody, of the user that was last looked at, of pasted ids; or the list in Inspect."""

import re
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QRadioButton, QVBoxLayout, QWidget

from workbench.app.jobs.background import Background
from workbench.app.tables.item_tables import line
from workbench.app.widgets.basic import Elided
from workbench.app.widgets.theme import GRID, SMALL
from workbench.data.interactions import Interactions

PAUSE_MS = 200  # milliseconds of rest before pasted ids are looked up
NAMED = 3  # unknown ids that are named
SHOWN = 60  # letters of an id beside its button
ALL, ONE, SOME, LIST = "all", "one", "some", "list"


class UsersChoice(QWidget):
    """A list that is shown, all users, one, or some; says how many of the pasted ids are users of the data."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._data: Interactions | None = None
        self._one: str | None = None
        self._heading: str | None = None
        self._known: list[str] = []
        self._unknown: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.buttons = {
            ALL: QRadioButton(), ONE: QRadioButton(),
            LIST: QRadioButton(self.tr("This list")), SOME: QRadioButton(self.tr("These users")),
        }  # fmt: skip
        group = QButtonGroup(self)
        for button in self.buttons.values():
            group.addButton(button)
            column.addWidget(button)
        self.buttons[ALL].setChecked(True)
        group.buttonToggled.connect(self._choose)
        self.ids = QPlainTextEdit()
        self.ids.setAccessibleName(self.tr("Ids of the users"))
        self.ids.setPlaceholderText(self.tr("Paste ids, one on each line or between commas"))
        self.ids.setTabChangesFocus(True)
        self.ids.setFixedHeight(9 * GRID)
        self.words = Elided("", SMALL, "muted")
        self.words.setMinimumHeight(2 * GRID)
        column.addWidget(self.ids)
        column.addWidget(self.words)
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(self._look_up)
        self._lookup = Background(self)
        self._lookup.answered.connect(self._take)
        self.ids.textChanged.connect(self._rest.start)
        self._choose()

    def set_people(self, data: Interactions | None, one: str | None, heading: str | None = None) -> None:
        """The data whose users can be chosen, the user that was last looked at, and what the list in Inspect is."""
        if data is not self._data:
            self._data = data
            self._look_up()
        self._one = one
        number = data.n_users if data is not None else 0
        self.buttons[ALL].setText(
            self.tr("All {n:,} users").format(n=number) if number != 1 else self.tr("The one user")
        )
        words = (
            self.tr("User {user}").format(user=line(one, SHOWN)) if one is not None else self.tr("The user in Inspect")
        )
        self.buttons[ONE].setText(words.replace("&", "&&"))
        self.buttons[ONE].setEnabled(one is not None)
        self.buttons[LIST].setEnabled(heading is not None)
        if (one is None and self.whom == ONE) or (heading is None and self.whom == LIST):
            self.buttons[ALL].setChecked(True)
        self._heading = heading
        self._name_list(heading or self.tr("the one in Inspect"))

    def _name_list(self, heading: str) -> None:
        """Say which list it is, as far as there is room for it."""
        button, words = self.buttons[LIST], self.tr("This list: {list}").format(list=heading)
        room = self.width() - button.iconSize().width() - 2 * GRID
        button.setText(button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        button.setToolTip(words)
        button.setAccessibleName(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_list(self._heading or self.tr("the one in Inspect"))

    @property
    def whom(self) -> str:
        """Which of them is chosen."""
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def choose(self, whom: str) -> None:
        """Choose one of them."""
        if whom in self.buttons:
            self.buttons[whom].setChecked(True)

    @property
    def count(self) -> int:
        """For how many users a list is written."""
        if self.whom == ALL:
            return self._data.n_users if self._data is not None else 0
        if self.whom == SOME:
            return len(self._known)
        return int((self._one if self.whom == ONE else self._heading) is not None)

    def users(self) -> list[str] | None:
        """Their ids; None for all."""
        if self.whom == ALL:
            return None
        one = [self._one] if self.whom == ONE and self._one is not None else []
        return list(self._known) if self.whom == SOME else one

    def first(self, number: int) -> list[str]:
        """The ids of the first few."""
        chosen = self.users()
        if chosen is None:
            return self._data.user_ids[:number].to_pylist() if self._data is not None else []
        return chosen[:number]

    @property
    def problem(self) -> str:
        """Why nothing can be written, in a sentence; empty where something can."""
        if self._rest.isActive() or self._lookup.busy:
            return self.tr("The ids are being looked up.") if self.whom == SOME else ""
        if self.count:
            return ""
        return (
            self.tr("Paste at least one id of a user in the data.")
            if self.whom == SOME
            else self.tr("The data has no users.")
        )

    @Slot()
    def _choose(self, *_: Any) -> None:
        self.ids.setEnabled(self.whom == SOME)
        self._tell()
        self.changed.emit()

    @Slot()
    def _look_up(self) -> None:
        self._rest.stop()
        if self._data is not None:
            self._lookup.ask(partial(pasted, self.ids.toPlainText(), self._data.user_ids))

    @Slot(object)
    def _take(self, found: tuple[list[str], list[str]]) -> None:
        self._known, self._unknown = found
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        text, ink = "", "muted"
        if self.whom == SOME and self._unknown:
            ink = "warn"
            named = ", ".join(line(user, SHOWN) for user in self._unknown[:NAMED])
            rest = len(self._unknown) - NAMED
            more = self.tr(" and {n:,} more").format(n=rest) if rest > 0 else ""
            text = self.tr("{n:,} found; not in the data: {ids}").format(n=len(self._known), ids=named + more)
        elif self.whom == SOME and self._known:
            text = self.tr("{n:,} found").format(n=len(self._known))
        self.words.set_ink(ink)
        self.words.set_text(text)


def pasted(text: str, ids: pa.Array) -> tuple[list[str], list[str]]:
    """Ids in a text, each once: those that are among `ids`, and those that are not.

    A line may be one id, even with commas or blanks in it, where the data has such an id; else it is taken apart.
    """
    lines = list(dict.fromkeys(row.strip() for row in text.splitlines() if row.strip()))
    whole = _among(lines, ids)
    pieces: list[str] = []
    for entry in lines:
        pieces.extend([entry] if entry in whole else _apart(entry))
    pieces = list(dict.fromkeys(pieces))
    known = whole | _among(pieces, ids)
    return [piece for piece in pieces if piece in known], [piece for piece in pieces if piece not in known]


def _apart(one: str) -> list[str]:
    parts = [part.strip().strip("\"'") for part in re.split(r"[,;\t]+", one)]
    if len(parts) == 1:
        parts = one.split()
    return [part for part in parts if part]


def _among(texts: list[str], ids: pa.Array) -> set[str]:
    if not texts:
        return set()
    found = pc.is_in(pa.array(texts, ids.type), value_set=ids).to_pylist()
    return {text for text, there in zip(texts, found, strict=True) if there}
