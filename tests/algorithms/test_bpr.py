"""BPR against a step written by hand, and on data whose answer is known."""

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms.bpr import BPR
from workbench.data.interactions import Array, Interactions, UserItems


def checkerboard(n: int = 20) -> tuple[Interactions, Array]:
    """Even users choose even items, odd ones odd, but for one item each that is held out; that item of each user."""
    pairs = [(u, i) for u in range(n) for i in range(n) if (u + i) % 2 == 0 and i != (u + 2) % n]
    user, item = np.array(pairs, np.int32).T
    ids = pa.array([str(i) for i in range(n)])
    return Interactions.build(user, item, ids, ids), (np.arange(n) + 2) % n


def by_hand(state: dict[str, Array], batch: dict[str, Array], rate: float, l2: float) -> list[Array]:
    """Tables after one step of gradient descent, pair by pair, from the formula of the paper."""
    p, q, b = (state[f"module.{name}.weight"].astype(np.float64) for name in ("user", "item", "bias"))
    to_p, to_q, to_b = np.zeros_like(p), np.zeros_like(q), np.zeros_like(b)
    n = len(batch["user"])
    for u, i, j in zip(batch["user"], batch["item"], batch["unseen"], strict=True):
        x = p[u] @ (q[i] - q[j]) + b[i, 0] - b[j, 0]
        miss = 1 / (1 + np.exp(x))  # 1 - sigmoid(x)
        to_p[u] += (-miss * (q[i] - q[j]) + l2 * p[u]) / n
        to_q[i] += (-miss * p[u] + l2 * q[i]) / n
        to_q[j] += (miss * p[u] + l2 * q[j]) / n
        to_b[i] += (-miss + l2 * b[i]) / n
        to_b[j] += (miss + l2 * b[j]) / n
    return [p - rate * to_p, q - rate * to_q, b - rate * to_b]


@pytest.mark.parametrize("rows_before_sparse", [0, 1000])
def test_one_step_as_by_hand(rows_before_sparse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.algorithms.bpr.MANY_ROWS", rows_before_sparse)
    data, _ = checkerboard(6)
    algorithm = BPR(factors=3, optimizer="sgd", learning_rate=0.5, regularization=0.3, batch_size=8)
    algorithm._create(data.n_users, data.n_items, 1)
    for _, batch in algorithm.batches(data)(np.random.default_rng(0)):
        expected = by_hand(algorithm.state(), batch, 0.5, 0.3)
        algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
        got = algorithm.state()
        for name, table in zip(("user", "item", "bias"), expected, strict=True):
            np.testing.assert_allclose(got[f"module.{name}.weight"], table, rtol=1e-5, atol=1e-7)


def test_sparse_tables_learn_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = checkerboard()
    dense, sparse = BPR(factors=4, epochs=3, batch_size=50), BPR(factors=4, epochs=3, batch_size=50)
    list(dense.train(data, 1))
    monkeypatch.setattr("workbench.algorithms.bpr.MANY_ROWS", 0)
    list(sparse.train(data, 1))
    assert sparse._module["user"].sparse
    for name, value in dense.state().items():
        np.testing.assert_allclose(sparse.state()[name], value, rtol=1e-3, atol=1e-4, err_msg=name)


def test_learns_the_checkerboard_of_known_and_new_people() -> None:
    data, held_out = checkerboard()
    algorithm = BPR(factors=8, epochs=60, batch_size=64, regularization=0.001)
    list(algorithm.train(data, 0))
    users = np.arange(data.n_users, dtype=np.int32)
    for who in (users, np.full_like(users, -1)):
        scores = algorithm.score(who, data.by_user)
        scores[data.user, data.item] = -np.inf
        assert (scores.argmax(1) == held_out).mean() == 1


def test_nobody_gets_the_biases_and_an_order_changes_nothing() -> None:
    data, _ = checkerboard()
    algorithm = BPR(factors=4, epochs=2)
    list(algorithm.train(data, 0))
    nobody, one, other = algorithm.score(np.full(3, -1, np.int32), UserItems.from_lists([[], [2, 4, 6], [6, 2, 4]]))
    np.testing.assert_array_equal(nobody, algorithm.state()["module.bias.weight"][:, 0])
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert not np.allclose(one, nobody)
