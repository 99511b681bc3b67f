"""What models share whose vectors travel along the graph of who chose what; torch is imported inside functions only."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base import budget
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.negative_sampling import Drawn, declare_drawn
from workbench.algorithms.base.padded_histories import cut, pad
from workbench.algorithms.base.training_loop import Batch, Batches, NeuralAlgorithm, declare_batch_size
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Graph:
    """The symmetric matrix L of users, then items: 1 / √(|N_u| |N_i|) where u chose i; compressed sparse rows."""

    indptr: "Tensor"  # int64 (n_users + n_items + 1,)
    neighbour: "Tensor"  # int64 (2 n,)
    weight: "Tensor"  # float32 (2 n,)

    def spread(self, x: "Tensor") -> "Tensor":
        """L x, for x (n_users + n_items, d), differentiable.

        The sum of an embedding bag is this product; it was three times as fast as torch's sparse one. Its gradient by x
        is L times that by L x, as L is symmetric, so that nothing is ever transposed.
        """
        return cast("Tensor", _spreading().apply(x, self))

    def product(self, x: "Tensor") -> "Tensor":
        """The same, not to be differentiated."""
        from torch.nn import functional

        weight = self.weight.to(x.dtype)
        bag: Tensor = functional.embedding_bag(
            self.neighbour, x, self.indptr, mode="sum", per_sample_weights=weight, include_last_offset=True
        )
        return bag


@cache
def _spreading() -> Any:
    """The product with a graph for torch to differentiate; made where torch is wanted, as torch is not loaded before."""
    import torch

    class Spread(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: "Tensor", graph: Graph) -> "Tensor":
            ctx.graph = graph
            return graph.product(x)

        @staticmethod
        def backward(ctx: Any, *gradients: "Tensor") -> "tuple[Tensor, None]":
            return ctx.graph.product(gradients[0].contiguous()), None

    return Spread


def declare_length(default: float) -> Any:
    """Declare how much of the length of an item's vector counts."""
    return hyperparameter(
        default,
        "Length",
        "How much the length of an item's vector counts: 0 uses angles only, 1 products. "
        "Popular items have long vectors, so a higher value lists more of them.",
        ge=0, le=1, search=(0, 1), when={"objective": ["softmax", "sampled-softmax"]},
    )  # fmt: skip


