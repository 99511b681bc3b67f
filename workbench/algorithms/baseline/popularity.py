"""Popularity: the same list for everybody, most popular first. Every other algorithm has to beat it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.portable import Portable
from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


class Popularity(Algorithm):
    """Score of an item: the number of its interactions, or of its recent ones, or of all, older ones counting less."""

    name, title = "popularity", "Popularity"
    summary = (
        "Recommends what most people chose. The baseline: an algorithm that does not beat it has learned nothing. "
        "Learned in a moment."
    )
    reference = "Counting; as in every comparison since Cremonesi et al., RecSys 2010."
    fold_in = "exact"
    personal = False
    explains = "exact"
    learned = ("counts",)
    shapes: ClassVar[dict[str, Learned]] = {"counts": floats("items")}

    counting: Literal["all", "recent", "decayed"] = hyperparameter(
        "all",
        "Counting",
        "All interactions, only recent ones, or all with older ones counting less. The last two need times.",
        needs="time",
    )
    recent: float = hyperparameter(
        0.1,
        "Recent share",
        "Share of the time span, at its end, whose interactions count.",
        gt=0,
        le=1,
        log=True,
        search=(0.01, 1),
        when={"counting": "recent"},
    )
    half_life: float = hyperparameter(
        30.0,
        "Half-life",
        "Time after which an interaction counts half.",
        gt=0,
        le=36_500,
        log=True,
        search=(1, 1000),
        when={"counting": "decayed"},
        unit="days",
    )

    _counts: Array

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        counts = np.bincount(data.item, weights=self._weights(data), minlength=data.n_items)
        self._counts = counts.astype(np.float32)
        yield from ()

    def _weights(self, data: Interactions) -> Array | None:
        """What each interaction counts, float64 (n,); None for 1."""
        if self.counting == "all":
            return None
        if data.time is None:
            message = (
                f"Popularity needs time to count '{self.counting}' interactions, and the data has none. "
                "Choose that column, or let it count all."
            )
            raise WorkbenchError(message)
        age = (data.time.max() - data.time).astype(np.float64)
        if self.counting == "recent":
            return (age <= self.recent * age.max(initial=0)).astype(np.float64)
        return np.exp2(-age / (self.half_life * DAY_MS))

    def score(self, users: Array, histories: UserItems) -> Array:
        return np.tile(self._counts, (len(users), 1))

    def portable(self) -> Portable:
        return Portable("sums", {"bias": self._counts})
