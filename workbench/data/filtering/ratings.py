"""Ratings in a range."""

from typing import ClassVar

from workbench.data.filtering.base.filter import Filter, between
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


class RatingRange(Filter):
    """Keeps interactions whose rating is in a range, such as the likes among stars."""

    name, title, order = "rating", "Ratings", 1
    of_taste = True
    sentence = "Keeps interactions whose rating is in a range, such as the likes among stars."
    keys: ClassVar[dict[str, str]] = {"min-rating": "low", "max-rating": "high"}

    low: float | None = hyperparameter(None, "From", "Lowest rating to keep. Empty: no limit.")
    high: float | None = hyperparameter(None, "To", "Highest rating to keep. Empty: no limit.")

    def keeps(self, data: Interactions) -> Array:
        if data.rating is None:
            message = "The filter by rating needs ratings, and the data has none. Remove the filter."
            raise WorkbenchError(message)
        return between(data.rating, self.low, self.high)

    def describe(self) -> str:
        words = [f"from {self.low:g}"] if self.low is not None else []
        words += [f"to {self.high:g}"] if self.high is not None else []
        return " ".join(["ratings", *words]) if words else "all ratings"
