"""Rows of a table of runs: in groups where some must not be ranked with others, each group sorted by itself.

A `QTreeView` would not be shorter: what it saves here (some 35 lines) it needs for parents and children, it has no cell
that spans a part of its row, and copying, sorting and keeping what is selected come from `TableView`. With 500 runs it
opens in 64 ms instead of 51 and takes 41 ms instead of 36 for a frame of scrolling.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from workbench.app.pages.compare.delegates import BOLD, CLOSED, DETAIL, INK, LEVEL
from workbench.app.runs.run_store import RunInfo
from workbench.app.tables.array_model import ArrayModel
from workbench.app.tables.column import Column
from workbench.app.widgets.theme import GRID

Key = Callable[[RunInfo], Any]
TITLE = Qt.ItemFlag.NoItemFlags
RUN = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
BATCH_ROWS = 32  # rows formatted at once: a screen or two, because a run's figures take a while to write


class Total(NamedTuple):
    """What several runs come to in one column: in the cell, in full, and what sorts it."""

    text: str
    full: str
    key: Any


@dataclass
class RunColumn:
    """One column of a table of runs; functions take the run.

    Attributes
    ----------
    name : str
        By which it is chosen, and remembered as the one that sorts.
    total : callable or None
        What repeats of one training come to; None where they are not summed up.
    """

    name: str
    title: str
    text: Callable[[RunInfo], str]
    key: Key | None = None
    full: Callable[[RunInfo], str] | None = None
    right: bool = False
    tip: str = ""
    extra: dict[int, Callable[[RunInfo], Any]] = field(default_factory=dict)
    width: int = 12 * GRID
    total: Callable[[Sequence[RunInfo]], Total | None] | None = None


@dataclass(eq=False)
class Group:
    """Runs under one line: those that may be compared, and in it perhaps those of one algorithm, and in it repeats.

    Attributes
    ----------
    title, detail : str
        Of the line above them; no line where the title is empty.
    parts : list of Group
        Divides `runs` further.
    level : int
        0 for what may be compared, 1 and 2 for what is inside.
    summed : bool
        Whether the runs are repeats of each other, so that the line has their mean and deviation.
    folded : bool
        Whether they are trials of one search: the line has no mean of them, but can be opened and closed likewise.
    closed : bool
        Whether its runs are out of sight behind the line.
    ranked : bool
        Whether sorting changes their order; False for parts of one whole that were judged on different things.
    """

    title: str
    runs: list[RunInfo]
    parts: list["Group"] = field(default_factory=list)
    level: int = 0
    detail: str = ""
    ink: str = "muted"
    summed: bool = False
    ranked: bool = True
    folded: bool = False
    closed: bool = False

    @property
    def turns(self) -> bool:
        """Whether its line can be opened and closed."""
        return self.summed or self.folded


class RunModel(ArrayModel):
    """Rows for runs, and rows for the titles of groups where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[Group] = []
        self._entries: list[RunInfo | Group] = []
        self._places: dict[int, int] = {}
        self._levels: list[int] = []
        self._asked: list[RunColumn] = []
        self._totals: dict[tuple[int, str], Total | None] = {}
        self.by: tuple[str, bool] | None = None
        """Name of the column that sorts, and whether from large to small."""

    def show(self, columns: Sequence[RunColumn], groups: Sequence[Group]) -> None:
        """Show other runs or columns, sorted as before."""
        # One reset for columns and order: whoever looks at the table works for each.
        self.beginResetModel()
        self.groups, self._asked = list(groups), list(columns)
        self._entries, self._levels, self._totals = [], [], {}
        for group in groups:
            self._take_in(group)
        self._places = {id(entry): at for at, entry in enumerate(self._entries)}
        self._columns = [self._column(column, first=at == 0) for at, column in enumerate(columns)]
        self._n = len(self._entries)
        self._order = self._arranged()
        self._forget()
        self.endResetModel()

    def _take_in(self, group: Group) -> None:
        self._entries.append(group)
        self._levels.append(group.level)
        for part in group.parts:
            self._take_in(part)
        if not group.parts:
            self._entries += group.runs
            inside = group.level + 1 if group.turns else group.level if group.title else group.level - 1
            self._levels += [inside] * len(group.runs)

    def refresh(self, ids: Collection[str] | None = None) -> None:
        """These runs have changed (None: any of them), and neither their number nor their order."""
        if ids is None:
            self._forget()
            self._totals = {}
            if self.rowCount():
                self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
            return
        touched = {at for at, entry in enumerate(self._entries) if _is_of(entry, ids)}
        self._totals = {known: total for known, total in self._totals.items() if known[0] not in touched}
        for row in sorted(row for at in touched if (row := self.table_row(at)) >= 0):
            if self._start <= row < self._start + len(self._window):
                source = self.source_rows(np.array([row]))
                self._window[row - self._start] = tuple(column.texts(source)[0] for column in self._columns)
            self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def run_at(self, source: int) -> RunInfo | None:
        """The run at a position in the arrays; None for the title of a group."""
        one = self._entries[source] if 0 <= source < len(self._entries) else None
        return one if isinstance(one, RunInfo) else None

    def ids(self) -> list[str | None]:
        """The run that each row of the table shows; None for titles of groups."""
        order = self._order.tolist() if self._order is not None else range(len(self._entries))
        return [one.id if isinstance(one := self._entries[source], RunInfo) else None for source in order]

    def runs_at(self, source: int) -> list[RunInfo]:
        """The run at a position in the arrays, or all that its line sums up."""
        one = self._entries[source] if 0 <= source < len(self._entries) else None
        return [one] if isinstance(one, RunInfo) else list(one.runs) if one is not None and one.turns else []

    def group_at(self, source: int) -> Group | None:
        """The line at a position in the arrays that stands for runs inside; None where there is none."""
        one = self._entries[source] if 0 <= source < len(self._entries) else None
        return one if isinstance(one, Group) and one.turns else None

    def rows_of(self, ids: Collection[str]) -> list[bool]:
        """By row of the table whether all of its runs are among these."""
        runs = [self.runs_at(source) for source in self.source_rows(np.arange(self.rowCount())).tolist()]
        return [bool(inside) and all(info.id in ids for info in inside) for inside in runs]

    def headings(self) -> list[tuple[int, Group]]:
        """Rows of the table that are titles of groups."""
        entries = ((row, self._entries[self.source_row(row)]) for row in range(self.rowCount()))
        return [(row, entry) for row, entry in entries if isinstance(entry, Group)]

    def totals_from(self) -> int:
        """The first column in which repeats are summed up."""
        return next((at for at, column in enumerate(self._asked) if column.total is not None), len(self._asked))

    def column_of(self, name: str) -> int:
        """Where a column stands; -1 where it is not shown."""
        return next((at for at, column in enumerate(self._asked) if column.name == name), -1)

    def name_of(self, column: int) -> str:
        """Name of the column that stands there."""
        return self._asked[column].name

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort each group by itself."""
        self.by = (self.name_of(column), order == Qt.SortOrder.DescendingOrder)
        self.set_rows(self._arranged())
        self.sorted.emit()

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        # Asked for each cell that is painted: what Qt would answer is written down.
        source = self.source_row(index.row())
        return TITLE if self.run_at(source) is None and self.group_at(source) is None else RUN

    # Order ---------------------------------------------------------------------------------------------------------

    def _arranged(self) -> np.ndarray:
        order: list[int] = []
        at = self.column_of(self.by[0]) if self.by is not None else -1
        column = self._asked[at] if at >= 0 and self._asked[at].key is not None else None
        for group in self.groups:
            self._lay(group, column, order, titled=len(self.groups) > 1)
        return np.array(order, dtype=int)

    def _lay(self, group: Group, column: RunColumn | None, order: list[int], *, titled: bool) -> None:
        if titled and group.title:
            order.append(self._places[id(group)])
        if group.parts:
            for part in self._sorted(group.parts, [self._key(entry, column) for entry in group.parts]):
                self._lay(part, column, order, titled=True)
            return
        if group.closed:
            return
        keys = [None if column is None or column.key is None else column.key(info) for info in group.runs]
        order += [self._places[id(info)] for info in (self._sorted(group.runs, keys) if group.ranked else group.runs)]

    def _sorted(self, things: Sequence[Any], keys: Sequence[Any]) -> list[Any]:
        """What is not known comes last, whichever way."""
        known = [at for at in range(len(things)) if keys[at] is not None]
        known.sort(key=lambda at: keys[at], reverse=bool(self.by and self.by[1]))
        return [things[at] for at in [*known, *(at for at in range(len(things)) if keys[at] is None)]]

    def _key(self, group: Group, column: RunColumn | None) -> Any:
        """That of the first one inside, or of what they come to together."""
        if column is None or column.key is None:
            return None
        if group.summed and column.total is not None:
            total = self._total(group, column)
            return total.key if total is not None else None
        inside = [self._key(part, column) for part in group.parts] or [column.key(info) for info in group.runs]
        known = [entry for entry in inside if entry is not None]
        return (max if self.by and self.by[1] else min)(known, default=None)

    def _total(self, group: Group, column: RunColumn) -> Total | None:
        if not group.summed or column.total is None:
            return None
        known = (self._places[id(group)], column.name)
        if known not in self._totals:
            self._totals[known] = column.total(group.runs)
        return self._totals[known]

    # Cells ---------------------------------------------------------------------------------------------------------

    def _column(self, asked: RunColumn, *, first: bool) -> Column:
        def of(row: int, function: Callable[[RunInfo], Any] | None, otherwise: Any = "") -> Any:
            info = self.run_at(row)
            return otherwise if info is None or function is None else function(info)

        def text(row: int) -> str:
            one = self._entries[row]
            if isinstance(one, RunInfo):
                return asked.text(one)
            total = self._total(one, asked)
            return one.title if first else total.text if total is not None else ""

        def full(row: int) -> str:
            one = self._entries[row]
            if isinstance(one, RunInfo):
                return (asked.full(one) if asked.full is not None else "") or asked.text(one)
            total = self._total(one, asked)
            return total.full if total is not None else text(row)

        def of_group(row: int, name: str, role: int) -> Any:
            one = self._entries[row]
            if isinstance(one, Group):
                return getattr(one, name)
            return asked.extra[role](one) if role in asked.extra else None

        extra = {role: partial(of, function=function, otherwise=None) for role, function in asked.extra.items()}
        if BOLD in asked.extra:
            extra[BOLD] = lambda row: any(map(asked.extra[BOLD], self.runs_at(row)[:1]))
        if first:
            extra |= {
                role: partial(of_group, name=name, role=role) for role, name in ((DETAIL, "detail"), (INK, "ink"))
            }
            extra[LEVEL] = lambda row: self._levels[row]
            extra[CLOSED] = self._closed
        return Column(
            asked.title,
            lambda rows: [text(row) for row in rows.tolist()],
            (lambda: None) if asked.key is not None else None,
            full,
            asked.right,
            asked.tip,
            extra,
        )

    def _closed(self, row: int) -> bool | None:
        group = self.group_at(row)
        return group.closed if group is not None else None

    def _format(self, row: int) -> None:
        start = max(0, row - BATCH_ROWS // 4)
        rows = self._order[start : start + BATCH_ROWS] if self._order is not None else np.arange(start, self._n)
        self._window = list(zip(*(column.texts(rows) for column in self._columns), strict=True))
        self._start = start


def _is_of(entry: RunInfo | Group, ids: Collection[str]) -> bool:
    """Whether the figures of a row are those of one of these runs."""
    return entry.id in ids if isinstance(entry, RunInfo) else entry.turns and any(run.id in ids for run in entry.runs)
