"""Several cuts, one after another in time."""

import numpy as np
from pydantic import ValidationInfo, field_validator

from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.cuts import judge_strangers, mark_validation, moment_at, times_of, without_strangers
from workbench.data.splitting.base.fold import TEST, TRAIN, UNUSED
from workbench.data.splitting.base.split import Split, chosen_fold, in_range, validation_share
from workbench.declaring import hyperparameter


class TimeSeries(Split):
    """Windows of time, one after another at the end, each the test of what came before it."""

    name, title, short, order = "time-series", "Time windows", "window {split.part} of {split.parts}", 4
    sentence = "Several time cuts one after another: do good results hold over time?"
    many, needs, by_time = "windows", ("time",), True
    row_by_row = True

    windows: int = hyperparameter(3, "Windows", "Number of tests, one after another in time.", ge=1, le=1000)
    fold: int = chosen_fold("windows, the earliest first,")
    test: float = hyperparameter(0.1, "Window", "Share of interactions in each. Ignored if days are given.", gt=0, lt=1)
    days: int | None = hyperparameter(None, "Days", "Length of each window. Empty: by the share.", ge=1, le=36_500)
    validation: float = validation_share(0.05)
    strangers: bool = judge_strangers()

    @field_validator("fold")
    @classmethod
    def _one_of_them(cls, fold: int, info: ValidationInfo) -> int:
        return in_range(fold, info.data.get("windows"), "windows")

    def places(self, data: Interactions) -> Array:
        times = times_of(data)
        start, end = self._borders(times)
        place = np.where(times >= start, np.int8(TEST), np.int8(TRAIN))
        mark_validation(place, times, start, round(self.validation * len(times)))
        place[times >= end] = UNUSED
        return place if self.strangers else without_strangers(place, data)

    def _borders(self, times: Array) -> tuple[int, int]:
        """First moment of the window, and the first one behind it."""
        behind, after_all = self.windows - self.fold, int(times.max()) + 1 if len(times) else 1
        if self.days:
            return after_all - behind * self.days * DAY_MS, after_all - (behind - 1) * self.days * DAY_MS
        n, each = len(times), round(self.test * len(times))
        start = moment_at(times, n - behind * each)
        return start, after_all if behind == 1 else moment_at(times, n - (behind - 1) * each)

    def describe(self) -> str:
        length = f"{self.days} days" if self.days else f"{self.test:.0%} of the interactions"
        whole = f"time window {self.part} of {self.windows} at the end, {length} each, test; what is before training"
        whole += f" but the last {self.validation:.0%}, validation" if self.validation else ""
        return whole if self.strangers else whole + "; only people with something before"
