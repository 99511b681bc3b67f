"""NeuMF, a product of factors and a network over others, weighed together.

He, Liao, Zhang, Nie, Hu, Chua, "Neural Collaborative Filtering", WWW 2017, arXiv:1708.05031, equation 12.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.pair_scorer import (
    PairScorer,
    declare_dropout,
    declare_factors,
    declare_layers,
    halves,
    products,
    tower,
)
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class NeuMF(PairScorer):
    """Score of an item: ``h · [p_u ⊙ q_i, z_L] + b``, where z_L is the last layer of an MLP over vectors of its own.

    Both parts learn together from the start; the paper also begins with each trained alone.
    """

    name, title = "neumf", "NeuMF"
    summary = (
        "A product of factors and a network side by side, trained together on what was chosen and what was not. "
        "The best-known neural model for clicks and purchases. "
        "Scores pair by pair, so it takes longer than factor models."
    )
    reference = "He et al., Neural Collaborative Filtering, WWW 2017, arXiv:1708.05031"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(32)
    width: int = hyperparameter(
        32, "Factors of the network", "Length of the vectors of users and items that the network reads.",
        ge=1, le=4096, search=(8, 128),
    )  # fmt: skip
    layers: int = declare_layers(3)
    dropout: float = declare_dropout(0.0)
    activation: Activation = declare_activation("relu")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        d, wide = self.factors, self.width
        user, item = nn.Embedding(n_users, d + wide), nn.Embedding(n_items, d + wide)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.01)  # as in the paper; from larger ones it learns later and ends lower
        weights = nn.Embedding(1, d)
        nn.init.ones_(weights.weight)
        parts = {
            "user": user,
            "item": item,
            "weights": weights,
            "from_user": nn.Linear(wide, wide, bias=False),
            "from_item": nn.Linear(wide, wide),
            "tower": tower(halves(wide, self.layers), self.dropout, activation=self.activation),
        }
        return nn.ModuleDict(parts)

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        import torch

        factors, deep = self._parts(vectors)
        return torch.cat([factors, module["from_user"](deep)], 1)

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        import torch

        factors, deep = self._parts(module["item"](items))
        return torch.cat([factors * module["weights"].weight[0], module["from_item"](deep)], -1)

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        (p, of_user), (q, of_item) = self._parts(user), self._parts(item)
        scores: Tensor = products(p, q) + module["tower"](of_user[:, None] + of_item).squeeze(2)
        return scores

    def _parts(self, both: "Tensor") -> "Sequence[Tensor]":
        """What is for the product and what is for the network; a split, whose gradient is put together once."""
        import torch

        return torch.split(both, [self.factors, self.width], -1)

    def pair_size(self) -> int:
        return 3 * self.width
