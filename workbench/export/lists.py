"""Lists of recommendations for some or all users, as a file.

An export lists what the evaluation judged: an algorithm is shown the same history as at the test, and a person's
training and validation items are left out of the list. Items of the test may be listed; they are what a good algorithm
finds. Users kept out of training are folded in from their history where the algorithm can do that.
"""

import hashlib
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, Interactions
from workbench.data.items import Items
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import blocks, recommend
from workbench.export.tables import check_place, table_file
from workbench.training.run import Run

# A block of users also has at most so many rows, so that progress and cancel are never far.
MOST_ROWS = 100_000


def export_lists(
    run: Run,
    algorithm: Algorithm,
    output: Path,
    *,
    users: list[str] | None = None,
    k: int = 10,
    include_seen: bool = False,
    items: Items | None = None,
    control: Control | None = None,
) -> dict[str, Any]:
    """Write the `k` best items of each user to `output` (``.csv``, ``.parquet`` or ``.jsonl``).

    Parameters
    ----------
    users
        Their ids; None for everybody in the data.
    include_seen
        Whether items of a person's training and validation interactions may be listed.
    items
        Titles; with them the file has a column ``title``.

    Returns
    -------
    dict
        ``path``, ``rows``, ``users``, ``cold`` (users without any history, whose lists say little), ``seconds`` and
        ``sha256`` of the file.
    """
    started = time.perf_counter()
    control = control or Control()
    check_place(output)
    if k < 1:
        raise WorkbenchError(f"A list has at least 1 item, not {k}.")
    chosen = _indices(run.data, users)
    source = _Source(run, algorithm, items, include_seen=include_seen)
    schema = pa.schema([("user", pa.string()), ("rank", pa.int32()), ("item", pa.string()), ("score", pa.float32())])
    if items is not None:
        schema = schema.append(pa.field("title", pa.string()))
    rows = 0
    with table_file(output, schema) as write:
        for block in _blocks(len(chosen), run.data.n_items, k):
            control.check()
            table = source.lists(chosen[block], k, schema)
            write(table)
            rows += len(table)
            control.progress(block.stop / len(chosen), "users")
    return {
        "path": str(output),
        "rows": rows,
        "users": len(chosen),
        "cold": source.cold,
        "seconds": round(time.perf_counter() - started, 3),
        "sha256": _sha256(output),
    }


def _indices(data: Interactions, users: list[str] | None) -> Array:
    """Indices of users, each once; raises WorkbenchError for an id that is not in the data."""
    if users is None:
        return np.arange(data.n_users)
    return np.array([data.user_index(user) for user in dict.fromkeys(users)], np.int64)


def _blocks(n: int, n_items: int, k: int) -> Any:
    most = max(1, MOST_ROWS // k)
    for block in blocks(n, n_items):
        for start in range(block.start, block.stop, most):
            yield slice(start, min(start + most, block.stop))


class _Source:
    """Makes lists for blocks of users."""

    def __init__(self, run: Run, algorithm: Algorithm, items: Items | None, *, include_seen: bool) -> None:
        self.data, self.algorithm, self.items = run.data, algorithm, items
        fold = run.fold
        self.shown = fold.shown_at_test.by_user
        self.in_training = fold.train.by_user.lengths > 0
        self.seen = None if include_seen else fold.seen_at_test.by_user
        self.cold = 0

    def lists(self, users: Array, k: int, schema: pa.Schema) -> pa.Table:
        """Lists of these users, one row an item."""
        histories = self.shown.rows(users)
        self.cold += int((histories.lengths == 0).sum())
        indices = np.where(self.in_training[users], users, -1).astype(np.int32)
        seen = None if self.seen is None else self.seen.rows(users)
        best, scores = recommend(self.algorithm, indices, histories, k, seen)
        row, rank = np.nonzero(best >= 0)  # a list is shorter where fewer items are left
        item = best[row, rank]
        columns = [
            self.data.user_ids.take(pa.array(users[row])),
            pa.array((rank + 1).astype(np.int32)),
            self.data.item_ids.take(pa.array(item)),
            pa.array(scores[row, rank], pa.float32()),
        ]
        if self.items is not None:
            columns.append(pa.array(self.items.titles(item.tolist()), pa.string()))
        return pa.table([_plain(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _plain(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
