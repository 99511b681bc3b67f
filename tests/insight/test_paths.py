"""Values to try, runs that differ in one thing only, and weights that are counted without reading them."""

import numpy as np
import pytest

from workbench.algorithms import find
from workbench.insight.paths import alike, along, count_weights, spread, varied
from workbench.training.weights import save_weights


def spec(seed=0, algorithm="slim", split="last-n", **hyperparameters):
    facts = {"data_hash": "x", "filters": [], "split": split, "split_settings": {"n": 1}, "seed": seed}
    return facts | {"algorithm": algorithm, "hyperparameters": {"l1": 1.0, "l2": 2.0} | hyperparameters}


def test_values_are_even_on_their_scale_round_and_never_doubled():
    log = {"type": "number", "log": True}
    assert spread(log, 4, 10, 10_000) == [10, 100, 1000, 10_000]
    assert spread(log, 3, 1, 10) == [1, 3.2, 10]
    assert spread({"type": "number"}, 3, 0, 1) == [0, 0.5, 1]
    assert spread(log, 3, 0, 1) == [0, 0.5, 1]  # zero has no logarithm
    assert spread({"type": "integer", "log": True}, 6, 1, 4) == [1, 2, 3, 4]
    assert all(isinstance(one, int) for one in spread({"type": "integer"}, 6, 1, 4))


def test_what_can_be_varied_is_a_number_with_a_range_that_matters():
    assert list(varied(find("ease"), {})) == ["regularization"]
    knn = find("item-knn")
    assert "asymmetry" not in varied(knn, {"similarity": "cosine"})
    assert "asymmetry" in varied(knn, {"similarity": "asymmetric"})
    assert varied(find("blend"), {}) == {}


def test_runs_along_one_hyperparameter_differ_in_nothing_else():
    assert alike(spec(l1=5), spec(), "l1")
    for other in (spec(l2=5), spec(seed=1), spec(split="random"), spec(algorithm="ease")):
        assert not alike(other, spec(), "l1")
    runs = [spec(l1=9), spec(l1=3), spec(l1=3), spec(l1=1, l2=5), spec(l1=4, seed=1)]
    assert along(runs, spec(), "l1") == {3.0: 2, 9.0: 0}


def test_weights_that_are_not_zero_are_counted_in_the_head_of_a_model(tmp_path):
    sparse = {"indptr": np.array([0, 2, 3]), "indices": np.arange(3, dtype=np.int32), "data": np.ones(3, np.float32)}
    save_weights(tmp_path / "sparse", sparse, 0)
    save_weights(tmp_path / "dense", {"weights": np.ones((3, 3))}, 0)
    (tmp_path / "damaged").write_bytes(b"")
    assert count_weights(tmp_path / "sparse") == 3
    assert [count_weights(tmp_path / name) for name in ("dense", "damaged", "none")] == [None] * 3


@pytest.mark.parametrize("algorithm", ["ease", "slim", "admm-slim", "ials", "biased-svd", "svdpp", "nmf", "pmf"])
def test_every_model_with_a_penalty_has_a_path_along_it(algorithm):
    assert any("reg" in name or "l1" in name or "l2" in name for name in varied(find(algorithm), {}))
