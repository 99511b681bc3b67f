"""One point in time for everybody."""

import numpy as np

from workbench.data.dates import Moment, milliseconds
from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.cuts import judge_strangers, mark_validation, moment_at, times_of, without_strangers
from workbench.data.splitting.base.fold import TEST, TRAIN
from workbench.data.splitting.base.split import Split, validation_share
from workbench.declaring import hyperparameter


class TimeCut(Split):
    """What everybody did from one moment on is the test: learning knows nothing of the future."""

    name, title, short, order = "time", "Time cut", "time cut", 3
    sentence = "Holds out all interactions from one day on, and trains on those before: as in real use."
    needs, by_time = ("time",), True
    row_by_row = True

    test: float = hyperparameter(
        0.2, "Test", "Share of interactions held out, the newest. Ignored if a date is given.", gt=0, lt=1
    )
    date: Moment | None = hyperparameter(None, "From", "First day of the test, as 2020-12-31. Empty: by the share.")
    validation: float = validation_share()
    strangers: bool = judge_strangers()

    def places(self, data: Interactions) -> Array:
        times = times_of(data)
        n = len(times)
        start = milliseconds(self.date) if self.date else moment_at(times, n - round(self.test * n))
        place = np.where(times >= start, np.int8(TEST), np.int8(TRAIN))
        mark_validation(place, times, start, round(self.validation * n))
        return place if self.strangers else without_strangers(place, data)

    def describe(self) -> str:
        test = f"from {self.date} on test" if self.date else f"the newest {self.test:.0%} test"
        whole = f"one cut in time for all: {test}, the {self.validation:.0%} before validation"
        return whole if self.strangers else whole + "; only people with something before"
