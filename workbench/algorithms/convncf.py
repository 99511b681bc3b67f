"""ConvNCF, a convolution over the map of all products of a user's and an item's factors.

He, Du, Wang, Tian, Tang, Chua, "Outer Product-based Neural Collaborative Filtering", IJCAI 2018, arXiv:1808.03912.
"""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator

from workbench.algorithms._torch import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.algorithms._towers import PairScorer, declare_negatives, declare_objective
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class ConvNCF(PairScorer):
    """Score of an item: ``w · g + b``, where g is what convolutions leave of the d × d map ``E = p_u q_i^T``.

    Each of the log2(d) layers, ``relu(F * E + b)`` with filters F of 2 × 2 and stride 2, halves the map, until the last
    leaves one number for each filter.
    """

    name, title, family = "convncf", "ConvNCF", "Neural"
    summary = (
        "Looks with convolutions at the map of all products of a user's and an item's factors. "
        "For clicks and purchases where factors depend on each other, and people with patience. "
        "A long wait on a processor, for it convolves each pair; a graphics card helps."
    )
    reference = "He et al., Outer Product-based Neural Collaborative Filtering, IJCAI 2018, arXiv:1808.03912"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(512)
    objective: Literal["bce", "bpr", "sampled-softmax"] = declare_objective("bpr")
    negatives: int = declare_negatives(1)
    factors: int = hyperparameter(
        16, "Factors", "Numbers for each user and item, a power of 2: the side of the map.",
        ge=2, le=512, log=True, search=(16, 64),
    )  # fmt: skip
    filters: int = hyperparameter(16, "Filters", "Filters of each layer.", ge=1, le=512, search=(8, 64))

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
        parts: list[nn.Module] = []
        for number in range(self.factors.bit_length() - 1):
            parts += [nn.Conv2d(self.filters if number else 1, self.filters, 2, stride=2), nn.ReLU()]
        for part in parts[::2]:
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu")  # type: ignore[arg-type]
            nn.init.zeros_(part.bias)  # type: ignore[arg-type]
        modules = {"user": user, "item": item, "layers": nn.Sequential(*parts), "out": nn.Linear(self.filters, 1)}
        return nn.ModuleDict(modules)

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        vectors: Tensor = module["item"](items)
        return vectors

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        maps = user[:, None, :, None] * item[:, :, None, :]  # (n, k, d, d)
        left = module["layers"](maps.flatten(0, 1)[:, None]).flatten(1)
        scores: Tensor = module["out"](left).reshape(maps.shape[:2])
        return scores

    def pair_size(self) -> int:
        return self.factors**2 * (1 + self.filters // 2)
