"""A million people and ten thousand items scored by one process and by two: wall time, and the same file.

``ENGINE_USERS`` and ``ENGINE_ITEMS`` make it smaller. One process has one core, or as many threads as there are cores.
"""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.interactions import Interactions
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
USERS = int(os.environ.get("ENGINE_USERS", "1000000"))
ITEMS = int(os.environ.get("ENGINE_ITEMS", "10000"))
EACH, GENRES = 8, 20
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Factors of people who like one genre, among popular and rare items."""
    folder = tmp_path_factory.mktemp("many")
    rng = np.random.default_rng(0)
    user = np.repeat(np.arange(USERS, dtype=np.int32), EACH)
    genre = np.repeat(rng.integers(GENRES, size=USERS), EACH)
    place = np.minimum((ITEMS // GENRES) * rng.random(len(user)) ** 3, ITEMS // GENRES - 1).astype(np.int32)
    item = np.where(rng.random(len(user)) < 0.8, genre, rng.integers(GENRES, size=len(user))) + GENRES * place
    ids = pa.array([f"user-{n}" for n in range(USERS)]), pa.array([f"item-{n}" for n in range(ITEMS)])
    Interactions.build(user, item.astype(np.int32), *ids).save(folder / "data", {})
    made = Run.create(
        folder / "runs" / "one",
        folder / "data",
        "ials",
        {"factors": 64, "epochs": 1},
        "last-n",
        {"n": 1, "validation": 0},
    )
    train_run(made.folder)
    return made


def recommended(run, output, threads, *more):
    """Seconds of the whole command, from the start of its process."""
    environment = {**os.environ, **dict.fromkeys(POOLS, str(threads))}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "recommend", run.folder, "--all", "--output", output, "--json", *more],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - began, json.loads(done.stdout)["sha256"]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_two_processes_against_one(say, run, tmp_path, ending):
    cores = os.cpu_count()
    one, first = recommended(run, tmp_path / f"one{ending}", 1)
    two, second = recommended(run, tmp_path / f"two{ending}", 1, "--engine", "here:2", "--parts", "8")
    threads, third = recommended(run, tmp_path / f"threads{ending}", cores)
    assert first == second == third
    measured = f"{one:.1f} s, two {two:.1f} s: {one / two:.2f} times; one with {cores} threads {threads:.1f} s"
    say(f"lists of everybody, {ending}", measured, "1.7 times", f"{USERS:,} people, {ITEMS:,} items, 64 factors")
