"""Blends against calculations by hand, a brute-force search, and what its members say alone."""

import itertools

import numpy as np
import pytest

from tests.golden import interactions, with_facts
from workbench.algorithms import Algorithm
from workbench.algorithms.content.content import Content
from workbench.algorithms.hybrid.blend import Blend, standard
from workbench.algorithms.hybrid.blend_weights import Judged, grid
from workbench.algorithms.linear.ease import EASE
from workbench.algorithms.neighbours.user_knn import UserKNN
from workbench.data.interactions import UserItems
from workbench.data.splitting import Part
from workbench.data.splitting.last_n import LastN
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate


class Told(Algorithm):
    """Gives the scores that it was told, by user."""

    fold_in = "exact"

    def tell(self, scores):
        object.__setattr__(self, "scores", np.asarray(scores, np.float32))  # which is no hyperparameter
        return self

    def score(self, users, histories):
        return self.scores[users].copy()


class Bound(Told):
    fold_in = "none"


class ByContent(Told):
    needs = ("items",)


def told(scores, kind=Told):
    return kind().tell(scores)


def blended(members, weights, *, cold=(), n_items=None, cold_weight=1.0, **settings):
    blend = Blend(**settings)
    blend.join(members)
    cold_items = np.zeros(n_items or members[0].scores.shape[1], bool)
    cold_items[list(cold)] = True
    blend.restore({"weights": np.array(weights, float), "cold_weight": np.array(cold_weight), "cold_items": cold_items})
    return blend


def train(blend, members, data, validation, seed=0):
    blend.join(members, validation)
    list(blend.train(data, seed))
    return blend


NO_HISTORY = UserItems.from_lists([[]])


def test_two_known_score_matrices_give_what_a_hand_gives():
    # z-scores of 0, 2, 4 are -√1.5, 0, √1.5; those of 9, 0, 0 are √2, -√½, -√½.
    blend = blended([told([[0, 2, 4]]), told([[9, 0, 0]])], [0.75, 0.25])
    by_hand = [-0.75 * 1.5**0.5 + 0.25 * 2**0.5, -0.25 * 0.5**0.5, 0.75 * 1.5**0.5 - 0.25 * 0.5**0.5]
    np.testing.assert_allclose(blend.score(np.array([0]), NO_HISTORY), [by_hand], rtol=1e-6)


def test_what_somebody_has_had_does_not_set_the_scale():
    # Without item 0, which is in the history: 2 and 4 have mean 3 and deviation 1.
    blend = blended([told([[100, 2, 4]]), told([[0, 0, 0]])], [0.5, 0.5])
    np.testing.assert_allclose(blend.score(np.array([0]), UserItems.from_lists([[0]])), [[48.5, -0.5, 0.5]], rtol=1e-5)


def test_a_hidden_item_stands_behind_all_of_its_kind():
    # Forty people with eleven candidates or more, of whom each run says the same: one is hidden and comes last.
    rng, parts = np.random.default_rng(4), 5
    found = []
    for most in range(11, 51):
        alike = np.tile(rng.normal(size=(1, parts)).astype(np.float32), (most, 1))
        found.append((alike, np.arange(most) == rng.integers(most)))
    judged = Judged.gather(found, np.ones(40, np.int64))
    assert [judged.ndcg(rng.dirichlet(np.ones(parts))) for _ in range(20)] == [0.0] * 20


def test_ranks_give_what_a_hand_gives():
    blend = blended([told([[0, 2, 4]]), told([[9, 1, 1]])], [0.75, 0.25], scale="rank")
    by_hand = [0.75 * 60 / 62 + 0.25, 0.75 * 60 / 61 + 0.25 * 60 / 61, 0.75 + 0.25 * 60 / 61]
    np.testing.assert_allclose(blend.score(np.array([0]), NO_HISTORY), [by_hand], rtol=1e-6)


@pytest.mark.parametrize("scale", ["z-score", "rank"])
def test_a_model_blended_with_itself_is_the_model(scale):
    scores = np.random.default_rng(0).normal(size=(20, 50)).astype(np.float32)
    everybody, histories = np.arange(20), UserItems.from_lists([[user] for user in range(20)])
    both = blended([told(scores), told(scores)], [0.3, 0.7], scale=scale).score(everybody, histories)
    np.testing.assert_array_equal(np.argsort(both, axis=1), np.argsort(scores, axis=1))


