"""One step of gradient descent by differences of a loss written by hand, for models whose gradients torch finds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pytest

from workbench.algorithms.base.training_loop import Batch, NeuralAlgorithm
from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.items import Items
from workbench.data.side_files.people import Users

RATE, ALONE, STEP = 0.5, 4, 1e-5
Model = TypeVar("Model", bound=NeuralAlgorithm)
Weights = dict[str, Array]


def some_data() -> Interactions:
    """Seven users, nine items with facts and ratings; nobody met the last item, and the last user met none."""
    rng = np.random.default_rng(0)
    rows = [(user, item) for user in range(6) for item in rng.permutation(8)[: rng.integers(2, 7)]]
    user, item = np.array(rows, np.int32).T
    ids = [pa.array([str(n) for n in range(size)]) for size in (7, 9)]
    rating = rng.integers(1, 6, len(user)).astype(np.float32)
    data = Interactions.build(user, item, *ids, rating=rating, time=np.arange(len(user), dtype=np.int64))
    genres = [["a"], ["b", "a"], ["c"], None, ["a", "b", "c"], ["b"], ["a"], ["c"], ["b", "c"]]
    titles = ["red sun", "blue moon", "red moon", "sun", None, "old red sun", "blue", "moon moon", "blue red"]
    texts = [
        "once there was a red sun",
        None,
        "the moon was old and red",
        "sun",
        "",
        "was",
        "blue",
        "old sun",
        "red moon",
    ]
    columns = (
        pa.array(titles),
        pa.array([1990 + 3 * n for n in range(9)], pa.int16()),
        pa.array(genres),
        pa.array(texts),
    )
    traits = {"kind": ["x", "y", "x", None, "y", "x", "y"], "age": ["1", "2", "3", "1", "1", "2", "9"]}
    people = Users(data.user_ids, pa.table({name: pa.array(values) for name, values in traits.items()}))
    return replace(data, item_features=Items(data.item_ids, *columns), user_features=people)


def with_item_vectors(data: Interactions) -> Interactions:
    """The same with two kinds of vectors; one item lacks one of them."""
    assert data.item_features is not None
    rng, n = np.random.default_rng(4), data.n_items
    vectors = {name: (rng.normal(size=(n, d)) + far).astype(np.float32) for name, d, far in (("a", 3, 0), ("b", 2, 7))}
    vectors["b"][4] = np.nan
    return replace(data, item_features=replace(data.item_features, vectors=vectors))


def seen_by_hand(items: Items) -> Array:
    """Vectors of the kinds side by side, each about its mean and of length 1, or 0."""
    found = []
    for rows in items.vectors.values():
        about = rows.astype(float) - np.nanmean(rows, axis=0)
        found.append(np.nan_to_num(about / np.sqrt((about**2).sum(axis=1, keepdims=True))))
    return np.hstack(found)


def ready(kind: type[Model], data: Interactions, **hyperparameters: Any) -> Model:
    """One with large drawn weights, about to step by plain gradient descent."""
    first = kind(epochs=1, **hyperparameters)
    list(first.train(data, 0))
    rng, state = np.random.default_rng(1), first.state()
    for name, value in state.items():
        if name.startswith("module.") and value.dtype == np.float32:
            state[name] = (value + 0.5 * rng.normal(size=value.shape)).astype(np.float32)
    for name in ("trait", "feature", "word"):  # rows that stand for nothing
        if f"module.{name}.weight" in state:
            state[f"module.{name}.weight"][0 if name == "word" else -1] = 0
    state = {name: value for name, value in state.items() if not name.startswith("optimizer.")}
    algorithm = kind(epochs=2, optimizer="sgd", learning_rate=RATE, **hyperparameters)
    algorithm.restore(state)
    return algorithm


def weights(algorithm: NeuralAlgorithm) -> Weights:
    """What the module has learned, by its own names, float64."""
    prefix = "module."
    return {k.removeprefix(prefix): v.astype(float) for k, v in algorithm.state().items() if k.startswith(prefix)}


def first_batch(algorithm: NeuralAlgorithm, data: Interactions) -> Batch:
    return next(iter(algorithm.batches(data)(np.random.default_rng(0))))[1]


def assert_step(algorithm: NeuralAlgorithm, batch: Batch, by_hand: Callable[[Weights, Batch], float]) -> None:
    """The loss is that of `by_hand`, and the weights go where its differences point: alone, and all of a tensor."""
    before = weights(algorithm)
    loss = algorithm._step({name: algorithm.tensor(value) for name, value in batch.items()})
    assert loss.item() == pytest.approx(by_hand(before, batch), rel=1e-4)
    after, rng, moved = weights(algorithm), np.random.default_rng(2), 0
    for name, value in before.items():
        for direction in directions(value.shape, rng):
            above = by_hand(before | {name: value + STEP * direction}, batch)
            below = by_hand(before | {name: value - STEP * direction}, batch)
            change = -RATE * (above - below) / (2 * STEP)
            found = ((after[name] - value) * direction).sum()
            assert found == pytest.approx(change, rel=5e-3, abs=2e-5), (name, direction)
            moved += change != 0
    assert moved > 10


def directions(shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[Array]:
    """Some weights of a tensor each alone, then all of them in one drawn sum that no wrong one leaves as it was."""
    for place in rng.permutation(int(np.prod(shape)))[:ALONE]:
        yield np.eye(1, int(np.prod(shape)), place).reshape(shape)
    yield rng.normal(size=shape)


def softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def layers(w: Weights, name: str) -> list[tuple[Array, Array]]:
    """Weights and biases of the linear layers of a sequence, in their order."""
    found = sorted({int(key.split(".")[1]) for key in w if key.startswith(f"{name}.")})
    return [(w[f"{name}.{n}.weight"], w[f"{name}.{n}.bias"]) for n in found]


def network(w: Weights, name: str, z: Array) -> Array:
    """What a tower makes of the answer `z` of the layer before it."""
    *inner, (last, bias) = layers(w, name)
    z = relu(z)
    for weight, own in inner:
        z = relu(weight @ z + own)
    return last @ z + bias


def pair_loss(scores: Array, objective: str, n_items: int) -> float:
    """Loss of scores (n, 1 + k), pair by pair."""
    losses = []
    for chosen, *drawn in scores:
        if objective == "bce":
            losses += [softplus(-chosen), *(softplus(one) for one in drawn)]
        elif objective == "bpr":
            losses += [softplus(one - chosen) for one in drawn]
        else:
            others = sum((n_items - 1) / len(drawn) * np.exp(one) for one in drawn)
            losses.append(-np.log(np.exp(chosen) / (np.exp(chosen) + others)))
    return float(np.mean(losses))
