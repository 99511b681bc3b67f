"""Users with enough interactions."""

from typing import ClassVar

import numpy as np

from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


class MinimumPerUser(Filter):
    """Keeps users with enough interactions."""

    name, title, order = "min-user", "Interactions of a user", 2
    sentence = "Keeps users with enough interactions."
    keys: ClassVar[dict[str, str]] = {"min-user": "n"}
    counts: ClassVar[tuple[str, ...]] = ("users",)

    n: int = hyperparameter(5, "At least", "Users with fewer interactions are removed.", ge=1)

    def keeps(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        return np.repeat(lengths >= self.n, lengths)

    def describe(self) -> str:
        return f"users with at least {self.n}"
