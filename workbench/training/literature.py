"""Tables that others published, as they come with the program: data, protocol, figures, and where each was read."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.resources import resource


@dataclass(frozen=True)
class Figure:
    """A published value, and how near ours must come: within `tolerance`, or at least as good."""

    value: float
    tolerance: float | None = None
    at_least: bool = False

    def is_met(self, found: float, *, higher_is_better: bool) -> bool:
        """Whether a figure of ours is what was published, to the digits that were published."""
        digits = len(f"{self.value}".partition(".")[2])
        rounded = round(found, digits)
        if self.at_least:
            return rounded >= self.value if higher_is_better else rounded <= self.value
        return rounded == self.value if not self.tolerance else abs(found - self.value) <= self.tolerance


@dataclass(frozen=True)
class Row:
    """One algorithm of a table.

    Attributes
    ----------
    differs : str
        What is known to differ from the published protocol; "" where nothing is.
    """

    algorithm: str
    hyperparameters: dict[str, Any]
    figures: dict[str, Figure]
    source: str
    differs: str = ""

    @property
    def words(self) -> str:
        """The algorithm, and what was set."""
        values = ", ".join(f"{name} {value}" for name, value in self.hyperparameters.items())
        return f"{self.algorithm} ({values})" if values else self.algorithm


@dataclass(frozen=True)
class Part:
    """A division of the data of its own, such as one of five folds, and the rows on it."""

    name: str
    files: dict[str, list[str]]
    rows: list[Row]


@dataclass(frozen=True)
class Table:
    """A published table.

    Attributes
    ----------
    sha256 : dict of str to str
        By the name of each file, the hash of what was measured on.
    columns : str
        Which columns are which, as on the command line; "" where names tell.
    """

    name: str
    title: str
    protocol: str
    where: str
    split: str
    split_settings: dict[str, Any]
    parts: list[Part]
    sha256: dict[str, str]
    columns: str = field(default="")


@cache
def tables() -> dict[str, Table]:
    """All tables by their names."""
    found = {}
    for path in sorted(resource("literature").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        parts = [
            Part(part["name"], part["files"], [_row(row) for row in part["rows"]]) for part in content.pop("parts")
        ]
        found[path.stem] = Table(path.stem, parts=parts, **content)
    return found


def _row(row: dict[str, Any]) -> Row:
    figures = {name: Figure(**figure) for name, figure in row.pop("figures").items()}
    return Row(figures=figures, **row)


def table_of(name: str) -> Table:
    """A table by its name; raises WorkbenchError where there is none."""
    if name not in tables():
        raise WorkbenchError(nearest("table", name, list(tables())))
    return tables()[name]


def find_files(table: Table, folder: Path) -> dict[str, Path]:
    """The table's files in a folder or below it, by their names: those that are what it was measured on.

    Raises
    ------
    WorkbenchError
        If one is not there, or is another one of that name.
    """
    found: dict[str, Path] = {}
    for name, wanted in table.sha256.items():
        candidates = [folder] if folder.is_file() and folder.name == name else sorted(folder.rglob(name))
        right = next((path for path in candidates if _hash(path) == wanted), None)
        if right is None:
            why = "is another file than" if candidates else "is not there, which is"
            message = f"{name} in {folder} {why} what {table.title} was measured on. Get it from: {table.where}."
            raise WorkbenchError(message)
        found[name] = right
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
