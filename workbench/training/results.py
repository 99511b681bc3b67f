"""What the test of a run left in its folder: figures, the values of each user, and the lists."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.data.interactions import Array
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.files import read_json
from workbench.training.run import Run

Json = dict[str, Any]


def tested(run: Run) -> Json:
    """What the test of a run found; raises WorkbenchError where it was not opened yet."""
    if not all((run.folder / name).exists() for name in ("evaluation.json", "users.parquet")):
        message = f"The run {run.name} was not tested yet. Test it first: workbench evaluate {run.folder}"
        raise WorkbenchError(message)
    return read_answer(run.folder)


def read_answer(folder: Path) -> Json:
    """What ``evaluation.json`` of a run folder says; raises WorkbenchError where its shape is not that of a test."""
    answer: Json = read_json(folder / "evaluation.json")
    if not _is_answer(answer):
        raise _damaged(folder, "evaluation.json")
    return answer


def _is_answer(answer: Any) -> bool:
    protocol, metrics = (answer.get(name) if isinstance(answer, dict) else None for name in ("protocol", "metrics"))
    if not (isinstance(protocol, dict) and isinstance(metrics, dict)):
        return False
    figures = [value.get("mean", "") if isinstance(value, dict) else "" for value in metrics.values()]
    return isinstance(protocol.get("formulas", {}), dict) and all(
        figure is None or isinstance(figure, int | float) for figure in figures
    )


def _damaged(folder: Path, name: str) -> WorkbenchError:
    return WorkbenchError(f"{folder / name} is damaged. Test the run again: workbench evaluate {folder}")


def _read_users(folder: Path, columns: list[str]) -> pa.Table:
    """Columns of ``users.parquet``; one that is not there is left out."""
    path = folder / "users.parquet"
    try:
        names = pq.read_schema(path).names
        return pq.read_table(path, columns=[name for name in columns if name in names]).combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(folder, "users.parquet") from error


def has(run: Run, metric: str) -> bool:
    """Whether the test of a run found this metric."""
    try:
        return metric in tested(run)["metrics"]
    except WorkbenchError:
        return False


def values_of(run: Run, metric: str) -> tuple[pa.Array, Array]:
    """Users by id and the metric of each, NaN where it is not defined for somebody."""
    known = tested(run)["metrics"]
    if metric not in known:
        raise WorkbenchError(nearest("metric", metric, list(known)))
    table = _read_users(run.folder, ["user", metric])
    if metric not in table.column_names:
        message = f"{metric} is one number for all lists together, so it has no values by user. Choose another metric."
        raise WorkbenchError(message)
    return table.column("user").combine_chunks(), table.column(metric).to_numpy()


def lists_of(run: Run) -> tuple[pa.Array, Array]:
    """Users by id and the list of each, item indices (users, length); raises WorkbenchError where they were not kept."""
    tested(run)
    path = run.folder / "lists.npy"
    if not path.exists():
        raise WorkbenchError(f"The lists of the run {run.name} were not kept. Test it again.")
    users = _read_users(run.folder, ["user"]).column("user").combine_chunks()
    return users, np.load(path, allow_pickle=False)


def in_both(a: tuple[pa.Array, Array], b: tuple[pa.Array, Array]) -> tuple[pa.Array, Array, Array]:
    """Users that both have, with both values."""
    where = pc.index_in(a[0], value_set=b[0])
    there = pc.is_valid(where)
    at = where.filter(there).to_numpy()
    return a[0].filter(there), a[1][there.to_numpy(zero_copy_only=False)], b[1][at]
