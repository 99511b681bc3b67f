"""Which column of the first rows is what, and why: as guessed, as remembered, and as a person corrects it."""

from typing import Any

from PySide6.QtCore import QObject

from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.times import guess_kind
from workbench.data.importing.role_evidence import ROLES
from workbench.data.reading.text.fields import NUMBER

Json = dict[str, Any]
Evidence = tuple[str, float, str]
"""In a line, the confidence (0 to 1), in a sentence."""


class ColumnRoles(QObject):
    """Columns by position; `own` tells whether a person has said something about them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.names: list[str] = []
        self.rows: list[list[str]] = []
        self.given: dict[int, str] = {}
        self.evidence: dict[int, Evidence] = {}
        self.own = False

    def clear(self) -> None:
        """Know of no columns."""
        self.names, self.rows, self.given, self.evidence = [], [], {}, {}

    def take(self, seen: Json) -> bool:
        """Take the answer of the job ``preview``; False where the roles stay, as a person gave them to the same columns."""
        same = self.own and seen["names"] == self.names
        self.names, self.rows = seen["names"], seen["rows"]
        if not same:
            self.own = False
            self._guess(seen)
            if seen.get("remembered"):
                self._remember(seen["remembered"])
        return not same

    def _guess(self, seen: Json) -> None:
        self.given, self.evidence = {}, {}
        for role, column in (seen["columns"] or {}).items():
            if column is None:
                continue
            at = self.names.index(column) if column in self.names else int(column)
            sentence, sure = (seen["evidence"] or {}).get(role, ("", 0.0))
            if at in self.given or not sure:  # a role for which no column is left: the person has to say it
                continue
            self.given[at] = role
            self.evidence[at] = self._because(at, role, sentence, sure), sure, sentence

    def _because(self, column: int, role: str, sentence: str, sure: float) -> str:
        """Confidence, reason and what the values look like, in a line."""
        by_name = sentence.startswith("The name")
        words = [f"{sure * 100:.0f} %", self.tr("by its name") if by_name else sentence.rstrip(".")]
        if role != "time" and (by_name or role != "rating"):
            words.append(self._words(column, role))
        return " · ".join(words)

    def _remember(self, before: Json) -> None:
        """Give columns the roles that they had in the last file of this shape."""
        roles = {}
        for role, column in before["recipe"]["columns"].items():
            if column in self.names:
                roles[self.names.index(column)] = role
            elif isinstance(column, int) and column < len(self.names):
                roles[column] = role
        if not {"user", "item"} <= set(roles.values()):
            return
        self.given, self.evidence = roles, {}
        why = self.tr("as in {file}").format(file=before["file"])
        for at, role in roles.items():
            words = [why] if role == "time" else [why, self._words(at, role)]
            self.evidence[at] = " · ".join(words), 1.0, ""

    def give(self, column: int, role: str) -> None:
        """Give a column a role; whoever had it loses it, and user and item change places."""
        before = self.given.pop(column, "")
        self.evidence.pop(column, None)
        for other in [at for at, had in self.given.items() if had == role]:
            del self.given[other]
            self.evidence.pop(other, None)
            if {before, role} == {"user", "item"}:
                self.given[other] = before
                self.evidence[other] = self._words(other, before), 1.0, ""
        self.own = True
        if role:
            self.given[column] = role
            self.evidence[column] = self._words(column, role), 1.0, ""

    def _words(self, column: int, role: str) -> str:
        """What the values of a column say about a role."""
        values = self.values(column)
        if role == "rating":
            found = [float(value.replace(",", ".")) for value in values if NUMBER.fullmatch(value)]
            if not found:
                return self.tr("not numbers")
            if min(found) == max(found):
                return self.tr("all {value:g}").format(value=found[0])
            return self.tr("{low:g} to {high:g}").format(low=min(found), high=max(found))
        if role == "time":
            return guess_kind(values)[1]
        return self.tr("{n} different").format(n=len(set(values)))

    def values(self, column: int) -> list[str]:
        """Values of a column, from rows that are whole."""
        return [row[column] for row in self.rows if len(row) == len(self.names)]

    def place_of(self, column: str | int) -> int | None:
        """Where a column stands that is told by its name, or by its place."""
        if column in self.names:
            return self.names.index(column)
        return column if isinstance(column, int) and column < len(self.names) else None

    def time_written(self) -> str | None:
        """How the times of the column that has that role are written; None where there is none, or nobody knows."""
        at = self.of("time")
        if at is None:
            return None
        parts = date_parts(self.names, self.values)
        return "parts" if parts and parts["year"] == at else guess_kind(self.values(at))[0]

    def of(self, role: str) -> int | None:
        """The column of a role."""
        return next((at for at, had in self.given.items() if had == role), None)

    def recipe(self, *, named: bool) -> dict[str, str | int]:
        """The columns as a recipe has them: by name, or by place where names do not tell one from the other."""
        found = {role: at for role in ROLES if (at := self.of(role)) is not None}
        return {
            role: self.names[at] if named and self.names.count(self.names[at]) == 1 else at
            for role, at in found.items()
        }
