"""People of whom nothing is known. Who they are is decided here alone; `ranking` gives them the most popular items.

Nothing is known of somebody who has no history and was not in training, and of somebody for whom an algorithm scores all
items alike: lists of such scores would be the order of ties. Algorithms whose lists are not meant to differ by person
(`Algorithm.personal`) are left as they are.
"""

import numpy as np

from workbench.data.interactions import Array, UserItems

# What a list was made from: what the model knows of the person, or, where that is nothing, what is popular.
BASES = ("model", "popularity")
# Scores of a row that are compared first: few rows are level in these and not in all.
GLANCE = 16
NEEDED = 2  # candidates that there must be to be told apart


def lacks_history(users: Array, histories: UserItems) -> Array:
    """Who was not in training and has no history, bool (n,)."""
    return (users < 0) & (histories.lengths == 0)


def are_level(scores: Array) -> Array:
    """Whether all candidates of a row, those above -inf, score the same, bool (n,); not where there are less than two."""
    step = max(1, scores.shape[1] // GLANCE)
    few = scores[:, ::step]
    level = ~(few.max(axis=1, initial=-np.inf) > _lowest(few))
    rows = np.flatnonzero(level)
    if len(rows):
        whole = scores[rows]
        there = (whole > -np.inf).sum(axis=1) >= NEEDED
        level[rows] = there & (whole.max(axis=1) == _lowest(whole))
    return level


def _lowest(scores: Array) -> Array:
    """The lowest candidate of each row."""
    return scores.min(axis=1, initial=np.inf, where=scores > -np.inf)
