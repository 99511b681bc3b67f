"""Lists of very many users as files: rows a second and memory, each format in a process of its own.

``EXPORT_USERS`` makes it smaller.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.interactions import Interactions
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
USERS = int(os.environ.get("EXPORT_USERS", "1000000"))
# The peak is what the writing adds to what the process had with the run and its first list in memory.
CHILD = """
import json, resource, sys, time
from pathlib import Path
from workbench.export.lists import export_lists, first_lists
from workbench.training.run import Run
run = Run.open(Path(sys.argv[1]))
algorithm = run.trained_algorithm()
first_lists(run, algorithm, [run.data.user_ids[0].as_py()])
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.perf_counter()
done = export_lists(run, algorithm, Path(sys.argv[2]))
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "rows": done["rows"], "wall": time.perf_counter() - began,
    "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
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
    done = subprocess.run(
        [sys.executable, "-c", CHILD, run.folder, tmp_path / f"lists{ending}"],
        capture_output=True, text=True, check=True, timeout=3600,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["rows"] == USERS * 10
    measured = (
        f"{found['rows'] / found['cpu']:,.0f} rows a CPU second, {found['wall']:.0f} s, peak {found['peak']:.0f} MB"
    )
    protocol = f"{USERS:,} users, 10 items each; writing adds {found['grown']:.0f} MB"
    say(f"export to {ending}", measured, "200 MB added", protocol)
    assert found["grown"] < 200
