"""The sheet on which a file is looked at before it is read: how it is read, and which column is what."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from PySide6.QtCore import QDateTime, QLocale, Qt, QTimeZone, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages._first_rows import MOST_COLUMNS
from workbench.app.pages._further import Further
from workbench.app.pages._how_read import HowRead
from workbench.app.pages._notes import Note, Notes
from workbench.app.pages._offered import Offer
from workbench.app.pages._roles import Head, RoleChips, RoleTable
from workbench.app.theme import GRID
from workbench.app.widgets import Card, Text
from workbench.data.checking import named_like_items
from workbench.data.columns import ROLES
from workbench.data.reading import NUMBER
from workbench.data.times import guess_kind, is_ambiguous, to_milliseconds

Json = dict[str, Any]


def moment(milliseconds: int) -> str:
    """A time in words, such as 14 Dec 2009, 02:52 (UTC)."""
    when = QDateTime.fromMSecsSinceEpoch(milliseconds, QTimeZone(QTimeZone.Initialization.UTC))
    return QLocale().toString(when, "d MMM yyyy, HH:mm")


class PreviewSheet(QWidget):
    """The first rows of an offered file, with all that was guessed about it, correctable.

    `look_wanted` asks for the rows to be read again, in what `how.said` holds; `again_wanted` for the guess alone;
    `changed` tells that `reason` or the facts may be others.
    """

    look_wanted = Signal()
    again_wanted = Signal()
    file_chosen = Signal(Path)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.file: Path | None = None
        self._names: list[str] = []
        self._rows: list[list[str]] = []
        self._roles: dict[int, str] = {}
        self._evidence: dict[int, tuple[str, float, str]] = {}
        self._own_roles = self._waiting = False
        self._broken = ""
        self._seen: Json = {}
        self._unused: tuple[Path, ...] = ()
        self._filters: list[Json] | None = None
        self.how, self.further, self.notes = HowRead(), Further(), Notes()
        self.remark = self.notes.words
        for name in ("times", "delimiter", "encoding", "header", "duplicates"):
            setattr(self, name, self.how.choices[name])
        card = Card()
        card.body.setContentsMargins(GRID, 4, GRID, 4)
        card.body.setSpacing(2)
        self.chips, self.table = RoleChips(), RoleTable()
        self.trouble = Text("", ink="error", wrap=True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.trouble.hide()
        card.add(self.trouble, 1)
        card.add(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        strip = QHBoxLayout()
        strip.setSpacing(2 * GRID)
        strip.addWidget(self.chips)
        strip.addWidget(self.notes, 1)
        column.addWidget(self.how)
        column.addWidget(self.further)
        column.addLayout(strip)
        column.addWidget(card, 1)
        self.table.role_chosen.connect(self.give_role)
        self.table.head.head_made.connect(self._show_role)
        self.how.look_wanted.connect(self._ask_again)
        self.how.again_wanted.connect(self.guess_again)
        self.how.file_chosen.connect(self.file_chosen)
        self.how.changed.connect(self._show_roles)
        self.further.changed.connect(self._tell)

    # What is shown -------------------------------------------------------------------------------------------------

    def show_offer(self, offer: Offer) -> None:
        """Begin with other files; `show_preview` follows."""
        self.file = offer.main
        self._seen, self._broken, self._filters = {}, "", None
        self._own_roles, self._waiting = False, True
        self._clear()
        self.further.show_offer(offer)
        self.how.begin([*offer.choices], offer.main)
        self._unused = offer.unused
        self._tell()

    def show_preview(self, seen: Json) -> None:
        """Show the answer of the job ``preview``; what the person said of the columns stays where they are the same."""
        same = self._own_roles and seen["names"] == self._names
        self._seen, self._broken, self._waiting = seen, "", False
        self._names, self._rows = seen["names"], seen["rows"]
        self.how.show_seen(seen)
        if not same:
            self._own_roles = False
            self._roles, self._evidence = self._guessed()
        self.trouble.hide()
        self.table.show()
        self.table.show_rows(self._names, self._rows)
        if not same:
            self._guess_times()
            self._take_remembered()
        self._show_roles()

    @property
    def format(self) -> Json:
        """The layout in which the rows are shown; empty while there are none."""
        return self._seen.get("format") or {}

    def forget(self) -> None:
        """Show no file any more."""
        self._seen = {}

    def show_trouble(self, sentence: str) -> None:
        """Say that the layout chosen does not fit; the choosers stay, so that another can be tried."""
        self._broken, self._waiting = sentence, False
        self._clear()
        self.trouble.setText(sentence)
        self.trouble.show()
        self.table.hide()
        self.how.fold.setChecked(True)
        self._tell()

    def _clear(self) -> None:
        self._names, self._rows, self._roles, self._evidence = [], [], {}, {}
        self.trouble.hide()
        self.table.show()
        self.table.show_rows([], [])
        self.chips.show_roles({})

    def _guessed(self) -> tuple[dict[int, str], dict[int, tuple[str, float, str]]]:
        roles: dict[int, str] = {}
        evidence: dict[int, tuple[str, float, str]] = {}
        for role, column in (self._seen["columns"] or {}).items():
            if column is None:
                continue
            at = self._names.index(column) if column in self._names else int(column)
            sentence, sure = (self._seen["evidence"] or {}).get(role, ("", 0.0))
            if at in roles or not sure:  # a role for which no column is left: the person has to say it
                continue
            roles[at] = role
            evidence[at] = self._because(at, role, sentence, sure), sure, sentence
        return roles, evidence

    def _because(self, column: int, role: str, sentence: str, sure: float) -> str:
        """Confidence, reason and what the values look like, in a line."""
        by_name = sentence.startswith("The name")
        words = [f"{sure * 100:.0f} %", self.tr("by its name") if by_name else sentence.rstrip(".")]
        if role != "time" and (by_name or role != "rating"):
            words.append(self._values_words(column, role))
        return " · ".join(words)

    def _take_remembered(self) -> None:
        """Give columns the roles that they had in the last file of this shape."""
        before = self._seen.get("remembered")
        self._filters = None
        if not before:
            return
        recipe, roles = before["recipe"], {}
        for role, column in recipe["columns"].items():
            if column in self._names:
                roles[self._names.index(column)] = role
            elif isinstance(column, int) and column < len(self._names):
                roles[column] = role
        if {"user", "item"} <= set(roles.values()):
            self._roles = roles
            why = self.tr("as in {file}").format(file=before["file"])
            for at, role in roles.items():
                words = [why] if role == "time" else [why, self._values_words(at, role)]
                self._evidence[at] = " · ".join(words), 1.0, ""
        if recipe["time"] and self._column("time") is not None:
            self.how.choices["times"].show_value(recipe["time"])
        self._filters = before["filters"] or None

    # What a person changes -----------------------------------------------------------------------------------------

    @Slot(int, str)
    def give_role(self, column: int, role: str) -> None:
        """Give a column a role; whoever had it loses it, and user and item change places."""
        before = self._roles.pop(column, "")
        self._evidence.pop(column, None)
        for other in [at for at, had in self._roles.items() if had == role]:
            del self._roles[other]
            self._evidence.pop(other, None)
            if {before, role} == {"user", "item"}:
                self._roles[other] = before
                self._evidence[other] = self._values_words(other, before), 1.0, ""
        self._own_roles = True
        if role:
            self._roles[column] = role
            self._evidence[column] = self._values_words(column, role), 1.0, ""
        if role == "time":
            self._guess_times()
        self._show_roles()

    def swap(self) -> None:
        """Let user and item change places."""
        at = self._column("user")
        if at is not None:
            self.give_role(at, "item")

    def _values_words(self, column: int, role: str) -> str:
        """What the values of a column say about a role that a person gave it."""
        values = self._values(column)
        if role == "rating":
            found = [float(one.replace(",", ".")) for one in values if NUMBER.fullmatch(one)]
            if not found:
                return self.tr("these are not numbers")
            if min(found) == max(found):
                return self.tr("all {value:g}").format(value=found[0])
            return self.tr("{low:g} to {high:g}").format(low=min(found), high=max(found))
        if role == "time":
            return guess_kind(values)[1]
        return self.tr("{n} different").format(n=len(set(values)))

    def _values(self, column: int) -> list[str]:
        return [row[column] for row in self._rows if len(row) == len(self._names)]

    def _guess_times(self) -> None:
        at = self._column("time")
        self.how.choices["times"].show_value(guess_kind(self._values(at))[0] if at is not None else None)

    @Slot()
    def _ask_again(self) -> None:
        self._waiting = True
        self._tell()
        self.look_wanted.emit()

    @Slot()
    def guess_again(self) -> None:
        """Forget what was said and remembered, and guess."""
        self.how.forget()
        self._own_roles, self._waiting = False, True
        self._tell()
        self.again_wanted.emit()

    @Slot(object)
    def _show_role(self, head: Head) -> None:
        head.show_role(self._roles.get(head.column, ""), *self._evidence.get(head.column, ("", 1.0, "")))

    @Slot()
    def _show_roles(self) -> None:
        for head in self.table.head.heads:
            self._show_role(head)
        self.chips.show_roles(self._roles)
        self.how.show_roles(set(self._roles.values()))
        self.table.rows.set_roles(self._roles, self.how.choices["times"].value(), moment)
        self._tell()

    # What is said --------------------------------------------------------------------------------------------------

    @Slot()
    def _tell(self) -> None:
        self.notes.show_notes([] if self._broken else self._found_notes())
        self.changed.emit()

    def _found_notes(self) -> list[Note]:
        if self._waiting or not self._names:
            return [Note("wait", self.reason)]
        found = [self._question()] if self._in_doubt() else []
        if self.reason and not found:
            found.append(Note("warn", self.reason, self._way_out()))
        odd = named_like_items(
            {role: self._names[at] for at, role in self._roles.items()} if self.format["header"] else {}
        )
        if odd:
            found.append(Note("warn", odd, {self.tr("Swap them"): self.swap}))
        return [*found, *self._further_notes()]

    def _way_out(self) -> dict[str, Callable[[], None]]:
        """Where a guess is there, but so unsure that it is asked: to take it with one click."""
        both = {"user", "item"} <= set(self._roles.values())
        asked = self._seen.get("problem") and not self._own_roles
        return {self.tr("Take these columns"): self._take_guess} if asked and both else {}

    def _take_guess(self) -> None:
        self._own_roles = True
        self._show_roles()

    def _further_notes(self) -> list[Note]:
        found = []
        before = self._seen.get("remembered")
        if before:
            words = self.tr("Read as {file} was, a file of the same shape.").format(file=before["file"])
            actions = {}
            if before["filters"]:
                told = self.tr("{words} Its filters come along: {filters}.") if self._filters else self.tr(
                    "{words} Without its filters: {filters}.")  # fmt: skip
                words = told.format(words=words, filters=before["filter_words"])
                title = self.tr("Without filters") if self._filters else self.tr("With filters")
                actions[title] = self._toggle_filters
            found.append(Note("info", words, {**actions, self.tr("Guess again"): self.guess_again}))
        counts = self._seen.get("counts")
        rating = self._column("rating")
        if counts and rating is not None and self.how.choices["rating_as"].value() == "as is":
            ways = {self.tr("Logarithm"): "log", self.tr("Presence only"): "presence"}
            found.append(
                Note("info", counts, {title: partial(self.how.give_rating_as, way) for title, way in ways.items()})
            )
        if self._unused:
            names = ", ".join(one.name for one in self._unused[:3]) + (" …" if len(self._unused) > 3 else "")  # noqa: PLR2004
            found.append(
                Note("info", self.tr("Not used: {files}. Drop one file alone to open it.").format(files=names))
            )
        return found

    def _toggle_filters(self) -> None:
        self._filters = None if self._filters else self._seen["remembered"]["filters"]
        self._tell()

    def _in_doubt(self) -> bool:
        """Whether the person has to say if dates begin with the day or the month."""
        at = self._column("time")
        return at is not None and self.how.choices["times"].value() is None and is_ambiguous(self._values(at))

    def _question(self) -> Note:
        values = [one for one in self._values(self._column("time") or 0) if one.strip()]
        # An example in which the readings differ says more than 01/01.
        shown = next((one for one in values if len(set(self._readings(one).values())) > 1), values[0])
        words = self.tr("Dates such as {date} may begin with the day or with the month. Which is it?").format(
            date=shown[:40]
        )
        readings = self._readings(shown)
        return Note("ask", words, {read: partial(self._answer, kind) for kind, read in readings.items()})

    def _readings(self, date: str) -> dict[str, str]:
        names = {"dmy": self.tr("{date} (day first)"), "mdy": self.tr("{date} (month first)")}
        found = {}
        for kind, words in names.items():
            time, good = to_milliseconds(pa.array([date]), kind)
            if good[0]:
                found[kind] = words.format(date=moment(int(time[0])).rsplit(",", 1)[0])
        return found

    def _answer(self, kind: str) -> None:
        self.how.choices["times"].show_value(kind)
        self._show_roles()

    # What follows from it ------------------------------------------------------------------------------------------

    def _column(self, role: str) -> int | None:
        return next((at for at, had in self._roles.items() if had == role), None)

    @property
    def reason(self) -> str:
        """Why the file cannot be read like this, as a sentence; empty where it can."""
        if self._broken:
            return self._broken
        if self._waiting or not self._names:
            return self.tr("Reading the first rows…")
        if self._seen.get("problem") and not self._own_roles and not self._seen.get("remembered"):
            return str(self._seen["problem"])
        missing = [role for role in ("user", "item") if self._column(role) is None]
        if missing == ["user", "item"]:
            return self.tr("Choose which column is the user and which is the item.")
        if missing:
            return (
                self.tr("Choose which column is the user.") if missing == ["user"]
                else self.tr("Choose which column is the item.")
            )  # fmt: skip
        if self._column("time") is not None and self.how.choices["times"].value() is None:
            return self.tr("Say how the times are written, or choose – above their column.")
        return ""

    @property
    def facts(self) -> str:
        """The layout in a line."""
        if not self._rows:
            return ""
        shown = self.tr("first {n:,} rows").format(n=len(self._rows))
        columns = self.tr("{n:,} columns").format(n=len(self._names))
        if len(self._names) > MOST_COLUMNS:
            columns += self.tr(", the first {n} shown").format(n=MOST_COLUMNS)
        return f"{columns} · {shown}"

    # What is asked for ---------------------------------------------------------------------------------------------

    def recipe(self) -> Json:
        """How to read it, for `Session.import_file`."""
        found = {role: self._column(role) for role in ROLES}
        names = {role: self._name(at) for role, at in found.items() if at is not None}
        chosen = {name: self.how.choices[name].value() for name in ("times", "duplicates", "rating_as")}
        return {
            "format": self.format,
            "columns": names,
            "duplicates": chosen["duplicates"],
            "time": chosen["times"] if found["time"] is not None else None,
            "rating_as": chosen["rating_as"] if found["rating"] is not None else "as is",
        }

    def asked(self) -> Json:
        """All of it: the arguments of `Session.import_file`."""
        return {
            "paths": self.paths(),
            "recipe": self.recipe(),
            "further": self.further.files(),
            "filters": self._filters,
            "guessed": "encoding" not in self.how.said,
        }

    def _name(self, column: int) -> str | int:
        """A column by its name, or by its place where names do not tell one from the other."""
        name = self._names[column]
        return name if self.format["header"] and self._names.count(name) == 1 else column

    def paths(self) -> Path | dict[str, Path]:
        """The file of interactions, or those of the person's own split."""
        slots = self.further.slots
        if slots["test"].file is None:
            return self.file
        files = {"train": self.file, "validation": slots["validation"].file, "test": slots["test"].file}
        return {name: file for name, file in files.items() if file is not None}
