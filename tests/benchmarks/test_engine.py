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

from tests.data.test_interactions import build
from workbench.algorithms.base.peers import Peers
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.jobs.training import train_together
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


def test_a_training_that_processes_share_is_one_of_larger_batches(say, tmp_path):
    rng = np.random.default_rng(3)
    rows = [(user, int(rng.integers(60)), 1.0, step) for user in range(400) for step in range(rng.integers(4, 12))]
    build(rows).save(tmp_path / "data" / "some")
    settings = {"epochs": 4, "factors": 16, "blocks": 1, "batch_size": 256, "dropout": 0.0, "max_length": 12}
    options = {"split": "last-n", "split_settings": {"n": 1, "validation": 1}}
    runs = [
        Run.create(tmp_path / "runs" / name, tmp_path / "data" / "some", "sasrec", settings, **options)
        for name in ("shared", "whole")
    ]
    train_together(runs[0].folder, 2, "here")
    train_run(runs[1].folder, peers=Peers(2))
    shared, whole = ([record["loss"] for record in run.records() if "validation" in record] for run in runs)
    difference = np.abs(np.array(shared) - whole).max()
    say("loss of two processes and of one", f"{difference:.1e}", "1e-5", f"{len(shared)} epochs, single precision")
    assert difference < 1e-5
    assert len(shared) == len(whole) == 4
    assert shared[-1] < shared[0]
    assert not (runs[0].folder / "meeting").exists()
    with pytest.raises(WorkbenchError, match="has no steps of batches"):
        train_together(Run.create(tmp_path / "runs" / "ease", tmp_path / "data" / "some", "ease").folder, 2, "here")
