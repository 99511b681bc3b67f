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
from workbench.data.accounting import Report
from workbench.data.assembling import Column, Numbering
from workbench.data.importing import PARTS, converter_of
from workbench.data.interactions import Array
from workbench.data.moments import written
from workbench.data.recipes import Recipe
from workbench.data.sources import changed, stamp
from workbench.data.streams import open_text, row_blocks
from workbench.data.table import Converter
from workbench.files import read_json, whole_file

SHOWN = 1000
AT_ONCE = 100_000
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
    about = read_json(folder / "data.json")
    recipe = Recipe.model_validate(about["recipe"])
    with ExitStack() as stack:
        found = _Rows(folder)
        stack.callback(found.close)
        sources = about["source"]
        for number, (name, one) in enumerate(sources.items()):
            path = Path(one["path"])
            if stamp(path).size != one["size"]:
                raise changed(path)
            found.read(path, recipe, PARTS.get(name, 0), number, (number / len(sources), 1 / len(sources)), control)
        control.progress(0.7, "Looking for duplicates")
        rows, outcome, pairs = found.repeated(recipe.duplicates)
        control.check()
        files = [Path(one["path"]).name for one in sources.values()] if len(sources) > 1 else [""]
        pieces = found.tables(rows, outcome, files, control)
        shown: list[dict[str, Any]] = []
        with whole_file(folder / "duplicates.csv") as part, csv.CSVWriter(str(part), SCHEMA) as sink:
            for piece in pieces:
                shown += piece.slice(0, max(SHOWN - len(shown), 0)).to_pylist()
                sink.write_table(piece)
    return {"rows": len(rows), "pairs": pairs, "shown": shown}


class _Rows:
    """All rows that were kept, as columns on disk."""

    def __init__(self, folder: Path) -> None:
        self.user, self.item = Numbering(folder), Numbering(folder)
        kinds: dict[str, type[np.generic]] = {
            "line": np.int64,
            "file": np.int8,
            "part": np.int8,
            "rating": np.float32,
            "time": np.int64,
        }
        self.columns = {name: Column(kind, folder) for name, kind in kinds.items()}

    def close(self) -> None:
        for one in (self.user.index, self.item.index, *self.columns.values()):
            one.close()

    def read(
        self, path: Path, recipe: Recipe, part: int, number: int, share: tuple[float, float], control: Control
    ) -> None:
        """Read a file as it was read before."""
        converter, report = converter_of(path, recipe), Report()
        layout = converter.layout.format if isinstance(converter, Converter) else converter.layout
        with open_text(path, layout) as source:
            for block in row_blocks(source, layout):
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
                self.columns["file"].append(np.full(n, number, np.int8))
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
        key = self.user.index.whole().astype(np.int64)
        key *= len(self.item.ids)
        key += self.item.index.whole()
        key *= len(PARTS)
        key += self.columns["part"].whole()
        order = np.argsort(key, kind="stable")
        key = key[order]
        same = key[1:] == key[:-1]
        edge = np.zeros(1, bool)
        rows = order[np.concatenate([edge, same]) | np.concatenate([same, edge])]
        group = key[np.concatenate([edge, same]) | np.concatenate([same, edge])]
        starts = (
            np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else np.zeros(0, np.int64)
        )
        # Pairs in the order in which they first stand in the file.
        first = rows[starts]
        rank = np.empty(len(starts), np.int64)
        rank[np.argsort(first, kind="stable")] = np.arange(len(starts))
        which = np.repeat(rank, np.diff(np.append(starts, len(rows))))
        rows = rows[np.argsort(which, kind="stable")]
        lengths = np.zeros(len(starts), np.int64)
        lengths[rank] = np.diff(np.append(starts, len(group)))
        return rows, self._outcomes(rows, lengths, policy), len(starts)

    def _outcomes(self, rows: Array, lengths: Array, policy: str) -> Array:
        """0 left out, 1 kept, 2 merged, for rows in groups of these lengths."""
        if policy not in ("last", "first"):
            return np.full(len(rows), 2, np.int8)
        outcome = np.zeros(len(rows), np.int8)
        if not len(rows):
            return outcome
        ends = np.cumsum(lengths)
        group = np.repeat(np.arange(len(lengths)), lengths)
        time = self.columns["time"].whole()[rows] if self.columns["time"].length else np.zeros(len(rows), np.int64)
        order = np.lexsort((rows, time, group))
        outcome[order[ends - 1 if policy == "last" else ends - lengths]] = 1
        return outcome

    def tables(self, rows: Array, outcome: Array, files: list[str], control: Control) -> Iterator[pa.Table]:
        """The list, some rows at a time."""
        whole: dict[str, Any] = {name: one.whole() if one.length else None for name, one in self.columns.items()}
        user, item = self.user.index.whole(), self.item.index.whole()
        words, names = np.array(["left out", "kept", "merged"], object), np.array(files, object)
        for start in range(0, len(rows), AT_ONCE):
            control.check()
            at = rows[start : start + AT_ONCE]
            rating, time = whole["rating"], whole["time"]
            yield pa.table(
                {
                    "file": names[whole["file"][at]] if len(files) > 1 else [""] * len(at),
                    "line": whole["line"][at],
                    "user": self.user.ids.take(pa.array(user[at])),
                    "item": self.item.ids.take(pa.array(item[at])),
                    "rating": pa.nulls(len(at), pa.float32()) if rating is None else rating[at],
                    "time": pa.nulls(len(at), pa.string()) if time is None else [written(int(one)) for one in time[at]],
                    "outcome": words[outcome[start : start + AT_ONCE]],
                },
                schema=SCHEMA,
            )
