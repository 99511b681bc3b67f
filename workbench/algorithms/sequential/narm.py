"""NARM, a recurrent network that also looks back at what the session was for.

Li, Ren, Chen, Ren, Lian, Ma, "Neural Attentive Session-based Recommendation", CIKM 2017, arXiv:1711.04725.
"""

from typing import TYPE_CHECKING, Any

from workbench.algorithms.base.next_item import NextItem, declare_dropout, declare_factors, declare_length
from workbench.algorithms.base.training_loop import declare_batch_size, declare_epochs, declare_learning_rate
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn


class NARM(NextItem):
    r"""A GRU reads the history; its state says where the person is, attention over all its states what they are after.

    With the states h_1 … h_t of a GRU (see GRU4Rec), σ the logistic function:

    - weight of step j seen from t    α_tj = v · σ(A_1 h_t + A_2 h_j), for j ≤ t (not made to add up to 1)
    - what stands out                 l_t = Σ_j α_tj h_j
    - score of item i                 q_i · B [h_t, l_t], where q_i is the factors of item i as an input, too

    The paper learns from each beginning of a session by itself; here one pass learns from all of them.
    """

    name, title = "narm", "NARM"
    summary = (
        "A recurrent network with attention to what stood out in the session. "
        "For short sessions in which people are after something. "
        "Takes minutes on a processor; a graphics card helps."
    )
    reference = "Li et al., Neural Attentive Session-based Recommendation, CIKM 2017, arXiv:1711.04725"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(2e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = declare_factors(64)
    hidden: int = hyperparameter(
        96,
        "Hidden size",
        "Length of the vector in which the network keeps what it has read.",
        ge=1,
        le=4096,
        search=(32, 256),
    )
    layers: int = hyperparameter(1, "Layers", "Recurrent layers on top of each other.", ge=1, le=8, advanced=True)
    dropout: float = declare_dropout(0.25)
    max_length: int = declare_length(50)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        item = nn.Embedding(n_items + 1, self.factors)
        nn.init.normal_(item.weight, std=0.05)
        between = self.dropout if self.layers > 1 else 0.0
        return nn.ModuleDict(
            {
                "item": item,
                "cell": nn.GRU(self.factors, self.hidden, self.layers, batch_first=True, dropout=between),
                "here": nn.Linear(self.hidden, self.hidden, bias=False),
                "there": nn.Linear(self.hidden, self.hidden, bias=False),
                "weigh": nn.Linear(self.hidden, 1, bias=False),
                "dropout": nn.Dropout(self.dropout),
                "out": nn.Linear(2 * self.hidden, self.factors, bias=False),
            }
        )

    def read(self, module: Any, items: "Tensor") -> "Tensor":
        """States (rows, length, 2 hidden): where it is, and what stands out, after each of `items` (rows, length)."""
        import torch

        states = module["cell"](module["dropout"](module["item"](items)))[0]  # (rows, length, hidden)
        return torch.cat([states, self._weights(module, states) @ states], 2)

    def _weights(self, module: Any, states: "Tensor") -> "Tensor":
        """How much each state looks at itself and those before it, (rows, length, length)."""
        import torch

        here, there = module["here"](states)[:, :, None], module["there"](states)[:, None]
        weights: Tensor = module["weigh"](torch.sigmoid(here + there)).squeeze(3).tril()
        return weights

    def looks(self, module: Any, items: "Tensor") -> "Tensor":
        import torch

        with torch.no_grad():
            return self._weights(module, module["cell"](module["item"](items))[0])[:, -1:]

    def query(self, module: Any, states: "Tensor", users: "Tensor | None") -> "Tensor":
        query: Tensor = module["out"](module["dropout"](states))
        return query
