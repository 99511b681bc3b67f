"""Popularity: the same list for everybody, most popular first. Every other algorithm has to beat it."""

from collections.abc import Iterator

import numpy as np

from workbench.algorithms import Algorithm, Record
from workbench.data.interactions import Array, Interactions, UserItems


class Popularity(Algorithm):
    """Score of an item: the number of its interactions."""

    name, title, family = "popularity", "Popularity", "Baseline"
    summary = (
        "Recommends what most people chose. The yardstick: an algorithm that does not beat it has learned nothing."
    )
    reference = "Counting; as in every comparison since Cremonesi et al., RecSys 2010."
    fold_in = "exact"
    explains = "exact"
    learned = ("counts",)

    _counts: Array

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        self._counts = data.item_counts.astype(np.float32)
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        return np.tile(self._counts, (len(users), 1))
