"""DIN, which asks of each item what in the history speaks for it.

Zhou et al., "Deep Interest Network for Click-Through Rate Prediction", KDD 2018, arXiv:1706.06978.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.algorithms.base.activation import Activation, declare_activation
from workbench.algorithms.base.next_item import declare_dropout, declare_length
from workbench.algorithms.base.padded_histories import cut, last, pad
from workbench.algorithms.base.pair_scorer import (
    BATCH_NUMBERS,
    cells,
    declare_factors,
    declare_layers,
    declare_negatives,
    declare_objective,
    halves,
    pair_loss,
    tower,
)
from workbench.algorithms.base.training_loop import (
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


class DIN(NeuralAlgorithm):
    """Score of item i after the items j of a history: ``network([Σ_j α_ij e_j, Σ_j α_ij e_j ⊙ e_i, e_i])``.

    Each α_ij is a network over ``[e_j, e_i, e_j - e_i, e_j ⊙ e_i]`` with one hidden layer; the weights are not made to add
    up to 1, so that more that speaks for an item counts for more. Histories of training end before the item, and
    the items that it is compared with are any others, those of the history too: what comes again is no matter of course.
    """

    name, title = "din", "DIN"
    summary = (
        "Weighs the history for each item by attention, by what is relevant to it. "
        "For users with several interests, where only part of a history is relevant to an item. "
        "Scores item by item, so it takes a long time on a processor; a graphics card helps."
    )
    reference = "Zhou et al., Deep Interest Network for Click-Through Rate Prediction, KDD 2018, arXiv:1706.06978"
    needs = ("time",)
    fold_in = "exact"

    epochs: int = declare_epochs(10)
    learning_rate: float = declare_learning_rate(3e-3)
    batch_size: int = declare_batch_size(512)
    objective: Literal["bce", "bpr", "sampled-softmax"] = declare_objective("bce")
    negatives: int = declare_negatives(4)
    factors: int = declare_factors(32)
    attention: int = hyperparameter(
        16, "Attention size", "Width of the hidden layer of the attention.", ge=1, le=1024, search=(8, 64)
    )
    width: int = hyperparameter(
        64, "Width", "Width of the first layer of the network.", ge=1, le=4096, search=(16, 256)
    )
    layers: int = declare_layers(2)
    dropout: float = declare_dropout(0.0)
    activation: Activation = declare_activation("relu", "; those of the attention stay as in the paper")
    max_length: int = declare_length(50)

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        from torch import nn

        d, a = self.factors, self.attention
        item = nn.Embedding(n_items + 1, d, padding_idx=n_items)
        nn.init.normal_(item.weight[:n_items], std=0.1)
        parts = {
            "item": item,
            # One layer over [e_j, e_i, e_j - e_i] is the sum of one over e_j and one over e_i.
            "of_history": nn.Linear(d, a, bias=False),
            "of_item": nn.Linear(d, a),
            "of_product": nn.Linear(d, a, bias=False),
            "weigh": nn.Sequential(nn.PReLU(), nn.Linear(a, 1)),
            "first": nn.Linear(3 * d, self.width),
            "tower": tower(halves(self.width, self.layers), self.dropout, activation=self.activation),
        }
        return nn.ModuleDict(parts)

    def reads(self) -> int:
        return self.max_length

    def weights(self, module: Any, history: "Tensor", item: "Tensor") -> "Tensor":
        """How much each item of each history (n, length) speaks for vectors (n or 1, k, d): (n, k, length)."""
        shown = module["item"](history)  # (n, length, d)
        if history.shape[1] < self.attention:
            both = (shown[:, None] * item[:, :, None]) @ module["of_product"].weight.T  # (n, k, length, a)
        else:  # the same with fewer numbers: a layer of e_j whose columns are multiplied by e_i
            columns = item[:, :, None, :] * module["of_product"].weight  # (n or 1, k, a, d)
            both = shown @ columns.flatten(1, 2).transpose(1, 2)  # (n, length, k * a)
            both = both.unflatten(2, (*item.shape[1:2], -1)).transpose(1, 2)
        hidden = both + module["of_history"](shown)[:, None] + module["of_item"](item)[:, :, None]
        real = (history < self._sizes[1]).to(hidden.dtype)
        return module["weigh"](hidden).squeeze(3) * real[:, None]

    def compare(self, module: Any, history: "Tensor", items: "Tensor") -> "Tensor":
        """Scores (n, k) of items (n, k), or for all alike (1, k), after histories (n, length)."""
        import torch

        item = module["item"](items)
        spoken = self.weights(module, history, item) @ module["item"](history)  # (n, k, d)
        item = item.expand_as(spoken)
        return module["tower"](module["first"](torch.cat([spoken, spoken * item, item], 2))).squeeze(2)

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        return pair_loss(self.compare(module, batch["history"], batch["items"]), self.objective, self._sizes[1])

    def batches(self, data: Interactions) -> Batches:
        rows, n_others = np.arange(len(data)), max(1, data.n_items - 1)
        first = data.by_user.indptr[data.user]
        lengths = np.minimum(np.arange(len(data)) - first, self.max_length)
        shown = data.item.astype(np.int64)

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            # Histories of like length go together, not always the same ones.
            order = rows[np.argsort(lengths[rows] * rng.uniform(0.9, 1.1, len(rows)) + rng.random(len(rows)))]
            starts = np.arange(0, len(order), self.batch_size)
            for done, start in enumerate(rng.permutation(starts), 1):
                chosen = order[start : start + self.batch_size]
                history, _ = pad(shown, chosen - lengths[chosen], lengths[chosen], data.n_items)
                target = shown[chosen][:, None]
                drawn = rng.integers(n_others, size=(len(chosen), self.negatives))
                drawn = (drawn + (drawn >= target)) % data.n_items  # any other item, those of the history too
                yield done / len(starts), {"history": history, "items": np.concatenate([target, drawn], 1)}

        return epoch

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        n_items = self._sizes[1]
        sequences, lengths = last(histories, n_items, self.max_length)
        found = torch.empty(len(users), n_items, device=self._device)
        starts, items = np.cumsum(lengths) - lengths, self.tensor(np.arange(n_items))[None]
        for rows in cut(np.argsort(lengths, kind="stable"), lengths, 16 * self.max_length):
            history = self.tensor(pad(sequences, starts[rows], lengths[rows], n_items)[0])
            each = 3 * (self.width + self.attention * history.shape[1])
            for some, columns in cells(len(rows), n_items, BATCH_NUMBERS // each):
                scores = self.compare(module, history[some], items[:, columns])
                found[self.tensor(rows[some])[:, None], items[:, columns]] = scores
        return found

    def scores_without(self, history: UserItems, places: Array) -> Array:
        """See `Algorithm.scores_without`: what is spoken is a sum, so one word is taken off, and the tower asked again."""
        import torch

        n_items, m = self._sizes[1], min(len(history.item), self.max_length + 1)
        read = self.tensor(history.item[len(history.item) - m :].astype(np.int64)[None])
        where = np.maximum(places - (len(history.item) - m), 0) if m else places
        found = torch.empty(len(places), n_items)
        self._module.eval()
        each = 3 * self.attention * max(1, m) + 4 * self.width
        with torch.no_grad():
            for _, columns in cells(1, n_items, 4 * BATCH_NUMBERS // each):
                for row, hidden in enumerate(self._without(read, self.tensor(np.arange(n_items))[columns], where)):
                    found[row, columns] = self._module["tower"](hidden).squeeze(1).cpu()
        return found.numpy()

    def _without(self, read: "Tensor", items: "Tensor", places: Array) -> Iterator["Tensor"]:
        """What enters the tower for each of some items (n, width) without each of `places` in turn.

        Of one item more than is read: it moves up where another one is left out.
        """
        first, d = self._module["first"], self.factors
        vectors, item = self._module["item"](read[0]), self._module["item"](items)
        words = self.weights(self._module, read, item[None])[0]  # (n, length)
        of_spoken, of_product, of_item = (first.weight[:, at : at + d] for at in (0, d, 2 * d))
        more = read.shape[1] > self.max_length

        def added(place: int) -> "Tensor":
            """What an item of the history adds to the first layer."""
            own = vectors[place]
            return words[:, place, None] * (item @ (of_product * own).T + of_spoken @ own)

        spoken = words[:, int(more) :] @ vectors[int(more) :]
        whole = spoken @ of_spoken.T + (spoken * item) @ of_product.T + item @ of_item.T + first.bias
        moved_up = whole + added(0) if more else whole
        for place in places.tolist():
            yield whole if more and place == 0 else moved_up - added(place)

    def attention_of(self, history: Array, item: int) -> Array:
        """How much each item of a history speaks for an item, float32 (length,)."""
        import torch

        with torch.no_grad():
            vector = self._module["item"](self.tensor(np.array([[item]], np.int64)))
            shown = self.tensor(np.asarray(history, np.int64)[None])
            return np.asarray(self.weights(self._module, shown, vector)[0, 0].cpu().numpy())
