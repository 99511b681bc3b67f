import numpy as np
import pytest

from workbench.evaluation.aggregating import repeats
from workbench.evaluation.comparable import repeat_key


def spec(algorithm="ease", seed=0, split="last-n", **settings):
    return {"algorithm": algorithm, "hyperparameters": {"l2": 1}, "data_hash": "x", "split": split,
            "split_settings": settings, "seed": seed}  # fmt: skip


def test_seeds_of_one_algorithm_are_summed_up():
    specs = {"a": spec(seed=0), "b": spec(seed=1), "c": spec(seed=2), "other": spec("pop")}
    (one,) = repeats(specs, {"a": 0.1, "b": 0.2, "c": 0.4, "other": 0.9})
    assert (one.runs, one.what) == (("a", "b", "c"), "seeds")
    assert one.mean == pytest.approx(0.7 / 3)
    assert one.spread == pytest.approx(np.std([0.1, 0.2, 0.4], ddof=1))
    assert (one.low, one.high) == (0.1, 0.4)
    assert "0.2333 ± 0.0882 (standard error; 3 seeds, 0.1000 to 0.4000)" in one.describe("ndcg@10")


def test_folds_are_summed_up_seeds_of_a_fold_first():
    specs = {"a": spec(split="k-fold", k=2, fold=0), "b": spec(split="k-fold", k=2, fold=1),
             "b2": spec(split="k-fold", k=2, fold=1, seed=1)}  # fmt: skip
    (one,) = repeats(specs, {"a": 0.1, "b": 0.2, "b2": 0.4})
    assert one.what == "folds"
    assert one.mean == pytest.approx((0.1 + 0.3) / 2)
    assert one.spread == pytest.approx(np.std([0.1, 0.3], ddof=1))


def test_what_differs_otherwise_is_no_repeat():
    specs = {"a": spec(split="k-fold", k=2, fold=0), "b": spec(split="k-fold", k=3, fold=1)}
    assert repeats(specs, {"a": 1.0, "b": 2.0}) == []
    assert repeats({"a": spec(), "b": spec()}, {"a": 1.0, "b": 1.0}) == []


def test_what_is_known_to_be_alike_is_not_looked_at():
    specs = {"a": spec(seed=0), "b": spec(seed=1), "c": spec("pop", seed=2)}
    values = dict.fromkeys(specs, 1.0)
    known = {name: repeat_key(one) for name, one in specs.items()}
    assert repeats(specs, values, alike=known) == repeats(specs, values) != []
    assert [one.runs for one in repeats(specs, values, alike=dict.fromkeys(specs, ""))] == [("a", "b", "c")]
