"""A moment cuts time in two: what is before it may be learned from."""

from typing import Any

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TRAIN, UNUSED, VALIDATION
from workbench.declaring import hyperparameter


def judge_strangers() -> Any:
    """Declare what becomes of people without a history."""
    text = "Also test users without training data (cold start). Their lists can only be popular items."
    return hyperparameter(True, "Test new users", text)


def times_of(data: Interactions) -> Array:
    """The times of data that a split was given because it has some."""
    assert data.time is not None, "`needs` says so"
    return data.time


def moment_at(times: Array, rank: int) -> int:
    """The time of the interaction that has `rank` others before it.

    Interactions at that very time all fall on its far side, so that equal times are never torn apart.
    """
    rank = min(max(rank, 0), len(times) - 1)
    return int(np.partition(times, rank)[rank])


def mark_validation(place: Array, times: Array, start: int, wanted: int) -> None:
    """Let the newest `wanted` interactions before `start` be validation."""
    before = times[times < start]
    if wanted and len(before):
        place[(times >= moment_at(before, len(before) - wanted)) & (times < start)] = VALIDATION


def without_strangers(place: Array, data: Interactions) -> Array:
    """Leave out what is hidden of people of whom nothing is learned from."""
    known = np.bincount(data.user[place == TRAIN], minlength=data.n_users) > 0
    place[~known[data.user]] = UNUSED
    return place
