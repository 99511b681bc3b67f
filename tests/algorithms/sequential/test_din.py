"""DIN against its formula in plain numpy, item by item of the history, and on people of two interests."""

import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.stepped import Weights, assert_step, first_batch, network, pair_loss, ready, some_data, weights
from tests.golden import learn_until
from workbench.algorithms.base.training_loop import Batch
from workbench.algorithms.sequential.din import DIN
from workbench.data.interactions import Array, Interactions, UserItems

SIZES = {"factors": 3, "attention": 2, "width": 4}


def spoken(w: Weights, history: list[int], item: int) -> Array:
    """How much each item of a history speaks for an item."""
    e, found = w["item.weight"], []
    for j in history:
        # The layer over [e_j, e_i, e_j - e_i, e_j * e_i]: A e_j + B e_i + C (e_j - e_i) is (A + C) e_j + (B - C) e_i.
        hidden = w["of_history.weight"] @ e[j] + w["of_item.weight"] @ e[item] + w["of_item.bias"]
        hidden = hidden + w["of_product.weight"] @ (e[j] * e[item])
        hidden = np.where(hidden > 0, hidden, w["weigh.0.weight"][0] * hidden)
        found.append(w["weigh.1.weight"][0] @ hidden + w["weigh.1.bias"][0])
    return np.array(found)


def by_hand(w: Weights, history: list[int], item: int) -> float:
    e, total = w["item.weight"], np.zeros(3)
    for alpha, j in zip(spoken(w, history, item), history, strict=True):
        total = total + alpha * e[j]
    z = w["first.weight"] @ np.concatenate([total, total * e[item], e[item]]) + w["first.bias"]
    return float(network(w, "tower", z)[0])


@pytest.mark.parametrize("numbers", [1, 2**19])
@pytest.mark.parametrize("attention", [2, 8])  # less and more than the histories are long: two ways, one result
def test_scores_are_those_of_the_formula(numbers: int, attention: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.algorithms.sequential.din.BATCH_NUMBERS", numbers)
    algorithm = ready(DIN, some_data(), **(SIZES | {"attention": attention}), max_length=4)
    w, lists = weights(algorithm), [[3, 1, 2, 7], [], [5], [0, 1, 2, 3, 4, 5]]
    scores = algorithm.score(np.array([-1, 0, 1, -1], np.int32), UserItems.from_lists(lists))
    expected = [[by_hand(w, one[-4:], item) for item in range(9)] for one in lists]
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(algorithm.attention_of(np.array([3, 1, 2]), 5), spoken(w, [3, 1, 2], 5), rtol=1e-4)


@pytest.mark.parametrize("objective", ["bce", "bpr", "sampled-softmax"])
def test_one_step_as_by_differences(objective: str) -> None:
    data = some_data()
    algorithm = ready(DIN, data, objective=objective, negatives=2, batch_size=5, **SIZES)

    def loss(w: Weights, batch: Batch) -> float:
        rows = [([j for j in own if j < 9], items) for own, items in zip(batch["history"], batch["items"], strict=True)]
        return pair_loss(np.array([[by_hand(w, own, i) for i in items] for own, items in rows]), objective, 9)

    batch = first_batch(algorithm, data)
    assert (batch["history"] == 9).any()  # padding counts for nothing
    assert_step(algorithm, batch, loss)


def test_histories_of_training_end_before_the_item_and_others_are_not_it() -> None:
    data = some_data()
    algorithm = ready(DIN, data, max_length=2, batch_size=4, **SIZES)
    found = []
    for done, batch in algorithm.batches(data)(np.random.default_rng(3)):
        assert 0 < done <= 1
        assert (batch["items"][:, 1:] != batch["items"][:, :1]).all()
        assert (batch["items"] < 9).all()
        for history, items in zip(batch["history"], batch["items"], strict=True):
            found.append((tuple(int(one) for one in history if one < 9), int(items[0])))
    expected = []
    for user in range(data.n_users):
        own = data.by_user[user].tolist()
        expected += [(tuple(own[max(0, n - 2) : n]), item) for n, item in enumerate(own)]
    assert sorted(found) == sorted(expected)


def test_each_interest_is_called_up_by_its_own_items() -> None:
    """Two blocks of items; whoever saw one of a block goes on there, and some have seen both."""
    rng, rows = np.random.default_rng(0), []
    for user in range(120):
        blocks = [[0], [1], [0, 1]][user % 3]
        rows += [(user, item) for block in blocks for item in block * 8 + rng.permutation(8)[:5]]
    user, item = np.array(rows, np.int32).T
    ids = [pa.array([str(n) for n in range(size)]) for size in (120, 16)]
    data = Interactions.build(user, item, *ids, time=rng.permutation(len(user)))

    def called_up(algorithm: DIN) -> bool:
        histories = UserItems.from_lists([[0, 1, 2], [8, 9, 10], [0, 8]])
        one, other, both = algorithm.score(np.full(3, -1, np.int32), histories)
        alone = (one[3:8, None] > one[11:]).mean() > 0.9 and (other[11:, None] > other[3:8]).mean() > 0.9
        halves = ((one, slice(11, None)), (other, slice(3, 8)))  # each half of the history speaks for its own
        return alone and all(both[strange].mean() > scores[strange].mean() + 1 for scores, strange in halves)

    assert learn_until(called_up, DIN(epochs=40, batch_size=128), data)
