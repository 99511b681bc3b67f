"""Importing against Arrow's one-shot read of the same file with two factorizations: the least that any reader must do.

``READING_ROWS=25000000 pytest tests/benchmarks/test_reading_speed.py -m benchmark`` simulates a file of that many rows, and
one of a million for the growth. Each measurement has a process of its own, so that peak memory is its own, and the two
sides take turns, so that what else the machine does falls on both.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from random import Random
from statistics import median

import pytest

from workbench.data.importing.importer import import_file
from workbench.data.simulator import Size, simulate

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
from workbench.data.importing.importer import import_file
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


CANCEL = """
import json, signal, sys, time
from pathlib import Path
from workbench.control import Control
from workbench.data.importing.importer import import_file
from workbench.errors import Cancelled

path, folder, moment, how = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
asked = 0.0

class Asked(Control):
    def check(self):
        if asked:
            raise Cancelled

def ask(number, frame):
    global asked
    asked = time.perf_counter()
    if how == "raised":  # as Ctrl-C does in a terminal
        raise Cancelled

signal.signal(signal.SIGALRM, ask)
signal.setitimer(signal.ITIMER_REAL, moment)
try:
    import_file(path, folder, control=Asked())
except Cancelled:
    print(json.dumps({"waited": time.perf_counter() - asked, "left": sorted(map(str, folder.parent.glob("*.part")))}))
else:
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps(None))
"""


def peak():
    """The most memory that this process has held, in bytes; what its parent held does not count."""
    with open("/proc/self/status") as file:  # noqa: PTH123 - nothing is imported before it is measured
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def imported(folder, rows):
    """A data folder of so many simulated interactions, in `folder`."""
    simulate(folder / "simulated", Size(rows=rows))
    import_file(folder / "simulated" / "interactions.csv", folder / "data")
    return folder / "data"


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
        path = tmp_path / f"{rows}" / "interactions.csv"
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


@pytest.mark.skipif(not hasattr(__import__("signal"), "setitimer"), reason="needs the timers of POSIX")
def test_how_soon_an_import_is_cancelled(tmp_path, capsys):
    """At ``CANCELS`` random moments, half of them asked for at the next look, half by an exception in the main thread."""
    given, cancels = os.environ.get("CANCEL_FILE"), int(os.environ.get("CANCELS", "40"))
    if given is None:
        simulate(tmp_path / "simulated", Size(rows=ROWS, mixed=True))
    path = given or tmp_path / "simulated" / "interactions.csv"
    whole = measured(OURS, path, tmp_path / "whole")["wall"]
    random, waited = Random(0), []
    for number in range(cancels):
        how = ("asked", "raised")[number % 2]
        found = measured(CANCEL, path, tmp_path / "data", random.uniform(0.2, 0.97) * whole, how)
        if found is not None:
            assert found["left"] == []
            assert not (tmp_path / "data").exists()
            waited.append(found["waited"])
        else:
            shutil.rmtree(tmp_path / "data")
    waited.sort()
    middle, late = waited[len(waited) // 2], waited[int(0.95 * (len(waited) - 1))]
    with capsys.disabled():
        line = (
            f"cancelled after {middle:.2f} s (middle), {late:.2f} s (95 %), {waited[-1]:.2f} s (most), of {len(waited)}"
        )
        print(f"\n{line}; an import takes {whole:.1f} s; wanted 0.3 s; load {os.getloadavg()[0]:.1f}")  # noqa: T201
