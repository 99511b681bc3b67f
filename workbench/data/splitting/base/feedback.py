"""What an algorithm gets of events that are worth more or less, and where events that are no positives fall.

An algorithm declares what it reads (`Algorithm.feedback`), and nothing else is passed to it: ``positives`` alone, each of
weight 1; ``weights`` of positives; ``dislikes``, and what was seen and not chosen, beside positives when it learns, with
weights of 0 and below; ``ratings``: every event, as it was rated.
"""

from dataclasses import replace

import numpy as np

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.splitting.base.places import SHOWN, TEST, TRAIN, UNUSED, VALIDATION

Declared = tuple[str, ...]
POSITIVES: Declared = ("positives",)


def learned_as(data: Interactions, declared: Declared) -> Interactions:
    """What an algorithm learns from, of interactions; the data itself where it has no weights."""
    if data.weight is None:
        return data
    everything = {"ratings", "dislikes"} & set(declared)
    kept = data if everything else data.positives
    return replace(kept, weight=_weights(kept.weight, declared))


def shown_as(rows: UserItems, declared: Declared) -> UserItems:
    """What an algorithm is shown of histories: no dislikes, which say nothing of what to add up."""
    if rows.weight is None:
        return rows
    kept = rows if "ratings" in declared else rows.where(rows.weight > 0)
    return replace(kept, weight=kept.weight if "weights" in declared else None)


def places_of_all(of_positives: Array, data: Interactions, *, by_order: bool) -> Array:
    """Places of all interactions where a split has placed the positives, int8 (n,): only positives are hidden.

    What is no positive is learned from, or shown, where its user's positives are. Where a user's newest are hidden, what
    came after the first hidden one is not learned from.
    """
    assert data.weight is not None  # else all are positives
    positive = data.weight > 0
    starts = data.by_user.indptr
    learned = np.zeros(data.n_users, bool)
    shown = np.zeros(data.n_users, bool)
    users = data.user[positive]
    learned[users[of_positives == TRAIN]] = True
    shown[users[of_positives == SHOWN]] = True
    place = np.where(shown & ~learned, np.int8(SHOWN), np.int8(TRAIN))[data.user]
    place[positive] = of_positives
    if by_order:
        hidden = positive & ((place == TEST) | (place == VALIDATION))
        before = np.concatenate([[0], np.cumsum(hidden)])
        later = before[1:] > before[starts[data.user]]
        place[later & ~positive] = UNUSED
    return place


def _weights(weight: Array | None, declared: Declared) -> Array | None:
    if weight is None or not {"weights", "dislikes"} & set(declared):
        return None
    return weight if "weights" in declared else np.sign(weight)
