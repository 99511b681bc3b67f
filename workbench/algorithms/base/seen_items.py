"""Readers of sequences that see vectors of items: added to what is learned of each item, or in place of it.

Hidasi et al., "Parallel Recurrent Neural Network Architectures for Feature-rich Session-based Recommendations", RecSys
2016, read features of items beside their ids.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_vectors import NONE, declare_kinds, dense_rows
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.next_item import NextItem
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn


class SeesItems(NextItem):
    """Base of those; not offered itself. An item's vector is ``q_i + W f_i``, or ``W f_i`` where it has an f_i."""

    learned: ClassVar[tuple[str, ...]] = ("item_dense",)
    optional: ClassVar[tuple[str, ...]] = ("item_dense",)
    shapes: ClassVar[dict[str, Learned]] = {"item_dense": floats("items", "dimensions")}

    vector_kinds: str = declare_kinds(NONE)
    vectors_as: Literal["added", "alone"] = hyperparameter(
        "added",
        "Vectors are",
        "Added to what is learned of each item, or alone, so that items are known by their vectors only.",
        advanced=True,
    )

    if TYPE_CHECKING:  # each declares it, in its own place on the form
        factors: int

    _item_dense: Array | None = PrivateAttr(default=None)  # float32 (n_items, dimensions)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if not self._restored:
            self._item_dense = dense_rows(data.item_features, self.vector_kinds)
        if self._item_dense is None and self.vectors_as == "alone":
            message = f"{self.title} has no vectors to go by alone. Choose kinds of vectors (vector_kinds), or add them"
            raise WorkbenchError(f"{message} (vectors_as added).")
        yield from super().train(data, seed)

    def item_table(self, n_items: int) -> "nn.Embedding":
        """Rows for all items and the start token."""
        import torch
        from torch import nn

        from workbench.algorithms.layers.seen_items import SeenEmbedding

        if self._item_dense is None:
            return nn.Embedding(n_items + 1, self.factors)
        return SeenEmbedding(torch.from_numpy(self._item_dense), self.factors, alone=self.vectors_as == "alone")

    def item_rows(self, module: Any) -> "Tensor":
        rows: Tensor = module["item"].weight if self._item_dense is None else module["item"].vectors()
        return rows
