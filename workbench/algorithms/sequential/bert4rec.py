"""BERT4Rec, sequences with gaps to be filled from both sides, by self-attention.

Sun, Liu, Wu, Pei, Lin, Ou, Jiang, "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from
Transformer", CIKM 2019, arXiv:1904.06690.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import field_validator

from workbench.algorithms.base.activation import Activation, declare_activation, layer_of
from workbench.algorithms.base.next_item import NextItem, declare_dropout, declare_factors, declare_length
from workbench.algorithms.base.padded_histories import cut, last, pad, windows
from workbench.algorithms.base.training_loop import (
    Batch,
    Batches,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
)
from workbench.algorithms.sequential.sasrec import check_heads, declare_blocks, declare_expansion, declare_heads
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Share of the sequences of which only the last item is hidden, as it is when the next one is asked for.
ONLY_LAST = 0.1


class BERT4Rec(NextItem):
    """Some items of each sequence are hidden behind a mask and guessed from all others, before and after.

    The input at position t is ``q_item + p``, where p is the vector of the distance to the end; it goes through blocks of
    self-attention that look both ways, and a transformation ``norm(gelu(W x + b))``. The score of item i is the product
    with the same q_i, plus a bias. To score, a mask stands behind the history: as positions count from the end, it is where
    the last item was hidden in training. The norms are before the layers of the blocks (in the paper behind them).
    """

    name, title = "bert4rec", "BERT4Rec"
    summary = (
        "Fills gaps in histories from both sides, and then predicts what comes next. "
        "Learns slowly: give it many epochs."
    )
    reference = "Sun et al., BERT4Rec, CIKM 2019, arXiv:1904.06690"

    epochs: int = declare_epochs(100)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(4096)
    factors: int = declare_factors(64)
    blocks: int = declare_blocks(2)
    heads: int = declare_heads(2)
    expansion: int = declare_expansion(4)
    dropout: float = declare_dropout(0.1)
    activation: Activation = declare_activation("gelu")
    max_length: int = declare_length(200)
    hidden_share: float = hyperparameter(
        0.2, "Masked items", "Share of each sequence that is masked and predicted.", gt=0, lt=1, search=(0.1, 0.6)
    )

    _check_heads = field_validator("heads")(check_heads)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        from workbench.algorithms.layers.attention import Block, start_small

        inner = self.expansion * self.factors
        blocks = [
            Block(self.factors, self.heads, inner, self.dropout, layer_of(self.activation)) for _ in range(self.blocks)
        ]
        module = nn.ModuleDict(
            {
                "item": nn.Embedding(n_items + 2, self.factors),  # then the mask, then the padding
                "bias": nn.Embedding(n_items, 1),
                "place": nn.Embedding(self.max_length, self.factors),
                "dropout": nn.Dropout(self.dropout),
                "blocks": nn.ModuleList(blocks),
                "norm": nn.LayerNorm(self.factors),
                "out": nn.Sequential(
                    nn.Linear(self.factors, self.factors), layer_of(self.activation), nn.LayerNorm(self.factors)
                ),
            }
        )
        start_small(module)
        nn.init.zeros_(module["bias"].weight)  # type: ignore[arg-type]
        return module

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, factors) at each of `items` (rows, length), which see all but the padding."""
        seen = items != self.padding()
        to_end = seen.flip(1).cumsum(1).flip(1).clamp(min=1) - 1  # (rows, length)
        x = module["dropout"](module["item"](items) + module["place"](to_end))
        for block in module["blocks"]:
            x = block(x, seen)
        states: Tensor = module["norm"](x)
        return states

    def looks(self, module: Any, items: "Tensor") -> "Tensor":
        from workbench.algorithms.layers.attention import last_looks

        return last_looks(lambda: self.read(module, items), module["blocks"])

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        query: Tensor = module["out"](states)
        return query

    def padding(self) -> int:
        return self._sizes[1] + 1

    def shown(self, histories: UserItems) -> tuple[Array, Array]:
        return last(histories, self._sizes[1], self.max_length, behind=True)

    def batches(self, data: Interactions) -> Batches:
        starts, lengths = windows(data.by_user, self.max_length)
        target, mask, padding = data.item.astype(np.int64), data.n_items, data.n_items + 1
        against = self.against(data)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)))
            cuts = list(cut(order, lengths, self.batch_size))
            for done, number in enumerate(rng.permutation(len(cuts)), 1):
                rows = cuts[number]
                goals, valid = pad(target, starts[rows], lengths[rows], padding)
                hidden = self._hidden(valid, lengths[rows], rng)
                batch = {
                    "items": np.where(hidden, mask, goals),
                    "where": np.flatnonzero(hidden),
                    "target": goals[hidden],
                }
                yield done / len(cuts), batch | against(batch["target"], rng)

        return epoch

    def _hidden(self, valid: Array, lengths: Array, rng: np.random.Generator) -> Array:
        """Which items are hidden, bool (rows, length); at least one in each row."""
        hidden = valid & (rng.random(valid.shape) < self.hidden_share)
        only_last = ~hidden.any(1) | (rng.random(len(lengths)) < ONLY_LAST)
        hidden[only_last] = np.arange(valid.shape[1]) == lengths[only_last, None] - 1
        return hidden
