"""The sheet on which a file is looked at before it is read: how it is read, and which column is what."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from PySide6.QtCore import QDateTime, QLocale, Qt, QTimeZone, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.data.belonging import Belonging
from workbench.app.pages.data.column_mapping import ColumnRoles
from workbench.app.pages.data.doubt_cards import DoubtCards
from workbench.app.pages.data.dropped_files import Offer
from workbench.app.pages.data.feedback_panel import FeedbackPanel
from workbench.app.pages.data.files_taken import FilesTaken
from workbench.app.pages.data.format_panel import HowRead
from workbench.app.pages.data.hints import Note, Notes
from workbench.app.pages.data.mapping_header import Head, RoleChips, RoleTable
from workbench.app.pages.data.preview_table import MOST_COLUMNS
from workbench.app.pages.data.side_files import Further
from workbench.app.widgets.basic import Card, Text
from workbench.app.widgets.theme import GRID
from workbench.data.columns.times import is_ambiguous, to_milliseconds
from workbench.data.doubts.swapped import named_like_items
from workbench.data.reading.formats import all_formats

Json = dict[str, Any]


def moment(milliseconds: int) -> str:
    """A time in words, such as 14 Dec 2009, 02:52 (UTC)."""
    when = QDateTime.fromMSecsSinceEpoch(milliseconds, QTimeZone(QTimeZone.Initialization.UTC))
    return QLocale().toString(when, "d MMM yyyy, HH:mm")


class PreviewSheet(QWidget):
    """The first rows of an offered file, with all that was guessed about it, correctable.

    `look_wanted` asks for the rows to be read again, in what `how.said` holds; `again_wanted` for the guess alone;
    `changed` tells that `reason` or `subtitle` may be others. Its parts are laid out by `lay_panels` and then `lay_rows`:
    each takes half of the time that the window has for one thing.
    """

    look_wanted = Signal()
    again_wanted = Signal()
    file_chosen = Signal(Path)
    recipe_chosen = Signal(Path)
    changed = Signal()
    items_wanted = Signal(Path)
    """The file is one of items, to be added to the data that is there."""

    def __init__(
        self,
        how: HowRead,
        further: Further,
        table: RoleTable,
        worth: FeedbackPanel,
        doubts: DoubtCards,
        parent: QWidget | None = None,
    ) -> None:
        # In its place from the beginning: styles are worked out anew for all that a widget holds when it is moved.
        super().__init__(parent)
        self.file: Path | None = None
        self.columns = ColumnRoles(self)
        self._waiting = False
        self._broken = ""
        self._seen: Json = {}
        self._unused: tuple[Path, ...] = ()
        self._filters: list[Json] | None = None
        self.how, self.further, self.notes = how, further, Notes()
        self.worth = worth
        self.remark = self.notes.words
        for name in ("times", "delimiter", "encoding", "header", "duplicates"):
            setattr(self, name, self.how.choices[name])
        self.taken = FilesTaken()
        self.belongs = Belonging()
        self.chips, self.table, self.doubts = RoleChips(), table, doubts
        self.trouble = Text("", ink="error", wrap=True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.trouble.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self.table.role_chosen.connect(self.give_role)
        self.table.head.head_made.connect(self._show_role)
        self.how.look_wanted.connect(self._ask_again)
        self.how.again_wanted.connect(self.guess_again)
        self.how.file_chosen.connect(self.file_chosen)
        self.how.changed.connect(self._show_roles)
        self.doubts.change_wanted.connect(self.change)
        self.worth.changed.connect(self._tell)
        self.worth.rating_wanted.connect(self._rate)
        self.further.changed.connect(self._tell)
        self.taken.changed.connect(self._tell)
        self.taken.key_chosen.connect(self._ask_again)
        self.further.recipe_chosen.connect(self._use_recipe)

    def lay_panels(self) -> None:
        """Put what can be said of the files in its place."""
        for widget in (self.belongs, self.how, self.worth, self.further, self.taken):
            self._column.addWidget(widget)

    def lay_rows(self) -> None:
        """Put the first rows and what is in doubt of them below that."""
        card = Card()
        card.body.setContentsMargins(GRID, 4, GRID, 4)
        card.body.setSpacing(2)
        card.add(self.trouble, 1)
        card.add(self.table, 1)
        strip = QHBoxLayout()
        strip.setSpacing(2 * GRID)
        strip.addWidget(self.chips)
        strip.addWidget(self.notes, 1)
        self._column.addLayout(strip)
        beside = QHBoxLayout()
        beside.setSpacing(GRID)
        beside.addWidget(card, 1)
        beside.addWidget(self.doubts)
        self._column.addLayout(beside, 1)

    # What is shown -------------------------------------------------------------------------------------------------

    def show_offer(self, offer: Offer) -> None:
        """Begin with other files; `show_preview` follows."""
        self.file = offer.main
        self._seen, self._broken, self._filters = {}, "", None
        self.columns.own, self._waiting = False, True
        self._clear()
        self.further.show_offer(offer)
        self.taken.show_offer(offer)
        self.how.begin([*offer.choices], offer.main)
        self.worth.begin()
        self._unused = offer.unused
        self._tell()

    def show_preview(self, seen: Json) -> None:
        """Show the answer of the job ``preview``; what the person said of the columns stays where they are the same."""
        self._seen, self._broken, self._waiting = seen, "", False
        others = self.columns.take(seen)
        self.how.show_seen(seen)
        self.taken.show_keys(seen.get("keys") or [], seen.get("key"))
        self.trouble.hide()
        self.table.show()
        self.table.show_rows(self.columns.names, self.columns.rows)
        if others:
            self.worth.take(seen, self.columns.of("rating"))
            before = seen.get("remembered") or {}
            self._filters = before.get("filters") or None
            self._guess_times()
            if before and before["recipe"]["time"]:
                self.how.choices["times"].show_value(before["recipe"]["time"])
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
        self.how.again.show()
        self._tell()

    def _clear(self) -> None:
        self.columns.clear()
        self.doubts.show_doubts([])
        self.trouble.hide()
        self.table.show()
        self.table.show_rows([], [])
        self.chips.show_roles({})

    # What a person changes -----------------------------------------------------------------------------------------

    @Slot(int, str)
    def give_role(self, column: int, role: str) -> None:
        """Give a column a role; whoever had it loses it, and user and item change places."""
        self.columns.give(column, role)
        if role == "time":
            self._guess_times()
        self._show_roles()

    @Slot(dict)
    def change(self, change: Json) -> None:
        """Change what a doubt proposes to change."""
        for role, column in (change.get("columns") or {}).items():
            at = self.columns.place_of(column) if column is not None else self.columns.of(role)
            if at is not None:
                self.give_role(at, role if column is not None else "")
        for name, value in (change.get("read") or {}).items():
            self.how.say(name, value)
        if "rating_as" in change:
            self.how.give_rating_as(change["rating_as"])
        if change.get("items"):
            self.items_wanted.emit(self.file)
        for column, rules in (change.get("feedback") or {}).items():
            self.worth.say(self.columns.place_of(column), rules)

    def swap(self) -> None:
        """Let user and item change places."""
        at = self.columns.of("user")
        if at is not None:
            self.give_role(at, "item")

    def _guess_times(self) -> None:
        self.how.choices["times"].show_value(self.columns.time_written())

    @Slot(int)
    def _rate(self, column: int) -> None:
        """Take a column whose numbers tell what an event is worth as the rating, unless it has another role."""
        if column not in self.columns.given:
            self.give_role(column, "rating")

    def _is_wide(self) -> bool:
        return bool(self.format) and all_formats()[self.format["kind"]].is_wide

    @Slot()
    def _ask_again(self) -> None:
        self._waiting = True
        self._tell()
        self.look_wanted.emit()

    @Slot(Path)
    def _use_recipe(self, file: Path) -> None:
        self.how.forget()
        self.columns.own, self._waiting = False, True
        self._tell()
        self.recipe_chosen.emit(file)

    @Slot()
    def guess_again(self) -> None:
        """Forget what was said and remembered, and guess."""
        self.how.forget()
        self.columns.own, self._waiting = False, True
        self._tell()
        self.again_wanted.emit()

    @Slot(object)
    def _show_role(self, head: Head) -> None:
        head.show_role(self.columns.given.get(head.column, ""), *self.columns.evidence.get(head.column, ("", 1.0, "")))

    @Slot()
    def _show_roles(self) -> None:
        for head in self.table.head.heads:
            self._show_role(head)
        self.chips.show_roles(self.columns.given)
        self.how.show_roles(set(self.columns.given.values()))
        self.worth.follow(self.columns.given, wide=self._is_wide())
        self.table.rows.set_roles(self.columns.given, self.how.choices["times"].value(), moment)
        self._tell()

    # What is said --------------------------------------------------------------------------------------------------

    @Slot()
    def _tell(self) -> None:
        self.notes.show_notes([] if self._broken else self._found_notes())
        self.changed.emit()

    def _found_notes(self) -> list[Note]:
        if self._waiting or not self.columns.names:
            return [Note("wait", self.reason)]
        found = [self._question()] if self._in_doubt() else []
        if self.reason and not found:
            found.append(Note("warn", self.reason, self._way_out()))
        odd = named_like_items(
            {role: self.columns.names[at] for at, role in self.columns.given.items()} if self.format["header"] else {}
        )
        if odd:
            found.append(Note("warn", odd, {self.tr("Swap them"): self.swap}))
        return [*found, *self._further_notes()]

    def _way_out(self) -> dict[str, Callable[[], None]]:
        """Where a guess is there, but so unsure that it is asked: to take it with one click."""
        both = {"user", "item"} <= set(self.columns.given.values())
        asked = self._seen.get("problem") and not self.columns.own
        return {self.tr("Take these columns"): self._take_guess} if asked and both else {}

    def _take_guess(self) -> None:
        self.columns.own = True
        self._show_roles()

    def _further_notes(self) -> list[Note]:
        found = []
        before = self._seen.get("remembered")
        if before:
            stored = self.tr("Read as {file} says.")
            like = self.tr("Read in the same way as {file}, which has the same columns.")
            words = (stored if before["file"].endswith(".json") else like).format(file=before["file"])
            actions, again = {}, {self.tr("Guess again"): self.guess_again}
            if before.get("more"):
                words, again = self.tr("The new rows, read in the same way as {file}.").format(**before), {}
            if before["filters"]:
                told = self.tr("{words} Its filters are used too: {filters}.") if self._filters else self.tr(
                    "{words} Without its filters: {filters}.")  # fmt: skip
                words = told.format(words=words, filters=before["filter_words"])
                title = self.tr("Without filters") if self._filters else self.tr("With filters")
                actions[title] = self._toggle_filters
            found.append(Note("info", words, {**actions, **again}))
        counts = self._seen.get("counts")
        rating = self.columns.of("rating")
        if counts and rating is not None and self.how.choices["rating_as"].value() == "as is":
            ways = {self.tr("Logarithm"): "log", self.tr("Presence only"): "presence"}
            found.append(
                Note("info", counts, {title: partial(self.how.give_rating_as, way) for title, way in ways.items()})
            )
        if self._unused:
            names = ", ".join(path.name for path in self._unused[:3]) + (" …" if len(self._unused) > 3 else "")  # noqa: PLR2004
            found.append(
                Note("info", self.tr("Not used: {files}. Drop one file alone to open it.").format(files=names))
            )
        return found

    def _toggle_filters(self) -> None:
        self._filters = None if self._filters else self._seen["remembered"]["filters"]
        self._tell()

    def _in_doubt(self) -> bool:
        """Whether the person has to say if dates begin with the day or the month."""
        at = self.columns.of("time")
        return at is not None and self.how.choices["times"].value() is None and is_ambiguous(self.columns.values(at))

    def _question(self) -> Note:
        values = [text for text in self.columns.values(self.columns.of("time") or 0) if text.strip()]
        # An example in which the readings differ says more than 01/01.
        shown = next((value for value in values if len(set(readings_of(value).values())) > 1), values[0])
        words = self.tr("Dates such as {date} may begin with the day or with the month. Which is it?").format(
            date=shown[:40]
        )
        readings = self._readings(shown)
        return Note("ask", words, {read: partial(self._answer, kind) for kind, read in readings.items()})

    def _readings(self, date: str) -> dict[str, str]:
        names = {
            "dmy": self.tr("{date} (day first)"),
            "mdy": self.tr("{date} (month first)"),
            "yy": self.tr("{date} (year first)"),
        }
        return {kind: names[kind].format(date=read) for kind, read in readings_of(date).items()}

    def _answer(self, kind: str) -> None:
        self.how.choices["times"].show_value(kind)
        self._show_roles()

    # What follows from it ------------------------------------------------------------------------------------------

    @property
    def reason(self) -> str:
        """Why the file cannot be read like this, as a sentence; empty where it can."""
        if self._broken:
            return self._broken
        if self._waiting or not self.columns.names:
            return self.tr("Reading the first rows…")
        if self._seen.get("problem") and not self.columns.own and not self._seen.get("remembered"):
            return str(self._seen["problem"])
        missing = [role for role in ("user", "item") if self.columns.of(role) is None]
        if missing == ["user", "item"]:
            return self.tr("Choose which column is the user and which is the item.")
        if missing:
            return (
                self.tr("Choose which column is the user.") if missing == ["user"]
                else self.tr("Choose which column is the item.")
            )  # fmt: skip
        if self.columns.of("time") is not None and self.how.choices["times"].value() is None:
            return self.tr("Choose how the times are written, or – (not used) above their column.")
        return ""

    @property
    def subtitle(self) -> str:
        """The layout in a line."""
        if not self.columns.rows:
            return ""
        shown = self.tr("first {n:,} rows").format(n=len(self.columns.rows))
        columns = self.tr("{n:,} columns").format(n=len(self.columns.names))
        if len(self.columns.names) > MOST_COLUMNS:
            columns += self.tr(", the first {n} shown").format(n=MOST_COLUMNS)
        return f"{columns} · {shown}"

    # What is asked for ---------------------------------------------------------------------------------------------

    def recipe(self) -> Json:
        """How to read it, for `Session.import_file`."""
        columns = self.columns.recipe(named=self.format["header"] or self._is_wide())
        if not self.worth.is_rating:
            columns.pop("rating", None)
        chosen = {name: self.how.choices[name].value() for name in ("times", "duplicates", "rating_as", "ids")}
        return {
            "format": self.format,
            "columns": columns,
            "duplicates": chosen["duplicates"],
            "time": chosen["times"] if "time" in columns else None,
            "rating_as": chosen["rating_as"] if "rating" in columns else "as is",
            "ids": chosen["ids"],
            "feedback": self.worth.value(),
        } | ({} if self.taken.key is None else {"join": {"key": self.taken.key}})

    def asked(self) -> Json:
        """All of it: the arguments of `Session.import_file`."""
        return {
            "paths": self.paths(),
            "recipe": self.recipe(),
            "further": self.further.files(),
            "filters": self._filters,
            "guessed": "encoding" not in self.how.said,
        }

    def paths(self) -> Path | dict[str, Path]:
        """The file of interactions, those of one table, or those of the person's own split."""
        slots = self.further.slots
        several = [self.file, *self.taken.parts]
        if self.taken.joined is not None or self.taken.parts:
            joined = {} if self.taken.joined is None else {"joined": self.taken.joined}
            return {f"part {n}": file for n, file in enumerate(several, 1)} | joined
        if slots["test"].file is None:
            return self.file
        files = {"train": self.file, "validation": slots["validation"].file, "test": slots["test"].file}
        return {name: file for name, file in files.items() if file is not None}


def readings_of(date: str) -> dict[str, str]:
    """The day that a date could be, by how it could be written."""
    found = {}
    for kind in ("dmy", "mdy", "yy"):
        time, good = to_milliseconds(pa.array([date]), kind)
        if good[0]:
            found[kind] = moment(int(time[0])).rsplit(",", 1)[0]
    return found
