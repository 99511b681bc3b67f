"""Predicted ratings for pairs of a user and an item, as a file."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.columns.names import NAMES, likeness
from workbench.data.interactions import Array
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.streams import open_text
from workbench.data.reading.text.cells import restored_ids
from workbench.data.reading.text.fields import split_row
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import blocks
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.errors import WorkbenchError
from workbench.export.tables import check_place, refuse_source, table_file
from workbench.training.run import Run

# Pairs predicted at once.
BATCH_PAIRS = 100_000
SCHEMA = pa.schema([("user", pa.string()), ("item", pa.string()), ("rating", pa.float32())])


def predict_pairs(
    run: Run,
    algorithm: Algorithm,
    pairs: Path,
    output: Path,
    control: Control | None = None,
    *,
    exact: bool = False,
) -> dict[str, Any]:
    """Predict the rating of each pair in a file, in the order of the file.

    Ids that training has not seen are allowed: they get what the algorithm gives to strangers (often a mean).

    Parameters
    ----------
    pairs
        A table of users and items, with or without a header; without one the first two columns. Ids that an export has
        marked for a spreadsheet are taken for what they were.
    output
        ``.csv``, ``.parquet`` or ``.jsonl``: columns ``user``, ``item``, ``rating``.
    exact
        Whether CSV is for a program and not for a spreadsheet (`tables.table_file`).

    Returns
    -------
    dict
        ``path``, ``rows``, ``unknown_users`` and ``unknown_items`` (rows that have one), ``seconds``.
    """
    started = time.perf_counter()
    control = control or Control()
    check_place(output)
    refuse_source(run, output, pairs)
    if not algorithm.predicts_ratings:
        algorithm.predict(np.zeros(0, np.int32), np.zeros(0, np.int32))  # says which algorithms do
    train = run.fold.learned_from
    known_users, known_items = train.by_user.lengths > 0, train.item_counts > 0
    counts = {"rows": 0, "unknown_users": 0, "unknown_items": 0}
    with table_file(output, SCHEMA, exact=exact) as write:
        for given in _blocks(look_at(pairs), control):
            ids = (run.data.user_ids, run.data.item_ids)
            users, items = (restored_ids(pa.array(one, pa.string()), of) for one, of in zip(given, ids, strict=True))
            user = _indices(run.data.user_ids, users, known_users)
            item = _indices(run.data.item_ids, items, known_items)
            rating = np.asarray(algorithm.predict(user, item), np.float32)
            write(pa.table([users, items, rating], schema=SCHEMA))
            counts["rows"] += len(users)
            counts["unknown_users"] += int((user < 0).sum())
            counts["unknown_items"] += int((item < 0).sum())
    return {"path": str(output), **counts, "seconds": round(time.perf_counter() - started, 3)}


def _indices(ids: pa.Array, wanted: pa.Array, known: Array) -> Array:
    """Index of each id, int32 (n,); -1 where training has not seen it."""
    found = pc.fill_null(pc.index_in(wanted.cast(ids.type), value_set=ids), -1).to_numpy(zero_copy_only=False)
    return np.where((found >= 0) & known[np.maximum(found, 0)], found, -1).astype(np.int32)


def _blocks(file: SourceFile, control: Control) -> Iterator[tuple[list[str], list[str]]]:
    """Users and items of the file, block by block."""
    layout = sniff(file)
    with open_text(file, layout) as source:
        rows = _rows(source.chunks(), layout)
        user, item = _columns(file, next(rows)[1]) if layout.header else (0, 1)
        while block := list(islice(rows, BATCH_PAIRS)):
            control.check()
            for line, row in block:
                if len(row) <= max(user, item):
                    message = f"Line {line} of {file.name} has no user and item: '{layout.delimiter.join(row)[:80]}'. "
                    raise WorkbenchError(message + "Correct or remove it.")
            yield [row[user] for _, row in block], [row[item] for _, row in block]
            control.progress(source.fraction(), "pairs")


def _rows(chunks: Iterator[bytes], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each row that is not empty."""
    quotes = layout.quotes and len(layout.delimiter) == 1
    for block in blocks(chunks, layout.delimiter, quotes=quotes):
        for row, line in enumerate(block.lines(np.arange(block.n_rows)).tolist()):
            text = block.text(row)
            if text.strip():
                yield line, split_row(text, layout.delimiter) if quotes else text.split(layout.delimiter)


def _columns(file: SourceFile, names: list[str]) -> tuple[int, int]:
    """Where the user and the item stand, by the names of the columns; the first two where they say nothing."""
    if len(names) < 2:  # noqa: PLR2004 - a user and an item
        raise WorkbenchError(f"{file.name} has one column only. A file of pairs needs a user and an item in each row.")
    best = {role: max(range(len(names)), key=lambda at: likeness(names[at], NAMES[role])) for role in ("user", "item")}
    sure = all(likeness(names[at], NAMES[role]) > 0 for role, at in best.items()) and best["user"] != best["item"]
    return (best["user"], best["item"]) if sure else (0, 1)
