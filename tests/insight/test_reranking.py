"""Each wish by a calculation of its own, and rules that hold whatever else is wished."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.insight.reranking import Known, Wishes, divergence, genre_shares, rerank

ITEMS = np.array([40, 41, 42, 43, 44, 45])
SCORES = np.array([6.0, 5.0, 4.0, 3.0, 2.0, 1.0])
# Three pairs of twins.
SIMILARITY = np.kron(np.eye(3), np.ones((2, 2))) * 0.9 + np.eye(6) * 0.1
GENRES = np.kron(np.eye(3, dtype=bool), np.ones((2, 1), bool))
POPULARITY = np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
KNOWN = Known(SIMILARITY, POPULARITY, GENRES, np.array([0.5, 0.25, 0.25]))


def order(k=6, **wishes):
    return rerank(ITEMS, SCORES, k, Wishes(**wishes), KNOWN).tolist()


def test_nothing_wished_changes_nothing():
    assert order() == [0, 1, 2, 3, 4, 5]
    assert order(k=3) == [0, 1, 2]


def test_the_most_various_list_takes_one_of_each_pair():
    for method in ("mmr", "dpp"):
        assert set(order(k=3, diversity=0.7, method=method)) == {0, 2, 4}


def test_mmr_by_hand():
    # Values 1, .8, .6, .4, .2, 0; after 0 the twin 1 loses .9, so 2 is next: .5 × .6 against .5 × .8 - .5 × .9.
    assert order(k=2, diversity=0.5) == [0, 2]
    assert order(k=2, diversity=0.05) == [0, 1]  # .95 × .8 - .05 × .9 = .715 against .95 × .6 = .57


def test_dpp_grows_the_determinant_most():
    rng = np.random.default_rng(4)
    vectors = rng.random((8, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    known, scores, diversity = Known(vectors @ vectors.T, np.zeros(8)), np.sort(rng.random(8))[::-1], 0.5
    found = rerank(np.arange(8), scores, 4, Wishes(diversity=diversity, method="dpp"), known)
    unit = (scores - scores.min()) / np.ptp(scores)
    kernel = known.similarity * np.exp(unit[:, None] / 2 + unit / 2)
    chosen: list[int] = []
    for _ in range(4):
        rest = [i for i in range(8) if i not in chosen]
        chosen.append(max(rest, key=lambda i: np.linalg.det(kernel[np.ix_([*chosen, i], [*chosen, i])])))
    assert found.tolist() == chosen


def test_calibration_brings_the_genres_of_the_history():
    found = order(k=4, calibration=1.0)
    shares = genre_shares(GENRES[found])
    best = min(
        divergence(KNOWN.taste, genre_shares(GENRES[list(some)])) for some in itertools.combinations(range(6), 4)
    )
    assert divergence(KNOWN.taste, shares) == pytest.approx(best)
    assert shares.tolist() == [0.5, 0.25, 0.25]


def test_divergence_by_hand():
    taste, shares = np.array([0.5, 0.5, 0.0]), np.array([1.0, 0.0, 0.0])
    smooth = 0.99 * shares + 0.01 * taste
    assert divergence(taste, shares) == pytest.approx(0.5 * np.log(0.5 / smooth[0]) + 0.5 * np.log(0.5 / smooth[1]))
    assert divergence(taste, taste) == pytest.approx(0)


def test_the_penalty_takes_popular_items_down():
    flat = rerank(ITEMS, np.ones(6), 6, Wishes(popularity_penalty=0.5), KNOWN)
    assert flat.tolist() == [5, 4, 3, 2, 1, 0]


def test_items_are_pinned_and_excluded():
    assert order(k=4, pin=(45, 43), exclude=(40,)) == [5, 3, 1, 2]
    with pytest.raises(WorkbenchError, match="both excluded and pinned"):
        Wishes(pin=(1,), exclude=(1, 2))
    with pytest.raises(WorkbenchError, match="Diversity must be from 0 to 1"):
        Wishes(diversity=1.5)


@pytest.mark.parametrize("method", ["mmr", "dpp"])
@pytest.mark.parametrize("seed", range(5))
def test_of_candidates_that_are_equally_good_but_for_rounding_the_first_one_is_taken(method, seed):
    rng = np.random.default_rng(seed)
    scores, nothing = np.repeat([2.0, 1.0, 0.0], 4), np.zeros(12)
    kinds = rng.permutation(12) % 4
    similarity, orders = (kinds[:, None] == kinds) * 1.0, []
    for noise in (0.0, 1e-15):
        rounded = similarity * (1 - noise * rng.random(similarity.shape))
        known = Known(rounded, nothing, np.zeros((12, 0), bool), np.zeros(0))
        orders.append(rerank(np.arange(12), scores, 12, Wishes(0.4, method), known).tolist())
    assert orders[0] == orders[1]


@settings(max_examples=60, deadline=None)
@example(2436, 0.015625, 0.0, 0.0, "dpp", 0, 9)  # good scores and three dimensions: rounding errors times exp(60)
@given(
    seed=st.integers(0, 2**16),
    diversity=st.floats(0, 1),
    calibration=st.floats(0, 1),
    penalty=st.floats(0, 1),
    method=st.sampled_from(["mmr", "dpp"]),
    per_genre=st.integers(0, 3),
    k=st.integers(1, 12),
)
def test_rules_hold_whatever_is_wished(seed, diversity, calibration, penalty, method, per_genre, k):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 12))
    vectors = rng.random((m, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    genres, taste = rng.random((m, 4)) < 0.4, rng.dirichlet(np.ones(4))
    known = Known(vectors @ vectors.T, rng.random(m), genres, taste)
    items = rng.permutation(100)[:m]
    wishes = Wishes(diversity, method, calibration, penalty, tuple(items[1:2].tolist()), (), per_genre)
    found = rerank(items, np.sort(rng.random(m))[::-1], k, wishes, known)
    assert len(set(found.tolist())) == len(found) <= min(k, m)
    assert 1 not in found
    if per_genre:
        assert (genres[found].sum(axis=0) <= per_genre).all()
    else:
        assert len(found) == min(k, m - (m > 1))
