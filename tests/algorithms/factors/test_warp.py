import numpy as np
import pytest

from tests.golden import interactions
from workbench.algorithms.base.factor_ranker import fold_in
from workbench.algorithms.factors.warp import WARP
from workbench.data.interactions import UserItems

WRAP = 2**64


class Chance:
    """Splitmix64 as its authors wrote it down; numbers below n are its upper half times n, shifted down."""

    def __init__(self, state):
        self.state = int(state)

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) % WRAP
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WRAP
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WRAP
        return (((z ^ (z >> 31)) >> 32) * n) >> 32


class Naive:
    """WARP and BPR on features, one number of one gradient at a time; float64, dense features (n_items, n_features)."""

    def __init__(self, features, users, items, rate, weight, trials):
        self.x = features
        self.p, self.q, self.b = (np.array(one, np.float64) for one in (users, *items))
        self.squares = [np.ones_like(one) for one in (self.p, self.q, self.b)]
        self.rate, self.weight, self.trials = rate, weight, trials

    def score(self, u, i):
        return self.x[i] @ (self.q @ self.p[u] + self.b)

    def adagrad(self, which, at, gradient):
        values = (self.p, self.q, self.b)[which]
        gradient = gradient + self.weight * values[at]
        self.squares[which][at] += gradient**2
        values[at] -= self.rate * gradient / np.sqrt(self.squares[which][at])

    def step(self, u, i, seen, others, chance):
        for trial in range(1, (self.trials or 100) + 1):
            j = others[chance.below(len(others))]
            if j in seen[u]:
                continue
            lead = self.score(u, i) - self.score(u, j)
            if self.trials:
                if lead >= 1:
                    continue
                pull = np.log(max(1, (len(others) - 1) // trial))
                loss = pull * (1 - lead)
            else:
                pull, loss = 1 / (1 + np.exp(lead)), np.log(1 + np.exp(-lead))
            if pull == 0:
                return loss
            p = self.p[u].copy()
            to_user = -pull * (self.x[i] - self.x[j]) @ self.q
            for item, sign in ((i, -pull), (j, pull)):
                for a in np.flatnonzero(self.x[item]):
                    self.adagrad(1, a, sign * self.x[item, a] * p)
                    self.adagrad(2, a, sign * self.x[item, a])
            self.adagrad(0, u, to_user)
            return loss
        return 0.0


def small_data(n_users=15, n_items=12):
    user, item = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < 0.35)
    return interactions(user, item, n_users, n_items)


def check_against_naive(algorithm, data, features, others, trials):
    """Train three epochs and replay them naively from the same start."""
    start = type(algorithm)(**algorithm.model_dump())
    start._begin(data, start.features(data), 4)
    items = start._item_factors, start._item_bias
    naive = Naive(features, start._user_factors, items, algorithm.learning_rate, algorithm.regularization, trials)
    seen = [set(data.by_user[u].tolist()) for u in range(data.n_users)]
    losses = [record.loss for record in algorithm.train(data, 4) if record.ends_epoch]
    for epoch, loss in enumerate(losses):
        rng = np.random.default_rng([4, epoch + 1])
        order, chance = rng.permutation(len(data)), Chance(rng.integers(2**64, dtype=np.uint64))
        total = sum(naive.step(data.user[n], data.item[n], seen, others, chance) for n in order)
        assert loss == pytest.approx(total / len(data), rel=1e-3)
    np.testing.assert_allclose(algorithm._user_factors, naive.p, atol=1e-4)
    np.testing.assert_allclose(algorithm._item_factors, naive.q, atol=1e-4)
    np.testing.assert_allclose(algorithm._item_bias, naive.b, atol=1e-4)
    assert np.abs(naive.b).max() > 0.05
    users = np.arange(data.n_users, dtype=np.int32)
    expected = [[naive.score(u, i) for i in range(data.n_items)] for u in users]
    np.testing.assert_allclose(algorithm.score(users, data.by_user), expected, atol=1e-3)


def test_equals_a_naive_one_step_by_step():
    data = small_data()
    algorithm = WARP(factors=9, epochs=3, trials=4, regularization=0.02)
    check_against_naive(algorithm, data, np.eye(data.n_items), np.arange(data.n_items), 4)


def test_fold_in_makes_what_it_promises_small():
    rng = np.random.default_rng(1)
    factors, bias = rng.normal(size=(30, 4)).astype(np.float32), rng.normal(size=30).astype(np.float32)
    histories = UserItems.from_lists([[3, 7, 9], [], [20]])
    people = fold_in(histories, factors, bias, 0.1)

    def objective(p, items):
        lead = (factors[items] - factors.mean(0)) @ p + bias[items] - bias.mean()
        return np.log1p(np.exp(-lead)).mean() + 0.05 * p @ p

    assert (people[1] == 0).all()
    for n in (0, 2):
        found = objective(people[n], histories[n])
        assert found < objective(np.zeros(4), histories[n]) - 0.1
        nearby = [objective(people[n] + 1.5 * step, histories[n]) for step in rng.normal(size=(50, 4))]
        assert np.mean(np.array(nearby) > found) > 0.9
