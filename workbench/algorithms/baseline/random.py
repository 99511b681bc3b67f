"""Random lists: the floor under every ranking metric."""

from collections.abc import Iterator

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.data.interactions import Array, Interactions, UserItems


class Random(Algorithm):
    """Score of an item: a number drawn for the pair of user and item, the same whenever it is asked for."""

    name, title = "random", "Random"
    summary = (
        "Recommends random items, a different list for each user. "
        "Shows what a metric gives without any knowledge; takes no time to learn."
    )
    reference = "Steele, Lea & Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (the mixing of bits)."
    fold_in = "approximate"
    personal = False
    learned = ("seed", "n_items")

    _seed: int
    _n_items: int

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        self._seed, self._n_items = seed, data.n_items
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        # People who were not in training are told apart by their histories.
        who = np.where(users < 0, ~_fingerprint(histories), users.astype(np.uint64))
        lot = _mix(_mix(np.array(self._seed, np.uint64)) ^ who)  # (n,)
        drawn = _mix(lot[:, None] + np.arange(self._n_items, dtype=np.uint64))  # (n, n_items)
        return (drawn >> np.uint64(40)).astype(np.float32) / np.float32(2**24)  # 24 bits fill a float32


def _fingerprint(histories: UserItems) -> Array:
    """One number for each history, whatever its order, uint64 (n,)."""
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(_mix(histories.item.astype(np.uint64)), dtype=np.uint64)])
    return sums[histories.indptr[1:]] - sums[histories.indptr[:-1]]


def _mix(x: Array) -> Array:
    """SplitMix64: spread every bit of the input over all of the output. Overflow is meant."""
    with np.errstate(over="ignore"):
        x = np.asarray(x, np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)))
