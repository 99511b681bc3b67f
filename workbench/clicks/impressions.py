"""What was shown to whom, where, with which probability, and whether it was clicked."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Array


@dataclass(frozen=True, eq=False)
class Impressions:
    """A log, a row for each item that was shown.

    Attributes
    ----------
    item : int32 (n,)
        Index in `items`.
    click : float64 (n,)
        1 where it was clicked, else 0.
    items : pyarrow string array (n_items,)
        All items that were shown, each once.
    position : int32 (n,)
        Index in `positions`; all 0 where the log tells none.
    positions : list of str
        Places of a list, the first ones first.
    user : int32 (n,) or None
        Index in `users`; None where the log tells none.
    users : pyarrow string array or None
    propensity : float64 (n,) or None
        Probability with which the item was shown at that place, above 0 and at most 1.
    told : dict
        For JSON: ``rows``, ``refused_count``, ``refused`` (reasons with their numbers and a first example), ``columns``.
    """

    item: Array
    click: Array
    items: pa.Array
    position: Array
    positions: list[str]
    user: Array | None
    users: pa.Array | None
    propensity: Array | None
    told: dict[str, Any]

    def __len__(self) -> int:
        return len(self.item)

    @property
    def n_items(self) -> int:
        """Items that were shown."""
        return len(self.items)

    @property
    def unit(self) -> Array:
        """What is drawn anew to say how sure a number is, int64 (n,): users, whose rows depend on each other, or rows."""
        return np.arange(len(self)) if self.user is None else self.user.astype(np.int64)

    def shown_at_random(self) -> "Impressions":
        """The same where each item of a place was as likely as the others that were shown there."""
        number = (self.shown_at() > 0).sum(axis=1)
        return replace(self, propensity=1 / np.maximum(number, 1)[self.position])

    def shown_at(self) -> Array:
        """How often each item was shown at each place, int64 (n_positions, n_items)."""
        places = self.position.astype(np.int64) * self.n_items + self.item
        return np.bincount(places, minlength=len(self.positions) * self.n_items).reshape(-1, self.n_items)
