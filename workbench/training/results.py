"""What the test of a run left in its folder: figures, the values of each user, and the lists."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.data.interactions import Array
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.stored import open_array
from workbench.training.answer import FILE, read_answer
from workbench.training.run import Run

Json = dict[str, Any]


def tested(run: Run) -> Json:
    """What the test of a run found; raises WorkbenchError where it was not opened yet."""
    if not _was_tested(run):
        message = f"The run {run.name} was not tested yet. Test it first: workbench evaluate {run.folder}"
        raise WorkbenchError(message)
    return read_answer(run.folder)


def damaged(folder: Path, name: str) -> WorkbenchError:
    """Say that a file that a test has left is damaged, and what to do."""
    return WorkbenchError(f"{folder / name} is damaged. Test the run again: workbench evaluate {folder}")


def read_users(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Columns of ``users.parquet`` of a run folder, a row for each tested user; all where none are named.

    One that is not there is left out, but for ``user``. Raises WorkbenchError where the file is missing or damaged.
    """
    path = folder / "users.parquet"
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            wanted = names if columns is None else [name for name in columns if name in names]
            table = file.read(columns=list(dict.fromkeys(["user", *wanted]))).combine_chunks()
        table.validate(full=True)
        _check_users(table)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise damaged(folder, "users.parquet") from error
    _check_hash(folder, "users.parquet")
    return table


def _check_users(table: pa.Table) -> None:
    """Raise ValueError where a column is not of its type; a metric may be NaN, where it is not defined for somebody."""
    users = table["user"]
    if not (pa.types.is_string(users.type) or pa.types.is_large_string(users.type)) or users.null_count:
        raise ValueError("user is no column of ids")
    for name in table.column_names[1:]:
        column = table[name]
        counts = name in ("history", "ratings")
        if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)) or (
            counts and column.null_count
        ):
            raise ValueError(f"{name} is no column of numbers")
        values = column.to_numpy()
        if np.isinf(values).any() or (counts and len(values) and not values.min() >= 0):
            raise ValueError(f"{name} holds what cannot be")


def has(run: Run, metric: str) -> bool:
    """Whether the test of a run found this metric; raises WorkbenchError where nobody can tell, for it is damaged."""
    return _was_tested(run) and metric in tested(run)["metrics"]


def _was_tested(run: Run) -> bool:
    return all((run.folder / name).exists() for name in ("evaluation.json", "users.parquet"))


def values_of(run: Run, metric: str) -> tuple[pa.Array, Array]:
    """Users by id and the metric of each, NaN where it is not defined for somebody."""
    known = tested(run)["metrics"]
    if metric not in known:
        raise WorkbenchError(nearest("metric", metric, list(known)))
    table = read_users(run.folder, [metric])
    if metric not in table.column_names:
        message = f"{metric} is one number for all lists together, so it has no values by user. Choose another metric."
        raise WorkbenchError(message)
    return table.column("user").combine_chunks(), table.column(metric).to_numpy()


def lists_of(run: Run) -> tuple[pa.Array, Array]:
    """Users by id and the list of each, item indices (users, length); raises WorkbenchError where they were not kept."""
    tested(run)
    users = read_users(run.folder, []).column("user").combine_chunks()
    return users, read_lists(run, len(users))


def read_lists(run: Run, n_users: int) -> Array:
    """The list of each tested user, int32 (n_users, length), -1 behind the end; memory-mapped.

    Raises
    ------
    WorkbenchError
        If they were not kept, or are damaged.
    """
    path = run.folder / "lists.npy"
    if not path.exists():
        raise WorkbenchError(f"The lists of the run {run.name} were not kept. Test it again.")
    try:
        lists = open_array(path)
    except (OSError, ValueError) as error:
        raise damaged(run.folder, "lists.npy") from error
    _check_hash(run.folder, "lists.npy")
    fits = lists.ndim == 2 and lists.dtype.kind == "i" and len(lists) == n_users  # noqa: PLR2004 - users and ranks
    if not fits or (lists.size and not (int(lists.min()) >= -1 and int(lists.max()) < run.data.n_items)):
        raise damaged(run.folder, "lists.npy")
    return lists


def hash_of(path: Path) -> str:
    """SHA-256 of a file, by which a flipped bit is found."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_hash(folder: Path, name: str) -> None:
    """Raise WorkbenchError where a file is not what the test has left."""
    written = (read_answer(folder).get("files") or {}).get(name) if (folder / FILE).exists() else None
    if written and written != hash_of(folder / name):
        raise damaged(folder, name)


def in_both(a: tuple[pa.Array, Array], b: tuple[pa.Array, Array]) -> tuple[pa.Array, Array, Array]:
    """Users that both have, with both values."""
    where = pc.index_in(a[0], value_set=b[0])
    there = pc.is_valid(where)
    at = where.filter(there).to_numpy()
    return a[0].filter(there), a[1][there.to_numpy(zero_copy_only=False)], b[1][at]
