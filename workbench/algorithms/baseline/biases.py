"""How far users and items stray from the mean rating.

Koren, "Factor in the neighbors: scalable and accurate collaborative filtering", TKDD 4(1), 2010, section 2.1.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, row_of_each, with_unknown
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter


class Biases(RatingPredictor):
    """Rating = mean + user bias + item bias, by alternating regularized least squares.

    The least of Σ (r - mean - b_u - b_i)² + w_u Σ b_u² + w_i Σ b_i²: each side in turn, the other one held fixed.
    """

    name, title = "biases", "User and item biases"
    summary = (
        "Predicts ratings from how generous the user is and how well the item is liked, both shrunk where few ratings "
        "speak. The baseline that anything personal has to beat; everybody gets the same list. "
        "Quick on data of any size."
    )
    reference = "Koren, Factor in the neighbors: scalable and accurate collaborative filtering, TKDD 4(1), 2010"
    fold_in = "exact"
    personal = False
    explains = "exact"
    iterative = True
    learned = (*SCALE, "epochs_done", "user_bias", "item_bias")

    of: Literal["both", "user", "item"] = hyperparameter(
        "both", "Biases of", "Whose biases are learned. Of users alone, every item gets the same score."
    )
    epochs: int = hyperparameter(
        10, "Epochs", "How often users and items are solved in turn. After about ten nothing changes any more.",
        ge=1, le=1000, advanced=True,
    )  # fmt: skip
    user_regularization: float = hyperparameter(
        15.0, "L2 weight of users", "Pulls the biases of users with few ratings towards zero.",
        ge=0, le=1e4, search=(1, 50),
    )  # fmt: skip
    item_regularization: float = hyperparameter(
        10.0, "L2 weight of items", "Pulls the biases of items with few ratings towards zero.",
        ge=0, le=1e4, search=(1, 50),
    )  # fmt: skip

    _epochs_done: int = PrivateAttr(default=0)
    _user_bias: Array  # float64 (n_users,)
    _item_bias: Array  # float64 (n_items,)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        ratings = self.learn_scale(data)
        if not self._epochs_done:
            self._user_bias, self._item_bias = np.zeros(data.n_users), np.zeros(data.n_items)
        for epoch in range(self._epochs_done, self.epochs):
            if self.of != "user":
                rest = ratings - self._mean - self._user_bias[data.user]
                self._item_bias = shrunk_means(data.item, rest, data.n_items, self.item_regularization)
            if self.of != "item":
                rest = ratings - self._mean - self._item_bias[data.item]
                self._user_bias = shrunk_means(data.user, rest, data.n_users, self.user_regularization)
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(data, ratings))

    def _loss(self, data: Interactions, ratings: Array) -> float:
        """Root of what is minimized, per rating: without weights the root mean square error."""
        errors = ratings - self._mean - self._user_bias[data.user] - self._item_bias[data.item]
        held_down = self.user_regularization * np.square(self._user_bias).sum()
        held_down += self.item_regularization * np.square(self._item_bias).sum()
        return float(np.sqrt((np.square(errors).sum() + held_down) / len(data)))

    def score(self, users: Array, histories: UserItems) -> Array:
        bias = np.where(users < 0, self._fold_in(histories), self._user_bias[users])
        return (self._mean + bias[:, None] + self._item_bias).astype(np.float32)

    def predict(self, users: Array, items: Array) -> Array:
        biases = with_unknown(self._user_bias, 0)[users] + with_unknown(self._item_bias, 0)[items]
        return self.clipped(self._mean + biases)

    def _fold_in(self, histories: UserItems) -> Array:
        if self.of == "item":
            return np.zeros(len(histories))
        rest = self.ratings_of(histories) - self._mean - self._item_bias[histories.item]
        return shrunk_means(row_of_each(histories), rest, len(histories), self.user_regularization)


def shrunk_means(index: Array, values: Array, n: int, weight: float) -> Array:
    """Sum of each index's values divided by their number plus `weight`; 0 where there are none. float64 (n,)."""
    below = np.bincount(index, minlength=n) + weight
    sums = np.bincount(index, weights=values, minlength=n)
    return np.divide(sums, below, out=np.zeros(n), where=below > 0)
