"""Importing against Arrow's one-shot read of the same file with two factorizations: the least that any reader must do.

``READING_ROWS=25000000 pytest tests/benchmarks/test_reading_speed.py -m benchmark`` simulates a file of that many rows, and
one of a million for the growth. Each measurement has a process of its own, so that peak memory is its own, and the two
sides take turns, so that what else the machine does falls on both.
"""

import json
import math
import os
import subprocess
import sys
from statistics import median

import pytest

from workbench.data.samples import Size, simulate

pytestmark = pytest.mark.benchmark
ROWS = int(os.environ.get("READING_ROWS", "3000000"))
TIMES = int(os.environ.get("READING_TIMES", "3"))
SMALL = 1_000_000

ONE_SHOT = """
import json, sys, time
from tests.benchmarks.test_reading_speed import peak
import pyarrow as pa
from pyarrow import csv
began, used = time.perf_counter(), time.process_time()
text = csv.ConvertOptions(column_types={"user": pa.string(), "item": pa.string()})
table = csv.read_csv(sys.argv[1], convert_options=text)
codes = [table[name].dictionary_encode() for name in ("user", "item")]
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - used, "peak": peak()}))
"""

OURS = """
import json, sys, time
from pathlib import Path
from workbench.control import Control
from workbench.data.importing import import_file
from workbench.data.interactions import Interactions
from tests.benchmarks.test_reading_speed import peak

class Watch(Control):
    def __init__(self):
        self.last, self.gap, self.said = time.perf_counter(), 0.0, []
    def check(self):
        now = time.perf_counter()
        self.gap, self.last = max(self.gap, now - self.last), now
    def progress(self, fraction, text=""):
        self.said.append((time.perf_counter(), fraction))

watch, folder = Watch(), Path(sys.argv[2])
began, used = time.perf_counter(), time.process_time()
import_file(Path(sys.argv[1]), folder, control=watch)
wall, processor, most = time.perf_counter() - began, time.process_time() - used, peak()
untrue = max(abs((at - began) / wall - fraction) for at, fraction in watch.said)
again = time.perf_counter()
data = Interactions.open(folder)
assert data.by_user.indptr[-1] == len(data)
opened = time.perf_counter() - again
print(json.dumps({"wall": wall, "processor": processor, "peak": most, "gap": watch.gap, "untrue": untrue,
                  "opened": opened}))
"""


def peak():
    """The most memory that this process has held, in bytes; what its parent held does not count."""
    with open("/proc/self/status") as file:  # noqa: PTH123 - nothing is imported before it is measured
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def measured(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("mixed", [False, True], ids=["person by person", "mixed"])
def test_importing_against_one_shot(tmp_path, capsys, mixed):
    figures = {}
    for rows in sorted({SMALL, ROWS}):
        simulate(tmp_path / f"{rows}", Size(rows=rows, mixed=mixed))
        path = tmp_path / f"{rows}" / "ratings.csv"
        measured(OURS, path, tmp_path / "data")  # compiles once, and fills the cache of files
        turns = [(measured(ONE_SHOT, path), measured(OURS, path, tmp_path / "data")) for _ in range(TIMES)]
        figures[rows] = {
            "one shot, s": median(one["wall"] for one, _ in turns),
            "import, s": median(ours["wall"] for _, ours in turns),
            "ratio": median(ours["wall"] / one["wall"] for one, ours in turns),
            "ratio of processor time": median(ours["processor"] / one["processor"] for one, ours in turns),
            "one shot peak, MB": max(one["peak"] for one, _ in turns) / 1e6,
            "import peak, MB": max(ours["peak"] for _, ours in turns) / 1e6,
            "longest time to a cancel, s": max(ours["gap"] for _, ours in turns),
            "progress off by at most": max(ours["untrue"] for _, ours in turns),
            "opened again, s": max(ours["opened"] for _, ours in turns),
        }
    if ROWS > SMALL:
        growth = figures[ROWS]["import, s"] / figures[SMALL]["import, s"]
        figures[ROWS]["growth, exponent"] = math.log(growth) / math.log(ROWS / SMALL)
    with capsys.disabled():
        for rows, found in figures.items():
            print(f"\n{rows:,} rows, load {os.getloadavg()[0]:.1f}")  # noqa: T201
            for name, value in found.items():
                print(f"  {name:<30} {value:9.3f}")  # noqa: T201
