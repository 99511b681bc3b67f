"""All metrics beside scoring and top-k alone: Gowalla, 64 factors, k = 5, 10, 20; turn by turn in one process."""

import resource
import time

import numpy as np
import pyarrow as pa
import pytest

from tests.benchmarks.conftest import spread
from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.data.splitting.files import Files
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.lists import rank_all

pytestmark = pytest.mark.benchmark

TURNS = 3


class Factors(Algorithm):
    """64 factors of each user and item, made up; popular items score higher, as they do in trained ones."""

    title = "Factors"

    def prepare(self, data):
        rng = np.random.default_rng(0)
        self._people = rng.normal(size=(data.n_users, 64)).astype(np.float32)
        self._things = rng.normal(size=(data.n_items, 64)).astype(np.float32)
        self._things[:, 0] = 2 * np.log1p(data.item_counts)
        self._people[:, 0] = 1
        return self

    def score(self, users, histories):
        return self._people[users] @ self._things.T


def gowalla(folder):
    user, item, part = [], [], []
    for code, name in enumerate(("train", "valid", "test")):
        for line in (folder / f"{name}.txt").read_text().splitlines():
            who, *what = map(int, line.split())
            user += [who] * len(what)
            item += what
            part += [code] * len(what)
    ids = [pa.array([str(n) for n in range(max(one) + 1)]) for one in (user, item)]
    columns = (np.array(user, np.int32), np.array(item, np.int32))
    return Interactions.build(*columns, *ids, part=np.array(part, np.int8))


def measured(work):
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - started


def test_all_metrics_beside_scoring_and_top_k(say, shared_data):
    data = gowalla(shared_data("gowalla"))
    fold = Files().split(data)
    model, test, train = Factors().prepare(fold.train), fold.test, fold.train
    sides = {
        "alone": lambda: rank_all(model, test, data.n_items, 20, Control()),
        "all": lambda: evaluate(model, test, data.n_items, train=train),
    }
    evaluate(model, test.sample(100, 0), data.n_items, train=train)  # compiled before
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {name: [] for name in sides}
    for _ in range(TURNS):
        for name, work in sides.items():
            found[name].append(measured(work))
    cpu, wall = (np.median([a[at] / b[at] for a, b in zip(found["all"], found["alone"], strict=True)]) for at in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    alone, every = (spread([seconds for _, seconds in one]) for one in found.values())
    how = f"Gowalla, {len(test):,} users × {data.n_items:,} items, k 5, 10, 20; alone {alone}, all {every}; "
    how += f"CPU {cpu:.2f}×; peak {peak:.2f} GB of the process, {base / 1e6:.2f} before"
    say("All metrics / scoring and top-k", f"{wall:.2f}×", "≤ 1.3×, ≤ 1 GB", how)
