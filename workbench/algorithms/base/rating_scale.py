"""What algorithms that predict ratings share: the scale of the ratings, and what a history says on it."""

from typing import ClassVar

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm
from workbench.algorithms.base.threads import even_blocks
from workbench.data.interactions import Array, Interactions, UserItems

# Learned by `RatingPredictor.learn_scale`; a part of what its subclasses list as learned.
SCALE = ("mean", "scale", "lowest", "highest")

# Pairs of ratings that are compared between two records.
BATCH_PAIRS = 2**25

Rows = tuple[Array, Array, Array]  # compressed sparse rows: where each begins, index, value


class RatingPredictor(Algorithm):
    """Base of algorithms that predict ratings; not offered itself."""

    needs: ClassVar[tuple[str, ...]] = ("ratings",)
    feedback: ClassVar[tuple[str, ...]] = ("ratings",)
    predicts_ratings: ClassVar[bool] = True

    _mean: float
    _scale: float  # standard deviation of the ratings, 1 where all are equal
    _lowest: float
    _highest: float

    def learn_scale(self, data: Interactions) -> Array:
        """Learn mean, spread and ends of the scale; returns the ratings as float64 (n,)."""
        assert data.rating is not None  # needs ratings
        ratings = data.rating.astype(np.float64)
        self._mean = float(ratings.mean())
        self._scale = float(ratings.std()) or 1.0
        self._lowest, self._highest = float(ratings.min()), float(ratings.max())
        return ratings

    def ratings_of(self, histories: UserItems) -> Array:
        """Ratings of the histories' items, float64 (n,).

        A history without ratings counts as liked: one standard deviation above the mean.
        """
        if histories.rating is None:
            return np.full(len(histories.item), self._mean + self._scale)
        return histories.rating.astype(np.float64)

    def guess(self, of_user: Array, of_item: Array) -> Array:
        """What is left where a user or an item was not in training: the other one's mean, or that of all.

        Means are NaN where there is none.
        """
        of_item = np.where(np.isnan(of_item), self._mean, of_item)
        return np.where(np.isnan(of_user), of_item, of_user)

    def clipped(self, predicted: Array) -> Array:
        """Predictions on the scale of the ratings, float32."""
        return np.clip(predicted, self._lowest, self._highest).astype(np.float32)


def row_of_each(histories: UserItems) -> Array:
    """The row that each entry of the histories belongs to, int64 (n,)."""
    return np.repeat(np.arange(len(histories)), histories.lengths)


def with_unknown(values: Array, unknown: float) -> Array:
    """The values with one more at the end, so that index -1 finds what holds for the unknown."""
    return np.append(values, unknown)


def by_index(histories: UserItems) -> UserItems:
    """The same histories, each in the order of its items instead of time."""
    import scipy.sparse as sp  # the window reads declarations and sorts nothing

    shape = (len(histories), int(histories.item.max(initial=0)) + 1)
    order = sp.csr_matrix((np.arange(len(histories.item)), np.array(histories.item), histories.indptr), shape=shape)
    order.sort_indices()
    rating = None if histories.rating is None else histories.rating[order.data]
    return UserItems(histories.indptr.astype(np.int64), histories.item[order.data].astype(np.int32), rating)


def transposed(rows: Rows, n: int) -> Rows:
    """The same entries as `n` rows, one for each index; inside a row in the order of the old rows."""
    import scipy.sparse as sp  # the window reads declarations and sorts nothing

    indptr, index, value = rows
    turned = sp.csr_matrix((value, index, indptr), shape=(len(indptr) - 1, n)).tocsc()
    return turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data


def pair_blocks(rows: Rows, columns: Rows) -> list[slice]:
    """Rows cut where comparing each with all that share a column has taken about a tenth of a second."""
    entries = np.diff(columns[0])[rows[1]]
    return even_blocks(np.diff(np.concatenate([[0], np.cumsum(entries)])[rows[0]]) + len(rows[0]), BATCH_PAIRS)


def ridge(x: Array, target: Array, weight: float) -> Array:
    """The b that makes |target - x b|² + weight |b|² least; `x` is (n, m), b float64 (m,)."""
    x = x.astype(np.float64)
    gram = x.T @ x + max(weight, 1e-6) * np.eye(x.shape[1])
    return np.linalg.solve(gram, x.T @ target)


def means_of(index: Array, ratings: Array, n: int) -> Array:
    """Mean rating of each index, NaN where it has none. float64 (n,)."""
    counts = np.bincount(index, minlength=n)
    sums = np.bincount(index, weights=ratings, minlength=n)
    return np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0)
