"""Lists of very many users as files: rows a second, memory, how soon it stops, each format in a process of its own.

``EXPORT_USERS`` makes it smaller. A workbook gets as many users as one sheet holds.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.export.lists import export_lists
from workbench.export.workbook import SHEET_ROWS
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
USERS = int(os.environ.get("EXPORT_USERS", "1000000"))
# The peak is what the writing adds to what the process had with the run and its first list in memory.
CHILD = """
import json, resource, sys, time
from pathlib import Path
from workbench.control import Control
from workbench.export.lists import export_lists, first_lists
from workbench.training.run import Run

class Asked(Control):
    worst, last = 0.0, None
    def check(self):
        now = time.process_time()
        self.worst, self.last = max(self.worst, now - (self.last or now)), now

control = Asked()
run = Run.open(Path(sys.argv[1]))
users = run.data.user_ids.slice(0, int(sys.argv[3])).to_pylist() if len(sys.argv) > 3 else None
algorithm = run.trained_algorithm()
first_lists(run, algorithm, [run.data.user_ids[0].as_py()])
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.perf_counter()
done = export_lists(run, algorithm, Path(sys.argv[2]), users=users, control=control)
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "rows": done["rows"], "wall": time.perf_counter() - began,
    "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    "stops": control.worst, "sha256": done["sha256"],
    "peak": after.ru_maxrss / 1024, "grown": (after.ru_maxrss - before.ru_maxrss) / 1024,
}))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A popularity run of USERS people with three interactions each, of 2,000 items."""
    folder = tmp_path_factory.mktemp("many")
    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(USERS, dtype=np.int32), 3)
    item = (rng.zipf(1.3, len(user)) % 2000).astype(np.int32)
    ids = pa.array([f"user-{n}" for n in range(USERS)]), pa.array([f"item-{n}" for n in range(2000)])
    Interactions.build(user, item, *ids).save(folder / "data", {})
    made = Run.create(folder / "runs" / "one", folder / "data", "popularity", {}, "last-n", {"n": 1, "validation": 0})
    train_run(made.folder)
    return made


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_lists_of_everybody(say, run, tmp_path, ending):
    path = tmp_path / f"lists{ending}"
    users = min(USERS, (SHEET_ROWS - 1) // 10) if ending == ".xlsx" else USERS
    done = subprocess.run(
        [sys.executable, "-c", CHILD, run.folder, path, *([str(users)] if users < USERS else [])],
        capture_output=True, text=True, check=True, timeout=3600,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["rows"] == users * 10
    measured = (
        f"{found['rows'] / found['cpu']:,.0f} rows a CPU second, {found['wall']:.0f} s, peak {found['peak']:.0f} MB, "
        f"stops within {1000 * found['stops']:.0f} CPU ms"
    )
    protocol = f"{users:,} users, 10 items each; writing adds {found['grown']:.0f} MB"
    say(f"export to {ending}", measured, "200 MB added, 500 ms to stop", protocol)
    assert found["grown"] < 200
    assert found["stops"] < 0.5
    if ending in (".csv", ".parquet"):
        ids = _users_of(path)
        assert ids.equals(pa.chunked_array([run.data.user_ids.take(pa.array(np.repeat(np.arange(users), 10)))]))


def _users_of(path):
    if path.suffix == ".parquet":
        return pq.read_table(path, columns=["user"]).column("user")
    options = csv.ConvertOptions(include_columns=["user"], column_types={"user": pa.string()})
    return csv.read_csv(path, convert_options=options).column("user")


def test_a_workbook_of_everybody_is_refused_before_the_work(run, tmp_path):
    if USERS * 10 < SHEET_ROWS:
        pytest.skip("a sheet holds them")
    with pytest.raises(WorkbenchError, match=r"An Excel sheet holds 1,048,575 rows.* Write \.csv or \.parquet"):
        export_lists(run, run.trained_algorithm(), tmp_path / "lists.xlsx")
    assert not list(tmp_path.iterdir())
