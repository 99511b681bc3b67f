"""Co-clustering: users and items in a few clusters each, and what each pair of clusters rates.

George & Merugu, "A scalable collaborative filtering framework based on co-clustering", ICDM 2005.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.algorithms.base.rating_scale import SCALE, RatingPredictor, means_of, row_of_each, with_unknown
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

# Costs that differ by less than this part are equal but for rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class _Averages:
    """Mean ratings of clusters of users (k,), of items (m,), and of each pair of them (k, m)."""

    users: Array
    items: Array
    both: Array


class CoClustering(RatingPredictor):
    """Rating = mean of the two clusters + how far the user, and the item, is above the mean of its cluster.

    Clusters are drawn first; then each user, and each item, moves in turn to the cluster that predicts its ratings best.
    """

    name, title = "co-clustering", "Co-clustering"
    summary = (
        "Sorts users and items into a few clusters each and predicts ratings from the averages of clusters, users and "
        "items. Quick and small; choose it to see coarse groups in the data rather than for accuracy."
    )
    reference = "George & Merugu, A scalable collaborative filtering framework based on co-clustering, ICDM 2005"
    fold_in = "approximate"
    iterative = True
    learned = (
        *SCALE,
        *("epochs_done", "user_means", "item_means", "user_clusters", "item_clusters"),
        *("of_users", "of_items", "of_both"),
    )
    gaps = ("user_means", "item_means")
    shapes: ClassVar[dict[str, Learned]] = {
        "user_clusters": indices("users", below="clusters of users"),
        "item_clusters": indices("items", below="clusters of items"),
        "of_users": floats("clusters of users"),
        "of_items": floats("clusters of items"),
        "of_both": floats("clusters of users", "clusters of items"),
    }

    user_clusters: int = hyperparameter(
        3, "Clusters of users", "Groups of users. More can tell finer tastes apart, but may overfit.",
        ge=1, le=200, search=(2, 20),
    )  # fmt: skip
    item_clusters: int = hyperparameter(
        3, "Clusters of items", "Groups of items. More can tell finer kinds apart, but may overfit.",
        ge=1, le=200, search=(2, 20),
    )  # fmt: skip
    epochs: int = hyperparameter(
        20, "Epochs", "How often everything moves to its best cluster. After about twenty, little changes.",
        ge=1, le=1000,
    )  # fmt: skip

    _epochs_done: int = PrivateAttr(default=0)
    _user_means: Array  # float64 (n_users,), NaN where there is no rating
    _item_means: Array  # float64 (n_items,)
    _user_clusters: Array  # int32 (n_users,)
    _item_clusters: Array  # int32 (n_items,)
    _of_users: Array  # float64 (user_clusters,), mean ratings of clusters
    _of_items: Array  # float64 (item_clusters,)
    _of_both: Array  # float64 (user_clusters, item_clusters)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        ratings = self.learn_scale(data)
        if not self._epochs_done:
            self._begin(data, ratings, seed)
        for epoch in range(self._epochs_done, self.epochs):
            users, items = self._user_clusters, self._item_clusters
            averages = self._average(data, ratings, users, items)
            users = self._best_users(data.by_user, ratings, self._user_means, items, averages)
            yield Record(epoch, self.epochs, ends_epoch=False, part=0.5)
            items = self._best_items(data, ratings, users, items, self._average(data, ratings, users, items))
            averages = self._average(data, ratings, users, items)
            self._user_clusters, self._item_clusters = users, items
            self._of_users, self._of_items, self._of_both = averages.users, averages.items, averages.both
            self._epochs_done = epoch + 1
            yield Record(epoch + 1, self.epochs, self._loss(data, ratings))

    def _begin(self, data: Interactions, ratings: Array, seed: int) -> None:
        draw = np.random.default_rng([seed, 0]).integers
        self._user_clusters = draw(self.user_clusters, size=data.n_users, dtype=np.int32)
        self._item_clusters = draw(self.item_clusters, size=data.n_items, dtype=np.int32)
        self._user_means = means_of(data.user, ratings, data.n_users)
        self._item_means = means_of(data.item, ratings, data.n_items)

    def _average(self, data: Interactions, ratings: Array, users: Array, items: Array) -> _Averages:
        """Mean ratings of all clusters; of an empty one the mean of all ratings."""
        k, m = self.user_clusters, self.item_clusters
        user, item = users[data.user], items[data.item]
        three = (
            means_of(index, ratings, n)
            for index, n in ((user, k), (item, m), (user.astype(np.int64) * m + item, k * m))
        )
        of_users, of_items, of_both = (np.where(np.isnan(means), self._mean, means) for means in three)
        return _Averages(of_users, of_items, of_both.reshape(k, m))

    def _best_users(
        self, histories: UserItems, ratings: Array, means: Array, items: Array, averages: _Averages
    ) -> Array:
        """The cluster of each row of the histories that predicts its ratings best, the items' held fixed."""
        row, item = row_of_each(histories), histories.item
        rest = ratings - means[row] - self._item_means[item] + averages.items[items[item]]
        rest = np.where(np.isnan(rest), 0, rest)  # of items that nobody rated in training
        return _best(row, items[item], rest, averages.both - averages.users[:, None], len(histories))

    def _best_items(self, data: Interactions, ratings: Array, users: Array, items: Array, averages: _Averages) -> Array:
        user, item = data.user, data.item
        rest = ratings - self._item_means[item] - self._user_means[user] + averages.users[users[user]]
        return _best(item, users[user], rest, averages.both.T - averages.items[:, None], data.n_items)

    def _loss(self, data: Interactions, ratings: Array) -> float:
        """Root mean square error over the ratings of training."""
        user, item = data.user, data.item
        predicted = self._together(self._user_means[user], self._user_clusters[user], item)
        return float(np.sqrt(np.mean(np.square(ratings - predicted))))

    def score(self, users: Array, histories: UserItems) -> Array:
        means, clusters = self._user_means[users], self._user_clusters[users]
        new = np.flatnonzero(users < 0)
        if len(new):
            means[new], clusters[new] = self._fold_in(histories.rows(new))
        items = np.arange(len(self._item_means))
        return self._together(means[:, None], clusters[:, None], items).astype(np.float32)

    def predict(self, users: Array, items: Array) -> Array:
        means = with_unknown(self._user_means, np.nan)[users]
        return self.clipped(self._together(means, self._user_clusters[users], items))

    def _together(self, means: Array, clusters: Array, items: Array) -> Array:
        """Ratings of people of these means and clusters for some items; index -1 is unknown. float64."""
        of_item, item_clusters = with_unknown(self._item_means, np.nan)[items], self._item_clusters[items]
        above = means - self._of_users[clusters] + of_item - self._of_items[item_clusters]
        predicted = self._of_both[clusters, item_clusters] + above
        return np.where(np.isnan(above), self.guess(means, of_item), predicted)

    def _fold_in(self, histories: UserItems) -> tuple[Array, Array]:
        """Means and clusters of new people, the averages held fixed."""
        ratings = self.ratings_of(histories)
        means = means_of(row_of_each(histories), ratings, len(histories))
        averages = _Averages(self._of_users, self._of_items, self._of_both)
        return means, self._best_users(histories, ratings, means, self._item_clusters, averages)


def _best(index: Array, other: Array, rest: Array, says: Array, n: int) -> Array:
    """For each of `n` the cluster of least Σ (rest - says[cluster, other])² over its entries, int32 (n,).

    `says` is (k, m), and `other` the cluster of the other side, of m. Where clusters are equally good, the first one.
    """
    m = says.shape[1]
    key = index.astype(np.int64) * m + other
    sums = np.bincount(key, weights=rest, minlength=n * m).reshape(n, m)
    counts = np.bincount(key, minlength=n * m).reshape(n, m)
    squares = counts @ np.square(says).T
    cost = squares - 2 * sums @ says.T  # (n, k), without Σ rest², which is the same for all
    # A product of matrices may round otherwise for one row than for many: what is equal but for that is equally good.
    least = cost.min(axis=1, keepdims=True) + ROUNDING * squares.max(axis=1, keepdims=True)
    return (cost <= least).argmax(axis=1).astype(np.int32)
