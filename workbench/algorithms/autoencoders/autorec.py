"""AutoRec, an autoencoder of ratings.

Sedhain, Menon, Sanner, Xie, "AutoRec: Autoencoders Meet Collaborative Filtering", WWW 2015. This is I-AutoRec, whose inputs
are items; the paper finds it far better than the one whose inputs are users.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.activation import Activation, bend, declare_activation
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.learned import Learned, floats
from workbench.algorithms.base.padded_histories import cut
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, ridge, with_unknown
from workbench.algorithms.base.training_loop import (
    Batch,
    Batches,
    NeuralAlgorithm,
    declare_batch_size,
    declare_epochs,
    declare_learning_rate,
)
from workbench.algorithms.baseline.biases import shrunk_means
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

# Weight of the prior, that a new person is like the average one, in units of ratings.
PRIOR = 1.0
# Rounds in which the biases of items and users are found, and ratings of the mean that are added to those of each.
ROUNDS, SHRINK = 5, 5.0


class AutoRec(RatingPredictor, NeuralAlgorithm):
    """From the ratings of an item to a code, and from the code to what each user would give.

    With r_i the ratings of item i, one entry for each user, centred, divided by their spread, and zero where there is none:
    h_i = σ(V r_i + μ), prediction for user u: w_u · h_i + b_u. The loss is the mean of squared errors of what was rated +
    `regularization` / 2 · (|V|² + |W|²) / number of ratings. Nothing is computed for what was not rated.

    With `biases`, those of users and items are taken away from the ratings first and added again at the end. The paper does
    not; on sparse data what they leave over is easier to learn.

    A new person's w and b are those of the average user, corrected by ridge regression of their ratings on the codes.
    """

    name, title = "autorec", "AutoRec"
    summary = (
        "Compresses the ratings of an item to some hundred numbers, and predicts each user's rating from them. "
        "For predicting ratings where most items have many. "
        "Quick: its time grows with the ratings, the factors and the epochs."
    )
    reference = "Sedhain et al., AutoRec: Autoencoders Meet Collaborative Filtering, WWW 2015"
    fold_in = "approximate"
    learned = (*SCALE, "user_bias", "item_bias")
    shapes: ClassVar[dict[str, Learned]] = {"user_bias": floats("users+1"), "item_bias": floats("items+1")}

    epochs: int = declare_epochs(30)
    learning_rate: float = declare_learning_rate(1e-3)
    batch_size: int = declare_batch_size(1024)
    factors: int = hyperparameter(
        200, "Factors", "Length of the code: the vector that an item is compressed to.", ge=1, le=4096, search=(50, 500)
    )
    regularization: float = hyperparameter(
        30.0, "L2 weight", "Keeps the weights small. Raise it where items have few ratings.",
        ge=0, le=1e6, log=True, search=(1, 1000),
    )  # fmt: skip

    biases: bool = hyperparameter(
        True, "Subtract biases", "Whether the biases of users and items are subtracted before training."
    )
    activation: Activation = declare_activation("sigmoid")

    _user_bias: Array  # float64 (n_users + 1,); the last, 0, is for the unknown
    _item_bias: Array  # float64 (n_items + 1,), as well
    _by_item: Any = PrivateAttr(default=None)  # users, where each item begins, and their ratings, on the device

    def build(self, n_users: int, n_items: int) -> "nn.Module":
        import torch
        from torch import nn

        into = nn.EmbeddingBag(n_users, self.factors, mode="sum", include_last_offset=True)
        nn.init.normal_(into.weight, std=(2 / (n_users + self.factors)) ** 0.5)
        into.register_parameter("bias", nn.Parameter(torch.zeros(self.factors)))
        out = nn.Linear(self.factors, n_users)
        module = nn.ModuleDict({"into": into, "out": out})
        # What predictions are made of: codes, and decoders with their bias; the last ones are for the unknown.
        module.register_buffer("codes", torch.zeros(n_items + 1, self.factors))
        module.register_buffer("decoders", torch.zeros(n_users + 1, self.factors + 1))
        return module

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import torch

        for record in super().train(data, seed):
            if record.ends_epoch:
                with torch.no_grad():
                    self._keep(self._module)
            yield record

    def batches(self, data: Interactions) -> Batches:
        order = np.argsort(data.item, kind="stable")
        user = data.user[order].astype(np.int64)
        rating = self._rest_of(data)[order]
        positions = np.arange(len(data))
        items = UserItems(np.concatenate([[0], np.cumsum(data.item_counts)]), positions)  # those of each item's ratings
        met = np.flatnonzero(data.item_counts)
        self._by_item = tuple(map(self.tensor, (user, items.indptr, rating)))

        def epoch(rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
            cuts = list(cut(rng.permutation(met), items.lengths, self.batch_size))
            for done, rows in enumerate(cuts, 1):
                chosen = items.rows(rows)
                row = np.repeat(np.arange(len(rows)), chosen.lengths)
                batch = {"user": user[chosen.item], "starts": chosen.indptr, "rating": rating[chosen.item], "row": row}
                yield done / len(cuts), batch | {"each": np.array([1 / len(data)], np.float32)}

        return epoch

    def loss(self, module: Any, batch: "dict[str, Tensor]") -> "Tensor":
        codes, out = self._codes(module, batch["user"], batch["starts"], batch["rating"]), module["out"]
        predicted = (codes[batch["row"]] * out.weight[batch["user"]]).sum(1) + out.bias[batch["user"]]
        squares = module["into"].weight.square().sum() + out.weight.square().sum()
        weight = self.regularization / 2 * batch["each"][0]
        loss: Tensor = (predicted - batch["rating"]).square().mean() + weight * squares
        return loss

    def scores(self, module: Any, users: Array, histories: UserItems) -> "Tensor":
        import torch

        decoders = module.decoders[self.tensor(users.astype(np.int64))]
        for row in np.flatnonzero((users < 0) & (histories.lengths > 0)):
            decoders[row] = self._fold_in(module, histories.rows(np.array([row])))
        scaled = torch.addmm(decoders[:, -1:], decoders[:, :-1], module.codes[:-1].T)
        biases = self._user_bias[users, None] + self._item_bias[:-1]
        return self.tensor((self._mean + biases).astype(np.float32)) + self._scale * scaled

    def predict(self, users: Array, items: Array) -> Array:
        codes, decoders = (self._module.get_buffer(name).cpu().numpy() for name in ("codes", "decoders"))
        scaled = np.einsum("nf,nf->n", decoders[users, :-1], codes[items]) + decoders[users, -1]
        biases = self._user_bias[users] + self._item_bias[items]
        return self.clipped(self._mean + biases + self._scale * scaled * ((users >= 0) | (items >= 0)))

    def _rest_of(self, data: Interactions) -> Array:
        """Learn the scale and the biases; returns what they leave over of the ratings, in spreads, float32 (n,)."""
        rest = self.learn_scale(data) - self._mean
        of_user, of_item = np.zeros(data.n_users), np.zeros(data.n_items)
        for _ in range(ROUNDS if self.biases else 0):
            of_item = shrunk_means(data.item, rest - of_user[data.user], data.n_items, SHRINK)
            of_user = shrunk_means(data.user, rest - of_item[data.item], data.n_users, SHRINK)
        self._user_bias, self._item_bias = with_unknown(of_user, 0), with_unknown(of_item, 0)
        return ((rest - of_user[data.user] - of_item[data.item]) / self._scale).astype(np.float32)

    def _codes(self, module: Any, user: "Tensor", starts: "Tensor", rating: "Tensor") -> "Tensor":
        into = module["into"]
        return bend(self.activation, into(user, starts, per_sample_weights=rating) + into.bias)

    def _keep(self, module: Any) -> None:
        """Take the codes and decoders as they are now; what was not in training gets the mean of what was."""
        import torch

        user, starts, rating = self._by_item
        codes = self._codes(module, user, starts, rating)
        decoders = torch.cat([module["out"].weight, module["out"].bias[:, None]], 1)
        ratings_of_user = torch.zeros(len(decoders), device=user.device).index_add(0, user, torch.ones_like(rating))
        both = ((module.codes, codes, starts.diff() > 0), (module.decoders, decoders, ratings_of_user > 0))
        for kept, found, met in both:
            kept[:] = found[met].mean(0)
            kept[:-1][met] = found[met]

    def _fold_in(self, module: Any, history: UserItems) -> "Tensor":
        codes = module.codes[self.tensor(history.item.astype(np.int64))].cpu().numpy()
        known = np.concatenate([codes, np.ones((len(codes), 1), np.float32)], 1)
        average = module.decoders[-1].cpu().numpy()
        rest = self.ratings_of(history) - self._mean - self._item_bias[history.item]
        rest = rest / self._scale - known @ average
        return self.tensor((average + ridge(known, rest, PRIOR)).astype(np.float32))
