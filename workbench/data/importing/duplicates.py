"""Which rows of a file repeat a user and an item, and what became of each: found by reading the file once more.

An import only counts them, so that nobody waits for a list that few look at.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from workbench.control import Control
from workbench.data.data_file import read_about
from workbench.data.dates import written
from workbench.data.importing.builder import Column, Numbering
from workbench.data.importing.import_report import Report
from workbench.data.importing.importer import JOINED, PARTS, converter_of, orders_of
from workbench.data.importing.recipes import known_recipe
from workbench.data.interactions import Array
from workbench.data.reading.formats.base.file_format import BlockConverter
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.cells import harmless_table
from workbench.data.reading.text.source_file import SourceFile, changed, look_at
from workbench.files import add_to_contents, whole_file

MAX_SHOWN_ROWS = 1000
BATCH_ROWS = 100_000
TURN_ROWS = 4_000_000  # looked through at once, so that memory does not grow with the file
SCHEMA = pa.schema({
    "file": pa.string(), "line": pa.int64(), "user": pa.string(), "item": pa.string(), "rating": pa.float32(),
    "time": pa.string(), "outcome": pa.string(),
})  # fmt: skip


def list_duplicates(folder: Path, control: Control | None = None) -> dict[str, Any]:
    """Write ``duplicates.csv`` into a data folder: each row whose user and item stand in another row, too.

    Returns
    -------
    dict
        ``rows`` in the list, ``pairs`` of user and item, and the first rows as ``shown``.

    Raises
    ------
    WorkbenchError
        If the file is not there any more, or is not the one that was read.
    """
    control = control or Control()
    about = read_about(folder)
    recipe = known_recipe(about, folder)
    with ExitStack() as stack:
        found = _Rows(folder)
        stack.callback(found.close)
        sources = about.get("source") or {}
        joined = look_at(Path(sources[JOINED]["path"])) if JOINED in sources else None
        orders, first = orders_of(joined, recipe), look_at(Path(next(iter(sources.values()))["path"]))
        for number, (name, source) in enumerate(sources.items()):
            file = look_at(Path(source["path"]))
            if file.size != source["size"]:
                raise changed(file.path)
            if name == JOINED:
                continue
            share = (number / len(sources), 1 / len(sources))
            found.read(converter_of(file, recipe, orders, first), file, PARTS.get(name, 0), number, share, control)
        control.progress(0.7, "Looking for duplicates")
        rows, outcome, pairs = found.repeated(recipe.duplicates)
        control.check()
        files = [Path(source["path"]).name for source in sources.values()] if len(sources) > 1 else [""]
        pieces = found.tables(rows, outcome, files, control)
        shown: list[dict[str, Any]] = []
        with whole_file(folder / "duplicates.csv") as part, csv.CSVWriter(str(part), SCHEMA) as sink:
            for piece in pieces:
                shown += piece.slice(0, max(MAX_SHOWN_ROWS - len(shown), 0)).to_pylist()
                sink.write_table(harmless_table(piece))
        add_to_contents(folder, "duplicates.csv")
    return {"rows": len(rows), "pairs": pairs, "shown": shown}


class _Rows:
    """All rows that were kept, as columns on disk."""

    def __init__(self, folder: Path) -> None:
        self.user, self.item = Numbering(folder), Numbering(folder)
        kinds: dict[str, type[np.generic]] = {
            "line": np.int64,
            "file": np.int16,
            "part": np.int8,
            "rating": np.float32,
            "time": np.int64,
        }
        self.columns = {name: Column(kind, folder) for name, kind in kinds.items()}

    def close(self) -> None:
        for column in (self.user.index, self.item.index, *self.columns.values()):
            column.close()

    def read(
        self,
        converter: BlockConverter,
        file: SourceFile,
        part: int,
        number: int,
        share: tuple[float, float],
        control: Control,
    ) -> None:
        """Read a file as it was read before."""
        report = Report()
        with open_text(file, converter.layout) as source:
            for block in row_blocks(source, converter.layout):
                control.check()
                if not block.data:
                    continue
                piece = converter.convert(block)
                n = len(piece.user)
                report.rows += piece.rows
                at = piece.at if piece.at is not None else np.arange(block.n_rows)
                self.user.add(piece.user)
                self.item.add(piece.item)
                self.columns["line"].append(block.lines(at))
                self.columns["file"].append(np.full(n, number, np.int16))
                self.columns["part"].append(np.full(n, part, np.int8))
                if piece.rating is not None:
                    self.columns["rating"].append(piece.rating)
                if piece.time is not None:
                    self.columns["time"].append(piece.time)
                control.progress(0.7 * (share[0] + share[1] * source.fraction()), f"{report.rows:,} rows read")

    def repeated(self, policy: str) -> tuple[Array, Array, int]:
        """Rows that share user, item and part with another, those of a pair together; what became of each; the pairs."""
        self.user.number()
        self.item.number()
        turns = 1 + self.user.index.length // TURN_ROWS
        found = [self._repeated_of(turn, turns) for turn in range(turns)]
        rows, lengths = (np.concatenate(each) for each in zip(*found, strict=True))
        # Pairs in the order in which they first stand in the file.
        order = np.argsort(rows[np.cumsum(lengths) - lengths], kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        rows = rows[np.argsort(np.repeat(rank, lengths), kind="stable")]
        return rows, self._outcomes(rows, lengths[order], policy), len(order)

    def _repeated_of(self, turn: int, turns: int) -> tuple[Array, Array]:
        """Of one in so many users: the rows that are repeated, pair by pair, and how many each pair has."""
        at, key = [], []
        columns = (self.user.index.blocks(), self.item.index.blocks(), self.columns["part"].blocks())
        for (start, user), (_, item), (_, part) in zip(*columns, strict=True):
            mine = np.flatnonzero(user % turns == turn)
            at.append(mine + start)
            key.append((user[mine].astype(np.int64) * len(self.item.ids) + item[mine]) * len(PARTS) + part[mine])
        keys = np.concatenate(key) if key else np.zeros(0, np.int64)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        same, edge = keys[1:] == keys[:-1], np.zeros(min(1, len(keys)), bool)
        twice = np.concatenate([edge, same]) | np.concatenate([same, edge])
        starts = (
            np.flatnonzero(np.concatenate([~edge, keys[twice][1:] != keys[twice][:-1]])) if twice.any() else edge[:0]
        )
        rows = (np.concatenate(at) if at else np.zeros(0, np.int64))[order[twice]]
        return rows, np.diff(np.append(starts, len(rows)))

    def _outcomes(self, rows: Array, lengths: Array, policy: str) -> Array:
        """0 left out, 1 kept, 2 merged, for rows in groups of these lengths."""
        if policy not in ("last", "first"):
            return np.full(len(rows), 2, np.int8)
        outcome = np.zeros(len(rows), np.int8)
        if not len(rows):
            return outcome
        ends = np.cumsum(lengths)
        group = np.repeat(np.arange(len(lengths)), lengths)
        time = _taken(self.columns["time"], rows) if self.columns["time"].length else np.zeros(len(rows), np.int64)
        order = np.lexsort((rows, time, group))
        outcome[order[ends - 1 if policy == "last" else ends - lengths]] = 1
        return outcome

    def tables(self, rows: Array, outcome: Array, files: list[str], control: Control) -> Iterator[pa.Table]:
        """The list, some rows at a time."""
        found: dict[str, Any] = {
            name: _taken(column, rows) if column.length else None for name, column in self.columns.items()
        }
        user, item = _taken(self.user.index, rows), _taken(self.item.index, rows)
        words, names = np.array(["left out", "kept", "merged"], object), np.array(files, object)
        for start in range(0, len(rows), BATCH_ROWS):
            control.check()
            here = slice(start, start + BATCH_ROWS)
            n = len(rows[here])
            rating, time = found["rating"], found["time"]
            yield pa.table(
                {
                    "file": names[found["file"][here]] if len(files) > 1 else [""] * n,
                    "line": found["line"][here],
                    "user": self.user.ids.take(pa.array(user[here])),
                    "item": self.item.ids.take(pa.array(item[here])),
                    "rating": pa.nulls(n, pa.float32()) if rating is None else rating[here],
                    "time": pa.nulls(n, pa.string())
                    if time is None
                    else [written(int(moment)) for moment in time[here]],
                    "outcome": words[outcome[here]],
                },
                schema=SCHEMA,
            )


def _taken(column: Column, rows: Array) -> Array:
    """Values of a column at these rows, read block by block."""
    found = np.empty(len(rows), column.kind)
    order = np.argsort(rows, kind="stable")
    wanted = rows[order]
    for start, values in column.blocks():
        first, last = np.searchsorted(wanted, [start, start + len(values)])
        found[order[first:last]] = values[wanted[first:last] - start]
    return found
