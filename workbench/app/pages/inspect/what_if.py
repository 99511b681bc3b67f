"""Under the history: change it, and see what the list would be."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.inspect.user_search import ItemSearch
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import HistoryTable, line
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.quiet import QuietDoubleSpinBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.insight.asked_list import Changes, changed, changes_between

Json = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """How a history was changed, to change it so again: `known` has what is shown of its items."""

    is_changed: bool = False
    new_person: bool = False
    changes: Changes = field(default_factory=Changes)
    known: dict[str, Json] = field(default_factory=dict)


class WhatIf(QWidget):
    """A history that never was. `history` is None while nothing is changed; else its interactions, the newest last."""

    changed = Signal()

    def __init__(self, session: Session, table: HistoryTable) -> None:
        super().__init__()
        self._session, self._table = session, table
        self.history: list[Json] | None = None
        self.new_person = False
        self._real: list[Json] = []
        self._user = ""
        self._file: str | None = None  # of somebody who is not in the data
        self._older: set[str] = set()  # what the history has beyond what is shown
        self._rated = False
        self._build()
        table.row_selected.connect(self._follow)
        remove = QAction(self.tr("Remove from the history"), table)
        remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._remove)
        table.addAction(remove)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, GRID, 0)
        column.setSpacing(GRID)
        first, second = QHBoxLayout(), QHBoxLayout()
        self.search = ItemSearch(
            self._session,
            self.tr("What if: add an item"),
            self.tr("Add an item to the history, and see the list change"),
        )
        self.search.setMinimumWidth(14 * GRID)
        self.search.chosen.connect(self.add)
        self.rating = QuietDoubleSpinBox()
        self.rating.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rating.setRange(-1e9, 1e9)
        self.rating.setDecimals(1)
        self.rating.setFixedWidth(9 * GRID)
        self.rating.setSingleStep(0.5)
        self.rating.setKeyboardTracking(False)
        self.rating.setAccessibleName(self.tr("Rating of the selected item"))
        self.rating.setToolTip(self.tr("Change the rating of the selected item"))
        self.rating.valueChanged.connect(self._rate)
        self.remove = Button(self.tr("Remove"), tip=self.tr("Remove the selected item from the history (Del)"))
        self.remove.clicked.connect(self._remove)
        for widget in (self.search, self.rating, self.remove):
            first.addWidget(widget, 1 if widget is self.search else 0)
        self.note = Text("", SMALL, "muted", wrap=True)
        self.nobody = Button(self.tr("New user"), "quiet", tip=self.tr("Start from an empty history"))
        self.nobody.clicked.connect(self.start_from_nothing)
        self.keep = Button(self.tr("Keep list"), "quiet", tip=self.tr("Keep this list to compare it with the next one"))
        self.reset = Button(self.tr("Reset"), "quiet", icon="reset", tip=self.tr("Restore the real history"))
        self.reset.clicked.connect(self.clear)
        second.addWidget(self.note, 1)
        for widget in (self.nobody, self.keep, self.reset):
            second.addWidget(widget)
        column.addLayout(first)
        column.addLayout(second)
        self._follow()

    def set_real(self, answer: Json, info: RunInfo | None, *, file: str | None = None, keep: bool = False) -> None:
        """Take up another user or run, as the job ``recommend`` answered: the newest first.

        `file` is that of the history of somebody who is not in the data. `keep` does what was changed again, for the same
        user under another run; else it is forgotten.
        """
        before, history = self._kept(), answer["history"]
        self._user, self._file = str(answer["user"]), file
        self._older = set(answer.get("older") or [])
        self._real = [dict(entry) for entry in reversed(history)]
        self._rated = any(entry.get("rating") is not None for entry in history)
        self.search.set_data(info.folder if info is not None else None)
        self._take(before if keep else Kept())
        self._follow()

    def restore(self, kept: "Kept") -> None:
        """Change the history as it was changed once."""
        self._take(kept)
        self._follow()
        self.changed.emit()

    def _kept(self) -> "Kept":
        known = {entry["item"]: entry for entry in self.history or []}
        return Kept(self.history is not None, self.new_person, self.changes, known)

    def _take(self, kept: "Kept") -> None:
        self.history, self.new_person = None, kept.new_person
        if kept.is_changed:
            real = [] if kept.new_person else self._real
            self.history = [kept.known.get(entry["item"], {}) | entry for entry in changed(real, kept.changes)]

    def shown(self) -> list[Json]:
        """The history as it is to be shown: the newest first."""
        return list(reversed(self._real if self.history is None else self.history))

    @property
    def changes(self) -> Changes:
        """What is changed, as a list is asked for."""
        if self.history is None:
            return Changes()
        return changes_between([] if self.new_person else self._real, self.history)

    def say(self, fold_in: str) -> None:
        """Say how far this algorithm can take up what was changed."""
        words = {
            "exact": "",
            "approximate": self.tr("Approximate: close to what retraining would give."),
            "none": self.tr("This algorithm does not use histories, so a change has little or no effect."),
        }
        self.note.setText(words.get(fold_in, "") if self.history is not None else "")

    @Slot(str)
    def add(self, item: str, title: str = "") -> None:
        """Put an item at the end of the history, unless it is there already."""
        if item in self._older and not self.new_person:
            words = self.tr("{item} is in the history already, further back.")
            self.note.setText(words.format(item=line(title or item, 40)))
            return
        before, history = self._kept(), self._begin()
        if all(entry["item"] != item for entry in history):
            known = next(
                (offer for offer in self.search.offered if offer["item"] == item),
                {"item": item, "title": title or item},
            )
            ratings = [entry["rating"] for entry in self._real if entry.get("rating") is not None]
            rating = max(ratings) if ratings else None
            added = {key: known.get(key) for key in ("item", "title", "year", "genres", "interactions")}
            history.append(added | {"rating": rating, "time": None})
            self._note(self.tr("{item} added").format(item=_called(known)), before)
        self._tell()

    @Slot()
    def start_from_nothing(self) -> None:
        """Somebody of whom nothing is known yet."""
        before = self._kept()
        self.history, self.new_person = [], True
        self._note(self.tr("a new user with an empty history"), before)
        self._tell()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def clear(self) -> None:
        """The history as it is."""
        if self.history is not None:
            before = self._kept()
            self.history, self.new_person = None, False
            self._note(self.tr("the real history again"), before)
            self._tell()

    def _begin(self) -> list[Json]:
        if self.history is None:
            self.history = [dict(entry) for entry in self._real]
        return self.history

    def _tell(self) -> None:
        if not self.new_person and not self.changes:
            self.history = None  # as it was
        self._follow()
        self.changed.emit()

    def selected(self) -> str | None:
        rows = self._table.selected_rows()
        return self._table.items[rows[0]]["item"] if rows and rows[0] < len(self._table.items) else None

    @Slot()
    def _remove(self) -> None:
        item, before = self.selected(), self._kept()
        if item is not None:
            gone = next((entry for entry in self._begin() if entry["item"] == item), {"item": item})
            self.history = [entry for entry in self._begin() if entry["item"] != item]
            self._note(self.tr("{item} removed").format(item=_called(gone)), before)
            self._tell()

    @Slot(float)
    def _rate(self, rating: float) -> None:
        item, before = self.selected(), self._kept()
        if item is None:
            return
        for at, entry in enumerate(history := self._begin()):
            if entry["item"] == item:
                history[at] = entry | {"rating": rating}
                words = self.tr("{item} rated {rating:g}").format(item=_called(entry), rating=rating)
                self._note(words, before, f"rate {item}")
        self._tell()

    def _note(self, words: str, before: Kept, kind: str = "") -> None:
        """Make a step of it: to take it back brings its user to the front."""
        ask = partial(self._session.request_page, "inspect", user=self._user, history=self._file)
        sentence = self.tr("What if, user {user}: {words}").format(user=line(self._user, 40), words=words)
        if self._file is not None:
            sentence = self.tr("What if, user {user} of {file}: {words}").format(
                user=line(self._user, 40), file=line(Path(self._file).name, 40), words=words
            )
        back, again = (partial(ask, what_if=kept) for kept in (before, self._kept()))
        self._session.history.add(sentence, back, again, kind and f"{kind} of {self._user} {self._file}")

    @Slot()
    def _follow(self, *_: object) -> None:
        """Take up the selected interaction, and offer what can be done now."""
        rows = self._table.selected_rows() if self._table.items else []
        one = self._table.items[rows[0]] if rows and rows[0] < len(self._table.items) else None
        self.rating.setVisible(self._rated)
        self.rating.setEnabled(one is not None)
        self.remove.setEnabled(one is not None)
        self.reset.setEnabled(self.history is not None)
        if one is not None and one.get("rating") is not None:
            with QSignalBlocker(self.rating):
                self.rating.setValue(one["rating"])
        if one is not None:
            self.remove.setAccessibleName(
                self.tr("Remove {title}").format(title=line(one.get("title") or one["item"], 80))
            )


def _called(entry: Json) -> str:
    return line(entry.get("title") or entry["item"], 40)