def test_a_score_that_is_the_same_for_all_items_says_nothing():
    blend = blended([told([[0, 2, 4]]), told([[3.7, 3.7, 3.7]])], [0.5, 0.5])
    np.testing.assert_allclose(
        blend.score(np.array([0]), NO_HISTORY)[0], 0.5 * np.array([-1, 0, 1]) * 1.5**0.5, rtol=1e-6
    )


# -- Weights


def noisy(seed=3, n_users=60, n_items=40):
    """Three scores of which each knows something of its own about the hidden items, and the fold they are hidden in."""
    rng = np.random.default_rng(seed)
    taste = [rng.normal(size=(n_users, n_items)) for _ in range(3)]
    liked = np.argsort(
        -(0.6 * taste[0] + 0.35 * taste[1] + 0.05 * taste[2] + 0.5 * rng.normal(size=(n_users, n_items)))
    )
    user = np.repeat(np.arange(n_users), 8)
    data = interactions(user, liked[:, :8].ravel(), n_users, n_items, time=rng.permutation(len(user)))
    spare = data.n_users - n_users, data.n_items - n_items
    scores = [np.pad(one, [(0, spare[0]), (0, spare[1])], constant_values=one.min()) for one in taste]
    return [told(one) for one in scores], LastN().split(data)


def ndcg(blend, part, n_items):
    return evaluate(blend, part, n_items, metrics=["ndcg"], cutoffs=[10]).metrics["ndcg@10"]["mean"]


@pytest.mark.parametrize("count", [2, 3])
def test_weights_are_as_good_as_the_best_of_a_grid(count):
    members, fold = noisy()
    members, n_items = members[:count], fold.train.n_items
    found = train(Blend(), members, fold.train, fold.validation)
    by_force = {
        weights: ndcg(blended(members, np.array(weights) / 20), fold.validation, n_items)
        for weights in itertools.product(range(21), repeat=count)
        if sum(weights) == 20
    }
    assert found._weights.sum() == pytest.approx(1)
    assert ndcg(found, fold.validation, n_items) >= max(by_force.values()) - 1e-9
    alone = [by_force[tuple(20 * (at == one) for at in range(count))] for one in range(count)]
    assert max(by_force.values()) > max(alone) + 0.01  # there was something to find


def test_a_grid_holds_every_even_division_once():
    assert {tuple(np.round(one * 50)) for one in grid(2)} == {(float(n), 50.0 - n) for n in range(51)}
    for members in (1, 3, 5, 12):
        found = np.array(list(grid(members)))
        assert 1 <= len(found) == len({tuple(one) for one in found.round(6)}) <= 500
        np.testing.assert_allclose(found.sum(axis=1), 1)
        assert found.min() >= 0


def test_the_same_runs_give_the_same_weights():
    members, fold = noisy()
    one, other = (train(Blend(), members, fold.train, fold.validation) for _ in range(2))
    np.testing.assert_array_equal(one._weights, other._weights)


def test_a_useless_member_gets_no_weight():
    members, fold = noisy()
    lots = told(np.random.default_rng(9).normal(size=members[0].scores.shape))
    found = train(Blend(), [members[0], lots], fold.train, fold.validation)
    assert found._weights[0] > 0.8


def test_without_runs_or_validation_nothing_is_learned():
    members, fold = noisy()
    with pytest.raises(WorkbenchError, match="needs trained runs"):
        list(Blend().train(fold.train))
    with pytest.raises(WorkbenchError, match="this split has none"):
        train(Blend(), members, fold.train, None)


# -- Those that nobody knows


