"""What is said of a training before it starts holds, roughly, and what will not fit is told with what would."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.algorithms import find
from workbench.data.importing import read_interactions
from workbench.errors import WorkbenchError
from workbench.training.estimating import estimate


@pytest.fixture(scope="module")
def data(sample):
    return read_interactions(sample / "ratings.csv")[0]


@pytest.mark.parametrize(
    ("name", "settings"),
    [("ials", {"factors": 16, "epochs": 40}), ("item-knn", {}), ("gmf", {"epochs": 2, "batch_size": 8192})],
)
def test_what_is_said_holds_roughly(name, settings, data):
    list(find(name).make(settings | ({"epochs": 1} if settings else {})).train(data))  # compiled
    said = estimate(lambda: find(name).make(settings), data, judged=1)
    algorithm = find(name).make(settings)
    start = time.perf_counter()
    for _ in algorithm.train(data):
        if time.perf_counter() - start > 20:
            break
    else:
        took = time.perf_counter() - start
        assert took / 8 < said.seconds < took * 8  # other work on the machine disturbs both
    state = sum(value.nbytes for value in algorithm.state().values())
    assert state <= said.disk_bytes * 1.5
    assert said.memory_bytes > 2**26
    assert said.problem is None


def test_longer_trainings_are_said_to_be_longer(data):
    few, many = (estimate(lambda n=n: find("biased-svd").make({"epochs": n}), data, judged=1) for n in (10, 1000))
    assert many.seconds > 20 * few.seconds
    assert many.disk_bytes == few.disk_bytes


def test_what_will_not_fit_says_what_would(data, monkeypatch):
    monkeypatch.setattr(
        "workbench.training.estimating.psutil.virtual_memory", lambda: SimpleNamespace(available=-(2**40))
    )
    said = estimate(lambda: find("ials").make({"factors": 64, "epochs": 2}), data, judged=1)
    assert "GB of memory" in said.problem
    assert "it would fit" in said.problem or "Choose an algorithm" in said.problem


def test_nothing_to_learn_from_takes_no_time(data):
    assert estimate(lambda: find("ease").make({}), data.take(np.zeros(len(data), bool))).seconds == 0
    with pytest.raises(WorkbenchError, match="needs titles"):
        estimate(lambda: find("content").make({}), data)
