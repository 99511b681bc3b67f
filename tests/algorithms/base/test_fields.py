"""DeepFM, wide and deep, and two towers against formulas in plain numpy, and on items and users that nobody met."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.stepped import (
    Weights,
    assert_step,
    first_batch,
    network,
    pair_loss,
    ready,
    relu,
    seen_by_hand,
    some_data,
    weights,
    with_item_vectors,
)
from tests.golden import SPARE, checkerboard, learn_until, with_facts
from workbench.algorithms.base.fields import FieldScorer, item_fields, user_fields
from workbench.algorithms.base.item_features import feature_counts
from workbench.algorithms.base.training_loop import Batch
from workbench.algorithms.hybrid.deepfm import DeepFM
from workbench.algorithms.hybrid.two_tower import TwoTower
from workbench.algorithms.hybrid.wide_and_deep import WideAndDeep
from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.people import Users

TEMPERATURE = 0.7
SIZES: dict[type[FieldScorer], dict[str, Any]] = {
    DeepFM: {"factors": 3, "width": 5},
    WideAndDeep: {"factors": 3, "width": 5, "crosses": 3},
    TwoTower: {"factors": 3, "width": 4, "temperature": TEMPERATURE, "dropout": 0},
}
each = pytest.mark.parametrize("kind", SIZES, ids=lambda kind: kind.__name__)


def small(kind: type[FieldScorer], data: Interactions, **more: Any) -> FieldScorer:
    return ready(kind, data, least=1, hidden_items=0.0, batch_size=5, **SIZES[kind], **more)


def means(table: Array, slots: Array, ends: Array) -> list[Array]:
    """The mean row of each field's features."""
    found = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        there = [n for n in slots[start:end] if n < len(table) - 1]
        found.append(table[there].mean(0) if there else np.zeros(table.shape[1]))
    return found


def fields(algorithm: FieldScorer, w: Weights, user: int, item: int) -> tuple[list[Array], list[Array]]:
    """Rows of the tables for each field of the user and of the item."""
    traits = means(w["trait.weight"], algorithm._user_slots[user], algorithm._user_ends)
    facts = means(w["feature.weight"], algorithm._item_slots[item], algorithm._item_ends)
    if "dense.weight" in w:
        facts.append(w["dense.weight"] @ seen_by_hand(with_item_vectors(some_data()).item_features)[item])
    return [w["user.weight"][user], *traits], facts


def deep(w: Weights, users: list[Array], items: list[Array]) -> float:
    both = np.concatenate([w["from_user.weight"], w["from_item.weight"]], 1)
    return float(network(w, "tower", both @ np.concatenate([*users, *items]) + w["from_item.bias"])[0])


def deepfm(algorithm: FieldScorer, w: Weights, user: int, item: int) -> float:
    users, items = fields(algorithm, w, user, item)
    every = users + items
    pairs = sum(one[1:] @ other[1:] for n, one in enumerate(every) for other in every[:n])  # each two fields
    return sum(one[0] for one in every) + pairs + deep(w, *([one[1:] for one in side] for side in (users, items)))


def wide_and_deep(algorithm: FieldScorer, w: Weights, user: int, item: int) -> float:
    users, items = fields(algorithm, w, user, item)
    score = deep(w, *([one[:3] for one in side] for side in (users, items)))
    score += sum(one[3] for one in users + items)
    for of_user in users:
        for weight, has in zip(of_user[4:], algorithm._crossed[item], strict=True):  # type: ignore[attr-defined]
            score += weight * has
    return score


def tower(w: Weights, name: str, parts: list[Array]) -> Array:
    z = relu(w[f"{name}.0.weight"] @ np.concatenate(parts) + w[f"{name}.0.bias"])
    out = w[f"{name}.3.weight"] @ z + w[f"{name}.3.bias"]
    return out / np.sqrt(out @ out)


def two_tower(algorithm: FieldScorer, w: Weights, user: int, item: int) -> float:
    users, items = fields(algorithm, w, user, item)
    return float(tower(w, "user_tower", users) @ tower(w, "item_tower", items) / TEMPERATURE)


BY_HAND = {DeepFM: deepfm, WideAndDeep: wide_and_deep, TwoTower: two_tower}


@each
@pytest.mark.parametrize("vectors", [False, True])
def test_scores_are_those_of_the_formulas(kind: type[FieldScorer], *, vectors: bool) -> None:
    data = with_item_vectors(some_data()) if vectors else some_data()
    algorithm = small(kind, data)
    w, users = weights(algorithm), np.array([2, 0, 6], np.int32)
    expected = [[BY_HAND[kind](algorithm, w, user, item) for item in range(9)] for user in users]
    np.testing.assert_allclose(algorithm.score(users, data.by_user.rows(users)), expected, rtol=1e-4, atol=1e-4)


@each
@pytest.mark.parametrize("objective", ["bce", "bpr", "sampled-softmax"])
def test_one_step_as_by_differences(kind: type[FieldScorer], objective: str) -> None:
    data = some_data()
    algorithm = small(kind, data, objective=objective, negatives=2)

    def loss(w: Weights, batch: Batch) -> float:
        pairs = zip(batch["user"], batch["items"], strict=True)
        return pair_loss(np.array([[BY_HAND[kind](algorithm, w, u, i) for i in own] for u, own in pairs]), objective, 9)

    assert_step(algorithm, first_batch(algorithm, data), loss)


def test_one_step_with_vectors_as_by_differences() -> None:
    data = with_item_vectors(some_data())
    algorithm = small(DeepFM, data, objective="bpr", negatives=2)
    assert "dense.weight" in weights(algorithm)

    def loss(w: Weights, batch: Batch) -> float:
        pairs = zip(batch["user"], batch["items"], strict=True)
        return pair_loss(np.array([[deepfm(algorithm, w, u, i) for i in own] for u, own in pairs]), "bpr", 9)

    assert_step(algorithm, first_batch(algorithm, data), loss)


