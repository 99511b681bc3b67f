"""MLP, a network over the vectors of a user and an item side by side.

He, Liao, Zhang, Nie, Hu, Chua, "Neural Collaborative Filtering", WWW 2017, arXiv:1708.05031, equation 10.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.pair_scorer import (
    PairScorer,
    declare_dropout,
    declare_factors,
    declare_layers,
    halves,
    tower,
)
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate

if TYPE_CHECKING:
    from torch import Tensor, nn


class MLP(PairScorer):
    """Score of an item: what a network makes of the factors of both.

    With d factors and L layers of widths d, d/2, d/4, …:
    ``z_1 = relu(W_1 [p_u, q_i] + b_1)``, ``z_l = relu(W_l z_{l-1} + b_l)``, score ``h · z_L + b``.

    ``W_1 [p_u, q_i]`` is computed once for each user and item, the other layers for each pair.
    """

    name, title = "mlp", "MLP"
    summary = (
        "Lets a network find out how a user and an item go together, instead of multiplying their factors. "
        "For clicks and purchases, where a product of factors is too simple. "
        "Scores pair by pair, so it takes longer than factor models."
    )
    reference = "He et al., Neural Collaborative Filtering, WWW 2017, arXiv:1708.05031"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(32)
    layers: int = declare_layers(3)
    dropout: float = declare_dropout(0.0)
    activation: Activation = declare_activation("relu")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        d = self.factors
        user, item = nn.Embedding(n_users, d), nn.Embedding(n_items, d)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.1)
        parts = {
            "user": user,
            "item": item,
            "from_user": nn.Linear(d, d, bias=False),
            "from_item": nn.Linear(d, d),
            "tower": tower(halves(d, self.layers), self.dropout, activation=self.activation),
        }
        return nn.ModuleDict(parts)

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        side: Tensor = module["from_user"](vectors)
        return side

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        side: Tensor = module["from_item"](module["item"](items))
        return side

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        scores: Tensor = module["tower"](user[:, None] + item).squeeze(2)
        return scores

    def pair_size(self) -> int:
        return 3 * self.factors
