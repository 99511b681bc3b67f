"""The part in which everybody has enough."""

from typing import ClassVar

import numpy as np

from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


class Core(Filter):
    """Keeps the largest part in which every user and every item has enough interactions within that part."""

    name, title, order = "core", "k-core", 4
    sentence = "Keeps the largest part in which every user and every item has enough interactions within that part."
    keys: ClassVar[dict[str, str]] = {"core": "k"}
    counts: ClassVar[tuple[str, ...]] = ("users", "items")

    k: int = hyperparameter(5, "Of a user", "Minimum interactions of each user with items that are kept.", ge=1)
    items: int | None = hyperparameter(
        None,
        "Of an item",
        "Minimum interactions of each item with users that are kept. Empty: the same as for users.",
        ge=1,
    )

    def keeps(self, data: Interactions) -> Array:
        from workbench.data.kernels.masks import core

        room = np.empty(len(data), np.int32 if len(data) < 2**31 else np.int64)
        k_item = self.k if self.items is None else self.items
        return core(data.by_user.indptr, data.user, data.item, data.n_items, self.k, k_item, room)

    def describe(self) -> str:
        return f"{self.k}-core" if self.items in (None, self.k) else f"core of {self.k} a user, {self.items} an item"
