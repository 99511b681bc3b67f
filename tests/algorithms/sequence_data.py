"""What the tests of the models that read sequences share."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest

from tests.algorithms.stepped import seen_by_hand, with_item_vectors
from tests.golden import SPARE, interactions
from workbench.algorithms.base.next_item import NextItem
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items

N_ITEMS = 12
Model = TypeVar("Model", bound=NextItem)


def created(kind: type[Model], n_items: int = N_ITEMS, **hyperparameters: Any) -> Model:
    """An untrained one, whose weights are large enough to matter."""
    algorithm = kind(**hyperparameters)
    algorithm._create(3, n_items, 0)
    rng = np.random.default_rng(1)
    state = algorithm.state()
    for name, value in state.items():
        if name.startswith("module."):
            state[name] = (value + 0.3 * rng.normal(size=value.shape)).astype(np.float32)
    algorithm.restore(state)
    algorithm._module.eval()
    return algorithm


def cycle_with_vectors() -> Interactions:
    """Steps round twelve items, which have two kinds of vectors; one of them lacks both."""
    data = interactions(
        np.repeat(np.arange(10), 6), np.arange(60) * 5 % N_ITEMS, 10, N_ITEMS - SPARE, time=np.arange(60)
    )
    data = with_item_vectors(replace(data, item_features=Items.unknown(data.item_ids)))
    for rows in data.item_features.vectors.values():
        rows[2] = np.nan
    return data


def seeing(kind: type[Model], vectors_as: str, **hyperparameters: Any) -> tuple[Model, Array]:
    """One that was trained with vectors, and the vector of each item and the start token, by the formula."""
    data = cycle_with_vectors()
    algorithm = kind.make({"vector_kinds": "all", "vectors_as": vectors_as, "epochs": 1} | hyperparameters)
    list(algorithm.train(data, 0))
    state = {name: 3 * value if name.startswith("module.") else value for name, value in algorithm.state().items()}
    algorithm.restore({name: value for name, value in state.items() if not name.startswith("optimizer.")})
    w, f = weights(algorithm), seen_by_hand(data.item_features)
    rows = []
    for item, own in enumerate(w["item.weight"]):
        seen = f[item] @ w["item.project"] if item < N_ITEMS else 0
        counts = vectors_as == "added" or item in (2, N_ITEMS)  # alone: only what has no vector
        rows.append((own if counts else 0) + seen)
    return algorithm, np.array(rows)


def weights(algorithm: NextItem) -> dict[str, Array]:
    """What the module has learned, by its own names."""
    prefix = "module."
    return {k.removeprefix(prefix): v.astype(float) for k, v in algorithm.state().items() if k.startswith(prefix)}


def scores_after(algorithm: NextItem, *lists: list[int], users: list[int] | None = None) -> Array:
    """Scores of people with these histories."""
    return algorithm.score(np.array(users or [-1] * len(lists), np.int32), UserItems.from_lists(list(lists)))


def assert_blind_to_the_future(algorithm: NextItem) -> None:
    """Perturb later items: what was read before stays the same to the bit, and what comes then does not."""
    import torch

    items = torch.tensor([[12, 1, 2, 3, 4, 5, 6, 7], [12, 4, 3, 2, 1, 0, 1, 2]])
    changed = items.clone()
    changed[:, 4:] = torch.tensor([9, 8, 11, 10])
    with torch.no_grad():
        before, after = (algorithm.read(algorithm._module, one) for one in (items, changed))
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.isclose(before[:, 4:], after[:, 4:]).all(2).any()


def assert_padding_changes_nothing(algorithm: NextItem) -> None:
    """Positions read the same next to a longer sequence, behind which they are padded, and so does their loss."""
    import torch

    padding, short, longer = algorithm.padding(), [12, 1, 2], [12, 4, 5, 6, 7]
    with torch.no_grad():
        alone = algorithm.read(algorithm._module, torch.tensor([short]))[0]
        beside = algorithm.read(algorithm._module, torch.tensor([[*short, padding, padding], longer]))[0, :3]
    torch.testing.assert_close(beside, alone, rtol=1e-5, atol=1e-6)
    lists = [[1, 2], [4, 5, 6, 7, 8, 9], [], [3]]
    together = scores_after(algorithm, *lists)
    for row, one in zip(together, lists, strict=True):
        np.testing.assert_allclose(scores_after(algorithm, one)[0], row, rtol=1e-4, atol=1e-5)


def norm(x: Array, weight: Array, bias: Array) -> Array:
    """Layer norm over the last axis."""
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * weight + bias


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    shares = np.exp(x - x.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


def block(w: dict[str, Array], name: str, x: Array, seen: Array, heads: int, activation: Any) -> Array:
    """A transformer's block for one sequence `x` (length, factors); `seen` (length, length) says who sees whom."""

    def part(layer: str, y: Array) -> Array:
        return y @ w[f"{name}.{layer}.weight"].T + w[f"{name}.{layer}.bias"]

    y = part("inputs", norm(x, w[f"{name}.norm_attention.weight"], w[f"{name}.norm_attention.bias"]))
    mixed = []
    for query, key, value in zip(*(np.split(one, heads, 1) for one in np.split(y, 3, 1)), strict=True):
        match = np.where(seen, query @ key.T / np.sqrt(query.shape[1]), -np.inf)
        mixed.append(softmax(match) @ value)
    x = x + part("output", np.concatenate(mixed, 1))
    y = norm(x, w[f"{name}.norm_forward.weight"], w[f"{name}.norm_forward.bias"])
    return x + part("forward_layer.3", activation(part("forward_layer.0", y)))


def assert_scores(algorithm: NextItem, by_hand: Any, *lists: list[int]) -> None:
    """Scores are those of `by_hand(weights, history)`."""
    w = weights(algorithm)
    for row, one in zip(scores_after(algorithm, *lists), lists, strict=True):
        assert row == pytest.approx(by_hand(w, one), rel=1e-3, abs=1e-4)
