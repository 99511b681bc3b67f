"""Items that nobody has met yet."""

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TEST, TRAIN, VALIDATION, Fold
from workbench.data.splitting.base.split import Split, split_seed
from workbench.declaring import hyperparameter


class ColdItems(Split):
    """Some items are kept out of training with all that people did with them, and hidden from everybody."""

    name, title, short, order = "cold-items", "New items", "new items", 6
    sentence = "Keeps some items out of training, and tests who is recommended them: for algorithms that know of items."
    row_by_row = True
    hides_items = True

    test: float = hyperparameter(
        0.1, "Test", "Share of the items that are kept out of training for the test.", gt=0, lt=1
    )
    validation: float = hyperparameter(
        0.1, "Validation", "Share of other items, kept out of training to choose the best epoch.", ge=0, lt=1
    )
    candidates: Literal["new", "all"] = hyperparameter(
        "new", "Lists of", "Test lists of the items that were kept out alone, or of all items."
    )
    seed: int = split_seed()
    show_validation: bool = Field(
        default=False,
        title="Show validation at test",
        description="Let interactions with validation items, which training has not met, be in the history when the test "
        "is scored. They are never recommended again either way.",
        json_schema_extra={"advanced": True},
    )

    def places(self, data: Interactions) -> Array:
        met = np.flatnonzero(data.item_counts)
        drawn = np.random.default_rng([self.seed, 53]).permutation(met)
        n_test, n_validation = max(1, round(self.test * len(met))), round(self.validation * len(met))
        of_items = np.full(data.n_items, TRAIN, np.int8)
        of_items[drawn[:n_test]] = TEST
        of_items[drawn[n_test : n_test + n_validation]] = VALIDATION
        return of_items[data.item]

    def split(self, data: Interactions) -> Fold:
        return replace(super().split(data), only_hidden_items=self.candidates == "new")

    def describe(self) -> str:
        of = "the kept out items alone" if self.candidates == "new" else "all items"
        words = f"{self.test:.0%} of the items kept out of training for the test, {self.validation:.0%} for validation"
        return f"{words}, lists of {of}, seed {self.seed}"
