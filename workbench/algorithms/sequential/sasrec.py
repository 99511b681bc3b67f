"""SASRec, what comes next in a sequence, with causal self-attention; with calibrated BCE it is gSASRec.

Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018, arXiv:1808.09781. That it needs a softmax over all
items, or many negatives, to show what it can: Klenitskiy and Vasilev, "Turning Dross Into Gold Loss", RecSys 2023,
arXiv:2309.07602. gSASRec: Petrov and Macdonald, RecSys 2023, arXiv:2308.07192.
"""

from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo, field_validator

from workbench.algorithms.base.activation import Activation, declare_activation, layer_of
from workbench.algorithms.base.next_item import declare_dropout, declare_factors, declare_length
from workbench.algorithms.base.seen_items import SeesItems
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


def declare_blocks(default: int) -> Any:
    """Declare how deep it is."""
    return hyperparameter(default, "Blocks", "Layers of attention on top of each other.", ge=1, le=32, search=(1, 4))


def declare_heads(default: int) -> Any:
    """Declare how many things are looked for at once."""
    text = "Attention heads, which look for different things; must divide the factors."
    return hyperparameter(default, "Heads", text, ge=1, le=64, advanced=True)


def declare_expansion(default: int) -> Any:
    """Declare how wide the layers between are."""
    text = "Width of the layer after each attention, in multiples of the factors."
    return hyperparameter(default, "Expansion", text, ge=1, le=16, advanced=True)


def check_heads(heads: int, info: ValidationInfo) -> int:
    """Refuse a number of heads that the factors cannot be shared among."""
    factors = info.data.get("factors", heads)
    if factors % heads:
        message = f"must divide the factors ({factors}), which {heads} does not"
        raise ValueError(message)
    return heads


class SASRec(SeesItems):
    """Every position looks back at all before it and itself, and weighs what it sees by how well it fits.

    The input at position t is ``√d · q_item + p_t`` with item vectors q and position vectors p; it goes through blocks of
    causal self-attention and a feed-forward layer, and a last norm. The score of item i is the product of what comes out
    with the same q_i. Where vectors of items count, q_i is a sum with a projection of them.
    """

    name, title = "sasrec", "SASRec"
    summary = (
        "Reads a history with attention: each step looks back at the steps relevant to it. "
        "Often the best where order matters and histories are not short. "
        "Takes minutes on a processor; a graphics card helps."
    )
    reference = "Kang, McAuley, Self-Attentive Sequential Recommendation, ICDM 2018, arXiv:1808.09781"

    epochs: int = declare_epochs(30)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(4096)
    factors: int = declare_factors(64)
    blocks: int = declare_blocks(2)
    heads: int = declare_heads(1)
    expansion: int = declare_expansion(1)
    dropout: float = declare_dropout(0.2)
    activation: Activation = declare_activation("relu")
    max_length: int = declare_length(200)

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
                "item": self.item_table(n_items),
                "place": nn.Embedding(self.max_length, self.factors),
                "dropout": nn.Dropout(self.dropout),
                "blocks": nn.Sequential(*blocks),
                "norm": nn.LayerNorm(self.factors),
            }
        )
        start_small(module)
        return module

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """Vectors (rows, length, factors) to compare with those of the items, after each of `items` (rows, length)."""
        from workbench.algorithms.layers.attention import places

        x = module["item"](items) * self.factors**0.5 + places(module["place"], items.shape[1])
        states: Tensor = module["norm"](module["blocks"](module["dropout"](x)))
        return states

    def looks(self, module: Any, items: "Tensor") -> "Tensor":
        from workbench.algorithms.layers.attention import last_looks

        return last_looks(lambda: self.read(module, items), module["blocks"])
