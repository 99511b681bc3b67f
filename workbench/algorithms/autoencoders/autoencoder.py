"""What autoencoders of histories share: people as batches, the first layer of few items, the softmax over all of them.

A model of this kind says how a history becomes a code (`encode`) and how a code becomes what the vectors of the items are
compared with (`decode`). torch is imported inside functions only.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from workbench.algorithms.base.negative_sampling import Drawn, declare_drawn
from workbench.algorithms.base.padded_histories import pad
from workbench.algorithms.base.training_loop import Batch, Batches, NeuralAlgorithm, declare_batch_size
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


def declare_hidden(default: int) -> Any:
    """Declare how wide the layers around the code are."""
    text = "Width of the layers before and after the code; 0 leaves them out."
    return hyperparameter(default, "Hidden size", text, ge=0, le=10_000, search=(100, 1000))


def declare_factors(default: int) -> Any:
    """Declare how narrow the code is."""
    return hyperparameter(
        default,
        "Factors",
        "Length of the code: the vector that a history is compressed to.",
        ge=1,
        le=4096,
        search=(50, 500),
    )


class Autoencoder(NeuralAlgorithm):
    """Base of autoencoders of histories; not offered itself.

    The input is a history's items as ones, divided by the root of their number, of which some are left out in training
    (`dropout`); it is never made dense. The module that `build` makes has ``first``, the layer that takes it in, and
    ``out``, the vectors and biases of the items.
    """

    fold_in = "exact"
    batch_of: ClassVar[Literal["interactions", "users"]] = "users"

    batch_size: int = declare_batch_size(500, "Users", search=(64, 2048))
    dropout: float = hyperparameter(
        0.5, "Dropout", "Share of a history left out at random, to be predicted from the rest.", ge=0, lt=1
    )

    objective: Literal["softmax", "sampled-softmax"] = hyperparameter(
        "softmax",
        "Loss",
        "Softmax compares with all items at once; sampled softmax with those of its step and some drawn ones, "
        "corrected: several times as fast with many thousand items.",
    )
    negatives: int = declare_drawn(4096)

    def encode(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        """Codes of histories, (n, d): `items` (flat), `starts` (n + 1,) and the `share` of each item."""
        raise NotImplementedError

    def decode(self, module: Any, code: "Tensor") -> "Tensor":
        """Vectors (n, width) to compare with those of the items, of codes (n, d)."""
        return code

    def first(self, n_items: int, width: int) -> "nn.Module":
        """Make the layer that takes histories in: a vector for each item, and a bias."""
        from torch import nn

        layer = nn.EmbeddingBag(n_items, width, mode="sum", include_last_offset=True)
        nn.init.normal_(layer.weight, std=(2 / (n_items + width)) ** 0.5)
        layer.register_parameter("bias", nn.Parameter(layer.weight.new_zeros(width)))
        return layer

    def out(self, width: int, n_items: int) -> "nn.Module":
        """Make the vectors and biases of the items."""
        from torch import nn

        layer = nn.Linear(width, n_items)
        nn.init.normal_(layer.weight, std=(2 / (n_items + width)) ** 0.5)
        nn.init.zeros_(layer.bias)
        return layer

    def read(self, first: Any, batch: "dict[str, Tensor]", dropout: float) -> "Tensor":
        """What the first layer makes of histories, (n, width)."""
        import torch
        from torch.nn import functional

        items, starts, share = batch["items"], batch["starts"], batch["share"]
        if dropout:
            share = functional.dropout(share, dropout)
        # What is left out need not be read; on other devices one would have to wait to know what that is.
        if dropout and share.device.type == "cpu":
            kept = share.nonzero().squeeze(1)
            items, share, starts = items[kept], share[kept], torch.searchsorted(kept, starts)
        read: Tensor = first(items, starts, per_sample_weights=share) + first.bias
        return read

    def misfit(self, vectors: "Tensor", weight: "Tensor", bias: "Tensor", batch: "dict[str, Tensor]") -> "Tensor":
        """Mean over people of -Σ ln softmax over the items of their histories, given the vectors and biases of all."""
        from workbench.algorithms.layers.softmax_loss import softmax_loss

        if "compared" in batch:
            weight, bias = weight[batch["compared"]], bias[batch["compared"]] + batch["counts_for"]
        return softmax_loss(vectors, weight, bias, batch["target"], len(vectors))

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        out = module["out"]
        return self.misfit(self.decode(module, self.encode(module, batch)), out.weight, out.bias, batch)

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        batch = {name: self.tensor(value) for name, value in shown(histories).items()}
        scores: Tensor = module["out"](self.decode(module, self.encode(module, batch)))
        return scores

    def batches(self, data: Interactions) -> Batches:
        by_user = data.by_user
        people, drawn = np.flatnonzero(by_user.lengths), Drawn("uniform", self.negatives, data.item_counts)
        sampled = self.objective == "sampled-softmax" and self.negatives < data.n_items

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            order = rng.permutation(people)
            for start in range(0, len(order), self.batch_size):
                batch = shown(by_user.rows(order[start : start + self.batch_size]))
                starts = batch["starts"]
                target, _ = pad(batch["items"], starts[:-1], np.diff(starts), -1)
                batch |= drawn.compared_rows(target, rng) if sampled else {"target": target}
                yield min(1.0, (start + self.batch_size) / len(order)), batch

        return epoch


def shown(histories: UserItems) -> Batch:
    """Histories as the first layer takes them in: flat items, where each begins, and what each item counts."""
    share = np.repeat(1 / np.sqrt(np.maximum(histories.lengths, 1)), histories.lengths).astype(np.float32)
    return {"items": histories.item.astype(np.int64), "starts": histories.indptr.astype(np.int64), "share": share}
