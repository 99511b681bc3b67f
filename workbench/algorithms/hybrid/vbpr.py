"""VBPR, matrix factorization that also sees vectors of items: pictures in the paper, any vectors here.

He & McAuley, "VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback", AAAI 2016, arXiv:1510.01784.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_vectors import by_kind, declare_kinds, dense_rows
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.pair_scorer import (
    PairScorer,
    declare_factors,
    declare_negatives,
    declare_objective,
    products,
)
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from workbench.data.side_files.items import Items


class VBPR(PairScorer):
    """Score of an item: ``b_i + γ_u · γ_i + θ_u · E f_i + β' · f_i`` with its vector f_i, of length 1 for each kind.

    With BPR the loss of a chosen item i and an unseen j is ``-ln σ(x_ui - x_uj)``, and all factors are held down. An item
    that nobody met has neither γ_i nor b_i: its vector alone speaks for it, and it is not drawn to be compared with.
    """

    name, title = "vbpr", "VBPR"
    summary = (
        "Matrix factorization in which a part of each user's taste is for the vectors of items, such as of their pictures. "
        "For catalogues with vectors in which many items have few interactions, or none yet. "
        "Its time grows with the interactions and the length of the vectors."
    )
    reference = (
        "He & McAuley, VBPR: Visual Bayesian Personalized Ranking from Implicit Feedback, 2016, arXiv:1510.01784"
    )
    needs = ("vectors",)
    places_items = True
    learned: ClassVar[tuple[str, ...]] = ("item_dense", "met")
    shapes: ClassVar[dict[str, Learned]] = {
        "item_dense": floats("items", "dimensions"),
        "met": Learned("b", ("items",)),
    }

    vector_kinds: str = declare_kinds()
    epochs: int = declare_epochs(30)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(1024)
    objective: Literal["bce", "bpr", "sampled-softmax"] = declare_objective("bpr")
    negatives: int = declare_negatives(4)
    factors: int = declare_factors(32)
    vector_factors: int = hyperparameter(
        32, "Vector factors", "Length of what is made of an item's vector, and of each user's taste for it.",
        ge=1, le=4096, search=(8, 128),
    )  # fmt: skip
    regularization: float = hyperparameter(
        0.01, "L2 weight", "Keeps the factors of users and items small. Raise it on sparse data.",
        ge=0, le=100, log=True, search=(1e-4, 0.1),
    )  # fmt: skip
    projection_weight: float = hyperparameter(
        0.0, "L2 of projection", "Keeps small what turns an item's vector into factors.", ge=0, le=100, advanced=True
    )

    _item_dense: Array  # float32 (n_items, dimensions)
    _met: Array  # bool (n_items,), in training

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        if not self._restored:
            rows = dense_rows(data.item_features, self.vector_kinds)
            if rows is None:
                raise WorkbenchError("VBPR needs vectors. Choose all kinds, or one by its name (vector_kinds).")
            self._item_dense, self._met = rows, data.item_counts > 0
        yield from super().train(data, seed)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        import torch
        from torch import nn

        d, n = self.vector_factors, self._item_dense.shape[1]
        user, item = nn.Embedding(n_users, self.factors + d), nn.Embedding(n_items, self.factors)
        for table in (user, item):
            nn.init.normal_(table.weight, std=0.1)
        project, lean, bias = nn.Linear(n, d, bias=False), nn.Linear(n, 1, bias=False), nn.Embedding(n_items, 1)
        nn.init.xavier_uniform_(project.weight)
        for own in (bias, lean):
            nn.init.zeros_(own.weight)
        with torch.no_grad():
            item.weight[torch.from_numpy(~self._met)] = 0
        module = nn.ModuleDict({"user": user, "item": item, "project": project, "bias": bias, "lean": lean})
        module.register_buffer("dense", torch.from_numpy(np.array(self._item_dense)), persistent=False)
        return module

    def others(self, data: Interactions) -> Array:
        """Items that somebody met: the others are not pushed down for being new."""
        return np.flatnonzero(data.item_counts)

    def item_side(self, module: Any, items: "Tensor") -> "Tensor":
        import torch

        seen = module.dense[items]
        bias = module["bias"](items) + module["lean"](seen)
        return torch.cat([module["item"](items), module["project"](seen), bias], -1)

    def meet(self, module: Any, user: "Tensor", item: "Tensor") -> "Tensor":
        return products(user, item[..., :-1]) + item[..., -1]

    def pair_size(self) -> int:
        return 1

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        """See `PairScorer.loss`; factors and biases of the items are held down, too, and what makes factors of vectors."""
        drawn = module["item"](batch["items"]).square().sum() + module["bias"](batch["items"]).square().sum()
        held = self.regularization / 2 * drawn / len(batch["items"])
        made = sum(module[name].weight.square().sum() for name in ("project", "lean"))
        loss: Tensor = super().loss(module, batch) + held + self.projection_weight / 2 * made
        return loss

    def spoken(self, history: UserItems, item: int, items: "Items | None") -> dict[str, float] | None:
        import torch

        if items is None:
            return None
        with torch.no_grad():
            sides = self.item_side(self._module, self.tensor(np.arange(self._sizes[1])))
            person = self._folded(self._module, sides, history)[0]
            gamma, theta = person[: self.factors], person[self.factors :]
            alone = self._module["item"].weight[item] @ gamma + self._module["bias"].weight[item, 0]
            heard = self._module["project"].weight.T @ theta + self._module["lean"].weight[0]
            parts = (heard * self._module.dense[item]).cpu().numpy()
        return {"people": float(alone)} | by_kind(items, self.vector_kinds, parts)

    def item_vectors(self) -> Array:
        import torch

        with torch.no_grad():
            sides = self.item_side(self._module, self.tensor(np.arange(self._sizes[1])))
        found: Array = sides[:, :-1].cpu().numpy()
        return found

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        import torch
        from torch import nn

        rows = dense_rows(new, self.vector_kinds, known)
        assert rows is not None  # it was trained on some
        self._item_dense = np.concatenate([self._item_dense, rows])
        self._met = np.append(self._met, np.zeros(len(new), bool))
        self._sizes = (self._sizes[0], len(self._met))
        for name in ("item", "bias"):
            weight = self._module[name].weight.detach()
            table = nn.Embedding(len(self._met), weight.shape[1], device=weight.device)
            with torch.no_grad():
                table.weight.copy_(torch.cat([weight, weight.new_zeros(len(new), weight.shape[1])]))
            self._module[name] = table
        self._module.dense = self.tensor(self._item_dense)
