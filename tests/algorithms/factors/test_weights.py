"""What events are worth, learned: weights by iALS, dislikes by BPR."""

from dataclasses import replace

import numpy as np
import pytest

from tests.data.test_interactions import build
from workbench.algorithms.factors.bpr import BPR
from workbench.algorithms.factors.ials import IALS


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    return build([(user, int(item), 1 + int(item) % 5, 0) for user in range(30) for item in rng.permutation(25)[:10]])


def test_ials_weighs_each_event_in_its_loss(data):
    """The same as weights that it makes of ratings itself, the unobserved ones being as heavy as before."""
    by_rating = IALS(factors=4, epochs=3, rating_weight=2.0)
    weight = (1 + np.float32(2.0) * np.log1p(data.rating)).astype(np.float32)
    by_weight = IALS(factors=4, epochs=3, unobserved_weight=10 * len(data) / weight.sum(dtype=np.float64))
    weighted = replace(data, weight=weight)
    list(by_rating.train(data, 1))
    list(by_weight.train(weighted, 1))
    users = np.full(5, -1, np.int32)
    found = by_weight.score(users, weighted.by_user.rows(slice(0, 5)))
    assert found == pytest.approx(by_rating.score(users, data.by_user.rows(slice(0, 5))), abs=1e-5)
    parts = by_weight.contributions(weighted.by_user.rows(np.array([3])), 7)
    assert parts.sum() == pytest.approx(found[3, 7], abs=1e-5)
    plain = by_weight.score(users, data.by_user.rows(slice(0, 5)))
    assert np.abs(plain - found).max() > 1e-3


def test_bpr_puts_what_is_disliked_below_what_was_never_seen(data):
    """Users dislike at random, so nothing but their dislikes tells these items apart."""
    disliked = np.random.default_rng(4).random(len(data)) < 0.3
    weighted = replace(data, weight=np.where(disliked, -1, 1).astype(np.float32))
    gaps = {}
    for name, given in (("with", weighted), ("without", weighted.positives.unweighted())):
        algorithm = BPR(factors=16, epochs=40, drawn=1)
        list(algorithm.train(given, 1))
        scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), given.by_user)
        never = np.ones(scores.shape, bool)
        never[data.user, data.item] = False
        gaps[name] = scores[never].mean() - scores[data.user[disliked], data.item[disliked]].mean()
    assert gaps["with"] > gaps["without"] + 0.3
    assert gaps["with"] > 0.3
