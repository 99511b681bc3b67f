"""Each filter and each split of 25 million interactions, as the page Split asks for them: seconds and peak memory.

``SCALE_ROWS`` (25,000,000) makes it smaller; ``SCALE_DATA`` names a data folder to take instead of a simulated one. Each
question has a process of its own, so that its peak memory is its own; the time is that of the job alone, with the compiled
loops loaded from where they were kept by a first run.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_reading_speed import TIMES, imported

pytestmark = pytest.mark.benchmark
ROWS = int(os.environ.get("SCALE_ROWS", "25000000"))
FILTERS = {
    "ratings from 4": {"name": "rating", "settings": {"low": 4}},
    "users with at least 50": {"name": "min-user", "settings": {"n": 50}},
    "items with at least 300": {"name": "min-item", "settings": {"n": 300}},
    "core of 20 a user, 300 an item": {"name": "core", "settings": {"k": 20, "items": 300}},
    "from 2010": {"name": "time", "settings": {"start": "2010-01-01"}},
    "a third of the users": {"name": "users", "settings": {"size": 0.33}},
    "without three items": {"name": "exclude", "settings": {"ids": "1,2,3"}},
}
SPLITS = {
    "random": ("random", {}),
    "random of each user": ("random", {"per_user": True}),
    "last of each user": ("last-n", {}),
    "time cut": ("time", {}),
    "time windows": ("time-series", {}),
    "held-out users": ("held-out-users", {}),
    "k-fold of interactions": ("k-fold", {}),
    "k-fold of users": ("k-fold", {"by": "users"}),
    "own files": ("files", {}),
}
ASK = """
import json, sys, time
from tests.benchmarks.test_reading_speed import peak
from workbench.control import Control
from workbench.jobs import all_jobs, preload_modules

preload_modules()
job, arguments = json.loads(sys.argv[1])
began, used = time.perf_counter(), time.process_time()
all_jobs()[job].function(control=Control(), **arguments)
print(json.dumps({"wall": time.perf_counter() - began, "processor": time.process_time() - used, "peak": peak()}))
"""


def ask(job, **arguments):
    command = [sys.executable, "-c", ASK, json.dumps([job, arguments])]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder of ROWS interactions; its last part is a test file of its own."""
    import numpy as np

    given = os.environ.get("SCALE_DATA")
    if given:
        return Path(given)
    folder = imported(tmp_path_factory.mktemp("scale"), ROWS)
    np.save(
        folder / "part.npy", (np.arange(len(np.load(folder / "user.npy", mmap_mode="r"))) % 10 // 8 * 2).astype(np.int8)
    )
    return folder


def test_filters_and_splits(data, capsys):
    questions = [(name, "filter", {"data": str(data), "filters": [one]}) for name, one in FILTERS.items()]
    for title, (name, settings) in SPLITS.items():
        if name != "files" or (data / "part.npy").exists():
            questions.append((title, "split", {"data": str(data), "name": name, "settings": settings}))
    with capsys.disabled():
        print(f"\n{'':<34} {'wall, s':>18} {'processor, s':>13} {'peak, MB':>9}")  # noqa: T201
        for title, job, arguments in questions:
            found = [ask(job, **arguments) for _ in range(TIMES)]
            walls = sorted(one["wall"] for one in found)
            shown = " / ".join(f"{one:.2f}" for one in (walls[0], walls[len(walls) // 2], walls[-1]))
            used, most = min(one["processor"] for one in found), max(one["peak"] for one in found) / 1e6
            print(f"{job + ': ' + title:<34} {shown:>18} {used:>13.2f} {most:>9.0f}")  # noqa: T201
        print(f"load {os.getloadavg()[0]:.1f}; least / middle / most of {TIMES}; wanted: 5 s, 3000 MB")  # noqa: T201
