"""GRU4Rec, what comes next in a sequence, with a recurrent network.

Hidasi, Karatzoglou, Baltrunas, Tikk, "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016,
arXiv:1511.06939; trained with a softmax over all items at every position, as Hidasi and Czapp found best (RecSys 2023).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms._sampling import compared
from workbench.algorithms._sequences import cut, last, pad, windows
from workbench.algorithms._torch import (
    Batch,
    Batches,
    NeuralAlgorithm,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
)
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Positions that a scoring pass holds at once.
POSITIONS = 16_384


class GRU4Rec(NeuralAlgorithm):
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

    name, title, family = "gru4rec", "GRU4Rec", "Sequential"
    summary = (
        "Reads a history in its order and predicts what comes next. "
        "For sessions, music and everything else where the last steps matter most."
    )
    reference = (
        "Hidasi et al., Session-based Recommendations with Recurrent Neural Networks, ICLR 2016, arXiv:1511.06939"
    )
    needs = ("time",)
    fold_in = "exact"

    epochs: int = declare_epochs(20)
    learning_rate: float = declare_learning_rate(4e-3)
    batch_size: int = declare_batch_size(2048)
    factors: int = hyperparameter(64, "Factors", "Numbers for each item.", ge=1, le=4096, search=(16, 256))
    hidden: int = hyperparameter(
        128, "Hidden size", "Numbers in which the network keeps what it has read.", ge=1, le=4096, search=(32, 512)
    )
    layers: int = hyperparameter(1, "Layers", "Recurrent layers on top of each other.", ge=1, le=8, advanced=True)
    cell: Literal["gru", "lstm", "rnn"] = hyperparameter(
        "gru",
        "Cell",
        "GRU and LSTM remember far back; the plain RNN is here to see why they were invented.",
        advanced=True,
    )
    dropout: float = hyperparameter(
        0.2, "Dropout", "Share of numbers left out at random in training, against learning by heart.", ge=0, lt=1
    )
    max_length: int = hyperparameter(
        100, "Longest sequence", "Only the last items are read; longer histories are cut for training.", ge=1, le=10_000
    )
    negatives: int = hyperparameter(
        2048,
        "Compared items",
        "The right item is told from all others, or from this many drawn at random where there are more.",
        ge=1,
        le=1_000_000,
        log=True,
        advanced=True,
    )

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        item = nn.Embedding(n_items + 1, self.factors)  # the last is the start token
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

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        from workbench.algorithms._softmax import softmax_loss

        states = self.read(module, batch["items"]).flatten(0, 1)[batch["where"]]  # (n, hidden)
        query = module["out"](module["dropout"](states))  # (n, factors)
        weight, bias = module["item"].weight[:-1], module["bias"].weight.squeeze(1)
        if "compared" in batch:
            weight, bias = weight[batch["compared"]], bias[batch["compared"]] + batch["counts_for"]
        return softmax_loss(query, weight, bias, batch["target"])

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        start = len(module["bias"].weight)
        sequences, lengths = last(histories, start, self.max_length)
        query = torch.empty(len(users), self.factors, device=self._device)
        order = np.argsort(lengths, kind="stable")
        for rows in cut(order, lengths, POSITIONS):
            items, _ = pad(sequences, np.cumsum(lengths)[rows] - lengths[rows], lengths[rows], start)
            states = self.read(module, self.tensor(items))
            ends = states[self.tensor(np.arange(len(rows))), self.tensor(lengths[rows] - 1)]
            query[self.tensor(rows)] = module["out"](ends)
        return torch.addmm(module["bias"].weight.squeeze(1), query, module["item"].weight[:-1].T)

    def batches(self, data: Interactions) -> Batches:
        n_items, by_user = data.n_items, data.by_user
        # Read at position t: the item before; the start token in front of the first. To be predicted: the item at t.
        read = np.concatenate([[n_items], data.item[:-1]]).astype(np.int64)
        read[by_user.indptr[:-1][by_user.lengths > 0]] = n_items
        target = data.item.astype(np.int64)
        starts, lengths = windows(by_user, self.max_length)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            # Sequences of like length go together, not always the same ones.
            order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)))
            cuts = list(cut(order, lengths, self.batch_size))
            for done, number in enumerate(rng.permutation(len(cuts)), 1):
                rows = cuts[number]
                items, valid = pad(read, starts[rows], lengths[rows], n_items)
                goals, _ = pad(target, starts[rows], lengths[rows], 0)
                batch = {"items": items, "where": np.flatnonzero(valid), "target": goals[valid]}
                if self.negatives < n_items:
                    batch |= compared(batch["target"], rng.integers(n_items, size=self.negatives), n_items)
                yield done / len(cuts), batch

        return epoch
