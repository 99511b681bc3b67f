import numpy as np
import pytest

from tests.algorithms.factors.test_warp import check_against_naive, small_data
from tests.algorithms.stepped import seen_by_hand, with_item_vectors
from tests.golden import interactions, with_facts
from workbench.algorithms.hybrid.feature_mf import FeatureMF
from workbench.data.interactions import UserItems


def dense_features(data):
    """By hand: each item itself, its decade, its genre and the two words that all titles share, of length 1."""
    n = data.n_items
    known = np.arange(n) < n - 2
    shared = np.zeros((n, 6))
    for i in np.flatnonzero(known):
        shared[i, [int(i >= 10), 2 + i % 2, 4, 5]] = 0.5
    kept = [0, *([1] if (shared[:, 1] > 0).sum() >= 3 else []), 2, 3, 4, 5]
    if 1 not in kept:
        length = np.linalg.norm(shared[:, kept], axis=1, keepdims=True)
        shared[:, kept] /= np.where(length > 0, length, 1)
    return np.hstack([np.eye(n), shared[:, kept]])


@pytest.mark.parametrize(("loss", "vectors"), [("warp", False), ("bpr", False), ("bpr", True)])
def test_equals_a_naive_one_step_by_step(loss, vectors):
    data = with_facts(small_data())
    features = dense_features(data)
    if vectors:
        data = with_item_vectors(data)
        features = np.hstack([features, seen_by_hand(data.item_features)])
    data = data.take(data.item != 5)  # an item that nobody met
    algorithm = FeatureMF(factors=6, epochs=3, trials=4, regularization=0.02, loss=loss, learning_rate=0.05)
    unmet = [5, 12, 13] if vectors else [5]  # two more of which something is known
    others = np.delete(np.arange(data.n_items), unmet)
    check_against_naive(algorithm, data, features, others, 4 if loss == "warp" else 0)


def test_items_that_nobody_met_are_found_by_what_they_are():
    # Even people like even items, odd people odd ones; half of all items are yet to be met.
    user, item = np.nonzero(np.add.outer(np.arange(40), np.arange(12)) % 2 == 0)
    chosen = np.random.default_rng(0).random(len(user)) < 0.7
    data = with_facts(interactions(user[chosen], item[chosen], 40, 24))
    algorithm = FeatureMF(factors=8)
    list(algorithm.train(data))
    new = np.arange(12, 24)
    histories = data.by_user.rows(slice(0, 40))
    for users in (np.arange(40, dtype=np.int32), np.full(40, -1, np.int32)):
        scores = algorithm.score(users, histories)[:, new]
        alike = np.add.outer(np.arange(40), new) % 2 == 0
        assert all(row[a].min() > row[~a].max() for row, a in zip(scores, alike, strict=True))
    assert (algorithm._item_factors[new] == 0).all()


def test_an_item_without_facts_stands_for_itself():
    data = with_facts(small_data())
    algorithm = FeatureMF(factors=6, epochs=2)
    list(algorithm.train(data))
    lengths = np.diff(algorithm._indptr)
    assert (lengths[-2:] == 1).all()
    assert (lengths[:-2] > 1).all()
    scores = algorithm.score(np.array([-1]), UserItems.from_lists([[0]]))
    assert np.isfinite(scores).all()
