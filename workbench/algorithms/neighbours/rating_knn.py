"""Nearest neighbours for ratings: users who rate alike, or items that are rated alike.

Herlocker, Konstan, Borchers & Riedl, "An algorithmic framework for performing collaborative filtering", SIGIR 1999;
with baselines and shrinkage: Koren, "Factor in the neighbors", TKDD 4(1), 2010, section 2.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import psutil
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.learned import Learned, floats, indices, row_ends
from workbench.algorithms.base.rating_scale import (
    SCALE,
    RatingPredictor,
    Rows,
    by_index,
    pair_blocks,
    row_of_each,
    transposed,
    with_unknown,
)
from workbench.algorithms.baseline.biases import Biases, shrunk_means
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

# In the order of the constants in `kernels.ratings`.
MEASURES = ("msd", "cosine", "pearson", "pearson-baseline")

# Similarities that are held at once, and pairs that are predicted at once.
BATCH_PREDICTIONS = 2**20


@dataclass(frozen=True, eq=False)
class _Side:
    """Some users or items: what is taken off their ratings. NaN where there is no rating."""

    bias: Array  # float64 (n,), 0 where there is no rating
    mean: Array  # float64 (n,)
    spread: Array  # float64 (n,), standard deviation; that of all ratings where it would be 0


@dataclass(frozen=True, eq=False)
class _People:
    """Some users, and their ratings as they are averaged and as they are compared, float64 (n,) each."""

    side: _Side
    histories: UserItems
    centred: Array
    compared: Array

    def rows(self, values: Array) -> Rows:
        return self.histories.indptr, self.histories.item, values


class RatingKNN(RatingPredictor):
    """Rating = centre + mean of what the nearest neighbours rated beyond their centres, weighted by similarity.

    Neighbours are users who rated the item, or items that the user rated. Only positive similarities count. Where
    nobody is near, the centre stands alone.
    """

    name, title = "rating-knn", "kNN for ratings"
    summary = (
        "Predicts a rating from the same user's ratings of similarly rated items, or from users who rate similarly. "
        "Accurate on small and middle-sized data, and every prediction can be traced to ratings."
    )
    reference = (
        "Herlocker et al., An algorithmic framework for performing collaborative filtering, SIGIR 1999; "
        "Koren, Factor in the neighbors: scalable and accurate collaborative filtering, TKDD 4(1), 2010"
    )
    fold_in = "exact"
    explains = "exact"
    learned = (*SCALE, "indptr", "item", "rating", "item_bias", "similar")
    shapes: ClassVar[dict[str, Learned]] = {
        "indptr": row_ends("users", of="entries"),
        "item": indices("entries", below="items"),
        "rating": floats("entries"),
    }

    by: Literal["item", "user"] = hyperparameter(
        "item",
        "Neighbours are",
        "Items are compared by their users, or users by their items. By user, scoring is slower.",
    )
    centre: Literal["none", "mean", "z-score", "baseline"] = hyperparameter(
        "baseline", "Centre",
        "What is subtracted from ratings before averaging and added back: nothing, the mean of the user or item, "
        "mean and spread, or both biases.",
    )  # fmt: skip
    similarity: Literal["msd", "cosine", "pearson", "pearson-baseline"] = hyperparameter(
        "pearson-baseline", "Similarity",
        "Mean squared difference, cosine, correlation, or correlation after subtracting biases, reduced where few "
        "ratings are in common.",
    )  # fmt: skip
    shrinkage: float = hyperparameter(
        100.0, "Shrinkage", "Pulls similarities based on few common ratings towards zero.",
        ge=0, le=1e6, search=(0, 500), when={"similarity": "pearson-baseline"},
    )  # fmt: skip
    neighbours: int = hyperparameter(
        40, "Neighbours", "Number of most similar ones to average. Too many include dissimilar ones.",
        ge=1, le=10_000, log=True, search=(10, 200),
    )  # fmt: skip
    min_neighbours: int = hyperparameter(
        1, "Min. neighbours", "With fewer, the prediction is the centre alone.", ge=1, le=1000, advanced=True,
    )  # fmt: skip

    # The ratings of training, as rows by user.
    _indptr: Array  # int64 (n_users + 1,)
    _item: Array  # int32 (n,)
    _rating: Array  # float32 (n,)
    _item_bias: Array  # float64 (n_items,)
    _similar: Array  # float32 (n_items, n_items); by user (0, 0): only the rows that are asked for are made
    # Follow from the above.
    _items: _Side = PrivateAttr()
    _known: _People = PrivateAttr()
    _by_item: tuple[Rows, Rows] = PrivateAttr()  # what is compared and what is averaged, transposed

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if self.by == "item":
            _refuse_too_large(data.n_items)
        self.learn_scale(data)
        biases = Biases()
        for record in biases.train(data):
            yield Record(0, 1, ends_epoch=False, part=0.2 * record.epoch / record.epochs)
        self._item_bias = biases.state()["item_bias"]
        histories = data.by_user
        self._indptr, self._item = histories.indptr.astype(np.int64), np.array(histories.item, np.int32)
        self._rating = np.array(histories.rating, np.float32)
        self._similar = np.zeros((0, 0), np.float32)
        self._get_ready()
        if self.by == "item":
            by_user = self._known.rows(self._known.compared)
            yield from self._compare_items(self._by_item[0], by_user)

    def shapes_of(self, state: dict[str, Array]) -> dict[str, Learned]:
        similar = floats("items", "items") if self.by == "item" else floats("nothing", "nothing")
        return super().shapes_of(state) | {"similar": similar}

    def restore(self, state: dict[str, Array]) -> None:
        super().restore(state)
        self._get_ready()

    def _get_ready(self) -> None:
        histories = UserItems(self._indptr, self._item, self._rating)
        self._items = self._side(self._item, self.ratings_of(histories), self._item_bias)
        self._known = known = self._people(histories)
        n_items = len(self._item_bias)
        self._by_item = transposed(known.rows(known.compared), n_items), transposed(known.rows(known.centred), n_items)

    def _side(self, index: Array, ratings: Array, bias: Array) -> _Side:
        with np.errstate(invalid="ignore"):  # 0 / 0 is NaN
            counts = np.bincount(index, minlength=len(bias)).astype(np.float64)
            mean = np.bincount(index, weights=ratings, minlength=len(bias)) / counts
            squares = np.bincount(index, weights=np.square(ratings - mean[index]), minlength=len(bias))
            spread = np.sqrt(squares / counts)
        spread[spread == 0] = self._scale
        return _Side(bias, mean, spread)

    def _people(self, histories: UserItems) -> _People:
        histories = by_index(histories)
        row, ratings = row_of_each(histories), self.ratings_of(histories)
        rest = ratings - self._mean - self._item_bias[histories.item]
        bias = shrunk_means(row, rest, len(histories), Biases().user_regularization)
        side = self._side(row, ratings, bias)
        rest -= bias[row]
        if self.centre == "baseline":
            centred = rest
        elif self.centre == "none":
            centred = ratings
        else:
            here, index = (side, row) if self.by == "user" else (self._items, histories.item)
            centred = ratings - here.mean[index]
            if self.centre == "z-score":
                centred /= here.spread[index]
        # Items that nobody rated in training have no mean, and are nobody's neighbours.
        centred = np.nan_to_num(centred)
        return _People(side, histories, centred, rest if self.similarity == "pearson-baseline" else ratings)

    def score(self, users: Array, histories: UserItems) -> Array:
        """As `Algorithm.score`, from the histories alone: who has rated more since training is known better."""
        n_items = len(self._item_bias)
        scores = np.empty((len(histories), n_items), np.float32)
        size = max(1, BATCH_PREDICTIONS // max(n_items, len(self._indptr)))
        for start in range(0, len(histories), size):
            people = self._people(histories.rows(slice(start, start + size)))
            user, item = (grid.ravel() for grid in np.indices((len(people.histories), n_items), np.int32))
            predicted = self._together(self._say(people, user, item), people.side, user, item)
            scores[start : start + size] = predicted.reshape(-1, n_items)
        return scores

    def scores_without(self, history: UserItems, places: Array) -> Array:
        """See `Algorithm.scores_without`: neighbours that are items stay who they are, and the next one moves up."""
        from workbench.algorithms.kernels.ratings import ask_neighbours_without

        if self.by == "user":
            return super().scores_without(history, places)
        whole, n_items = self._people(history), len(self._item_bias)
        people = self._people(history.without_each(places)).side
        said, where = np.empty((len(places), n_items)), np.argsort(np.argsort(history.item, kind="stable"))
        column = whole.histories.item, whole.centred
        ask_neighbours_without(self._similar, *column, where[places], self.neighbours, self.min_neighbours, said)
        if self.centre == "baseline":  # without one of its ratings a history has another bias
            said += whole.side.bias[0] - people.bias[:, None]
        user, item = (grid.ravel() for grid in np.indices(said.shape, np.int32))
        return self._together(said.ravel(), people, user, item).reshape(said.shape).astype(np.float32)

    def predict(self, users: Array, items: Array) -> Array:
        said = np.full(len(users), np.nan)
        real = np.flatnonzero((users >= 0) & (items >= 0))
        if self.by == "item":
            said[real] = self._say(self._known, users[real], items[real])
        else:
            who, place = np.unique(users[real], return_inverse=True)
            size = max(1, BATCH_PREDICTIONS // len(self._indptr))
            for start in range(0, len(who), size):
                people = self._people(self._known.histories.rows(who[start : start + size]))
                here = np.flatnonzero((place >= start) & (place < start + size))
                said[real[here]] = self._say(people, place[here] - start, items[real[here]])
        return self.clipped(self._together(said, self._known.side, users, items))

    def _say(self, people: _People, user: Array, item: Array) -> Array:
        """What the neighbours say on each pair of one of `people` and an item, float64; NaN where nobody is near."""
        from workbench.algorithms.kernels.ratings import ask_neighbours

        out = np.empty(len(user))
        if self.by == "item":
            similar, pairs, said = self._similar, (item, user), people.rows(people.centred)
        else:
            compared, said = self._by_item
            similar, pairs = self._compare(people.rows(people.compared), compared, len(self._indptr) - 1), (user, item)
        ask_neighbours(similar, pairs, said, self.neighbours, self.min_neighbours, out)
        return out

    def _compare_items(self, by_item: Rows, by_user: Rows) -> Iterator[Record]:
        """Similarity of each item to every other, with records on the way."""
        from workbench.algorithms.kernels.ratings import similar_rows

        n, how, begin = len(by_item[0]) - 1, (MEASURES.index(self.similarity), self.shrinkage), by_user[0].copy()
        similar = np.empty((n, n), np.float32)
        for block in pair_blocks(by_item, by_user):
            similar_rows(*how, by_item, by_user, True, begin, (block.start, block.stop), similar)
            yield Record(0, 1, ends_epoch=False, part=0.2 + 0.8 * block.stop / n)
        self._similar = similar

    def _compare(self, rows: Rows, others: Rows, n: int) -> Array:
        """Similarity of each row to all `n` that `others` are the transpose of, float32 (rows, n)."""
        from workbench.algorithms.kernels.ratings import similar_rows

        size = len(rows[0]) - 1
        out = np.empty((size, n), np.float32)
        how = MEASURES.index(self.similarity), self.shrinkage
        similar_rows(*how, rows, others, False, others[0], (0, size), out)
        return out

    def _together(self, said: Array, people: _Side, user: Array, item: Array) -> Array:
        """Centre and what the neighbours say, put together; index -1 is unknown. float64 (n,)."""
        if self.centre == "baseline":
            biases = with_unknown(people.bias, 0)[user] + with_unknown(self._item_bias, 0)[item]
            return self._mean + biases + np.nan_to_num(said)
        of_user = with_unknown(people.mean, np.nan)[user]
        of_item = with_unknown(self._items.mean, np.nan)[item]
        # The mean of the side that is compared; where there is none, of the other one.
        centre = self.guess(of_user, of_item) if self.by == "user" else self.guess(of_item, of_user)
        if self.centre == "none":
            return np.where(np.isnan(said), centre, said)
        if self.centre == "z-score":
            spread, index = (people.spread, user) if self.by == "user" else (self._items.spread, item)
            said = said * spread[index]
        return centre + np.nan_to_num(said)


def _refuse_too_large(n_items: int) -> None:
    needed, free = 4 * n_items**2, psutil.virtual_memory().available
    if needed > free:
        message = (
            f"kNN for ratings would need {needed / 1e9:,.1f} GB of memory for {n_items:,} items, and {free / 1e9:,.1f} GB "
            "are free. Filter rare items, let neighbours be users, or choose Biased SVD."
        )
        raise WorkbenchError(message)
