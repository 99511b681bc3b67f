"""Items that are left out."""

import csv
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import field_validator

from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


class ExcludeItems(Filter):
    """Leaves out items by their ids."""

    name, title, order = "exclude", "Leave out items", 7
    sentence = "Leaves out items by their ids."
    keys: ClassVar[dict[str, str]] = {"exclude": "ids"}
    takes_ids = True

    ids: str = hyperparameter("", "Ids", "Ids of items as in the file, between commas; in quotes if one has a comma.")

    @field_validator("ids", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    def keeps(self, data: Interactions) -> Array:
        there = pc.index_in(pa.array(self.listed(), data.item_ids.type), value_set=data.item_ids).drop_null()
        stays = np.ones(data.n_items, bool)
        stays[there.to_numpy()] = False
        return stays[data.item]

    def listed(self) -> list[str]:
        """The ids, each once."""
        found = next(csv.reader([self.ids], skipinitialspace=True), [])
        return list(dict.fromkeys(text.strip() for text in found if text.strip()))

    def describe(self) -> str:
        ids = self.listed()
        return f"without {', '.join(ids[:3])}" + (f" and {len(ids) - 3:,} more items" if len(ids) > 3 else "")  # noqa: PLR2004 - as many as are named
