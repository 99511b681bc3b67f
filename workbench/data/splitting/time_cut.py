"""One point in time for everybody."""

from typing import Any

import numpy as np

from workbench.data.dates import Moment, milliseconds
from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.fold import TEST, TRAIN, UNUSED, VALIDATION
from workbench.data.splitting.split import Split, validation_share
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


def judge_strangers() -> Any:
    """Declare what becomes of people without a history."""
    text = "Also judge people of whom nothing is learned from. Lists for them can only be what is popular."
    return hyperparameter(True, "Judge new people", text)


class TimeCut(Split):
    """What everybody did from one moment on is the test: learning knows nothing of the future."""

    name, title = "time", "Time cut"
    by_time = True

    test: float = hyperparameter(
        0.2, "Test", "Share of interactions hidden, the newest. Does not matter where a date is given.", gt=0, lt=1
    )
    date: Moment | None = hyperparameter(None, "From", "First day of the test, as 2020-12-31. Empty: by the share.")
    validation: float = validation_share()
    strangers: bool = judge_strangers()

    def places(self, data: Interactions) -> Array:
        times = times_of(data, self.title)
        n = len(times)
        start = milliseconds(self.date) if self.date else moment_at(times, n - round(self.test * n))
        place = np.where(times >= start, np.int8(TEST), np.int8(TRAIN))
        mark_validation(place, times, start, round(self.validation * n))
        return place if self.strangers else without_strangers(place, data)

    def describe(self) -> str:
        test = f"from {self.date} on test" if self.date else f"the newest {self.test:.0%} test"
        whole = f"one cut in time for all: {test}, the {self.validation:.0%} before validation"
        return whole if self.strangers else whole + "; only people with something before"


def times_of(data: Interactions, title: str) -> Array:
    """The times; raises WorkbenchError where there are none."""
    if data.time is None:
        message = f"The split '{title}' needs times, and the data has none. Choose the time column, or another split."
        raise WorkbenchError(message)
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
