"""Metrics that look beyond hits: of ratings, of all candidates, of popularity, genres and groups."""

from types import SimpleNamespace

import numpy as np
import pytest

from workbench.metrics import Catalogue, Ranked, Ranks, all_metrics

METRICS = all_metrics()
LOG = np.log2


def rows(*lists, rating=None):
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in lists])])
    ratings = None if rating is None else np.concatenate([np.array(one, float) for one in rating])
    return SimpleNamespace(indptr=indptr, item=np.array([i for one in lists for i in one], np.int64), rating=ratings)


# Six items; four people in training, who have them 4, 3, 2, 1, 0, 0 times. Genres: A, A+B, B, C, C, nothing.
COUNTS = np.array([4, 3, 2, 1, 0, 0])
GENRES = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]], float)
CATALOGUE = Catalogue(COUNTS, 4, GENRES)
HISTORY = rows([0, 2], [3])
TRUTH = rows([1, 4], [0], rating=([4, 2], [5]))
ITEMS = np.array([[1, 3, 4], [0, 1, -1]], np.int32)
HITS = np.array([[True, False, True], [True, False, False]])
GRADES = np.array([[4, 0, 2], [5, 0, 0]], float)


def lists(**more):
    facts = {"truth": TRUTH, "history": HISTORY, "seen": HISTORY, "grades": GRADES, "catalogue": CATALOGUE}
    return Ranked(ITEMS, HITS, np.array([2, 1]), 6, **(facts | more))


def value(name, k, **more):
    return METRICS[name].function(lists(**more), k)


def graded(gains, ideal):
    return sum(g / LOG(r + 2) for r, g in enumerate(gains)) / sum(g / LOG(r + 2) for r, g in enumerate(ideal))


BY_HAND = [
    ("ndcg_graded", 3, [graded([15, 0, 3], [15, 3]), 1]),
    ("ndcg_graded", 1, [1, 1]),
    (
        "epc",
        3,
        [
            (1 / 4 / LOG(2) + 3 / 4 / LOG(3) + 1 / LOG(4)) / (1 + 1 / LOG(3) + 1 / 2),
            (1 / 4 / LOG(3)) / (1 + 1 / LOG(3)),
        ],
    ),
    ("epc", 1, [1 / 4, 0]),
    ("miuf", 2, [(-LOG(3 / 4) + 2) / 2, -LOG(3 / 4) / 2]),
    ("miuf", 3, [(-LOG(3 / 4) + 2 + 2) / 3, -LOG(3 / 4) / 2]),
    # The first user knows items 0 and 2: the popular list is 1, 3, 4; the second knows 3: it is 0, 1, 2.
    ("unexpectedness", 1, [0, 0]),
    ("unexpectedness", 2, [0, 0]),
    ("serendipity", 3, [0, 0]),
    ("arp", 2, [2, 3.5]),
    ("arp", 3, [4 / 3, 3.5]),
    # The head is items 0, 1 and 2: 4 and 3 of 10 are less than 80 %.
    ("aplt", 3, [2 / 3, 0]),
    ("lift", 3, [(4 / 3 - 3) / 3, (3.5 - 1) / 1]),
    ("cold", 3, [1 / 3, 0]),
    ("diversity", 2, [1, 1 - 1 / np.sqrt(2)]),
    ("diversity", 3, [2 / 3, 1 - 1 / np.sqrt(2)]),
    ("calibration", 1, [0, 1]),
]


@pytest.mark.parametrize(("name", "k", "expected"), BY_HAND)
def test_by_hand(name, k, expected):
    np.testing.assert_allclose(value(name, k), expected, atol=1e-12)


def test_every_metric_that_needs_more_has_a_hand_calculation():
    told = {name for name, _, _ in BY_HAND} | {"diversity_co", "auc", "r_precision", "rsp", "reo", "user_gap"}
    assert told == {name for name, metric in METRICS.items() if metric.needs}


@pytest.mark.parametrize(
    ("variant", "threshold", "gains", "ideal"),
    [
        ("linear", 0, [4, 0, 2], [4, 2]),
        ("shifted", 2, [2**3 - 1, 0, 2**1 - 1], [2**3 - 1, 2**1 - 1]),
        ("plus-one", 2, [2**5 - 1, 0, 2**3 - 1], [2**5 - 1, 2**3 - 1]),
    ],
)
@pytest.mark.parametrize("name", ["ndcg", "ndcg_graded"])
def test_other_gains_by_hand(name, variant, threshold, gains, ideal):
    found = value(name, 3, variants={name: variant}, threshold=threshold)
    np.testing.assert_allclose(found, [graded(gains, ideal), 1])


