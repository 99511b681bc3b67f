"""GRU4Rec, what comes next in a sequence, with a recurrent network.

Hidasi, Karatzoglou, Baltrunas, Tikk, "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016,
arXiv:1511.06939; trained with a softmax over all items at every position, as Hidasi and Czapp found best (RecSys 2023).
"""

from typing import TYPE_CHECKING, Any, Literal

from workbench.algorithms.base.next_item import (
    declare_dropout,
    declare_factors,
    declare_negatives,
    declare_objective,
)
from workbench.algorithms.base.seen_items import SeesItems
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class GRU4Rec(SeesItems):
    r"""The items of a history go through a recurrent network one by one; its state predicts the next.

    With x_t the factors of item t, σ the logistic function and ∘ the product by element, the GRU is

    - update gate     z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
    - reset gate      r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
    - candidate       h̃_t = tanh(W_h x_t + b_h + r_t ∘ (U_h h_{t-1} + c_h))
    - hidden state    h_t = (1 - z_t) ∘ h̃_t + z_t ∘ h_{t-1}

    and a plain recurrent cell is h_t = tanh(W x_t + U h_{t-1} + b). The score of item i is q_i · (V h_t + v) + b_i, where
    q_i are the same factors that item i has as an input. Every sequence begins with a start token, so that an empty
    history has scores too.
    """

    name, title = "gru4rec", "GRU4Rec"
    summary = (
        "Reads a history in its order and predicts what comes next. "
        "For sessions, music and everything else where the last steps matter most. "
        "Takes minutes on a processor; a graphics card helps."
    )
    reference = (
        "Hidasi et al., Session-based Recommendations with Recurrent Neural Networks, ICLR 2016, arXiv:1511.06939"
    )

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(4e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(64)
    hidden: int = hyperparameter(
        128,
        "Hidden size",
        "Length of the vector in which the network keeps what it has read.",
        ge=1,
        le=4096,
        search=(32, 512),
    )
    layers: int = hyperparameter(1, "Layers", "Recurrent layers on top of each other.", ge=1, le=8, advanced=True)
    cell: Literal["gru", "lstm", "rnn"] = hyperparameter(
        "gru",
        "Cell",
        "GRU and LSTM remember far back; the plain RNN is for comparison.",
        advanced=True,
    )
    dropout: float = declare_dropout(0.2)
    objective: Literal["softmax", "sampled-softmax", "bce", "gbce"] = declare_objective("sampled-softmax")
    negatives: int = declare_negatives(2048)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        item = self.item_table(n_items)  # the last is the start token
        nn.init.normal_(item.weight, std=0.05)
        bias = nn.Embedding(n_items, 1)
        nn.init.zeros_(bias.weight)
        kind = {"gru": nn.GRU, "lstm": nn.LSTM, "rnn": nn.RNN}[self.cell]
        between = self.dropout if self.layers > 1 else 0.0
        cell = kind(self.factors, self.hidden, self.layers, batch_first=True, dropout=between)
        out = nn.Linear(self.hidden, self.factors)
        return nn.ModuleDict(
            {"item": item, "bias": bias, "cell": cell, "out": out, "dropout": nn.Dropout(self.dropout)}
        )

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """Hidden states (rows, length, hidden) after each of `items` (rows, length)."""
        states: Tensor = module["cell"](module["dropout"](module["item"](items)))[0]
        return states

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        query: Tensor = module["out"](module["dropout"](states))
        return query
