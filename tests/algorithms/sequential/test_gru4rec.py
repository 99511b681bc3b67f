"""GRU4Rec against a network in plain numpy, and on the cycle."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.sequence_data import seeing
from workbench.algorithms.base.negative_sampling import compared
from workbench.algorithms.sequential.gru4rec import GRU4Rec
from workbench.data.interactions import Array, Interactions, UserItems


def cycle(n_items: int = 12, n_users: int = 60, length: int = 6) -> Interactions:
    """Item i is followed by i + 1, and the last by the first."""
    start = np.arange(n_users)[:, None] % n_items
    item = ((start + np.arange(length)) % n_items).astype(np.int32).ravel()
    user = np.repeat(np.arange(n_users), length).astype(np.int32)
    ids = [pa.array([str(i) for i in range(n)]) for n in (n_users, n_items)]
    return Interactions.build(user, item, *ids, time=np.tile(np.arange(length), n_users).astype(np.int64))


def created(n_items: int = 12, **hyperparameters: Any) -> GRU4Rec:
    algorithm = GRU4Rec(**({"factors": 5, "hidden": 7} | hyperparameters))
    algorithm._create(3, n_items, 0)
    return algorithm


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def by_hand(weights: dict[str, Array], sequence: list[int]) -> Array:
    """Scores after a sequence, from the formulas."""
    of_input, of_state = weights["module.cell.weight_ih_l0"], weights["module.cell.weight_hh_l0"]
    bias_input, bias_state = weights["module.cell.bias_ih_l0"], weights["module.cell.bias_hh_l0"]
    hidden = np.zeros(of_state.shape[1])
    for item in sequence:
        x = weights["module.item.weight"][item]
        r_x, z_x, h_x = np.split(of_input @ x + bias_input, 3)
        r_h, z_h, h_h = np.split(of_state @ hidden + bias_state, 3)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        candidate = np.tanh(h_x + r * h_h)
        hidden = (1 - z) * candidate + z * hidden
    query = weights["module.out.weight"] @ hidden + weights["module.out.bias"]
    return weights["module.item.weight"][:-1] @ query + weights["module.bias.weight"][:, 0]


@pytest.mark.parametrize("vectors_as", ["added", "alone"])
def test_vectors_of_items_are_added_or_stand_alone(vectors_as: str) -> None:
    algorithm, rows = seeing(GRU4Rec, vectors_as, factors=5, hidden=7)
    state = algorithm.state() | {"module.item.weight": rows}
    scores = algorithm.score(np.full(2, -1, np.int32), UserItems.from_lists([[1, 2, 3], [7]]))
    for row, items in enumerate([[1, 2, 3], [7]]):
        np.testing.assert_allclose(scores[row], by_hand(state, [12, *items]), rtol=1e-3, atol=1e-4)


def test_scores_are_those_of_the_formulas() -> None:
    algorithm, start = created(), 12
    state = {
        name: value + 0.1 if name == "module.bias.weight" else 3 * value for name, value in algorithm.state().items()
    }
    algorithm.restore(state | {name: algorithm.state()[name] for name in ("n_users", "n_items", "epochs_done")})
    lists = [[1, 2, 3, 4], [], [7], [11, 0, 5]]
    scores = algorithm.score(np.full(4, -1, np.int32), UserItems.from_lists(lists))
    for row, items in enumerate(lists):
        np.testing.assert_allclose(scores[row], by_hand(state, [start, *items]), rtol=1e-4, atol=1e-5)


def test_only_the_last_items_are_read() -> None:
    algorithm = created(max_length=3)
    histories = UserItems.from_lists([[9, 9, 1, 2, 3], [1, 2, 3], [1, 2]])
    scores = algorithm.score(np.full(3, -1, np.int32), histories)
    weights = algorithm.state()
    np.testing.assert_allclose(scores[0], by_hand(weights, [1, 2, 3]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores[1], scores[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores[2], by_hand(weights, [12, 1, 2]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_the_future_is_not_seen(cell: str) -> None:
    import torch

    algorithm = created(cell=cell, layers=2)
    algorithm._module.eval()
    items = torch.tensor([[12, 1, 2, 3, 4, 5]])
    changed = torch.tensor([[12, 1, 2, 3, 9, 8]])
    with torch.no_grad():
        before, after = (algorithm.read(algorithm._module, one)[0] for one in (items, changed))
    assert torch.equal(before[:4], after[:4])
    assert not torch.equal(before[4], after[4])


def test_padding_and_company_change_nothing_but_rounding() -> None:
    import torch

    algorithm = created(dropout=0.0)
    algorithm._module.eval()
    alone = {"items": [[12, 1, 2]], "where": [0, 1, 2], "target": [1, 2, 3]}
    other = {"items": [[12, 4, 5, 6, 7]], "where": [0, 1, 2, 3, 4], "target": [4, 5, 6, 7, 8]}
    both = {
        "items": [[12, 1, 2, 12, 12], [12, 4, 5, 6, 7]],
        "where": [0, 1, 2, 5, 6, 7, 8, 9],
        "target": [1, 2, 3, 4, 5, 6, 7, 8],
    }
    losses = []
    for batch in (alone, other, both):
        tensors = {name: torch.tensor(value) for name, value in batch.items()}
        losses.append(algorithm.loss(algorithm._module, tensors).item())
    assert losses[2] == pytest.approx((3 * losses[0] + 5 * losses[1]) / 8, rel=1e-5)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("longest", [1, 2, 3, 100])
def test_every_interaction_is_a_target_once_after_what_came_before(size: int, longest: int) -> None:
    rng = np.random.default_rng(0)
    lists = [rng.permutation(30)[:n].tolist() for n in (3, 1, 9, 2, 7, 4)]
    user = np.repeat(np.arange(8), [0, *map(len, lists), 0]).astype(np.int32)  # the first and last have no row
    item = np.concatenate(lists).astype(np.int32)
    ids = [pa.array([str(i) for i in range(n)]) for n in (8, 30)]
    data = Interactions.build(user, item, *ids, time=np.arange(len(user), dtype=np.int64))
    algorithm = GRU4Rec(batch_size=size, max_length=longest)
    seen = []
    for _, batch in algorithm.batches(data)(rng):
        assert batch["items"].shape[1] <= longest
        seen += list(zip(batch["items"].ravel()[batch["where"]].tolist(), batch["target"].tolist(), strict=True))
    expected = [pair for one in lists for pair in zip([30, *one[:-1]], one, strict=True)]
    assert sorted(seen) == sorted(expected)


def test_loss_does_not_depend_on_the_batches() -> None:
    import torch

    data = cycle()
    losses = []
    for size in (17, 10_000):
        algorithm = created(batch_size=size, dropout=0.0)
        algorithm._module.eval()
        total, count = 0.0, 0
        for _, batch in algorithm.batches(data)(np.random.default_rng(size)):
            loss = algorithm.loss(algorithm._module, {name: torch.from_numpy(value) for name, value in batch.items()})
            total, count = total + loss.item() * len(batch["target"]), count + len(batch["target"])
        losses.append(total / count)
        assert count == len(data)
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_compared_items_stand_for_all() -> None:
    """The sum over the compared items, each counted as often as it stands for one, is that over all on average."""
    rng, n_items = np.random.default_rng(0), 200
    strength, target = rng.uniform(1, 5, n_items), np.array([3, 7, 7, 150])
    sums = []
    for _ in range(2000):
        batch = compared(target, rng.integers(n_items, size=30), n_items)
        assert batch["compared"][batch["target"]].tolist() == target.tolist()
        sums.append((strength[batch["compared"]] * np.exp(batch["counts_for"])).sum())
    assert np.mean(sums) == pytest.approx(strength.sum(), rel=0.01)


@pytest.mark.parametrize("changes", [{}, {"cell": "lstm"}, {"cell": "rnn"}, {"negatives": 4}], ids=str)
def test_learns_the_cycle(changes: dict[str, Any]) -> None:
    data = cycle()
    algorithm = GRU4Rec(
        **({"factors": 16, "hidden": 24, "epochs": 25, "batch_size": 60, "learning_rate": 0.02} | changes)
    )
    list(algorithm.train(data, 0))
    histories = UserItems.from_lists([[i, (i + 1) % 12, (i + 2) % 12] for i in range(12)])
    scores = algorithm.score(np.full(12, -1, np.int32), histories)
    assert scores.argmax(1).tolist() == [(i + 3) % 12 for i in range(12)]


def test_data_without_times_is_refused() -> None:
    data = cycle()
    without = Interactions(data.user, data.item, data.user_ids, data.item_ids)
    assert "needs time" in (GRU4Rec.unsuited(without) or "")
    assert GRU4Rec.unsuited(data) is None
