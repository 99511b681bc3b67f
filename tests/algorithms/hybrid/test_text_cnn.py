"""The text CNN against windows read one by one in plain numpy, and on items that only their texts tell apart."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.algorithms.stepped import Weights, assert_step, first_batch, ready, some_data, weights
from tests.golden import learn_until
from workbench.algorithms.base.training_loop import Batch
from workbench.algorithms.hybrid.text_cnn import TextCNN, numbered
from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.items import Items

SIZES = {"factors": 2, "word_factors": 3, "filters": 2, "dropout": 0.0, "most_words": 6, "least_items": 1}


def read(w: Weights, text: Array) -> Array:
    """The largest answer of each filter, window by window; windows begin with a word."""
    vectors, found = w["word.weight"][text] * (text > 0)[:, None], []
    for number, width in enumerate((3, 4, 5)):
        for filter_, bias in zip(w[f"windows.{number}.weight"], w[f"windows.{number}.bias"], strict=True):
            answers = [0.0]
            for start in range(len(text) - width + 1):
                begins = start == 0 or text[start]
                answers += [(filter_.T * vectors[start : start + width]).sum() + bias] if begins else []
            found.append(max(answers))
    return np.array(found)


def item_of(algorithm: TextCNN, w: Weights, item: int, *, known: bool) -> Array:
    return w["out.weight"] @ read(w, algorithm._words[item]) + w["out.bias"] + known * w["own.weight"][item]


def test_ratings_are_those_of_the_formula() -> None:
    data = some_data()
    algorithm = ready(TextCNN, data, **SIZES)
    assert data.rating is not None
    w, mean, spread = weights(algorithm), data.rating.mean(), data.rating.std()
    people, items = w["user.weight"], [item_of(algorithm, w, item, known=item != 8) for item in range(9)]
    expected = np.array([[u[0] + i[0] + u[1:] @ i[1:] for i in items] for u in people]) * spread + mean
    users = np.arange(7, dtype=np.int32)
    np.testing.assert_allclose(algorithm.score(users, data.by_user), expected, rtol=1e-4, atol=1e-4)
    user, item = (grid.ravel().astype(np.int32) for grid in np.indices((7, 9)))
    predicted = algorithm.predict(user, item).reshape(7, 9)
    np.testing.assert_allclose(predicted, expected.clip(data.rating.min(), data.rating.max()), rtol=1e-4, atol=1e-4)


def test_one_step_as_by_differences() -> None:
    data = some_data()
    algorithm = ready(TextCNN, data, hidden_items=0.0, regularization=0.3, batch_size=12, **SIZES)
    assert data.rating is not None
    batch = first_batch(algorithm, data)
    assert (batch["known"] == 1).all()
    batch["known"][0] = 0  # one that is taken for unrated
    rows = [np.flatnonzero(data.item == item) for item in batch["items"]]
    ratings = np.concatenate([data.rating[own] for own in rows])  # all ratings of each item
    np.testing.assert_allclose(batch["rating"], (ratings - data.rating.mean()) / data.rating.std(), rtol=1e-5)
    np.testing.assert_array_equal(batch["user"], np.concatenate([data.user[own] for own in rows]))

    def loss(w: Weights, batch: Batch) -> float:
        total = 0.0
        for user, place, rating in zip(batch["user"], batch["place"], batch["rating"], strict=True):
            item, known = batch["items"][place], batch["known"][place]
            u, i = w["user.weight"][user], item_of(algorithm, w, item, known=known)
            own = known * w["own.weight"][item]
            total += (u[0] + i[0] + u[1:] @ i[1:] - rating) ** 2 + 0.3 * (u @ u + own @ own)
        return total / len(batch["user"])

    assert_step(algorithm, batch, loss)


def test_what_was_read_is_forgotten_with_each_step() -> None:
    data = some_data()
    algorithm, pair = ready(TextCNN, data, **SIZES), (np.array([0], np.int32), np.array([8], np.int32))
    before = algorithm.predict(*pair)
    np.testing.assert_array_equal(algorithm.predict(*pair), before)
    algorithm._step({name: algorithm.tensor(value) for name, value in first_batch(algorithm, data).items()})
    fresh = TextCNN(**algorithm.model_dump())
    fresh.restore(algorithm.state())
    np.testing.assert_array_equal(algorithm._items(), fresh._items())


def test_an_epoch_reads_each_rated_text_once() -> None:
    data = some_data()
    algorithm = ready(TextCNN, data, batch_size=6, **SIZES)
    batches = [batch for _, batch in algorithm.batches(data)(np.random.default_rng(0))]
    assert len(batches) > 2
    assert sorted(np.concatenate([batch["items"] for batch in batches])) == np.flatnonzero(data.item_counts).tolist()
    pairs = [(u, batch["items"][p]) for batch in batches for u, p in zip(batch["user"], batch["place"], strict=True)]
    assert sorted(pairs) == sorted(zip(data.user, data.item, strict=True))


def test_some_items_are_taken_for_unrated() -> None:
    data = some_data()
    algorithm = ready(TextCNN, data, hidden_items=0.25, **SIZES)
    known = [batch["known"] for n in range(200) for _, batch in algorithm.batches(data)(np.random.default_rng(n))]
    assert np.concatenate(known).mean() == pytest.approx(0.75, abs=0.05)


def test_padding_behind_a_text_changes_nothing() -> None:
    import torch

    algorithm = ready(TextCNN, some_data(), **SIZES)
    text = torch.nn.functional.pad(torch.tensor([[3, 1, 2, 4, 5]]), (0, 4))
    for bias in (5.0, -5.0):
        for layer in algorithm._module["windows"]:
            torch.nn.init.constant_(layer.bias, bias)
        with torch.no_grad():
            one, other = (algorithm.read(algorithm._module, torch.nn.functional.pad(text, (0, n))) for n in (0, 30))
        assert torch.equal(one, other)


def test_words_are_numbered() -> None:
    facts = some_data().item_features
    assert facts is not None
    found, n = numbered(facts, 2, 5)
    # Of two items or more: a word of several of title, genres and text of one item counts once.
    known = ["blue", "moon", "old", "red", "sun", "was"]
    numbers = {word: number for number, word in enumerate(known, 1)}
    assert n == len(known)
    assert found[0].tolist() == [numbers["red"], numbers["sun"], numbers["was"], numbers["red"], numbers["sun"]]
    assert found[3].tolist() == [numbers["sun"], numbers["sun"], 0, 0, 0]
    assert found[4].tolist() == [0] * 5
    without = Items(facts.item_ids, facts.title, facts.year, facts.genres)
    assert numbered(without, 2, 5)[0][3].tolist() == [numbers["sun"] - 1, 0, 0, 0, 0]  # 'old' and 'was' are too rare


def cold() -> tuple[Interactions, Array, Array]:
    """People like texts of wars or of love; what they like is 5, the rest 2; a third of the items nobody has rated."""
    rng = np.random.default_rng(0)
    n_users, n_items = 40, 60
    topics = [["war", "battle", "army", "soldier"], ["love", "wedding", "kiss", "heart"]]
    filler = ["house", "street", "day", "story", "people", "city"]
    texts = []
    for item in range(n_items):
        own = [*rng.choice(topics[item % 2], 3), *rng.choice(filler, 6)]
        texts.append(" ".join(rng.permutation(own)))
    user, item = (grid.ravel() for grid in np.indices((n_users, n_items)))
    rating = np.where((user + item) % 2 == 0, 5, 2).astype(np.float32)
    shown = (rng.random(len(user)) < 0.5) & (item < 40)
    ids = [pa.array([f"{n}" for n in range(size)]) for size in (n_users, n_items)]
    rows = user[shown].astype(np.int32), item[shown].astype(np.int32)
    data = Interactions.build(*rows, *ids, rating=rating[shown])
    nothing = pa.nulls(n_items, pa.string()), pa.nulls(n_items, pa.int16()), pa.nulls(n_items, pa.list_(pa.string()))
    data = replace(data, item_features=Items(data.item_ids, *nothing, pa.array(texts)))
    return data, np.flatnonzero(item >= 40), rating


def test_texts_speak_for_items_that_nobody_rated() -> None:
    data, rows, rating = cold()
    facts = replace(data.item_features, title=data.item_features.text, text=None)  # type: ignore[union-attr,type-var]
    user, item = (rows // 60).astype(np.int32), (rows % 60).astype(np.int32)

    def speak(algorithm: TextCNN) -> bool:
        error = np.sqrt(np.mean((algorithm.predict(user, item) - rating[rows]) ** 2))
        folded = algorithm.score(np.full(40, -1, np.int32), data.by_user)[user, item]
        # The mean alone: 1.5.
        return error < 0.6 and np.sqrt(np.mean((folded - rating[rows]) ** 2)) < 0.75

    assert learn_until(speak, TextCNN(epochs=40, batch_size=128), replace(data, item_features=facts))
