import itertools

import numpy as np
import pytest

from tests.algorithms.factors.test_warp import small_data
from tests.algorithms.hybrid.test_feature_mf import dense_features
from tests.golden import interactions, with_facts
from workbench.algorithms.hybrid.factorization_machine import FactorizationMachine
from workbench.data.interactions import UserItems


def rated(seed=0):
    data = small_data()
    rating = np.random.default_rng(seed).integers(1, 6, len(data)).astype(np.float32)
    return with_facts(interactions(data.user, data.item, 15, 12, rating=rating))


def inputs(data):
    """One row for each item, the words of titles left out: a one for itself, its decade and its genre, of length 1."""
    shared = dense_features(data)[:, data.n_items :]
    shared = (shared[:, :-2] > 0).astype(float)
    length = np.linalg.norm(shared, axis=1, keepdims=True)
    return np.hstack([np.eye(data.n_items), shared / np.where(length > 0, length, 1)])


def machine(x, weights, vectors):
    """The sum over every two inputs, as the paper defines it."""
    pairs = itertools.combinations([n for n in range(len(x)) if x[n]], 2)
    return x @ weights + sum((vectors[a] @ vectors[b]) * x[a] * x[b] for a, b in pairs)


def whole(algorithm, kind=np.asarray):
    """Weights and vectors of users, then of items and features."""
    weights = np.concatenate([algorithm._user_bias, algorithm._bias]).astype(np.float64)
    return kind(weights), kind(np.concatenate([algorithm._user_factors, algorithm._vectors]).astype(np.float64))


def row(data, user, item):
    return np.concatenate([np.eye(data.n_users)[user], inputs(data)[item]])


def test_scores_and_predictions_are_the_sum_over_every_pair():
    data = rated()
    algorithm = FactorizationMachine(factors=7, epochs=3, regularization=0.01, initial_spread=0.3)
    list(algorithm.train(data))
    weights, vectors = whole(algorithm)
    for user, item in ((0, 0), (3, 11), (14, 5), (2, data.n_items - 1)):
        expected = algorithm._mean + algorithm._scale * machine(row(data, user, item), weights, vectors)
        score = algorithm.score(np.array([user], np.int32), data.by_user.rows(np.array([user])))[0, item]
        assert score == pytest.approx(expected, abs=1e-4)
        predicted = algorithm.predict(np.array([user], np.int32), np.array([item], np.int32))[0]
        assert predicted == pytest.approx(np.clip(expected, 1, 5), abs=1e-4)


def test_each_step_follows_the_gradient():
    import torch

    data = rated()
    algorithm = FactorizationMachine(factors=5, epochs=1, learning_rate=0.05, regularization=0.02, initial_spread=0.3)
    algorithm.learn_scale(data)
    algorithm._begin(data, 3)
    weights, vectors = whole(algorithm, torch.tensor)
    squares = 0.0
    for n in np.random.default_rng([3, 1]).permutation(len(data)):
        target = (data.rating[n] - algorithm._mean) / algorithm._scale
        x = torch.tensor(row(data, data.user[n], data.item[n]))
        weights, vectors = (one.detach().requires_grad_() for one in (weights, vectors))
        error = target - machine(x, weights, vectors)
        took_part = (x != 0).double()
        held = (took_part * weights**2).sum() + (took_part[:, None] * vectors**2).sum()
        loss = (error**2 + 0.02 * held) / 2
        loss.backward()
        weights, vectors = weights - 0.05 * weights.grad, vectors - 0.05 * vectors.grad
        squares += float(error.detach() ** 2)
    records = list(algorithm.train(data, 3))
    for found, expected in zip(whole(algorithm), (weights, vectors), strict=True):
        np.testing.assert_allclose(found, expected.detach(), atol=1e-5)
    assert records[-1].loss == pytest.approx(algorithm._scale * np.sqrt(squares / len(data)), rel=1e-4)


def test_rates_items_that_nobody_rated_by_what_they_are():
    # Even people love even items, odd people odd ones; half of all items are yet to be rated.
    user, item = np.nonzero(np.random.default_rng(0).random((40, 12)) < 0.7)
    rating = np.where((user + item) % 2 == 0, 5, 1).astype(np.float32)
    data = with_facts(interactions(user, item, 40, 24, rating=rating))
    algorithm = FactorizationMachine(factors=8, epochs=100)
    list(algorithm.train(data))
    new = np.arange(20, 24)  # of a decade, too, that nobody rated
    alike = np.add.outer(np.arange(40), new) % 2 == 0
    histories = data.by_user.rows(slice(0, 40))
    for users in (np.arange(40, dtype=np.int32), np.full(40, -1, np.int32)):
        scores = algorithm.score(users, histories)[:, new]
        assert all(row[a].min() > row[~a].max() + 0.5 for row, a in zip(scores, alike, strict=True))
    nothing = algorithm.score(np.array([-1]), UserItems.from_lists([[]]))
    assert nothing[0, -1] == pytest.approx(rating.mean(), abs=1e-5)
