"""Interactions of a time."""

from typing import ClassVar

from workbench.data.dates import Moment, milliseconds
from workbench.data.filtering.base.filter import Filter, between
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


class TimeWindow(Filter):
    """Keeps interactions of a period: from a day on, before a day, or both."""

    name, title, order = "time", "Time", 5
    sentence = "Keeps interactions of a period: from a day on, before a day, or both."
    keys: ClassVar[dict[str, str]] = {"after": "start", "before": "end"}

    start: Moment | None = hyperparameter(
        None, "From", "First day to keep, such as 2020-12-31. Empty: the first of all."
    )
    end: Moment | None = hyperparameter(None, "Before", "First day to remove, such as 2020-12-31. Empty: none.")

    def keeps(self, data: Interactions) -> Array:
        if data.time is None:
            message = "The filter by time needs times, and the data has none. Remove the filter."
            raise WorkbenchError(message)
        low, high = (None if moment is None else milliseconds(moment) for moment in (self.start, self.end))
        return between(data.time, low, None if high is None else high - 1)

    def describe(self) -> str:
        words = [f"from {self.start}"] if self.start else []
        words += [f"before {self.end}"] if self.end else []
        return " and ".join(words) or "any time"
