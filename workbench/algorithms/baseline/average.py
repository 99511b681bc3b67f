"""Averages of ratings: by user, by item, or of everything."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter


class Average(Algorithm):
    """Predicted rating: the mean of the user's or the item's ratings, or of all where that has none."""

    name, title = "average", "Average rating"
    summary = (
        "Predicts each rating as the average of the item, of the user, or of all. "
        "The baseline for predicted ratings; lists by item average favour items with few, high ratings. "
        "Learned in a moment."
    )
    reference = "Averages; as UserAverage, ItemAverage and GlobalAverage in MyMediaLite, Gantner et al., RecSys 2011."
    needs = ("ratings",)
    feedback = ("ratings",)
    fold_in = "exact"
    personal = False
    explains = "exact"
    predicts_ratings = True
    learned = ("mean", "user_means", "item_means")

    by: Literal["item", "user", "all"] = hyperparameter(
        "item", "Average of", "Whose ratings are averaged. By user or of all, every item gets the same score."
    )

    _mean: float
    _user_means: Array  # float64 (n_users,), the overall mean where a user has no rating
    _item_means: Array  # float64 (n_items,)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        ratings = data.by_user.rating
        assert ratings is not None  # needs ratings
        self._mean = float(np.mean(ratings, dtype=np.float64))
        self._user_means = _means(data.user, ratings, data.n_users, self._mean)
        self._item_means = _means(data.item, ratings, data.n_items, self._mean)
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        shape = (len(users), len(self._item_means))
        if self.by == "item":
            rows = self._item_means[None, :]
        elif self.by == "user":
            known = np.append(self._user_means, self._mean)[users]
            rows = np.where(users < 0, self._fold_in(histories), known)[:, None]
        else:
            rows = np.full((1, 1), self._mean)
        return np.array(np.broadcast_to(rows, shape), np.float32)

    def predict(self, users: Array, items: Array) -> Array:
        by_index = {"user": (self._user_means, users), "item": (self._item_means, items)}
        if self.by == "all":
            return np.full(len(users), self._mean, np.float32)
        means, index = by_index[self.by]
        return np.append(means, self._mean)[index].astype(np.float32)  # -1 is the last: the overall mean

    def _fold_in(self, histories: UserItems) -> Array:
        """Mean rating of each history, float64 (n,)."""
        if histories.rating is None:
            return np.full(len(histories), self._mean)
        row = np.repeat(np.arange(len(histories)), histories.lengths)
        return _means(row, histories.rating, len(histories), self._mean)


def _means(index: Array, ratings: Array, n: int, otherwise: float) -> Array:
    """Mean rating of each index, `otherwise` where it has none. float64 (n,)."""
    counts = np.bincount(index, minlength=n)
    sums = np.bincount(index, weights=ratings, minlength=n)
    return np.where(counts > 0, sums / np.maximum(counts, 1), otherwise)
