"""BPR against a naive one, step by step, and on data whose answer is known."""

import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.factors.test_warp import Chance
from workbench.algorithms.factors import bpr
from workbench.algorithms.factors.bpr import BPR
from workbench.data.interactions import Array, Interactions, UserItems


def checkerboard(n: int = 20) -> tuple[Interactions, Array]:
    """Even users choose even items, odd ones odd, but for one item each that is held out; that item of each user."""
    pairs = [(u, i) for u in range(n) for i in range(n) if (u + i) % 2 == 0 and i != (u + 2) % n]
    user, item = np.array(pairs, np.int32).T
    ids = pa.array([str(i) for i in range(n)])
    return Interactions.build(user, item, ids, ids), (np.arange(n) + 2) % n


def naive_epoch(
    p: Array, q: Array, b: Array, squares: list[Array], data: Interactions, algorithm: BPR, seed: int
) -> float:
    """One epoch in float64, from the formula of the paper; `squares` are of people, items and biases. The mean loss."""
    rng, total = np.random.default_rng([seed, 1]), 0.0
    people, chance = rng.permutation(data.n_users), Chance(rng.integers(2**64, dtype=np.uint64))
    weight, rate = algorithm.regularization, algorithm.learning_rate
    for u in people:
        seen = sorted(data.by_user[u].tolist())
        for i in seen:
            drawn = [chance.below(data.n_items) for _ in range(algorithm.drawn)]
            unseen = [j for j in drawn if j not in seen]
            if not unseen:
                continue
            j = max(unseen, key=lambda j: p[u] @ q[j] + b[j])
            x = p[u] @ (q[i] - q[j]) + b[i] - b[j]
            total += np.log(1 + np.exp(-x))
            miss = 1 / (1 + np.exp(x))  # 1 - sigmoid(x)
            steps = [
                (p, squares[0], u, -miss * (q[i] - q[j]) + weight * p[u]),
                (q, squares[1], i, -miss * p[u] + weight * q[i]),
                (q, squares[1], j, miss * p[u] + weight * q[j]),
                (b, squares[2], i, -miss + weight * b[i]),
                (b, squares[2], j, miss + weight * b[j]),
            ]
            for values, sums, at, gradient in steps:
                sums[at] += np.mean(gradient**2)
                values[at] -= rate * gradient / np.sqrt(sums[at])
    return total / len(data)


@pytest.mark.parametrize("drawn", [1, 3])
def test_an_epoch_equals_a_naive_one(drawn: int) -> None:
    data, _ = checkerboard(12)
    algorithm = BPR(factors=9, epochs=1, drawn=drawn, regularization=0.05)
    start = BPR(**algorithm.model_dump())
    start._begin(data, start.features(data), 4)
    p, q, b = (np.array(one, np.float64) for one in (start._user_factors, start._item_factors, start._item_bias))
    squares = [np.full(n, bpr.FIRST_SQUARE) for n in (data.n_users, data.n_items, data.n_items)]
    loss = naive_epoch(p, q, b, squares, data, algorithm, 4)
    (record,) = algorithm.train(data, 4)
    assert record.loss == pytest.approx(loss, rel=1e-4)
    for found, expected in ((algorithm._user_factors, p), (algorithm._item_factors, q), (algorithm._item_bias, b)):
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(b).max() > 0.05


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = checkerboard()
    whole, parts = BPR(factors=8, epochs=2), BPR(factors=8, epochs=2)
    assert len(list(whole.train(data))) == 2
    monkeypatch.setattr(bpr, "BATCH_INTERACTIONS", 20)
    assert len(list(parts.train(data))) > 10
    for name, value in whole.state().items():
        np.testing.assert_array_equal(parts.state()[name], value)


def test_learns_the_checkerboard_of_known_and_new_people() -> None:
    data, held_out = checkerboard()
    algorithm = BPR(factors=8, epochs=60, regularization=0.001)
    list(algorithm.train(data, 0))
    users = np.arange(data.n_users, dtype=np.int32)
    for who in (users, np.full_like(users, -1)):
        scores = algorithm.score(who, data.by_user)
        scores[data.user, data.item] = -np.inf
        assert (scores.argmax(1) == held_out).mean() == 1


def test_who_has_seen_everything_teaches_nothing() -> None:
    ids = pa.array(["a", "b"])
    data = Interactions.build(np.array([0, 0, 1], np.int32), np.array([0, 1, 0], np.int32), ids, ids)
    algorithm = BPR(factors=2, epochs=3)
    list(algorithm.train(data))
    start = BPR(factors=2)
    start._begin(data, start.features(data), 0)
    np.testing.assert_array_equal(algorithm._user_factors[0], start._user_factors[0])
    assert algorithm._item_bias[0] > algorithm._item_bias[1]


def test_nobody_gets_the_biases_and_an_order_changes_nothing() -> None:
    data, _ = checkerboard()
    algorithm = BPR(factors=4, epochs=2)
    list(algorithm.train(data, 0))
    nobody, one, other = algorithm.score(np.full(3, -1, np.int32), UserItems.from_lists([[], [2, 4, 6], [6, 2, 4]]))
    np.testing.assert_array_equal(nobody, algorithm._item_bias)
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert not np.allclose(one, nobody)
