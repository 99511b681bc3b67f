"""DeepFM, a factorization machine and a network over the same vectors of fields.

Guo, Tang, Ye, Li, He, "DeepFM: A Factorization-Machine based Neural Network for CTR Prediction", IJCAI 2017,
arXiv:1703.04247.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.fields import FieldScorer
from workbench.algorithms.base.pair_scorer import (
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


class DeepFM(FieldScorer):
    """Score of an item: ``Σ_f w_f + Σ_{f < g} v_f · v_g + network([v_1, v_2, …]) + b`` over fields f, g of user and item.

    Fields are the user, each attribute of the user, the item, its genres, decade and title; the weight w and vector v of a
    field are the means of its features'. Sums of pairs are ``(|Σ v|² - Σ |v|²) / 2`` on each side, and a product between.
    """

    name, title = "deepfm", "DeepFM"
    summary = (
        "A factorization machine and a network over users, their attributes, items, genres, years and titles. "
        "For clicks and purchases with attributes of items or users, and for new items. "
        "Scores pair by pair, so it takes longer than factor models."
    )
    reference = "Guo et al., DeepFM, IJCAI 2017, arXiv:1703.04247"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(16)
    width: int = hyperparameter(64, "Width", "Width of the first layer.", ge=1, le=4096, search=(16, 256))
    layers: int = declare_layers(2)
    dropout: float = declare_dropout(0.0)
    activation: Activation = declare_activation("relu")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        d = self.factors
        user = nn.Embedding(n_users, 1 + d)
        nn.init.normal_(user.weight, std=0.1)
        parts: dict[str, nn.Module] = {
            "user": user,  # the weight, then the vector; so it is with features
            "from_user": nn.Linear(d * (1 + len(self._user_ends)), self.width, bias=False),
            "from_item": nn.Linear(d * self.n_item_fields(), self.width),
            "tower": tower(halves(self.width, self.layers), self.dropout, activation=self.activation),
        }
        return self.with_fields(parts, 1 + d, 1 + d)

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        return one_side([vectors, *self.of_users(module, users)], module["from_user"])

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        return one_side(self.of_items(module, items), module["from_item"])

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        d = self.factors
        machine = user[:, :1] + item[..., 0] + products(user[:, 1 : 1 + d], item[..., 1 : 1 + d])
        deep = module["tower"](user[:, None, 1 + d :] + item[..., 1 + d :]).squeeze(2)
        scores: Tensor = machine + deep
        return scores

    def pair_size(self) -> int:
        return 3 * self.width


def one_side(fields: "list[Tensor]", layer: Any) -> "Tensor":
    """What the machine makes of one side alone, the sum of its vectors, and its share of the first layer."""
    import torch

    stacked = torch.stack(fields, -2)  # (…, fields, 1 + d)
    weights, vectors = stacked[..., :1], stacked[..., 1:]
    total = vectors.sum(-2)
    pairs = (total.square() - vectors.square().sum(-2)).sum(-1, keepdim=True) / 2
    return torch.cat([weights.sum(-2) + pairs, total, layer(vectors.flatten(-2))], -1)