class GraphModel(NeuralAlgorithm):
    """Base of graph models; not offered itself.

    A model of this kind says how vectors travel (`travel`) and how a new person's follow from those of the items
    (`vectors_of_new`). What came out at the end of an epoch is kept with the weights: scoring needs no graph.
    """

    fold_in = "approximate"
    least_steps = budget.WHOLE_GRAPH

    factors: int = hyperparameter(
        64, "Factors", "Length of the vector of each user and item.", ge=1, le=4096, search=(16, 256)
    )
    layers: int = hyperparameter(
        3, "Layers", "Steps through the graph. 3 steps from a user are the choices of similar users.",
        ge=1, le=8, search=(1, 4),
    )  # fmt: skip
    batch_size: int = declare_batch_size(16_384)
    objective: Literal["softmax", "sampled-softmax", "bpr"] = hyperparameter(
        "softmax",
        "Loss",
        "Softmax compares the chosen item with all others at once, by the angle of vectors: good after about ten epochs; "
        "sampled softmax with those of its step and some drawn ones, corrected, for very many items. "
        "BPR, as published, compares with one item at a time and takes hundreds.",
    )
    temperature: float = hyperparameter(
        0.1, "Temperature", "Smaller values put more weight on the few wrong items with high scores.",
        gt=0, le=10, log=True, search=(0.05, 0.5), when={"objective": ["softmax", "sampled-softmax"]},
    )  # fmt: skip
    length: float = declare_length(0.0)
    negatives: int = declare_drawn(8192)
    regularization: float = hyperparameter(
        1e-4, "L2 weight", "Keeps the vectors small. Raise it on sparse data.",
        ge=0, le=100, log=True, search=(1e-6, 1e-2), when={"objective": "bpr"},
    )  # fmt: skip

    _graph: Any = PrivateAttr(default=None)

    def travel(self, module: Any, graph: Graph) -> "Tensor":
        """Vectors of all users, then all items, after their travels."""
        raise NotImplementedError

    def messages(self, module: Any, graph: Graph) -> "Tensor":
        """What the vectors of all users, then all items, say to a neighbour in the layers, before L weighs it."""
        raise NotImplementedError

    def vectors_of_new(self, module: Any, heard: "Tensor") -> "Tensor":
        """Vectors (n, d) of people who were not in training, from the messages of their items as L weighs them (n, m)."""
        raise NotImplementedError

    def widths(self) -> tuple[int, int]:
        """Numbers of a vector after its travels, and of a message."""
        return self.factors, self.factors

    def keep(self, module: Any, graph: Graph) -> None:
        """Let the buffers hold what scoring needs: vectors of users and items, and what items say to a new person."""
        for kept, found in zip(
            (module.of_users, module.of_items), self._sides(self.travel(module, graph)), strict=True
        ):
            kept.copy_(found)
        degree = graph.indptr[self._sizes[0] :].diff().clamp(min=1)  # (n_items,)
        module.said.copy_(self._sides(self.messages(module, graph))[1] / degree[:, None].sqrt())

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import torch

        for record in super().train(data, seed):
            if record.ends_epoch:
                self._module.eval()
                with torch.no_grad():
                    self.keep(self._module, self._graph)
            yield record

    def batches(self, data: Interactions) -> Batches:
        self._graph = self._make_graph(data)
        if self.objective == "bpr":
            return super().batches(data)
        items, by_user = data.item.astype(np.int64), data.by_user
        starts, lengths, people = by_user.indptr[:-1], by_user.lengths, np.flatnonzero(by_user.lengths)
        drawn = Drawn("uniform", self.negatives, data.item_counts)
        sampled = self.objective == "sampled-softmax" and self.negatives < data.n_items

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            cuts = list(cut(rng.permutation(people), lengths, self.batch_size))
            for done, rows in enumerate(cuts, 1):
                target, _ = pad(items, starts[rows], lengths[rows], -1)
                against = drawn.compared_rows(target, rng) if sampled else {"target": target}
                yield done / len(cuts), against | {"user": rows}

        return epoch

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        users, items = self._sides(self.travel(module, self._graph))
        if self.objective == "bpr":
            return self._bpr(module, users, items, batch)
        return self._softmax(users[batch["user"]], items, batch)

    def _softmax(self, users: "Tensor", items: "Tensor", batch: "dict[str, Tensor]") -> "Tensor":
        from torch.nn import functional

        from workbench.algorithms.layers.softmax_loss import softmax_loss

        bias = items.new_zeros(len(items))
        if "compared" in batch:
            items, bias = items[batch["compared"]], batch["counts_for"]
        query = functional.normalize(users) / self.temperature
        return softmax_loss(query, functional.normalize(items), bias, batch["target"])

    def _bpr(self, module: Any, users: "Tensor", items: "Tensor", batch: "dict[str, Tensor]") -> "Tensor":
        from torch.nn import functional

        user, seen, unseen = batch["user"], batch["item"], batch["unseen"]
        x = (users[user] * (items[seen] - items[unseen])).sum(1)
        first_users, first_items = self._sides(module["start"].weight)
        squares = sum(vectors.square().sum() for vectors in (first_users[user], first_items[seen], first_items[unseen]))
        return functional.softplus(-x).mean() + self.regularization / 2 * squares / len(x)

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch
        from torch.nn import functional

        known, new = np.flatnonzero(users >= 0), np.flatnonzero((users < 0) & (histories.lengths > 0))
        vectors = torch.zeros(len(users), module.of_users.shape[1], device=self._device)
        vectors[self.tensor(known)] = module.of_users[self.tensor(users[known].astype(np.int64))]
        if len(new):
            heard = self._heard(module.said, histories.rows(new))
            vectors[self.tensor(new)] = self.vectors_of_new(module, heard)
        if self.objective == "bpr":
            return vectors @ module.of_items.T
        items = functional.normalize(module.of_items) * module.of_items.norm(dim=1, keepdim=True) ** self.length
        return functional.normalize(vectors) @ items.T

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        import torch
        from torch import nn

        start = nn.Embedding(n_users + n_items, self.factors)
        nn.init.normal_(start.weight, std=0.1)
        module = nn.ModuleDict({"start": start})
        vector, message = self.widths()
        for name, *shape in (("of_users", n_users, vector), ("of_items", n_items, vector), ("said", n_items, message)):
            module.register_buffer(name, torch.zeros(shape))
        return module

    def _heard(self, said: "Tensor", histories: UserItems) -> "Tensor":
        """What the items of each history say, added and divided by the root of their number: (n, m)."""
        from torch.nn import functional

        share = np.repeat(1 / np.sqrt(np.maximum(histories.lengths, 1)), histories.lengths).astype(np.float32)
        index, starts = self.tensor(histories.item.astype(np.int64)), self.tensor(histories.indptr)
        bag: Tensor = functional.embedding_bag(
            index, said, starts, mode="sum", per_sample_weights=self.tensor(share), include_last_offset=True
        )
        return bag

    def _sides(self, both: "Tensor") -> "tuple[Tensor, Tensor]":
        return both[: self._sizes[0]], both[self._sizes[0] :]

    def _make_graph(self, data: Interactions) -> Graph:
        matrix = data.matrix().tocsr()
        turned = matrix.T.tocsr()
        ends = (matrix.indptr, matrix.indptr[-1] + turned.indptr[1:].astype(np.int64))
        degree = np.concatenate([np.diff(matrix.indptr), np.diff(turned.indptr)]).astype(np.float32)
        neighbour = np.concatenate([matrix.indices.astype(np.int64) + data.n_users, turned.indices])
        weight = 1 / np.sqrt(np.repeat(degree, degree.astype(np.int64)) * degree[neighbour])
        arrays = (np.concatenate(ends).astype(np.int64), neighbour.astype(np.int64), weight.astype(np.float32))
        return Graph(*map(self.tensor, arrays))