@each
def test_without_vectors_nothing_is_other_than_before_there_were_any(kind: type[FieldScorer]) -> None:
    data, histories = some_data(), some_data().by_user
    users = np.arange(7, dtype=np.int32)
    plain, without = kind(epochs=1, **SIZES[kind]), kind(epochs=1, vector_kinds="none", **SIZES[kind])
    list(plain.train(data))
    list(without.train(with_item_vectors(data)))
    assert "item_dense" not in plain.state()
    np.testing.assert_array_equal(plain.score(users, histories), without.score(users, histories))
    back = kind(epochs=1, **SIZES[kind])  # a state of before has no vectors, whatever the data has now
    back.restore(plain.state())
    np.testing.assert_array_equal(back.score(users, histories), plain.score(users, histories))


@each
def test_items_that_nobody_met_are_not_pushed_down(kind: type[FieldScorer]) -> None:
    data = some_data()
    algorithm, drawn = small(kind, data, objective="bpr"), set()
    for number in range(20):
        for _, batch in algorithm.batches(data)(np.random.default_rng(number)):
            drawn |= set(batch["items"].ravel().tolist())
    assert drawn == set(range(8))


def test_one_step_in_the_batch_as_by_differences() -> None:
    data = some_data()
    algorithm = small(TwoTower, data)
    share = (data.item_counts + 1) / (data.item_counts + 1).sum()

    def loss(w: Weights, batch: Batch) -> float:
        there = batch["compared"]
        assert sorted(set(there)) == list(there)
        chance = 1 - (1 - share[there]) ** len(batch["user"])  # that an item is in such a batch
        total = 0.0
        for user, place in zip(batch["user"], batch["target"], strict=True):
            scores = np.array([two_tower(algorithm, w, user, item) for item in there]) - np.log(chance)
            total += np.log(np.exp(scores).sum()) - scores[place]
        return total / len(batch["user"])

    assert_step(algorithm, first_batch(algorithm, data), loss)


def test_fields_of_items_are_what_the_files_say() -> None:
    data = some_data()
    found = item_fields(data, titles=True, least_items=1)
    _, names = feature_counts(data.item_features)  # type: ignore[arg-type]

    def told(item: int, field: int) -> set[str]:
        start = 0 if field == 0 else found.ends[field - 1]
        numbers = found.slots[item, start : found.ends[field]]
        every = [f"item {n}" for n in range(9)] + names
        return {every[n] for n in numbers if n < found.n_features}

    assert told(1, 0) == {"item 1"}
    assert told(8, 0) == set()  # nobody met it
    assert told(1, 1) == {"genre:a", "genre:b"}
    assert told(3, 1) == set()
    assert told(1, 2) == {"decade:1990"}
    assert told(5, 3) == {"title:old", "title:red", "title:sun"}
    assert told(4, 3) == set()
    assert len(item_fields(data, titles=False, least_items=1).ends) == 3


def test_fields_of_users_are_their_attributes() -> None:
    data = some_data()
    found = user_fields(data, least_users=2)
    kind, age = found.slots.T
    assert kind[0] == kind[2] == kind[5] != kind[1] == kind[4] == kind[6] < found.n_features
    assert kind[3] == found.n_features  # not told
    assert age[0] == age[3] == age[4] != age[1] == age[5]
    assert age[2] == age[6] == found.n_features  # nobody else is as old
    assert found.n_features == 4
    none = user_fields(replace(data, user_features=None), least_users=2)
    assert none.slots.shape == (7, 0)
    assert none.n_features == len(none.ends) == 0


def divided() -> tuple[Interactions, Array]:
    """A checkerboard whose last six items and users nobody met; and where even and odd ones of both meet."""
    data = with_facts(checkerboard().train)
    parity = np.array(["even", "odd"])[np.arange(data.n_users) % 2]
    people = Users(data.user_ids, pa.table({"kind": pa.array(parity)}))
    data = replace(data, user_features=people)
    data = data.take((data.item < data.n_items - SPARE - 6) & (data.user < data.n_users - SPARE - 6))
    return data, (np.arange(data.n_users)[:, None] + np.arange(data.n_items)) % 2 == 0


@each
@pytest.mark.parametrize("seed", [0, 1])
def test_facts_speak_for_items_and_users_that_nobody_met(kind: type[FieldScorer], seed: int) -> None:
    data, same = divided()
    same = same[:-SPARE, :-SPARE]

    def speak(algorithm: FieldScorer) -> bool:
        scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)[:-SPARE, :-SPARE]
        for rows, columns in ((slice(0, -6), slice(-6, None)), (slice(-6, None), slice(0, -6))):  # new items; new users
            part, right = scores[rows, columns], same[rows, columns]
            wins = [(row[ok][:, None] > row[~ok]).mean() for row, ok in zip(part, right, strict=True)]
            if np.mean(wins) <= 0.95:
                return False
        return True

    assert learn_until(speak, kind(epochs=100), data, seed)


@each
def test_hidden_items_are_read_by_their_facts(kind: type[FieldScorer]) -> None:
    import torch

    algorithm = small(kind, some_data())
    algorithm.hidden_items = 0.999999
    module, items = algorithm._module, torch.arange(9)
    itself, *facts = algorithm.of_items(module, items)
    assert (itself == 0).all()
    module.eval()
    shown, *same = algorithm.of_items(module, items)
    assert (shown[:8] != 0).all()
    assert (shown[8] == 0).all()  # nobody met it
    for one, other in zip(facts, same, strict=True):
        assert torch.equal(one, other)
