"""ConvNCF, a convolution over the map of all products of a user's and an item's factors.

He, Du, Wang, Tian, Tang, Chua, "Outer Product-based Neural Collaborative Filtering", IJCAI 2018, arXiv:1808.03912.
"""

import functools
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import field_validator

from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.pair_scorer import PairScorer, declare_negatives, declare_objective
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.data.interactions import Array
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class ConvNCF(PairScorer):
    """Score of an item: ``w · g + b``, where g is what convolutions leave of the d × d map ``E = p_u q_i^T``.

    Each of the log2(d) layers, ``relu(F * E + b)`` with filters F of 2 × 2 and stride 2, halves the map, until the last
    leaves one number for each filter.
    """

    name, title = "convncf", "ConvNCF"
    summary = (
        "Applies convolutions to the products of all pairs of a user's and an item's factors. "
        "For clicks and purchases where factors depend on each other. "
        "Very slow on a processor, because it convolves each pair; a graphics card helps."
    )
    reference = "He et al., Outer Product-based Neural Collaborative Filtering, IJCAI 2018, arXiv:1808.03912"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(512)
    objective: Literal["bce", "bpr", "sampled-softmax"] = declare_objective("bpr")
    negatives: int = declare_negatives(1)
    factors: int = hyperparameter(
        16, "Factors", "Length of the vector of each user and item, a power of 2.",
        ge=2, le=512, log=True, search=(16, 64),
    )  # fmt: skip
    filters: int = hyperparameter(16, "Filters", "Filters of each layer.", ge=1, le=512, search=(8, 64))
    activation: Activation = declare_activation("relu")

    @field_validator("factors")
    @classmethod
    def _check_factors(cls, factors: int) -> int:
        if factors & (factors - 1):
            message = f"must be a power of 2 such as 16 or 32, which {factors} is not"
            raise ValueError(message)
        return factors

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        user, item = nn.Embedding(n_users, self.factors), nn.Embedding(n_items, self.factors)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.3)  # products of small ones would be too small for the filters to see
        inputs = [4, *[4 * self.filters] * (self.factors.bit_length() - 2)]  # 2 x 2 numbers, of all filters before
        layers = nn.ModuleList(nn.Linear(size, self.filters) for size in inputs)
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        return nn.ModuleDict({"user": user, "item": item, "layers": layers, "out": nn.Linear(self.filters, 1)})

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        vectors: Tensor = module["item"](items)
        return vectors

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        of_user, of_item = patch_by_patch(self.factors)
        x = user[:, None, self.tensor(of_user)] * item[:, :, self.tensor(of_item)]  # (n, k, d * d)
        shape = x.shape[:2]
        for layer in module["layers"]:
            x = bend(self.activation, layer(x.reshape(-1, layer.in_features)))  # (patches of all maps, filters)
        scores: Tensor = module["out"](x).reshape(shape)
        return scores

    def pair_size(self) -> int:
        return self.factors**2 * (1 + self.filters // 2)


@functools.cache
def patch_by_patch(side: int) -> tuple[Array, Array]:
    """Row and column, int64 (side * side), of each cell of a map in the order in which patches of 2 x 2 halve it.

    The four cells of a patch follow each other, then the next three patches that the next layer takes together, and so on
    (Morton, 1966): filters of 2 x 2 and stride 2 are then one matrix product, and no layer has to move what the one before
    made, which took longer than the products.
    """
    bits = np.arange(side.bit_length() - 1)
    cells = np.arange(side * side)[:, None]
    return tuple((cells >> 2 * bits + first & 1) @ (1 << bits) for first in (1, 0))  # type: ignore[return-value]
