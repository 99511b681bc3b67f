import math

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.control import Control
from workbench.data.splitting.random import Random
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import rank_all
from workbench.evaluation.segments import BY_HITS, ages, by_items, by_users, deciles
from workbench.metrics import all_metrics

from .test_evaluate import Fixed

METRICS = all_metrics()
RNG = np.random.default_rng(8)
LENGTHS = RNG.integers(2, 12, 50)
ROWS = [(u, int(i), 4, int(t)) for u, n in enumerate(LENGTHS) for t, i in enumerate(RNG.permutation(40)[:n])]
FOLD = Random(test=0.3, validation=0).split(build(ROWS))
N = FOLD.data.n_items


class Spread(Fixed):
    def score(self, users, histories):
        return np.array([np.random.default_rng(int(u) + 5).random(N) for u in users], np.float32).reshape(len(users), N)


@pytest.fixture(scope="module")
def ranked():
    return rank_all(Spread(), FOLD.test, N, 20, Control(), train=FOLD.train)


def test_users_by_activity_sum_back_to_the_number_of_all(ranked):
    values = METRICS["ndcg"].function(ranked, 10)
    lengths = FOLD.train.by_user.lengths[FOLD.test.who]
    group, names = deciles(lengths)
    found = by_users(values, group, names)
    assert len(found) > 3
    assert sum(one.count for one in found) == len(values)
    assert math.fsum(one.part for one in found) == pytest.approx(values.mean(), rel=1e-15)
    for at, one in enumerate(found):
        assert one.mean == pytest.approx(values[group == at].mean())
    assert (np.diff([lengths[group == at].mean() for at in range(len(names))]) > 0).all()


def test_deciles_keep_equal_histories_together_and_name_them():
    group, names = deciles(np.array([3] * 7 + [5, 5, 9]))
    assert group.tolist() == [0] * 7 + [1, 1, 2]
    assert names == ["3 interactions", "5 interactions", "9 interactions"]
    assert deciles(np.array([4, 4, 4]))[1] == ["4 interactions"]
    even = deciles(np.arange(1000))[0]
    assert np.bincount(even).tolist() == [100] * 10


def test_weights_and_missing_values():
    values = np.array([1.0, 2.0, np.nan, 4.0])
    found = by_users(values, np.array([0, 0, 1, 1]), ["a", "b", "c"], np.array([3.0, 1, 5, 4]))
    assert [one.count for one in found] == [2, 1, 0]
    assert [one.mean for one in found] == [5 / 4, 4, None]
    assert math.fsum(one.part for one in found) == pytest.approx((3 + 2 + 16) / 8)


@pytest.mark.parametrize("name", [name for name in BY_HITS if name != "serendipity"])
@pytest.mark.parametrize("k", [1, 5, 20])
def test_items_by_age_sum_back_to_the_number_of_all(name, k, ranked):
    shares, names = ages(FOLD.data, FOLD.train)
    assert shares.sum(axis=1).tolist() == [1] * N
    found = by_items(ranked, METRICS[name], k, shares, names)
    whole = METRICS[name].function(ranked, k).mean()
    assert math.fsum(one.part for one in found) == pytest.approx(whole, rel=1e-12)
    assert sum(one.count for one in found) == len(FOLD.test.truth.item)
    assert whole > 0


def test_genres_share_an_item_and_what_has_none_is_not_lost(ranked):
    shares = np.zeros((N, 2))
    shares[::3] = [0.5, 0.5]
    shares[1::3, 0] = 1
    found = by_items(ranked, METRICS["recall"], 10, shares, ["A", "B"])
    assert [one.name for one in found] == ["A", "B", "unknown"]
    assert math.fsum(one.part for one in found) == pytest.approx(METRICS["recall"].function(ranked, 10).mean())
    hits = ranked.items[:, :10][ranked.hits[:, :10]]
    rows = np.nonzero(ranked.hits[:, :10])[0]
    expected = sum(1 / ranked.relevant[u] for u, i in zip(rows, hits, strict=True) if i % 3 == 2)
    assert found[2].part == pytest.approx(expected / len(ranked.items))


def test_graded_gains_can_be_divided_too(ranked):
    from dataclasses import replace

    graded = replace(ranked, variants={"ndcg": "exponential"})
    shares, names = ages(FOLD.data, FOLD.train)
    found = by_items(graded, METRICS["ndcg"], 10, shares, names)
    assert math.fsum(one.part for one in found) == pytest.approx(METRICS["ndcg"].function(graded, 10).mean())


def test_metrics_that_are_no_sum_over_hits_are_refused(ranked):
    with pytest.raises(WorkbenchError, match="not a sum over hits"):
        by_items(ranked, METRICS["mrr"], 10, np.ones((N, 1)), ["all"])
