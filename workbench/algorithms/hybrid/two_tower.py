"""Two towers, one network that reads a user and one that reads an item, and the angle between what comes out.

Huang et al., "Learning Deep Structured Semantic Models", CIKM 2013 (DSSM). That items of the same batch will do to compare
with, if corrected for how often they are there: Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item
Recommendations", RecSys 2019.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.fields import FieldScorer
from workbench.algorithms.base.negative_sampling import Drawn
from workbench.algorithms.base.pair_scorer import declare_dropout, declare_factors, products, tower
from workbench.algorithms.base.training_loop import (
    Batch,
    Batches,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
)
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class TwoTower(FieldScorer):
    """Score of an item: ``cos(f(u), g(i)) / temperature``, with networks f and g over the fields of the user and the item.

    In-batch loss: a softmax over the items of the batch; each has ``-ln`` of its chance to be in a batch added to its
    score (logQ correction), because popular ones are there to be compared with more often. The other losses draw items.
    """

    name, title = "two-tower", "Two towers"
    summary = (
        "One network reads users, one reads items, both with their attributes; matching pairs point the same way. "
        "For large catalogues and new items. "
        "Scores as fast as a factor model once it is trained."
    )
    reference = "Yi et al., Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, RecSys 2019"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(2048)
    objective: Literal["in-batch", "bce", "bpr", "sampled-softmax"] = hyperparameter(
        "in-batch",
        "Loss",
        "In-batch compares the chosen item with those that others in the batch chose; the other losses draw items.",
    )  # type: ignore[assignment]
    negatives: int = hyperparameter(
        4, "Negative samples", "Items not chosen that are drawn for each chosen one, again in each epoch.",
        ge=1, le=1000, log=True, search=(1, 16), when={"objective": ["bce", "bpr", "sampled-softmax"]},
    )  # fmt: skip
    factors: int = declare_factors(32)
    width: int = hyperparameter(64, "Width", "Width of the layer of each tower.", ge=1, le=4096, search=(16, 256))
    temperature: float = hyperparameter(
        0.1, "Temperature", "Smaller values magnify small differences between angles.",
        gt=0, le=10, log=True, search=(0.03, 0.3),
    )  # fmt: skip
    dropout: float = declare_dropout(0.1)
    activation: Activation = declare_activation("relu")

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        d = self.factors
        user = nn.Embedding(n_users, d)
        nn.init.normal_(user.weight, std=0.1)

        def read(n_fields: int) -> nn.Sequential:
            above = tower([self.width], self.dropout, d, self.activation)
            return nn.Sequential(nn.Linear(n_fields * d, self.width), *above)

        readers = {"user_tower": read(1 + len(self._user_ends)), "item_tower": read(self.n_item_fields())}
        return self.with_fields({"user": user, **readers}, d, d)

    def user_side(self, module: Any, vectors: "Tensor", users: "Tensor") -> "Tensor":
        import torch
        from torch.nn import functional

        read = module["user_tower"](torch.cat([vectors, *self.of_users(module, users)], 1))
        return functional.normalize(read, dim=1) / self.temperature

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        import torch
        from torch.nn import functional

        return functional.normalize(module["item_tower"](torch.cat(self.of_items(module, items), -1)), dim=-1)

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        return products(user, item)

    def pair_size(self) -> int:
        return 1

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        from workbench.algorithms.layers.softmax_loss import softmax_loss

        if self.objective != "in-batch":
            return super().loss(module, batch)
        vectors = module["user"](batch["user"])
        users, items = self.user_side(module, vectors, batch["user"]), self.item_side(module, batch["compared"])
        return softmax_loss(users, items, batch["counts_for"], batch["target"]) + self.held_down(vectors)

    def batches(self, data: Interactions) -> Batches:
        if self.objective != "in-batch":
            return super().batches(data)
        drawn = Drawn("batch", 0, data.item_counts)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            order: Array = rng.permutation(len(data))
            for start in range(0, len(order), self.batch_size):
                chosen = order[start : start + self.batch_size]
                batch = {"user": data.user[chosen].astype(np.int64)}
                done = min(1.0, (start + self.batch_size) / len(order))
                yield done, batch | drawn.compared(data.item[chosen].astype(np.int64), rng)

        return epoch
