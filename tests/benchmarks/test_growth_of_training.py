"""iALS with 64 factors on 1, 5 and 25 million simulated interactions: seconds of an epoch, peak memory, growth.

``GROWTH_ROWS`` ("1000000 5000000 25000000") are the sizes, ``GROWTH_ALGORITHM`` (ials) what learns, ``GROWTH_EPOCHS`` (2)
how long. Each size has a process of its own, which does what ``workbench train`` does: split, train, validate, keep.
"""

import json
import math
import os

import pytest

from tests.benchmarks.test_reading_speed import imported, measured

pytestmark = pytest.mark.benchmark
ROWS = [int(one) for one in os.environ.get("GROWTH_ROWS", "1000000 5000000 25000000").split()]
ALGORITHM = os.environ.get("GROWTH_ALGORITHM", "ials")
EPOCHS = int(os.environ.get("GROWTH_EPOCHS", "2"))

TRAIN = """
import json, sys, time
from pathlib import Path
from tests.benchmarks.test_reading_speed import peak
from workbench.training.run import Run
from workbench.training.train import train_run
settings = json.loads(sys.argv[4])
run = Run.create(Path(sys.argv[2]), Path(sys.argv[1]), sys.argv[3], settings, threads=2, validation_users=1000)
began, used = time.perf_counter(), time.process_time()
train_run(run.folder)
seconds = [one["seconds"] for one in run.records() if one.get("validation") is not None or "loss" in one]
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - used, "peak": peak(),
                  "seconds": seconds}))
"""


def test_growth_of_training(tmp_path, capsys):
    found = {}
    for rows in ROWS:
        (tmp_path / f"{rows}").mkdir()
        data = imported(tmp_path / f"{rows}", rows)
        settings = {"epochs": EPOCHS, **({"factors": 64} if ALGORITHM == "ials" else {})}
        found[rows] = measured(TRAIN, data, tmp_path / f"{rows}" / "run", ALGORITHM, json.dumps(settings))
    with capsys.disabled():
        what = f"{ALGORITHM}, {EPOCHS} epochs, 2 threads, load {os.getloadavg()[0]:.1f}"
        print(f"\n{what}; wanted: 8000 MB, exponent 1.05")  # noqa: T201
        for rows, one in found.items():
            took = f"{one['wall']:8.1f} s, {one['processor']:8.1f} s of processor"
            print(f"  {rows:>12,} rows: {took}, {one['peak'] / 1e6:7.0f} MB; epochs {one['seconds']}")  # noqa: T201
        if len(ROWS) > 1:
            for what in ("wall", "processor"):
                growth = math.log(found[ROWS[-1]][what] / found[ROWS[0]][what]) / math.log(ROWS[-1] / ROWS[0])
                print(f"  growth, exponent of {what}: {growth:.2f}")  # noqa: T201
