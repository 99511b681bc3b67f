"""Small data sets with one right answer, to prove that an algorithm learns.

Each has two users and two items that appear in no interaction, because real folds have them too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items

SPARE = 2


@dataclass(frozen=True)
class Golden:
    """Interactions to learn from, and how much of the hidden rest an algorithm has understood.

    Attributes
    ----------
    grade : function(algorithm, folded) -> float
        1 is all of it, 0 what chance or averages reach. `folded`: people are scored from their histories alone.
    """

    train: Interactions
    grade: Callable[[Algorithm, bool], float]


def learn_until(goal: Callable[[Algorithm], bool], algorithm: Algorithm, data: Interactions, seed: int = 0) -> bool:
    """Train until the goal is reached, looking after each tenth epoch and at the end; whether it is."""
    for record in algorithm.train(data, seed):
        if record.ends_epoch and record.epoch % 10 == 0 and goal(algorithm):
            return True
    return goal(algorithm)


def checkerboard(n_users: int = 60, n_items: int = 30) -> Golden:
    """Even users chose all even items, odd users all odd ones; hidden is one item of each user."""
    user, item = np.divmod(np.arange(n_users * n_items), n_items)
    hidden = 2 * (np.arange(n_users) // 2 % (n_items // 2)) + np.arange(n_users) % 2  # (n_users,), same parity
    chosen = ((user + item) % 2 == 0) & (item != hidden[user])
    order = np.random.default_rng(0).permutation(int(chosen.sum()))  # no meaning in the order
    train = interactions(user[chosen][order], item[chosen][order], n_users, n_items)

    def grade(algorithm: Algorithm, folded: bool) -> float:
        scores, histories = _scores(algorithm, train, n_users, folded)
        scores[np.repeat(np.arange(n_users), histories.lengths), histories.item] = -np.inf
        return float(np.mean(scores.argmax(axis=1) == hidden))

    return Golden(train, grade)


def cycle(n_users: int = 200, n_items: int = 12, length: int = 8) -> Golden:
    """Everybody walks round the items in the same order, each from another start; hidden is the next step."""
    start = np.random.default_rng(0).integers(n_items, size=n_users)
    step = np.tile(np.arange(length), n_users)
    user = np.repeat(np.arange(n_users), length)
    item = (start[user] + step) % n_items
    train = interactions(user, item, n_users, n_items, time=1_000 * step)

    def grade(algorithm: Algorithm, folded: bool) -> float:
        scores, _ = _scores(algorithm, train, n_users, folded)
        return float(np.mean(scores.argmax(axis=1) == (start + length) % n_items))

    return Golden(train, grade)


def low_rank(n_users: int = 80, n_items: int = 50, rank: int = 2) -> Golden:
    """Ratings from 1 to 5 by two tastes; 40 % are hidden. The grade is the variance explained beyond all averages."""
    rng = np.random.default_rng(0)
    full = 3 + 0.3 * rng.normal(size=(n_users, 1)) + 0.3 * rng.normal(size=n_items)
    full += 0.7 * rng.normal(size=(n_users, rank)) @ rng.normal(size=(rank, n_items))
    full = full.clip(1, 5)
    shown = rng.random(full.shape) < 0.6
    user, item = np.nonzero(shown)
    train = interactions(user, item, n_users, n_items, rating=full[shown].astype(np.float32))
    averages = full - _without_averages(full)

    def grade(algorithm: Algorithm, folded: bool) -> float:
        hidden_user, hidden_item = np.nonzero(~shown)
        if folded:
            predicted = _scores(algorithm, train, n_users, folded)[0][hidden_user, hidden_item]
        else:
            predicted = algorithm.predict(hidden_user.astype(np.int32), hidden_item.astype(np.int32))
        error, yardstick = (np.square(x - full[~shown]).mean() for x in (predicted, averages[~shown]))
        return float(1 - error / yardstick)

    return Golden(train, grade)


def golden_for(algorithm: type[Algorithm]) -> Golden:
    """The set that an algorithm must understand, by what it declares."""
    if "time" in algorithm.needs:
        return cycle()
    golden = low_rank() if algorithm.predicts_ratings else checkerboard()
    if "vectors" in algorithm.needs:
        return replace(golden, train=with_vectors(golden.train))
    return replace(golden, train=with_facts(golden.train)) if "items" in algorithm.needs else golden


def with_facts(data: Interactions) -> Interactions:
    """The same with a title and a genre for each item, even and odd ones apart; nothing is known of the spare ones."""
    known = [number if number < data.n_items - SPARE else None for number in range(data.n_items)]
    title = [None if n is None else f"The one called {n}" for n in known]
    year = [None if n is None else 1990 + n for n in known]
    genres = [None if n is None else [("Even", "Odd")[n % 2]] for n in known]
    kinds = (pa.string(), pa.int16(), pa.list_(pa.string()))
    columns = [pa.array(one, kind) for one, kind in zip((title, year, genres), kinds, strict=True)]
    return replace(data, item_features=Items(data.item_ids, *columns))


def with_vectors(data: Interactions) -> Interactions:
    """The same with two kinds of vectors, by which even and odd items differ; nothing is known of the spare ones."""
    rng, n = np.random.default_rng(3), data.n_items
    side = np.where(np.arange(n) % 2, 1.0, -1.0)[:, None]
    vectors = {
        kind: (side * np.linspace(1, 2, width) + 0.3 * rng.normal(size=(n, width)) + 5).astype(np.float32)
        for kind, width in (("pictures", 4), ("texts", 7))
    }
    for rows in vectors.values():
        rows[n - SPARE :] = np.nan
    vectors["texts"][3] = np.nan
    return replace(data, item_features=replace(Items.unknown(data.item_ids), vectors=vectors))


def _scores(algorithm: Algorithm, train: Interactions, n_users: int, folded: bool) -> tuple[Array, UserItems]:
    histories = train.by_user.rows(slice(0, n_users))
    users = np.full(n_users, -1, np.int32) if folded else np.arange(n_users, dtype=np.int32)
    return algorithm.score(users, histories), histories


def _without_averages(full: Array) -> Array:
    return full - full.mean(axis=0) - full.mean(axis=1, keepdims=True) + full.mean()


def interactions(user: Array, item: Array, n_users: int, n_items: int, **columns: Array) -> Interactions:
    """Interactions from indices, with some users and items to spare."""
    ids = [pa.array([f"{letter}{n}" for n in range(size + SPARE)]) for letter, size in (("u", n_users), ("i", n_items))]
    return Interactions.build(user.astype(np.int32), item.astype(np.int32), *ids, **columns)
