"""People and items of whom nothing is known. Which they are is decided here alone; `ranking` lists what is popular instead.

Nothing is known of somebody who has no history and was not in training, and of somebody for whom an algorithm scores all
items alike: lists of such scores would be the order of ties. Algorithms whose lists are not meant to differ by person
(`Algorithm.personal`) are left as they are.

An item that nothing links to a person scores exactly 0 where an algorithm says so (`Algorithm.zero_is_unknown`). Where a
list comes to such items, those that are popular come first, and each is marked: it fills a place.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from workbench.data.interactions import Array, UserItems

# What a list was made from: what the model knows of the person, or, where that is nothing, what is popular.
BASES = ("model", "popularity")
# Scores of a row that are compared first: few rows are level in these and not in all.
GLANCE_SCORES = 16
MIN_CANDIDATES = 2  # candidates that there must be to be told apart


def lacks_history(users: Array, histories: UserItems) -> Array:
    """Who was not in training and has no history, bool (n,)."""
    return (users < 0) & (histories.lengths == 0)


def are_level(scores: Array) -> Array:
    """Whether all candidates of a row, those above -inf, score the same, bool (n,); not where there are less than two."""
    step = max(1, scores.shape[1] // GLANCE_SCORES)
    few = scores[:, ::step]
    level = ~(few.max(axis=1, initial=-np.inf) > _lowest(few))
    rows = np.flatnonzero(level)
    if len(rows):
        whole = scores[rows]
        there = (whole > -np.inf).sum(axis=1) >= MIN_CANDIDATES
        level[rows] = there & (whole.max(axis=1) == _lowest(whole))
    return level


class Fillers(NamedTuple):
    """What stands for the score 0 of items that nothing links to a person.

    Attributes
    ----------
    scores : float32 (n_items,)
        The more, the more popular: the smallest numbers above 0 that there are, so that all others are above or below.
    ordered : int32 (n_items,)
        The items, the most popular first.
    """

    scores: Array
    ordered: Array


def fillers(popular: Array, ties: Array) -> Fillers:
    """What stands for scores of 0; `popular` says how many chose each item, `ties` is the order of equally popular ones."""
    return _fillers(popular.tobytes(), popular.dtype.str, ties.tobytes(), ties.dtype.str)


@lru_cache(maxsize=4)
def _fillers(popular: bytes, kind: str, ties: bytes, kind_of_ties: str) -> Fillers:
    counts, order = np.frombuffer(popular, kind), np.frombuffer(ties, kind_of_ties)
    ordered = np.lexsort((order, -counts)).astype(np.int32)
    found = np.empty(len(counts), np.float32)
    found[ordered] = np.arange(len(counts), 0, -1, dtype=np.int32).view(np.float32)
    return Fillers(found, ordered)


def fill(scores: Array, instead: Fillers) -> None:
    """Put fillers where scores are 0, in place."""
    np.copyto(scores, instead.scores, where=scores == 0)


def are_filled(scores: Array, instead: Fillers) -> Array:
    """Which of some scores are fillers."""
    return (scores > 0) & (scores <= instead.scores.max(initial=0))


def _lowest(scores: Array) -> Array:
    """The lowest candidate of each row."""
    return scores.min(axis=1, initial=np.inf, where=scores > -np.inf)
