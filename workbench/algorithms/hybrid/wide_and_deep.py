"""Wide and deep: weights for crossed features, which remember, beside a network, which generalizes.

Cheng et al., "Wide & Deep Learning for Recommender Systems", DLRS 2016, arXiv:1606.07792.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.fields import LEARNED, FieldScorer
from workbench.algorithms.base.item_features import feature_counts
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.pair_scorer import (
    declare_dropout,
    declare_factors,
    declare_layers,
    halves,
    products,
    tower,
)
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    import scipy.sparse as sp
    from torch import Tensor, nn

    from workbench.data.side_files.items import Items


class WideAndDeep(FieldScorer):
    """Score of an item: ``Σ_f w_f + Σ_{f, g} W_fg x_g + network([v_1, v_2, …]) + b``.

    f are the user and each attribute of the user, g the item's genres and decades (x_g = 1 where it has it): a weight for
    each pair, such as of students with horror. The network reads the vectors v of all fields, as in DeepFM. The paper
    learns the wide part by FTRL; here both parts share the optimizer.
    """

    name, title = "wide-and-deep", "Wide and deep"
    summary = (
        "Memorizes which users or user groups like which genres and decades, next to a network over all attributes. "
        "For clicks and purchases with attributes of items or users. "
        "Scores pair by pair, so it takes longer than factor models."
    )
    reference = "Cheng et al., Wide & Deep Learning for Recommender Systems, DLRS 2016, arXiv:1606.07792"
    learned = (*LEARNED, "crossed")
    shapes: ClassVar[dict[str, Learned]] = {"crossed": floats("items", "crossed")}

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(16)
    crosses: int = hyperparameter(
        64, "Crossed features", "The most common genres and decades are crossed with users and their attributes.",
        ge=1, le=1024, advanced=True,
    )  # fmt: skip
    width: int = hyperparameter(64, "Width", "Width of the first layer.", ge=1, le=4096, search=(16, 256))
    layers: int = declare_layers(2)
    dropout: float = declare_dropout(0.0)
    activation: Activation = declare_activation("relu")

    _crossed: Array  # float32 (n_items, crossed features), 1 or 0

    def learn_fields(self, data: Interactions) -> None:
        super().learn_fields(data)
        assert data.item_features is not None  # needs items
        counts, _ = feature_counts(data.item_features, titles=False, least_items=self.least)
        self._crossed = self._crosses_of(counts, counts)

    def _crosses_of(self, counts: "sp.csr_matrix", of: "sp.csr_matrix") -> Array:
        """The features that are most common in the items `of`, float32 (n, crossed features)."""
        common = np.argsort(-np.bincount(of.indices, minlength=of.shape[1]), kind="stable")[: self.crosses]
        return np.asarray(counts[:, np.sort(common)].toarray() > 0, np.float32)

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        import torch

        super().add_items(known, new, counts)
        of, names = feature_counts(known, titles=False, least_items=self.least)
        added = self._crosses_of(feature_counts(new, titles=False, known=names)[0], of)
        self._crossed = np.concatenate([self._crossed, added])
        self._module.crossed = torch.from_numpy(self._crossed).to(self._device)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        import torch
        from torch import nn

        d, wide = self.factors, 1 + self._crossed.shape[1]
        user = nn.Embedding(n_users, d + wide)  # the vector, the weight, the weights of crosses; so it is with traits
        nn.init.normal_(user.weight, std=0.1)
        parts: dict[str, nn.Module] = {
            "user": user,
            "from_user": nn.Linear(d * (1 + len(self._user_ends)), self.width, bias=False),
            "from_item": nn.Linear(d * self.n_item_fields(), self.width),
            "tower": tower(halves(self.width, self.layers), self.dropout, activation=self.activation),
        }
        module: Any = self.with_fields(parts, d + wide, d + 1)
        with torch.no_grad():
            for name in ("user", "trait", "feature"):
                module[name].weight[:, d:] = 0
        module.register_buffer("crossed", torch.from_numpy(self._crossed), persistent=False)
        return module

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        import torch

        fields = torch.stack([vectors, *self.of_users(module, users)], 1)  # (n, fields, d + 1 + crosses)
        deep = module["from_user"](fields[..., : self.factors].flatten(1))
        return torch.cat([fields[..., self.factors :].sum(1), deep], 1)

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        import torch

        fields = torch.stack(self.of_items(module, items), -2)  # (…, fields, d + 1)
        deep = module["from_item"](fields[..., : self.factors].flatten(-2))
        return torch.cat([fields[..., self.factors :].sum(-2), module.crossed[items], deep], -1)

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        wide = 1 + self._crossed.shape[1]
        scores = user[:, :1] + item[..., 0] + products(user[:, 1:wide], item[..., 1:wide])
        found: Tensor = scores + module["tower"](user[:, None, wide:] + item[..., wide:]).squeeze(2)
        return found

    def pair_size(self) -> int:
        return 3 * self.width
