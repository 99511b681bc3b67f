"""Every metric by hand, against scikit-learn where both define it alike, and what must hold for all lists."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.metrics import Metric, Ranked, all_metrics, ranking_metric

METRICS = all_metrics()
RANKING = [name for name, metric in METRICS.items() if metric.kind == "ranking" and metric.cut and not metric.needs]


def ranked(hits, relevant, n_items=10, items=None, **more):
    hits = np.array(hits, bool)
    if items is None:
        items = np.tile(np.arange(hits.shape[1], dtype=np.int32), (len(hits), 1))
    return Ranked(np.array(items, np.int32), hits, np.array(relevant, np.int64), n_items, **more)


def value(name, hits, relevant, k):
    (one,) = METRICS[name].function(ranked([hits], [relevant]), k)
    return float(one)


def test_all_metrics_are_found():
    assert set(METRICS) >= {"precision", "recall", "hit", "ndcg", "map", "mrr", "coverage", "rmse", "mae"}
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.title
        assert metric.formula
        assert metric.higher_is_better in {True, False, None}
    assert not METRICS["rmse"].higher_is_better
    assert METRICS["ndcg"].higher_is_better


# One list: hits at ranks 2 and 4 of 5, three relevant items.
LIST, RELEVANT = [0, 1, 0, 1, 0], 3
LOG = np.log2
BY_HAND = [
    ("precision", 1, 0),
    ("precision", 2, 1 / 2),
    ("precision", 5, 2 / 5),
    ("recall", 1, 0),
    ("recall", 2, 1 / 3),
    ("recall", 5, 2 / 3),
    ("hit", 1, 0),
    ("hit", 2, 1),
    ("ndcg", 1, 0),
    ("ndcg", 2, (1 / LOG(3)) / (1 + 1 / LOG(3))),
    ("ndcg", 5, (1 / LOG(3) + 1 / LOG(5)) / (1 + 1 / LOG(3) + 1 / LOG(4))),
    ("map", 1, 0),
    ("map", 2, (1 / 2) / 2),
    ("map", 5, (1 / 2 + 2 / 4) / 3),
    ("mrr", 1, 0),
    ("mrr", 5, 1 / 2),
    ("f1", 1, 0),
    ("f1", 2, 2 / (1 / (1 / 2) + 1 / (1 / 3))),
    ("f1", 5, 2 / (1 / (2 / 5) + 1 / (2 / 3))),
    ("rbp", 1, 0),
    ("rbp", 2, 0.2 * 0.8),
    ("rbp", 5, 0.2 * (0.8 + 0.8**3)),
]
# The same list with other formulas: metric, formula, cutoff, value.
OTHERWISE = [
    ("recall", "truncated", 2, 1 / 2),
    ("recall", "truncated", 5, 2 / 3),
    ("precision", "listed", 10, 2 / 5),
    ("map", "R", 2, (1 / 2) / 3),
    ("map", "k", 5, (1 / 2 + 2 / 4) / 5),
    ("map", "every-rank", 5, (0 + 1 / 2 + 1 / 3 + 2 / 4 + 2 / 5) / 5),
    ("map", "every-rank", 7, (0 + 1 / 2 + 1 / 3 + 2 / 4 + 2 / 5 + 2 / 6 + 2 / 7) / 7),
    ("rbp", "0.5", 5, 0.5 * (0.5 + 0.5**3)),
    ("rbp", "0.95", 5, 0.05 * (0.95 + 0.95**3)),
]


@pytest.mark.parametrize(("name", "k", "expected"), BY_HAND)
def test_ranking_metrics_by_hand(name, k, expected):
    assert value(name, LIST, RELEVANT, k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("name", "variant", "k", "expected"), OTHERWISE)
def test_other_formulas_by_hand(name, variant, k, expected):
    (one,) = METRICS[name].function(ranked([LIST], [RELEVANT], variants={name: variant}), k)
    assert float(one) == pytest.approx(expected, abs=1e-12)
    assert METRICS[name].formula_of({name: variant}) == METRICS[name].formulas[variant]


def test_every_ranking_metric_has_a_hand_calculation():
    assert set(RANKING) == {name for name, _, _ in BY_HAND}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("precision", 2 / 10), ("recall", 2 / 3), ("hit", 1), ("mrr", 1 / 2), ("map", 1 / 3)],
)
def test_lists_shorter_than_the_cutoff(name, expected):
    assert value(name, LIST, RELEVANT, 10) == pytest.approx(expected)


def test_ndcg_of_a_short_list_is_held_against_the_ideal_of_the_cutoff():
    # Seven relevant items at cutoff 10, a list of one: the ideal has seven hits.
    ideal = sum(1 / LOG(rank + 1) for rank in range(1, 8))
    assert value("ndcg", [1], 7, 10) == pytest.approx(1 / ideal)


@pytest.mark.parametrize("name", RANKING)
def test_empty_lists_are_worth_nothing(name):
    assert METRICS[name].function(ranked(np.zeros((2, 0)), [1, 2]), 5).tolist() == [0, 0]


@pytest.mark.parametrize("name", RANKING)
def test_users_do_not_touch_each_other(name):
    rng = np.random.default_rng(0)
    hits, relevant = rng.random((20, 8)) < 0.3, rng.integers(8, 12, 20)
    together = METRICS[name].function(ranked(hits, relevant), 5)
    assert together.dtype == np.float64
    assert together.tolist() == [value(name, h, r, 5) for h, r in zip(hits, relevant, strict=True)]


def test_coverage_by_hand():
    coverage = METRICS["coverage"].function
    lists = ranked(np.zeros((2, 3)), [1, 1], n_items=8, items=[[0, 1, 2], [0, 3, -1]])
    assert [float(coverage(lists, k)) for k in (1, 2, 3, 9)] == [1 / 8, 3 / 8, 4 / 8, 4 / 8]


def test_errors_by_hand():
    predicted, truth = np.array([3.0, 4.0, 1.0], np.float32), np.array([3.0, 2.0, 2.0], np.float32)
    assert METRICS["rmse"].function(predicted, truth).tolist() == [0, 4, 1]
    assert METRICS["mae"].function(predicted, truth).tolist() == [0, 2, 1]
    assert METRICS["rmse"].finish(np.array(4.0)) == 2
    assert METRICS["mae"].finish is None


def test_errors_equal_scikit_learn():
    from sklearn.metrics import mean_absolute_error, root_mean_squared_error

    rng = np.random.default_rng(0)
    predicted, truth = rng.normal(3, 1, 500), rng.integers(1, 6, 500).astype(np.float64)
    rmse, mae = (METRICS[name].function(predicted, truth).mean() for name in ("rmse", "mae"))
    assert METRICS["rmse"].finish(rmse) == pytest.approx(root_mean_squared_error(truth, predicted))
    assert mae == pytest.approx(mean_absolute_error(truth, predicted))


@pytest.mark.parametrize("k", [1, 3, 10, 30])
def test_ndcg_equals_scikit_learn(k):
    from sklearn.metrics import ndcg_score

    truth = np.random.default_rng(k).random((50, 30)) < 0.2
    truth[:, 0] |= ~truth.any(axis=1)
    order = np.random.default_rng(k + 1).permuted(np.tile(np.arange(30), (50, 1)), axis=1)
    hits = np.take_along_axis(truth, order, axis=1)
    ours = METRICS["ndcg"].function(ranked(hits, truth.sum(axis=1)), k)
    scores = -np.argsort(order, axis=1)
    theirs = [ndcg_score([t], [s], k=k) for t, s in zip(truth, scores, strict=True)]
    np.testing.assert_allclose(ours, theirs)


def test_map_over_the_whole_list_equals_scikit_learn():
    from sklearn.metrics import average_precision_score

    hits = np.random.default_rng(0).random((50, 30)) < 0.2
    hits[:, 7] |= ~hits.any(axis=1)
    ours = METRICS["map"].function(ranked(hits, hits.sum(axis=1)), 30)
    theirs = [average_precision_score(one, -np.arange(30)) for one in hits]
    np.testing.assert_allclose(ours, theirs)


@st.composite
def lists(draw):
    """Hits in a list, and how many relevant items there are at least as many of."""
    hits = draw(st.lists(st.booleans(), min_size=1, max_size=15))
    return hits, max(1, sum(hits)) + draw(st.integers(0, 5))


@pytest.mark.parametrize("name", RANKING)
@given(one=lists(), k=st.integers(1, 20))
@settings(deadline=None)
def test_lies_between_0_and_1(name, one, k):
    assert 0 <= value(name, *one, k) <= 1 + 1e-12


@pytest.mark.parametrize("name", [name for name in RANKING if name not in {"precision", "recall", "f1", "rbp"}])
@given(relevant=st.integers(1, 10), k=st.integers(1, 20))
@settings(deadline=None)
def test_a_perfect_list_is_worth_1(name, relevant, k):
    assert value(name, [True] * relevant + [False] * 12, relevant, k) == pytest.approx(1)


@given(relevant=st.integers(1, 10), k=st.integers(1, 20))
@settings(deadline=None)
def test_a_perfect_list_has_all_the_precision_and_recall_there_can_be(relevant, k):
    perfect = [True] * relevant + [False] * 12
    assert value("precision", perfect, relevant, k) == pytest.approx(min(relevant, k) / k)
    assert value("recall", perfect, relevant, k) == pytest.approx(min(relevant, k) / relevant)


@pytest.mark.parametrize("name", ["recall", "hit", "mrr"])
@given(one=lists(), k=st.integers(1, 19))
@settings(deadline=None)
def test_a_longer_look_finds_no_less(name, one, k):
    assert value(name, *one, k) <= value(name, *one, k + 1)


@pytest.mark.parametrize("name", RANKING)
@given(one=lists(), k=st.integers(1, 20), data=st.data())
@settings(deadline=None)
def test_moving_a_hit_forward_never_harms(name, one, k, data):
    hits, relevant = one
    late = data.draw(st.integers(0, len(hits) - 1))
    early = data.draw(st.integers(0, late))
    better = list(hits)
    if hits[late] and not hits[early]:
        better[early], better[late] = True, False
    assert value(name, hits, relevant, k) <= value(name, better, relevant, k) + 1e-12


def test_a_marked_function_carries_its_metric():
    @ranking_metric("Nothing", "0")
    def nothing(ranked, k):
        return np.zeros(len(ranked.hits))

    assert isinstance(nothing.metric, Metric)
    assert nothing.metric.name == "nothing"
    assert "nothing" not in all_metrics()  # only files in the folder are offered
