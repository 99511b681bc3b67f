"""What the test of a run left in its folder: figures, the values of each user, and the lists."""

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
    answer: Json = read_json(run.folder / "evaluation.json")
    return answer


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
    path = run.folder / "users.parquet"
    if metric not in pq.read_schema(path).names:
        message = f"{metric} is one number for all lists together, so it has no values by user. Choose another metric."
        raise WorkbenchError(message)
    table = pq.read_table(path, columns=["user", metric]).combine_chunks()
    return table.column("user").combine_chunks(), table.column(metric).to_numpy()


def lists_of(run: Run) -> tuple[pa.Array, Array]:
    """Users by id and the list of each, item indices (users, length); raises WorkbenchError where they were not kept."""
    tested(run)
    path = run.folder / "lists.npy"
    if not path.exists():
        raise WorkbenchError(f"The lists of the run {run.name} were not kept. Test it again.")
    users = pq.read_table(run.folder / "users.parquet", columns=["user"]).column("user").combine_chunks()
    return users, np.load(path, allow_pickle=False)


def in_both(a: tuple[pa.Array, Array], b: tuple[pa.Array, Array]) -> tuple[pa.Array, Array, Array]:
    """Users that both have, with both values."""
    where = pc.index_in(a[0], value_set=b[0])
    there = pc.is_valid(where)
    at = where.filter(there).to_numpy()
    return a[0].filter(there), a[1][there.to_numpy(zero_copy_only=False)], b[1][at]
