"""Slope One: how much better one item is rated than another by those who rated both.

Lemire & Maclachlan, "Slope One predictors for online rating-based collaborative filtering", SDM 2005.
"""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import psutil

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.learned import Learned, floats, indices, row_ends
from workbench.algorithms.base.rating_scale import (
    SCALE,
    RatingPredictor,
    by_index,
    means_of,
    pair_blocks,
    row_of_each,
    transposed,
    with_unknown,
)
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

# Pairs that are predicted at once.
BATCH_PREDICTIONS = 2**20
# Items of a history whose word on all items is held at once.
BATCH_ROWS = 64


class SlopeOne(RatingPredictor):
    """Rating = what each of the user's items says, averaged.

    An item j that was rated r_j says for an item i: r_j + the mean of (r_i - r_j) over those who rated both. Weights
    are their numbers. Without weights, r_j is taken to be the mean of all the user's ratings.
    """

    name, title = "slope-one", "Slope One"
    summary = (
        "Predicts a rating from how much better or worse the item is rated than the user's other items, on average. "
        "Nothing to tune, and as good as many complex models; needs a catalogue of some thousand items at most."
    )
    reference = "Lemire & Maclachlan, Slope One predictors for online rating-based collaborative filtering, SDM 2005"
    fold_in = "exact"
    explains = "exact"
    learned = (*SCALE, "indptr", "item", "rating", "item_means", "differences", "counts")
    gaps = ("item_means",)
    shapes: ClassVar[dict[str, Learned]] = {
        "indptr": row_ends("users", of="entries"),
        "item": indices("entries", below="items"),
        "rating": floats("entries"),
        "differences": floats("items", "items"),
        "counts": indices("items", "items"),
    }

    weighted: bool = hyperparameter(True, "Weighted", "Whether pairs of items that many users rated count for more.")

    # The ratings of training, as rows by user.
    _indptr: Array  # int64 (n_users + 1,)
    _item: Array  # int32 (n,)
    _rating: Array  # float32 (n,)
    _item_means: Array  # float64 (n_items,), NaN where an item has no rating
    _differences: Array  # float32 (n_items, n_items): mean of row's minus column's rating over those who rated both
    _counts: Array  # int32 (n_items, n_items): how many they are; zero diagonal

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        from workbench.algorithms.kernels.ratings import mean_differences

        _refuse_too_large(data.n_items)
        ratings = self.learn_scale(data)
        histories = by_index(data.by_user)
        assert histories.rating is not None  # needs ratings
        self._indptr, self._item, self._rating = histories.indptr, histories.item, histories.rating
        self._item_means = means_of(data.item, ratings, data.n_items)
        by_user = (self._indptr, self._item, self._rating.astype(np.float64))
        by_item, begin = transposed(by_user, data.n_items), np.array(self._indptr, np.int64)
        differences = np.zeros((data.n_items,) * 2, np.float32)
        counts = np.zeros((data.n_items,) * 2, np.int32)
        for block in pair_blocks(by_item, by_user):
            mean_differences(by_item, by_user, begin, (block.start, block.stop), differences, counts)
            yield Record(0, 1, ends_epoch=False, part=block.stop / data.n_items)
        self._differences, self._counts = differences, counts

    def score(self, users: Array, histories: UserItems) -> Array:
        """As `Algorithm.score`, from the histories alone: who has rated more since training is known better."""
        n_items = len(self._item_means)
        scores = np.empty((len(histories), n_items), np.float32)
        size = max(1, BATCH_PREDICTIONS // max(1, n_items))
        for start in range(0, len(histories), size):
            people = histories.rows(slice(start, start + size))
            user, item = (grid.ravel() for grid in np.indices((len(people), n_items), np.int32))
            scores[start : start + size] = self._say(people, user, item).reshape(-1, n_items)
        return scores

    def scores_without(self, history: UserItems, places: Array) -> Array:
        """See `Algorithm.scores_without`: what one item says is taken off what all say together."""
        ratings, n = self.ratings_of(history), len(history.item)
        above, below = np.zeros((2, len(self._item_means)))
        for start in range(0, n, BATCH_ROWS):
            said, weights = self._told(history, ratings, np.arange(start, min(n, start + BATCH_ROWS)))
            above += said.sum(axis=0)
            below += weights.sum(axis=0)
        said, weights = self._told(history, ratings, places)
        above, below = above - said, below - weights
        means = np.full(len(places), np.nan) if n == 1 else (ratings.sum() - ratings[places]) / (n - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = above / below + (0 if self.weighted else means[:, None])
        guess = self.guess(np.broadcast_to(means[:, None], found.shape), self._item_means)
        return np.where(below > 0, found, guess).astype(np.float32)

    def _told(self, history: UserItems, ratings: Array, places: Array) -> tuple[Array, Array]:
        """What items at some places of a history say on every item, times its weight, and the weights: (n, n_items)."""
        own = history.item[places]
        weights = self._counts[own].astype(np.float64)
        weights = weights if self.weighted else np.minimum(weights, 1)
        said = -self._differences[own].astype(np.float64)  # those of the columns, which lie apart in memory
        said += ratings[places, None] if self.weighted else 0
        said *= weights
        return said, weights

    def predict(self, users: Array, items: Array) -> Array:
        known = UserItems(self._indptr, self._item, self._rating)
        return self.clipped(self._say(known, users, items))

    def _say(self, people: UserItems, user: Array, item: Array) -> Array:
        """Ratings of pairs of one of `people` and an item; index -1 is unknown. float64 (n,)."""
        from workbench.algorithms.kernels.ratings import ask_items

        ratings = self.ratings_of(people)
        means = means_of(row_of_each(people), ratings, len(people))
        rows = (people.indptr.astype(np.int64), people.item.astype(np.int32), ratings)
        said = np.empty(len(user))
        ask_items(self._differences, self._counts, (user, item), rows, means, self.weighted, said)
        of_user, of_item = with_unknown(means, np.nan)[user], with_unknown(self._item_means, np.nan)[item]
        return np.where(np.isnan(said), self.guess(of_user, of_item), said)


def _refuse_too_large(n_items: int) -> None:
    needed, free = 8 * n_items**2, psutil.virtual_memory().available
    if needed > free:
        message = (
            f"Slope One would need {needed / 1e9:,.1f} GB of memory for {n_items:,} items, and {free / 1e9:,.1f} GB are "
            "free. Filter rare items, or choose Biased SVD."
        )
        raise WorkbenchError(message)
