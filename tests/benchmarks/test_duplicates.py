"""How long the list of duplicates takes beside the import of the same file, and how much memory.

``DUPLICATE_ROWS=25000000`` makes it larger. Each side has a process of its own, so that peak memory is its own.
"""

import os

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from tests.benchmarks.test_reading_speed import measured

pytestmark = pytest.mark.benchmark
ROWS = int(os.environ.get("DUPLICATE_ROWS", "1000000"))

STEP = """
import json, sys, time
from pathlib import Path
from tests.benchmarks.test_reading_speed import peak
from workbench.data.importing.duplicates import list_duplicates
from workbench.data.importing.importer import import_file
file, folder = Path(sys.argv[2]), Path(sys.argv[3])
began, used = time.perf_counter(), time.process_time()
found = import_file(file, folder) if sys.argv[1] == "import" else list_duplicates(folder)
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - used, "peak": peak() / 1e6,
                  "rows": found.get("rows"), "pairs": found.get("pairs")}))
"""


def test_duplicates_are_listed_in_little_more_than_the_time_of_the_import(tmp_path, say):
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, ROWS // 20, ROWS), rng.integers(0, ROWS // 200, ROWS)
    path = tmp_path / "ratings.csv"
    csv.write_csv(pa.table({"user": user, "item": item, "rating": rng.integers(1, 6, ROWS)}), path)
    read, found = (measured(STEP, step, path, tmp_path / "data") for step in ("import", "list"))
    protocol = f"processor seconds of one run each, {ROWS:,} rows of 3 columns"
    words = f"{found['processor']:.2f} / {read['processor']:.2f} s"
    say("duplicates listed, over importing", words, "at most 2 times", protocol)
    say(
        "  … most memory",
        f"{found['peak']:.0f} MB",
        "≤ 1200 MB",
        f"{found['rows']:,} rows listed, {found['wall']:.1f} s",
    )
    key = user * ROWS + item
    _, counts = np.unique(key, return_counts=True)
    assert (found["rows"], found["pairs"]) == (counts[counts > 1].sum(), (counts > 1).sum())
    assert found["processor"] < 2 * read["processor"]
    assert found["peak"] < 1200