def test_unexpected_items_are_those_beyond_the_popular_ones():
    wide = Ranked(np.array([[4, 1, 3]], np.int32), np.array([[True, True, False]]), np.array([2]), 6,
                  seen=rows([0, 2]), catalogue=CATALOGUE)  # fmt: skip
    # New to the user, by popularity: 1, 3, 4, 5. At 1 the list is {1}; at 2 {1, 3}; at 3 {1, 3, 4}.
    assert [METRICS["unexpectedness"].function(wide, k)[0] for k in (1, 2, 3)] == [1, 1 / 2, 0]
    assert [METRICS["serendipity"].function(wide, k)[0] for k in (1, 2, 3)] == [1, 1 / 2, 0]


def test_calibration_is_the_jensen_shannon_divergence():
    p, q = np.array([1 / 2, 1 / 2, 0]), np.array([1 / 4, 1 / 4, 1 / 2])  # history 0, 2; list 1, 3
    m = (p + q) / 2
    expected = sum(p[i] * LOG(p[i] / m[i]) for i in (0, 1)) / 2 + sum(q[i] * LOG(q[i] / m[i]) for i in range(3)) / 2
    assert value("calibration", 2)[0] == pytest.approx(expected)
    mixed = 0.99 * q + 0.01 * p
    steck = sum(p[i] * np.log(p[i] / mixed[i]) for i in (0, 1))
    assert value("calibration", 2, variants={"calibration": "KL"})[0] == pytest.approx(steck)
    assert np.isnan(value("calibration", 2, history=rows([], [5]))).tolist() == [True, True]  # no genre is known


def test_tails_by_hand():
    assert CATALOGUE.tail().tolist() == [False, False, False, True, True, True]
    assert CATALOGUE.tail("items").tolist() == [False, True, True, True, True, True]
    assert CATALOGUE.tail("last-tenth").tolist() == [False, False, False, True, False, False]


def test_fairness_by_hand():
    # Head 0, 1, 2; tail 3, 4, 5. Shown: head 1, 0, 1; tail 3, 4. Possible: 2 × 3 head less 2 seen; 2 × 3 tail less 1.
    chances = np.array([3 / 4, 2 / 5])
    assert float(value("rsp", 3)) == pytest.approx(chances.std() / chances.mean())
    hits = np.array([2 / 2, 1 / 1])
    assert float(value("reo", 3)) == pytest.approx(hits.std() / hits.mean())
    hits = np.array([2 / 2, 0 / 1])
    assert float(value("reo", 1)) == pytest.approx(hits.std() / hits.mean())
    ndcg = METRICS["ndcg"].function(lists(), 3)  # histories of 2 and 1: two groups
    assert float(value("user_gap", 3)) == pytest.approx(abs(ndcg[0] - ndcg[1]))
    assert np.isnan(value("user_gap", 3, history=rows([0], [3])))
    # Genres: an item counts by its share; C is found in full, A and B by halves of item 1 and by item 0.
    found, possible = np.array([1.5, 0.5, 1]), np.array([1.5, 0.5, 1])
    by_genre = float(value("reo", 3, variants={"reo": "genres"}))
    assert by_genre == pytest.approx((found / possible).std() / (found / possible).mean())


def test_what_is_not_defined_is_not_a_number():
    empty = np.full((2, 3), -1, np.int32)
    nothing = lists()
    nothing = Ranked(empty, np.zeros((2, 3), bool), nothing.relevant, 6, truth=TRUTH, history=rows([], []),
                     seen=rows([], []), catalogue=CATALOGUE, grades=np.zeros((2, 3)), co=np.zeros((2, 3)))  # fmt: skip
    for name in ("epc", "miuf", "arp", "aplt", "lift", "cold", "diversity", "diversity_co", "calibration"):
        assert np.isnan(METRICS[name].function(nothing, 3)).all(), name
    for name in ("gini", "rsp", "reo", "user_gap"):
        assert np.isnan(METRICS[name].function(nothing, 3)), name
    assert METRICS["user_coverage"].function(nothing, 3) == 0
    assert METRICS["entropy"].function(nothing, 3) == 0
    assert METRICS["serendipity"].function(nothing, 3).tolist() == [0, 0]


