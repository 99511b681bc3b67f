"""GMF, MLP, NeuMF and ConvNCF against formulas in plain numpy, pair by pair."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.algorithms.stepped import (
    Weights,
    assert_step,
    first_batch,
    network,
    pair_loss,
    ready,
    relu,
    some_data,
    weights,
)
from workbench.algorithms import find
from workbench.algorithms.base.pair_scorer import PairScorer, cells, drawing, newest
from workbench.algorithms.base.training_loop import Batch
from workbench.algorithms.neural.convncf import ConvNCF
from workbench.algorithms.neural.gmf import GMF
from workbench.algorithms.neural.mlp import MLP
from workbench.algorithms.neural.neumf import NeuMF
from workbench.data.interactions import Array, UserItems
from workbench.errors import WorkbenchError

Pair = Callable[[Weights, Array, int], float]


def gmf(w: Weights, p: Array, i: int) -> float:
    return float((w["out.weight"][0] * p * w["item.weight"][i]).sum() + w["out.bias"][0])


def first_layer(w: Weights, p: Array, q: Array) -> Array:
    both = np.concatenate([w["from_user.weight"], w["from_item.weight"]], 1)  # the one matrix of the paper
    return both @ np.concatenate([p, q]) + w["from_item.bias"]


def mlp(w: Weights, p: Array, i: int) -> float:
    return float(network(w, "tower", first_layer(w, p, w["item.weight"][i]))[0])


def neumf(w: Weights, p: Array, i: int) -> float:
    d, q = w["weights.weight"].shape[1], w["item.weight"][i]
    deep = network(w, "tower", first_layer(w, p[d:], q[d:]))[0]
    return float((w["weights.weight"][0] * p[:d] * q[:d]).sum() + deep)


def convncf(w: Weights, p: Array, i: int) -> float:
    from scipy.signal import correlate2d

    maps = [np.outer(p, w["item.weight"][i])]
    number = 0
    while f"layers.{number}.weight" in w:
        weight, bias = w[f"layers.{number}.weight"], w[f"layers.{number}.bias"]
        filters = weight.reshape(len(weight), 2, 2, len(maps))
        maps = [
            relu(sum(correlate2d(m, f[:, :, n], "valid")[::2, ::2] for n, m in enumerate(maps)) + b)
            for f, b in zip(filters, bias, strict=True)
        ]
        number += 1
    assert maps[0].shape == (1, 1)
    return float(w["out.weight"][0] @ np.array([m[0, 0] for m in maps]) + w["out.bias"][0])


MODELS: list[tuple[type[PairScorer], Pair, dict[str, int]]] = [
    (GMF, gmf, {"factors": 3}),
    (MLP, mlp, {"factors": 10, "layers": 3}),
    (NeuMF, neumf, {"factors": 3, "width": 4, "layers": 2}),
    (ConvNCF, convncf, {"factors": 8, "filters": 3}),
]
each = pytest.mark.parametrize(("kind", "by_hand", "sizes"), MODELS, ids=lambda one: getattr(one, "__name__", ""))


@each
def test_scores_are_those_of_the_formulas(kind: type[PairScorer], by_hand: Pair, sizes: dict[str, int]) -> None:
    data = some_data()
    algorithm = ready(kind, data, **sizes)
    w = weights(algorithm)
    scores = algorithm.score(np.array([2, 0, 6], np.int32), data.by_user.rows(np.array([2, 0, 6])))
    expected = [[by_hand(w, w["user.weight"][user], item) for item in range(9)] for user in (2, 0, 6)]
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)


@each
@pytest.mark.parametrize("objective", ["bce", "bpr", "sampled-softmax"])
def test_one_step_as_by_differences(
    kind: type[PairScorer], by_hand: Pair, sizes: dict[str, int], objective: str
) -> None:
    data = some_data()
    algorithm = ready(kind, data, objective=objective, negatives=2, regularization=0.3, batch_size=5, **sizes)

    def loss(w: Weights, batch: Batch) -> float:
        p = w["user.weight"][batch["user"]]
        scores = [[by_hand(w, u, i) for i in items] for u, items in zip(p, batch["items"], strict=True)]
        return pair_loss(np.array(scores), objective, 9) + 0.15 * float(np.square(p).sum(1).mean())

    assert_step(algorithm, first_batch(algorithm, data), loss)


@each
def test_blocks_change_nothing_but_rounding(
    kind: type[PairScorer], by_hand: Pair, sizes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = some_data()
    algorithm = ready(kind, data, **sizes)
    users, histories = np.array([0, 1, 5, -1], np.int32), data.by_user.rows(np.array([0, 1, 5, 4]))
    whole = algorithm.score(users, histories)
    for numbers in (1, 4 * algorithm.pair_size()):
        monkeypatch.setattr("workbench.algorithms.base.pair_scorer.BATCH_NUMBERS", numbers)
        np.testing.assert_allclose(algorithm.score(users, histories), whole, rtol=1e-4, atol=1e-4)


@each
def test_history_lifts_its_items_for_new_people(kind: type[PairScorer], by_hand: Pair, sizes: dict[str, int]) -> None:
    algorithm = ready(kind, some_data(), **sizes)
    histories = UserItems.from_lists([[], [3, 1], [1, 3]])
    nobody, one, other = algorithm.score(np.full(3, -1, np.int32), histories)
    w = weights(algorithm)
    mean = w["user.weight"].mean(0)
    np.testing.assert_allclose(nobody, [by_hand(w, mean, i) for i in range(9)], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    lead_before, lead_after = (scores[[1, 3]].mean() - scores.mean() for scores in (nobody, one))
    assert lead_after > lead_before


def test_only_the_newest_items_of_new_people_count_where_pairs_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    algorithm = ready(ConvNCF, some_data(), factors=4, filters=3)
    histories = UserItems.from_lists([[5, 6, 3, 1], [3, 1], [1], []])
    whole, short, _, nobody = algorithm.score(np.full(4, -1, np.int32), histories)
    assert np.abs(whole - short).max() > 1e-3
    monkeypatch.setattr("workbench.algorithms.base.pair_scorer.OWN_NUMBERS", 2 * algorithm.pair_size())
    scores = algorithm.score(np.full(4, -1, np.int32), histories)
    np.testing.assert_allclose(scores[[0, 1]], [short, short], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores[3], nobody, rtol=1e-4, atol=1e-5)
    cut = newest(histories, 3)
    assert [cut[user].tolist() for user in range(4)] == [[6, 3, 1], [3, 1], [1], []]


def test_every_cell_is_in_one_block() -> None:
    for n, m, most in ((5, 7, 1), (5, 7, 3), (5, 7, 14), (5, 7, 100), (0, 3, 2), (4, 1, 0)):
        counts = np.zeros((n, m), int)
        for rows, columns in cells(n, m, most):
            counts[rows, columns] += 1
            assert counts[rows, columns].size <= max(1, most)
        assert (counts == 1).all()


def test_only_allowed_items_are_drawn_to_compare_with() -> None:
    data, among = some_data(), np.array([1, 2, 5, 8])
    draw, rows = drawing(data, among)
    users = np.unique(data.user[rows])
    assert len(users) > 3
    for user in users:
        drawn = draw(np.full(200, user, np.int64), np.random.default_rng(0))
        assert set(drawn) == set(among) - set(data.by_user[user])
    full = set(range(7)) - {user for user in range(7) if set(among) - set(data.by_user[user])}
    assert not full & set(users)


def test_sides_of_the_map_are_powers_of_two() -> None:
    with pytest.raises(WorkbenchError, match="factors must be a power of 2 such as 16 or 32, which 24 is not"):
        find("convncf").make({"factors": 24})
