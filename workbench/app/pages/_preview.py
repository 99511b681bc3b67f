"""The sheet on which a file is looked at before it is read: its layout, and which column is what."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimeZone, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages._offered import Offer
from workbench.app.pages._roles import MOST_COLUMNS, QuietBox, RoleTable
from workbench.app.theme import GRID, ROW_HEIGHT, SMALL
from workbench.app.widgets import Button, Card, Picture, Text
from workbench.data.columns import ROLES
from workbench.data.interactions import DUPLICATES
from workbench.data.reading import NUMBER
from workbench.data.times import WRITTEN, guess_kind

Json = dict[str, Any]


def moment(milliseconds: int) -> str:
    """A time in words, such as 14 Dec 2009, 02:52 (UTC)."""
    when = QDateTime.fromMSecsSinceEpoch(milliseconds, QTimeZone(QTimeZone.Initialization.UTC))
    return QLocale().toString(when, "d MMM yyyy, HH:mm")


class Choice(QWidget):
    """A name and a list to choose from."""

    chosen = Signal()

    def __init__(self, name: str, choices: dict[str, Any]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID - 2)
        self.label = Text(name, SMALL, "muted")
        self.box = QuietBox()
        self.box.setAccessibleName(name)
        self.label.setBuddy(self.box)
        for title, value in choices.items():
            self.box.addItem(title, value)
        row.addWidget(self.label)
        row.addWidget(self.box)
        self.box.activated.connect(self.chosen)

    def value(self) -> Any:
        """What is chosen."""
        return self.box.currentData()

    def show_value(self, value: Any, title: str = "") -> None:
        """Choose a value; one that the list lacks is added."""
        at = self.box.findData(value)
        if at < 0 and value is not None:
            self.box.addItem(title or str(value), value)
            at = self.box.count() - 1
        self.box.setCurrentIndex(at)


class FileSlot(QWidget):
    """A place for a further file: its name with a button to take it out, or a button to add one."""

    changed = Signal()

    def __init__(self, name: str, add: str, remove: str) -> None:
        super().__init__()
        self.file: Path | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.picture = Picture("file", 16)
        self.label = Text(name, SMALL, "muted")
        self.name = Text("", SMALL)
        self.add = Button(add, "quiet", icon="plus")
        self.remove = Button("", "quiet", icon="close", tip=remove)
        for one in (self.picture, self.label, self.name, self.remove, self.add):
            row.addWidget(one)
        self.add.clicked.connect(self._choose)
        self.remove.clicked.connect(self.take_out)
        self.put(None)

    def put(self, file: Path | None) -> None:
        """Show a file, or that there is none."""
        self.file = file
        for one in (self.picture, self.label, self.name, self.remove):
            one.setVisible(file is not None)
        self.add.setVisible(file is None)
        if file is not None:
            short = file.name if len(file.name) < 28 else f"{file.name[:14]}…{file.name[-12:]}"  # noqa: PLR2004
            self.name.setText(short)
            self.name.setToolTip(str(file))

    @Slot()
    def take_out(self) -> None:
        """Leave the file out."""
        self.put(None)
        self.add.setFocus()
        self.changed.emit()

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self.window(), self.add.text())
        if name:
            self.put(Path(name))
            self.remove.setFocus()
            self.changed.emit()


class PreviewSheet(QWidget):
    """The first rows of an offered file, with all that was guessed about it, correctable.

    `format_changed` asks for the rows to be read again in another layout; `changed` tells that `reason` or the facts may
    be others.
    """

    format_changed = Signal(dict)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.file: Path | None = None
        self.format: Json = {}
        self._names: list[str] = []
        self._rows: list[list[str]] = []
        self._roles: dict[int, str] = {}
        self._evidence: dict[int, str] = {}
        self._broken, self._problem = "", ""
        self._unused: tuple[Path, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._layout_row())
        column.addLayout(self._files_row())
        card = Card()
        card.body.setContentsMargins(GRID, 4, GRID, 4)
        self.table = RoleTable()
        self.table.role_chosen.connect(self.give_role)
        self.trouble = Text("", ink="error", wrap=True)
        self.trouble.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.trouble.hide()
        card.add(self.trouble, 1)
        card.add(self.table, 1)
        column.addWidget(card, 1)

    def _layout_row(self) -> QHBoxLayout:
        names = {
            self.tr("comma"): ",", self.tr("tab"): "\t", self.tr("semicolon"): ";", "::": "::", "|": "|",
            self.tr("blank"): " ",
        }  # fmt: skip
        self.delimiter = Choice(self.tr("Delimiter"), names)
        codes = {
            "UTF-8": "utf-8",
            "Latin-1": "latin-1",
            "Windows-1252": "cp1252",
            "UTF-16": "utf-16",
            "GB 18030": "gb18030",
        }
        self.encoding = Choice(self.tr("Encoding"), codes)
        self.header = Choice(self.tr("First row"), {self.tr("names"): True, self.tr("data"): False})
        self.times = Choice(self.tr("Times"), {words: kind for kind, words in WRITTEN.items()})
        titles = (
            self.tr("keep the last"), self.tr("keep the first"), self.tr("mean rating"), self.tr("sum of ratings"),
            self.tr("highest rating"), self.tr("count them"),
        )  # fmt: skip
        self.duplicates = Choice(self.tr("Duplicates"), dict(zip(titles, DUPLICATES, strict=True)))
        self.duplicates.setToolTip(self.tr("What stays where a user met the same item several times"))
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for one in (self.delimiter, self.encoding, self.header, self.times, self.duplicates):
            row.addWidget(one)
        row.addStretch(1)
        for one in (self.delimiter, self.encoding, self.header):
            one.chosen.connect(self._ask_again)
        self.times.chosen.connect(self._retime)
        return row

    def _files_row(self) -> QHBoxLayout:
        self.items = FileSlot(self.tr("Titles"), self.tr("Add titles…"), self.tr("Leave the titles out"))
        self.test = FileSlot(self.tr("Test"), self.tr("Add a test file…"), self.tr("Leave the test file out"))
        self.validation = FileSlot(
            self.tr("Validation"), self.tr("Add a validation file…"), self.tr("Leave the validation file out")
        )
        self.items.add.setToolTip(self.tr("A file with an id and a title for each item, perhaps with year and genres"))
        self.test.add.setToolTip(self.tr("For your own split: this file is learned from, the other one tests"))
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for one in (self.items, self.test, self.validation):
            row.addWidget(one)
            one.changed.connect(self._tell)
        self.sign = Picture("warning", 16, "warn")
        self.remark = Text("", ink="warn", wrap=True)
        self.remark.setFixedHeight(ROW_HEIGHT + 4)  # two lines; nothing jumps when it speaks
        self.remark.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(GRID)
        row.addWidget(self.sign)
        row.addWidget(self.remark, 1)
        return row

    # What is shown -------------------------------------------------------------------------------------------------

    def show_offer(self, offer: Offer) -> None:
        """Begin with other files; `show_preview` follows."""
        self.file = offer.main
        self.format, self._broken = {}, ""
        self._clear()
        for slot, file in ((self.items, offer.items), (self.test, offer.test), (self.validation, offer.validation)):
            slot.put(file)
        self.duplicates.show_value(DUPLICATES[0])
        self._unused = offer.unused
        self._tell()

    def show_preview(self, seen: Json) -> None:
        """Show the answer of the job ``preview``."""
        self.format, self._broken = seen["format"], ""
        self._names, self._rows = seen["names"], seen["rows"]
        self._show_format()
        self._roles, self._evidence = self._guessed(seen)
        self._problem = seen.get("problem") or ""
        self.trouble.hide()
        self.table.show()
        self.table.show_rows(self._names, self._rows)
        self._guess_times()
        self._show_roles()

    def show_trouble(self, sentence: str) -> None:
        """Say that the layout chosen does not fit; the choosers stay, so that another can be tried."""
        self._broken = sentence
        self._clear()
        self.trouble.setText(sentence)
        self.trouble.show()
        self.table.hide()
        self._tell()

    def _clear(self) -> None:
        self._names, self._rows, self._roles, self._evidence, self._problem = [], [], {}, {}, ""
        self.trouble.hide()
        self.table.show()
        self.table.show_rows([], [])

    def _show_format(self) -> None:
        self.delimiter.show_value(self.format["delimiter"])
        self.encoding.show_value(self.format["encoding"])
        self.header.show_value(self.format["header"])

    def _guessed(self, seen: Json) -> tuple[dict[int, str], dict[int, str]]:
        roles: dict[int, str] = {}
        evidence: dict[int, str] = {}
        for role, column in (seen["columns"] or {}).items():
            if column is None:
                continue
            at = self._names.index(column) if column in self._names else int(column)
            sentence, sure = (seen["evidence"] or {}).get(role, ("", 0.0))
            if at in roles or not sure:  # a role for which no column is left: the person has to say it
                continue
            roles[at] = role
            evidence[at] = self._because(at, role, sentence, sure)
        return roles, evidence

    def _because(self, column: int, role: str, sentence: str, sure: float) -> str:
        """Confidence, reason and what the values look like, in a line."""
        by_name = sentence.startswith("The name")
        words = [f"{sure * 100:.0f} %", self.tr("by its name") if by_name else sentence.rstrip(".")]
        if role != "time" and (by_name or role != "rating"):
            words.append(self._seen(column, role))
        return " · ".join(words)

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
                self._evidence[other] = self._seen(other, before)
        self._problem = ""
        if role:
            self._roles[column] = role
            self._evidence[column] = self._seen(column, role)
        if role == "time":
            self._guess_times()
        self._show_roles()

    def _seen(self, column: int, role: str) -> str:
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
        kind = guess_kind(self._values(at))[0] if at is not None else None
        self.times.show_value(kind)

    def _retime(self) -> None:
        self._show_roles()

    def _ask_again(self) -> None:
        layout = dict(self.format)
        layout |= {
            "delimiter": self.delimiter.value(),
            "encoding": self.encoding.value(),
            "header": self.header.value(),
        }
        if layout != self.format:
            layout["skip"] = 0 if layout["header"] != self.format["header"] else layout["skip"]
            self.format = layout
            self.format_changed.emit(layout)

    def _show_roles(self) -> None:
        for head in self.table.head.heads:
            head.show_role(self._roles.get(head.column, ""), self._evidence.get(head.column, ""))
        self.times.setVisible(self._column("time") is not None)
        self.table.rows.set_roles(self._roles, self.times.value(), moment)
        self._tell()

    def _tell(self) -> None:
        loading = not self._names and not self._broken
        words = "" if self._broken else self.reason or self._unused_words()
        self.remark.set_ink("muted" if loading else "warn")
        self.remark.setText(words)
        self.remark.setToolTip(words)
        self.sign.setVisible(bool(words) and not loading)
        self.changed.emit()

    def _unused_words(self) -> str:
        if not self._unused:
            return ""
        names = ", ".join(one.name for one in self._unused[:3])
        return self.tr("Not used: {files}. Drop one file alone to open it.").format(
            files=names + (" …" if len(self._unused) > 3 else "")  # noqa: PLR2004
        )

    # What follows from it ------------------------------------------------------------------------------------------

    def _column(self, role: str) -> int | None:
        return next((at for at, had in self._roles.items() if had == role), None)

    @property
    def reason(self) -> str:
        """Why the file cannot be read like this, as a sentence; empty where it can."""
        if self._broken:
            return self._broken
        if not self._names:
            return self.tr("Reading the first rows…")
        if self._problem:
            return self._problem
        missing = [role for role in ("user", "item") if self._column(role) is None]
        if missing == ["user", "item"]:
            return self.tr("Choose which column is the user and which is the item.")
        if missing:
            return (
                self.tr("Choose which column is the user.") if missing == ["user"]
                else self.tr("Choose which column is the item.")
            )  # fmt: skip
        if self._column("time") is not None and self.times.value() is None:
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

    def recipe(self) -> Json:
        """How to read it, for `Session.import_file`."""
        found = {role: self._column(role) for role in ROLES}
        names = {role: self._name(at) for role, at in found.items() if at is not None}
        time = self.times.value() if found["time"] is not None else None
        return {"format": self.format, "columns": names, "duplicates": self.duplicates.value(), "time": time}

    def _name(self, column: int) -> str | int:
        """A column by its name, or by its place where names do not tell one from the other."""
        name = self._names[column]
        return name if self.format["header"] and self._names.count(name) == 1 else column

    def paths(self) -> Path | dict[str, Path]:
        """The file of interactions, or those of the person's own split."""
        if self.test.file is None:
            return self.file
        files = {"train": self.file, "validation": self.validation.file, "test": self.test.file}
        return {name: file for name, file in files.items() if file is not None}
