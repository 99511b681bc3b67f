"""How a file is read, in a line that unfolds: what was guessed of its layout, and choosers to correct it.

Only what applies to this kind of file is shown.
"""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages.data.format_options import Choosers
from workbench.app.widgets import icons
from workbench.app.widgets.basic import Button, Elided
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import declared
from workbench.data.interactions import DUPLICATES
from workbench.data.reading.formats import FileFormat, all_formats
from workbench.data.reading.formats.base.own_rows import is_likely
from workbench.data.reading.formats.table import Table

Json = dict[str, Any]
LAYOUT = (
    "table",
    "kind",
    "encoding",
    "delimiter",
    "header",
    "quotes",
    "comment",
    "decimal",
    "thousands",
    "first",
    "missing",
)
"""Choosers that are fields of the format, in their order."""
SHORT = ("table", "kind", "encoding", "delimiter")
"""Choosers whose values say by themselves what they are."""
STAYS = ("member", "encoding", "comment")
"""What the person said that stays true where the kind turns out to be another."""


class HowRead(QWidget):
    """`look_wanted` asks for the first rows in what `known` says; `changed` tells that the recipe is another."""

    look_wanted = Signal()
    file_chosen = Signal(Path)
    again_wanted = Signal()
    changed = Signal()

    def __init__(self, panel: Choosers) -> None:
        super().__init__()
        self.format: Json = {}
        """In which the first rows are shown; empty while there are none."""
        self.said: Json = {}
        """What the person said of the layout, by field; the rest is guessed."""
        self._roles: set[str] = set()
        self._usual, self._why = DUPLICATES[0], ""
        self._own_duplicates = False
        self._several: set[str] = set()
        self._paths: dict[str, Path] = {}
        self.panel, self.choices = panel, panel.all
        self.fold = Button(
            self.tr("How it is read"), "quiet", icon="chevron-right", tip=self.tr("Correct what was guessed")
        )
        self.fold.setCheckable(True)
        self.summary = Elided("", SMALL, "muted")
        self.again = Button(
            self.tr("Guess again"), "quiet", icon="reset", tip=self.tr("Forget what was chosen for this file")
        )
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.fold)
        head.addWidget(self.summary, 1)
        head.addWidget(self.again)
        self.why = Elided("", SMALL, "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.panel)
        self.panel.hide()
        self.panel.chosen.connect(self._choose)
        self.fold.toggled.connect(self._unfold)
        self.again.clicked.connect(self.again_wanted)
        self._lay_out()

    # What is shown -------------------------------------------------------------------------------------------------

    def begin(self, files: list[Path], file: Path) -> None:
        """Begin with another file, perhaps one of several."""
        self.format, self.said, self._roles, self._several = {}, {}, set(), set()
        self._usual, self._why, self._own_duplicates = DUPLICATES[0], "", False
        self.choices["rating_as"].show_value("as is")
        self.choices["ids"].show_value("as is")
        self.choices["duplicates"].show_value(self._usual)
        self._paths = {str(entry): entry for entry in files}
        self._offer("file", {entry.name: str(entry) for entry in files}, str(file))
        self._lay_out()

    def _offer(self, name: str, choices: dict[str, Any], value: Any) -> None:
        """Let a chooser offer something, where there is something to choose from."""
        if len(choices) > 1:
            self._several.add(name)
            self.choices[name].set_choices(choices)
            self.choices[name].show_value(value)
        else:
            self._several.discard(name)

    def show_seen(self, seen: Json) -> None:
        """Show the answer of the job ``preview``."""
        self.format = layout = seen["format"]
        before = seen.get("remembered")
        if before:
            recipe = before["recipe"]
            self.said = {name: value for name, value in layout.items() if name != "compression"}
            self.choices["rating_as"].show_value(recipe["rating_as"])
            self.choices["ids"].show_value(recipe.get("ids", "as is"))
            self.choices["duplicates"].show_value(recipe["duplicates"])
            self._own_duplicates = True
        if seen.get("members"):
            self._paths = {}
            self._offer("file", {member: member for member in seen["members"]}, layout["member"])
        tables = seen.get("tables") or []
        self._offer("table", {table: table for table in tables}, layout["table"] or _likely(tables))
        self.choices["table"].label.setText(declared(all_formats()[layout["kind"]].table_word).capitalize())
        for name in LAYOUT[1:]:
            self.choices[name].show_value(layout[name])
        self._usual, self._why = seen.get("duplicates") or (DUPLICATES[0], "")
        if not self._own_duplicates:
            self.choices["duplicates"].show_value(self._usual)

    def show_roles(self, roles: set[str]) -> None:
        """Show what applies to a file with these roles."""
        self._roles = roles
        self._lay_out()

    @property
    def kind(self) -> type[FileFormat] | None:
        """The file format; None while there are no rows."""
        return all_formats().get(self.format.get("kind", ""))

    def _applying(self) -> list[str]:
        kind, rated = self.kind, "rating" in self._roles
        options = kind.options if kind is not None else ()
        matters = {"quotes": len(self.format.get("delimiter", "")) == 1, "decimal": rated, "thousands": rated}
        wanted = {name: name in options and matters.get(name, True) for name in LAYOUT[1:]}
        wanted |= {"kind": kind is not None and kind.is_text, "times": "time" in self._roles, "rating_as": rated}
        wanted["duplicates"] = kind is not None
        wanted["ids"] = self.choices["ids"].value() != "as is"
        return [name for name in self.choices if wanted.get(name, name in self._several)]

    def _lay_out(self) -> None:
        """Place the choosers that apply; the others are away."""
        shown = self._applying()
        if shown != self.panel.placed:
            self.panel.place(shown, self.why)
        own = self.choices["duplicates"].value() != self._usual
        self.why.set_text("" if own or not self._why else self.tr("Duplicates: {why}.").format(why=self._why))
        self.again.setVisible(bool(self.said) or own or self._is_changed())
        self._sum_up(shown)

    def _is_changed(self) -> bool:
        return any(self.choices[name].value() != "as is" for name in ("rating_as", "ids"))

    def _sum_up(self, shown: list[str]) -> None:
        if not self.format:
            self.summary.set_text("")
            return
        plain = {
            "quotes": True, "comment": "", "decimal": ".", "thousands": "", "rating_as": "as is", "kind": Table.name,
            "ids": "as is",
        }  # fmt: skip
        header = self.tr("names in the first row") if self.format["header"] else self.tr("no names")
        words = []
        if self.kind is not None and not self.kind.is_text:
            words.append(declared(self.kind.title))
        for name in shown:
            one = self.choices[name]
            if name == "file" or one.value() is None or (name in plain and one.value() == plain[name]):
                continue
            if name == "header":
                words.append(header)
            else:
                words.append(one.title() if name in SHORT else f"{one.label.text().lower()}: {one.title()}")
        self.summary.set_text(" · ".join(words))

    @Slot(bool)
    def _unfold(self, wide: bool) -> None:
        self.panel.setVisible(wide)
        icons.bind(self.fold, "chevron-down" if wide else "chevron-right", "muted")

    # What a person changes -----------------------------------------------------------------------------------------

    def say(self, name: str, value: Any) -> None:
        """Choose something as a person does."""
        self.choices[name].show_value(value)
        self._choose(name)

    @Slot(str)
    def _choose(self, name: str) -> None:
        value = self.choices[name].value()
        if name == "file" and value in self._paths:
            self.file_chosen.emit(self._paths[value])
            return
        if name == "file":  # another file of the zip is another file altogether
            self.said = {"member": value}
        elif name == "kind":
            self.said = {key: label for key, label in self.said.items() if key in STAYS} | {"kind": value}
        elif name == "table":
            self.said = {key: label for key, label in self.said.items() if key == "member"} | {"table": value}
        elif name in LAYOUT:
            self.said[name] = value
            if name == "header":
                self.said.pop("skip", None)
        else:
            self._own_duplicates |= name == "duplicates"
            self._lay_out()
            self.changed.emit()
            return
        self.look_wanted.emit()

    def forget(self) -> None:
        """Forget what the person said, except which file is meant."""
        self.said = {name: value for name, value in self.said.items() if name == "member"}
        self._own_duplicates = False
        self.choices["rating_as"].show_value("as is")
        self.choices["ids"].show_value("as is")

    def give_rating_as(self, value: str) -> None:
        """Say what becomes of ratings."""
        self.choices["rating_as"].show_value(value)
        self._lay_out()
        self.changed.emit()


def _likely(names: list[str]) -> str:
    """The sheet or table that is read where none was chosen."""
    return next((name for name in names if is_likely(name)), names[0] if names else "")