def described():
    """People of two tastes, and items of two genres; some of the items nobody has met."""
    user, step = np.divmod(np.arange(60 * 6), 6)
    item = (2 * (user // 2 + 3 * step) + user % 2) % 24
    return with_facts(interactions(user, item, 60, 30, time=np.arange(len(user))))


def of_tastes(kind, data, **settings):
    algorithm = kind(**settings)
    list(algorithm.train(data))
    return algorithm


def test_people_without_a_history_get_the_list_of_content():
    others, content = [[9, 0, 0, 5]], [[0, 1, 3, 2]]
    blend = blended([told(others), told(content, ByContent)], [0.9, 0.1], cold=[3], cold_weight=0.2)
    stranger, reader = blend.score(np.array([-1, -1]), UserItems.from_lists([[], [1]]))
    np.testing.assert_allclose(stranger, standard(np.array(content, np.float32), NO_HISTORY)[0], rtol=1e-6)
    assert reader.argmax() == 0  # who has a history gets the blend


def test_items_without_interactions_are_scored_by_content_alone():
    others, content = [[9, 0, 0, 5]], [[0, 1, 3, 2]]
    blend = blended([told(others), told(content, ByContent)], [0.9, 0.1], cold=[3], cold_weight=0.5)
    by_hand = 0.9 * standard(np.array(others, np.float32), NO_HISTORY)[0]
    of_content = standard(np.array(content, np.float32), NO_HISTORY)[0]
    by_hand += 0.1 * of_content
    by_hand[3] = 0.5 * of_content[3]
    np.testing.assert_allclose(blend.score(np.array([0]), NO_HISTORY)[0], by_hand, rtol=1e-5)


def test_items_without_interactions_are_ranked_by_content_alone():
    data = described()
    cold = np.flatnonzero(data.item_counts == 0)
    members = [of_tastes(EASE, data), of_tastes(Content, data, popularity=0)]
    blend = blended(members, [0.9, 0.1], n_items=data.n_items, cold=cold, cold_weight=0.5)
    users, histories = np.arange(10), data.by_user.rows(np.arange(10))
    scores, content = blend.score(users, histories), members[1].score(users, histories)
    alone = blended(members, [0, 1], n_items=data.n_items).score(users, histories)
    np.testing.assert_allclose(scores[:, cold], 0.5 * alone[:, cold], rtol=1e-5)
    known = cold[cold < 30]  # the spare ones have no genre
    same_taste = (known[None, :] % 2) == (users[:, None] % 2)
    assert scores[:, known][same_taste].min() > scores[:, known][~same_taste].max()
    assert content[:, known][same_taste].min() > content[:, known][~same_taste].max()


@pytest.mark.parametrize(("hidden", "low", "high"), [(range(20, 32), 0.9, 1.0), (range(20), 0.1, 0.5)])
def test_cold_items_get_the_weight_that_validation_gives_them(hidden, low, high):
    rng = np.random.default_rng(0)
    n_users = 40
    user, item = (
        np.repeat(np.arange(n_users), 3),
        rng.permuted(np.tile(np.arange(20), (n_users, 1)), axis=1)[:, :3].ravel(),
    )
    train_on = interactions(user, item, n_users, 30)
    scores = rng.normal(size=(2, train_on.n_users, train_on.n_items))
    scores[1, :, 20:] += 1  # content thinks highly of what nobody has met
    truth = np.array([rng.choice([one for one in hidden if one not in train_on.by_user[at]]) for at in range(n_users)])
    scores[0, np.arange(n_users), truth] += 3
    scores[1, np.arange(n_users), truth] += 3
    everybody = np.arange(n_users, dtype=np.int32)
    histories = train_on.by_user.rows(everybody)
    part = Part(everybody, everybody, histories, histories, UserItems.from_lists([[one] for one in truth]))
    found = train(Blend(), [told(scores[0]), told(scores[1], ByContent)], train_on, part)
    assert low <= found._cold_weight <= high
    np.testing.assert_array_equal(np.flatnonzero(found._cold_items), np.arange(20, 32))


def test_who_cannot_fold_in_has_no_say_on_new_people():
    here, there = [[0, 1, 2, 3.0]], [[3, 2, 1, 0.0]]
    blend = blended([told(here), told(there, Bound)], [0.1, 0.9])
    history = UserItems.from_lists([[1]])
    assert blend.score(np.array([0]), history)[0].argmax() == 0  # known: the second, heavier one prevails
    assert blend.score(np.array([-1]), history)[0].argmax() == 3  # new: the first alone
    np.testing.assert_array_equal(
        blended([told(here, Bound)], [1.0]).score(np.array([-1]), history)[0].argmax(), 3
    )  # nobody can: as it stands


def test_what_real_members_say_is_blended_for_new_people_as_for_known_ones():
    data = described()
    members = [of_tastes(EASE, data), of_tastes(UserKNN, data)]
    blend = blended(members, [0.5, 0.5], n_items=data.n_items)
    everybody = np.arange(data.n_users)
    known, new = (blend.score(who, data.by_user) for who in (everybody, np.full_like(everybody, -1)))
    np.testing.assert_allclose(known, new, rtol=1e-4, atol=1e-5)
