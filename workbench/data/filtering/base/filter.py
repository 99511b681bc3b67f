"""The base of all filters."""

from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from workbench.data.interactions import Array, Interactions


class Filter(BaseModel):
    """Base of all filters.

    Class attributes (declared by each file)
    -----------------------------------
    name : its name in recipes
    title, sentence : what the window calls it, and what it keeps
    order : its place among the filters, the usual ones first
    keys : what may stand left of the ``=`` on the command line, with the setting that it means
    counts : of ``users`` and ``items``, whose interactions it counts; where events are worth more or less, it is asked of
        positives alone, and what was merely seen or disliked goes with its user and item
    of_taste : whether it says which interactions speak for a person, so that it holds for people who are not in the data
    takes_ids : whether what stands right of the ``=`` are ids of items, so that a comma in it begins no other setting
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    keys: ClassVar[dict[str, str]]
    order: ClassVar[int] = 100
    of_taste: ClassVar[bool] = False
    takes_ids: ClassVar[bool] = False
    counts: ClassVar[tuple[str, ...]] = ()

    def keeps(self, data: Interactions) -> Array:
        """Which interactions stay, bool (n,); raises WorkbenchError where the data lacks what it needs."""
        raise NotImplementedError

    def describe(self) -> str:
        """What stays, in a few words."""
        raise NotImplementedError

    def recipe(self) -> dict[str, Any]:
        """Name and settings, as `make_filter` takes them."""
        return {"name": self.name, "settings": self.model_dump()}


def between(values: Array, low: float | None, high: float | None) -> Array:
    """Which values are in a closed range; what is not a number is in none that has an end."""
    if low is not None and high is not None:
        return (values >= low) & (values <= high)
    if low is not None:
        return values >= low
    return values <= high if high is not None else np.ones(len(values), bool)
