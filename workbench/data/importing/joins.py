"""Orders and order lines: who an order is by stands in a second file, and is found by a key that both files have."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from workbench.data.columns import times
from workbench.data.importing.roles import Columns
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.formats.base.file_format import BlockConverter
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import Piece, Refusals
from workbench.data.reading.text.rows import Block
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.side_files.joining import MAX_EXAMPLES, all_texts_of, first_of_each
from workbench.errors import WorkbenchError

WHOLE = r"^(0|[1-9][0-9]{0,17})$"


class Join(BaseModel):
    """How a second file is joined.

    Attributes
    ----------
    key
        The column by which its rows are found, of the same name in both.
    columns
        What it tells, by role: the user (or the item) and perhaps the time.
    time
        How its times are written (`times.WRITTEN`).
    """

    model_config = ConfigDict(extra="forbid")

    key: str
    format: Layout
    columns: dict[str, str]
    time: str | None = None

    @property
    def instead(self) -> str:
        """The role in whose place the lines have the key."""
        return "user" if "user" in self.columns else "item"

    def of_lines(self, columns: Columns) -> Columns:
        """The columns of the lines by themselves: the key in the place of what it stands for."""
        return columns.model_copy(update={**dict.fromkeys(self.columns), self.instead: self.key})


@dataclass(eq=False)
class Orders:
    """The second file, read: what each key stands for.

    Attributes
    ----------
    keys : pyarrow string array (n,)
        Each once.
    ids : pyarrow dictionary array (n,)
        The user (or the item) of each.
    time : int64 (n,) or None
        In milliseconds since 1970.
    met : bool (n,)
        Which were found in the lines.
    twice : pyarrow string array
        Keys that stand there again with other values; the first row counts.
    """

    name: str
    join: Join
    keys: pa.Array
    ids: pa.DictionaryArray
    time: npt.NDArray[np.int64] | None
    met: npt.NDArray[np.bool_]
    twice: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    matched: int = 0
    without: int = 0
    without_examples: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole = pc.all(pc.match_substring_regex(self.keys, WHOLE), min_count=0).as_py()
        self._numbers = pc.cast(self.keys, pa.int64()).to_numpy() if whole else None
        self._order = None if self._numbers is None else np.argsort(self._numbers, kind="stable")

    def find(self, keys: pa.Array) -> npt.NDArray[np.int64]:
        """Where each key stands, -1 where it does not."""
        if self._numbers is None or not len(self.keys):
            return np.asarray(pc.fill_null(pc.index_in(keys, value_set=self.keys), -1).to_numpy(), np.int64)
        # Numbers are looked up in their order: a table of all keys would be made anew for each block.
        whole = pc.match_substring_regex(keys, WHOLE)
        wanted = pc.cast(pc.if_else(whole, keys, "-1"), pa.int64()).to_numpy()
        at = np.minimum(np.searchsorted(self._numbers, wanted, sorter=self._order), len(self._numbers) - 1)
        found: npt.NDArray[np.int64] = self._order[at]  # type: ignore[index]
        return np.where(self._numbers[found] == wanted, found, -1)

    def report(self) -> dict[str, Any]:
        """How many lines and orders have met, with examples of those that have not."""
        unused = self.keys.filter(pa.array(~self.met))
        return {
            "key": self.join.key,
            "rows": len(self.keys),
            "matched": self.matched,
            "without": self.without,
            "without_examples": list(self.without_examples)[:MAX_EXAMPLES],
            "unused": len(unused),
            "unused_examples": unused.slice(0, MAX_EXAMPLES).to_pylist(),
            "twice": len(self.twice),
            "twice_examples": self.twice.slice(0, MAX_EXAMPLES).to_pylist(),
        }


def read_orders(file: SourceFile, join: Join) -> Orders:
    """Read the second file; of rows with the same key the first counts.

    Raises
    ------
    WorkbenchError
        If it cannot be read, lacks a column, or its times are none.
    """
    shown = preview(file, join.format)
    wanted = {"id": join.key, **join.columns}
    for name in wanted.values():
        if name not in shown.names:
            message = f"{file.name} has no column '{name}'. There are: {', '.join(shown.names[:20])}."
            raise WorkbenchError(message)
    rows, _ = all_texts_of(file, shown, {role: shown.names.index(name) for role, name in wanted.items()})
    first = first_of_each(rows["id"])
    texts = {role: column.take(first) for role, column in rows.items()}
    keys = texts["id"]
    time = None
    if "time" in texts:
        time, good = times.to_milliseconds(texts["time"], join.time or "iso")
        if not good.all():
            bad = texts["time"][int(np.argmin(good))].as_py()
            message = f"{file.name}: '{bad[:40]}' in column '{join.columns['time']}' is no time. Leave that column out."
            raise WorkbenchError(message)
    twice = _contradicted(rows, texts) if len(keys) < len(rows["id"]) else keys.slice(0, 0)
    return Orders(
        file.name, join, keys, texts[join.instead].dictionary_encode(), time, np.zeros(len(keys), bool), twice
    )


def _contradicted(rows: dict[str, pa.Array], first: dict[str, pa.Array]) -> pa.Array:
    """Keys, each once, of rows that say something else than the first row with their key."""
    at = pc.index_in(rows["id"], value_set=first["id"])
    differs = np.zeros(len(at), bool)
    for role, column in rows.items():
        same = pc.fill_null(pc.equal(column, first[role].take(at)), True)
        differs |= ~same.to_numpy(zero_copy_only=False)
    return pc.unique(rows["id"].filter(pa.array(differs)))


class JoinedLines:
    """Turns the blocks of the lines into pieces in which each key has become what it stands for."""

    def __init__(self, lines: BlockConverter, orders: Orders) -> None:
        self._lines, self._orders = lines, orders

    @property
    def layout(self) -> Layout:
        """How the lines are laid out."""
        return self._lines.layout

    @property
    def is_other_encoding(self) -> bool:
        """See `Converter.is_other_encoding`."""
        return self._lines.is_other_encoding

    def convert(self, block: Block) -> Piece:
        """Columns of a block, and what was refused: lines whose key stands nowhere, too."""
        piece, orders = self._lines.convert(block), self._orders
        role = orders.join.instead
        at = _found(piece.user if role == "user" else piece.item, orders)
        kept = at >= 0
        rows = np.arange(piece.rows) if piece.at is None else piece.at
        refused = _refused(block, rows[~kept], piece.user if role == "user" else piece.item, ~kept, orders)
        orders.matched += int(kept.sum())
        orders.without += int((~kept).sum())
        orders.met[at[kept]] = True
        ids = pa.chunked_array([_compact(orders.ids.take(pa.array(at[kept])))])
        other = piece.item if role == "user" else piece.user
        if not kept.all():
            other = pa.chunked_array([_compact(other.filter(pa.array(kept)).unify_dictionaries().combine_chunks())])
        user, item = (ids, other) if role == "user" else (other, ids)
        time = piece.time[kept] if piece.time is not None else None
        time = orders.time[at[kept]] if orders.time is not None else time
        rating = None if piece.rating is None else piece.rating[kept]
        tables = [table for table in (piece.refused, refused) if table is not None]
        told = pa.concat_tables(tables).sort_by("line") if tables else None
        return Piece(user, item, rating, time, piece.rows, told, rows[kept], piece.ignored, piece.named)


def _found(keys: pa.ChunkedArray, orders: Orders) -> npt.NDArray[np.int64]:
    """The order of each line, -1 where there is none."""
    parts = [orders.find(chunk.dictionary)[chunk.indices.to_numpy(zero_copy_only=False)] for chunk in keys.chunks]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _compact(ids: pa.Array) -> pa.Array:
    """Ids as a dictionary without those that are not there."""
    whole = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return whole.cast(pa.string()).dictionary_encode()


def _refused(
    block: Block, rows: npt.NDArray[np.int64], keys: pa.ChunkedArray, lost: npt.NDArray[np.bool_], orders: Orders
) -> pa.Table | None:
    """Lines whose key is not in the second file."""
    if not len(rows):
        return None
    texts = keys.filter(pa.array(lost)).cast(pa.string()).combine_chunks()
    for text in texts.slice(0, MAX_EXAMPLES).to_pylist():
        orders.without_examples.setdefault(text)
    refused = Refusals(block)
    reason = pc.binary_join_element_wise(f"{orders.join.key} '", pc.utf8_slice_codeunits(texts, 0, 40), "'", "")
    refused.add(rows, pc.binary_join_element_wise(reason, f" is not in {orders.name}", ""))
    return refused.table()


def beside(lines: Preview, orders: Preview, key: str) -> Preview:
    """The first rows of both files as those of one table: the columns are right, though rows are not found by the key."""
    others = [at for at, name in enumerate(orders.names) if name != key and name not in lines.names]
    whole = [row for row in lines.rows if len(row) == len(lines.names)]
    more = [row for row in orders.rows if len(row) == len(orders.names)]
    rows = [[*row, *(more[n % len(more)][at] for at in others)] for n, row in enumerate(whole)] if more else []
    return lines.model_copy(update={"names": [*lines.names, *(orders.names[at] for at in others)], "rows": rows})


def found_in(lines: Preview, orders: Preview, key: str) -> Preview:
    """The same columns as `beside`, each row with what its key stands for; blank where that is not in the first rows."""
    others = [at for at, name in enumerate(orders.names) if name != key and name not in lines.names]
    at, of = lines.names.index(key), orders.names.index(key)
    known = {row[of]: [row[other] for other in others] for row in orders.rows if len(row) == len(orders.names)}
    rows = [[*row, *known.get(row[at], [""] * len(others))] for row in lines.rows if len(row) == len(lines.names)]
    return lines.model_copy(update={"names": [*lines.names, *(orders.names[other] for other in others)], "rows": rows})


def key_of(lines: Preview, orders: Preview, names: tuple[str, str], wanted: str | None) -> str:
    """The column by which two files are joined: the one wanted, or else one that both have, called an id if possible.

    Raises
    ------
    WorkbenchError
        If they have no such column in common.
    """
    both = [name for name in lines.names if name in orders.names and lines.format.header and orders.format.header]
    if wanted is not None and wanted not in both:
        message = (
            f"{names[0]} and {names[1]} have no column '{wanted}' in common. Common are: {', '.join(both) or 'none'}."
        )
        raise WorkbenchError(message)
    if not both:
        message = f"{names[0]} and {names[1]} have no column in common, by whose name they could be joined."
        raise WorkbenchError(message + " Give each a header with the same name for the key.")
    return wanted or next((name for name in both if re.search(r"id$", name, re.IGNORECASE)), both[0])


def make_join(columns: Columns, lines: Preview, orders: Preview, key: str, time: str | None) -> Join:
    """What a second file tells, by the columns that were chosen of both.

    Raises
    ------
    WorkbenchError
        If it tells neither who nor what, or both, or ratings.
    """
    told = {
        role: str(name)
        for role, name in columns.model_dump().items()
        if name is not None and name not in lines.names and name in orders.names
    }
    if ("user" in told) == ("item" in told) or "rating" in told:
        message = (
            f"Of two files that are joined by '{key}' one must say who (the user) and the other what (the item, and its "
            f"rating). Name the columns: --columns user=A,item=B. There are {', '.join([*lines.names, *orders.names])}."
        )
        raise WorkbenchError(message)
    return Join(key=key, format=orders.format, columns=told, time=time if "time" in told else None)
