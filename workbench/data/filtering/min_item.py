"""Items with enough interactions."""

from typing import ClassVar

from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


class MinimumPerItem(Filter):
    """Keeps items with enough interactions."""

    name, title, order = "min-item", "Interactions of an item", 3
    sentence = "Keeps items with enough interactions."
    keys: ClassVar[dict[str, str]] = {"min-item": "n"}
    counts: ClassVar[tuple[str, ...]] = ("items",)

    n: int = hyperparameter(5, "At least", "Items with fewer interactions are removed.", ge=1)

    def keeps(self, data: Interactions) -> Array:
        return (data.item_counts >= self.n)[data.item]

    def describe(self) -> str:
        return f"items with at least {self.n}"