def test_how_evenly_items_are_shown_by_hand():
    # Counts among the first 3: item 1 twice, 0, 3, 4 once, 2 and 5 never: 0, 0, 1, 1, 1, 2 in rising order.
    weighted = (-1 * 1 + 1 * 1 + 3 * 1 + 5 * 2) / 5
    assert float(value("gini", 3)) == pytest.approx(weighted / 6)
    assert float(value("gini", 3, variants={"gini": "equality"})) == pytest.approx(1 - weighted / 5)
    assert float(value("gini", 3, variants={"gini": "scaled"})) == pytest.approx(weighted / 5)
    share = np.array([1, 1, 1, 2]) / 5
    assert float(value("entropy", 3)) == pytest.approx(-(share * LOG(share)).sum())
    nats = -(share * np.log(share)).sum()
    assert float(value("entropy", 3, variants={"entropy": "nats"})) == pytest.approx(nats)
    assert float(value("entropy", 3, variants={"entropy": "nats-per-item"})) == pytest.approx(nats / 4)
    assert float(value("user_coverage", 3)) == 1
    assert float(value("user_coverage", 3, variants={"user_coverage": "full"})) == 1 / 2
    assert float(value("coverage", 3)) == 4 / 6


def test_even_exposure_has_no_concentration_and_full_entropy():
    even = Ranked(np.arange(8, dtype=np.int32).reshape(4, 2), np.zeros((4, 2), bool), np.ones(4, np.int64), 8)
    assert METRICS["gini"].function(even, 2) == 0
    assert METRICS["entropy"].function(even, 2) == pytest.approx(3)


def test_auc_equals_scikit_learn_with_ties_and_r_precision_a_loop():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    truth = rng.random((30, 40)) < 0.2
    truth[:, 0] |= ~truth.any(axis=1)
    scores = np.round(rng.random((30, 40)), 1)
    order = np.lexsort((np.tile(np.arange(40), (30, 1)), -scores), axis=1)
    place = np.argsort(order, axis=1) + 1
    middle = np.array([[((row > s).sum() * 2 + (row == s).sum() + 1) / 2 for s in row] for row in scores])
    relevant = truth.sum(axis=1)
    ranks = Ranks(place[truth], middle[truth], np.full(30, 40))
    ranked = Ranked(np.zeros((30, 1), np.int32), np.zeros((30, 1), bool), relevant, 40, ranks=ranks)
    theirs = [roc_auc_score(t, s) for t, s in zip(truth, scores, strict=True)]
    np.testing.assert_allclose(METRICS["auc"].function(ranked), theirs)
    loop = [len({*order[u, : relevant[u]]} & {*np.flatnonzero(truth[u])}) / relevant[u] for u in range(30)]
    np.testing.assert_allclose(METRICS["r_precision"].function(ranked), loop)


def test_everything_relevant_has_no_auc():
    ranks = Ranks(np.array([1, 2]), np.array([1.0, 2.0]), np.array([2]))
    one = Ranked(np.array([[0]], np.int32), np.array([[True]]), np.array([2]), 2, ranks=ranks)
    assert np.isnan(METRICS["auc"].function(one)).all()


@pytest.mark.parametrize("k", [1, 5, 30])
def test_linear_gains_equal_scikit_learn(k):
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(k)
    rating = rng.integers(0, 6, (20, 30)) * (rng.random((20, 30)) < 0.3)
    rating[:, 3] = 4
    order = rng.permuted(np.tile(np.arange(30), (20, 1)), axis=1)
    grades = np.take_along_axis(rating, order, axis=1)
    truth = rows(*[np.flatnonzero(one) for one in rating], rating=[one[one > 0] for one in rating])
    relevant = (rating > 0).sum(axis=1)
    ranked = Ranked(order.astype(np.int32), grades > 0, relevant, 30, truth=truth, grades=grades.astype(float),
                    variants={"ndcg": "linear"})  # fmt: skip
    theirs = [ndcg_score([t], [-np.argsort(o)], k=k) for t, o in zip(rating, order, strict=True)]
    np.testing.assert_allclose(METRICS["ndcg"].function(ranked, k), theirs)


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if one.kind == "ranking" and one.cut])
def test_values_lie_within_the_declared_bounds(name):
    low, high = METRICS[name].bounds
    for k in (1, 2, 3, 7):
        found = value(name, k, co=np.array([[0, 0.5, 1.5], [0, 1, 0]]))
        found = found[~np.isnan(found)]
        assert ((found >= low - 1e-12) & (found <= high + 1e-12)).all(), k
