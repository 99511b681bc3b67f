"""What a block of a file gives: the rows that were kept, and those that were refused, with line and reason."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.data.feedback.rules import Named
from workbench.data.reading.text.rows import Block, Positions

MAX_TEXT_CHARS = 200


@dataclass
class Piece:
    """The rows of a block that were kept, and those that were refused.

    Attributes
    ----------
    user, item : pyarrow dictionary arrays, possibly chunked (n,), or int64 (n,)
        Numbers where they tell how the ids were written (`whole_ids`): only where the converter `takes_numbers`.
    rating : float32 (n,) or None
    time : int64 (n,) or None
    refused : pyarrow table of line, reason, text
    at : int64 (n,) or None
        Row of the block in which each stands; None where they are all its rows.
    ignored : int
        Rows that were read well and are left out all the same, as the rules of feedback want it.
    named : dict of str to int64 (n_rules, 2)
        By column of `ColumnPlan.feedback`: rows that each of its rules names, and those that no rule before it does.
    """

    user: Any
    item: Any
    rating: npt.NDArray[np.float32] | None
    time: npt.NDArray[np.int64] | None
    rows: int
    refused: pa.Table | None = None
    at: Positions | None = None
    ignored: int = 0
    named: dict[str, Named] = field(default_factory=dict)

    def without_ignored(self) -> "Piece":
        """The rows that are worth something, or nothing, but not those that are not to be looked at (NaN)."""
        if self.rating is None or not (left_out := np.isnan(self.rating)).any():
            return self
        kept = ~left_out
        at = np.arange(self.rows) if self.at is None else self.at
        user, item = (
            column[kept] if isinstance(column, np.ndarray) else pa.chunked_array([_again(column, kept)])
            for column in (self.user, self.item)
        )
        time = None if self.time is None else self.time[kept]
        ignored = int(left_out.sum())
        return Piece(user, item, self.rating[kept], time, self.rows, self.refused, at[kept], ignored, self.named)


def _again(ids: pa.ChunkedArray, kept: npt.NDArray[np.bool_]) -> pa.Array:
    """Some ids, in a dictionary without those of the others."""
    return ids.cast(pa.string()).filter(pa.array(kept)).combine_chunks().dictionary_encode()


@dataclass
class Refusals:
    """Rows of one block that are refused, the first reason of each."""

    block: Block
    rows: list[Positions] = field(default_factory=list)
    reasons: list[pa.Array] = field(default_factory=list)

    def add(self, rows: Positions, reason: str | pa.Array) -> None:
        """Refuse rows, each for its reason or all for one."""
        if len(rows):
            self.rows.append(rows)
            self.reasons.append(pa.array([reason] * len(rows)) if isinstance(reason, str) else reason)

    def table(self) -> pa.Table | None:
        """Line, reason and text of each refused row, in the order of the file."""
        if not self.rows:
            return None
        rows = np.concatenate(self.rows)
        order = np.argsort(rows, kind="stable")
        reasons = pa.chunked_array(self.reasons, pa.string()).take(order)
        rows = rows[order]
        return pa.table({"line": self.block.lines(rows), "reason": reasons, "text": _texts(self.block, rows)})


def _texts(block: Block, rows: Positions) -> pa.Array:
    """The beginnings of rows as text."""
    bounds = block.bounds
    begin, length = bounds[rows], bounds[rows + 1] - bounds[rows] - 1
    # Four bytes are the longest character, so this many hold what is shown.
    length = np.minimum(length, MAX_TEXT_CHARS * 4)
    pieces = (
        block.data[b : b + n].decode(errors="replace")[:MAX_TEXT_CHARS] for b, n in zip(begin, length, strict=True)
    )
    return pa.array(pieces, pa.string())
