"""What metrics look at: lists beside the truth, and what is known of people and items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

Array = np.ndarray

# Code of an item in a list of which the data knows nothing; it keeps its place and cannot hit.
UNKNOWN = -2
# The most popular items that together have this share of all interactions are the head; the others are the tail.
HEAD = 0.8


class Rows(Protocol):
    """Items of some users, one row a user: row ``u`` is ``item[indptr[u]:indptr[u + 1]]``."""

    @property
    def indptr(self) -> Array:
        """Where each row begins, and the last one ends."""

    @property
    def item(self) -> Array:
        """Item indices."""

    @property
    def rating(self) -> Array | None:
        """Ratings, or None."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What training knows of the items.

    Attributes
    ----------
    counts : int64 (n_items,)
        Training interactions of each item.
    n_people : int
        People who have any training interaction.
    genres : float64 (n_items, n_genres) or None
        Share of each genre in an item: rows sum to 1, or to 0 where nothing is known.
    """

    counts: Array
    n_people: int
    genres: Array | None = None

    @cached_property
    def order(self) -> Array:
        """Items by popularity, most popular first (of equals the first in the file). int64 (n_items,)."""
        return np.argsort(-self.counts, kind="stable")

    @cached_property
    def place(self) -> Array:
        """Place of each item in `order`, from 0. int64 (n_items,)."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return place

    @cached_property
    def chance(self) -> Array:
        """Share of the people in training who have each item. float64 (n_items,)."""
        return self.counts / max(1, self.n_people)

    def tail(self, by: str = "interactions") -> Array:
        """Which items are the long tail, bool (n_items,).

        Parameters
        ----------
        by : {"interactions", "items", "last-tenth"}
            The head has 80 % of the interactions, or is 20 % of the items; or the tail is the least popular tenth of
            the items that training has seen.
        """
        ordered = self.counts[self.order]
        if by == "last-tenth":
            seen = np.flatnonzero(self.counts)
            rarest = seen[np.argsort(self.counts[seen], kind="stable")]
            return np.isin(np.arange(len(self.counts)), rarest[: max(1, len(seen) // 10)])
        if by == "items":
            head = self.order[: round((1 - HEAD) * len(self.order))]
        else:
            before = np.cumsum(ordered) - ordered
            head = self.order[(before < HEAD * ordered.sum()) & (ordered > 0)]
        tail_mask = np.ones(len(self.counts), bool)
        tail_mask[head] = False
        return tail_mask


@dataclass(frozen=True, eq=False)
class Ranks:
    """Where the truth stands among all candidates, not only in the list.

    Attributes
    ----------
    place : int64 (n_truth,)
        Rank of each relevant item in the whole list, from 1, ties broken as in the list; entries as in the truth.
    middle : float64 (n_truth,)
        The same with equal scores sharing the mean of their ranks.
    candidates : int64 (n_users,)
        Items that could have been recommended to each user, the relevant ones among them.
    """

    place: Array
    middle: Array
    candidates: Array


@dataclass(frozen=True, eq=False)
class Ranked:
    """Lists beside the truth.

    Attributes
    ----------
    items : int32 (n_users, K)
        Item indices, best first; `UNKNOWN` for an item that is not in the data, -1 where a list is shorter. Nobody in
        training has an unknown item, and nothing else is known of it.
    hits : bool (n_users, K)
        Whether the item at that rank is relevant.
    relevant : int64 (n_users,)
        Number of relevant items of each user, at least 1.
    n_items : int
        Items that could have been recommended.
    truth, history, seen : Rows (n_users rows) or None
        What is hidden, shown, and left out of the lists.
    grades : float64 (n_users, K) or None
        Rating of each hit, 0 where there is none.
    catalogue : Catalogue or None
    ranks : Ranks or None
    co : float64 (n_users, K) or None
        For each rank the sum of distances of its item from all items before it; the distance is 1 - cosine of who
        interacted with them in training.
    variants : dict of str to str
        Chosen formulas by metric; defaults where a metric is not named.
    threshold : float
        Lowest rating that is relevant; 0 where every interaction is.
    groups : int64 (n_users,) or None
        Which group each user belongs to, -1 for none; None where users are grouped by nothing but their histories.
    unknown : bool (n_users,) or None
        Of whom nothing was known, so that they got the most popular items.
    filled : int
        Places in the lists of the others that popular items fill, because nothing links an item to the user.
    """

    items: Array
    hits: Array
    relevant: Array
    n_items: int
    truth: Rows | None = None
    history: Rows | None = None
    seen: Rows | None = None
    grades: Array | None = None
    catalogue: Catalogue | None = None
    ranks: Ranks | None = None
    co: Array | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    threshold: float = 0.0
    groups: Array | None = None
    unknown: Array | None = None
    filled: int = 0

    @cached_property
    def hit_counts(self) -> Array:
        """Hits among the first 1, 2, … K, int64 (n_users, K)."""
        return np.cumsum(self.hits, axis=1)

    def hits_at(self, k: int) -> Array:
        """Hits among the first `k`, int64 (n_users,)."""
        return self.upto(self.hit_counts, k)

    def upto(self, running: Array, k: int) -> Array:
        """Column of running sums for the first `k`; zeros where lists are empty."""
        width = running.shape[1]
        return running[:, min(k, width) - 1] if width else np.zeros(len(running), running.dtype)

    @cached_property
    def listed(self) -> Array:
        """Which ranks have an item, known or not, bool (n_users, K)."""
        return self.items != -1

    @cached_property
    def known(self) -> Array:
        """Which ranks have an item of the data, bool (n_users, K)."""
        return self.items >= 0

    @cached_property
    def lengths(self) -> Array:
        """Items among the first 1, 2, … K, int64 (n_users, K)."""
        return np.cumsum(self.listed, axis=1)

    def of_items(self, values: Array, unknown: float = 0.0) -> Array:
        """A number of each listed item, `unknown` of those that are not in the data, 0 where there is none.

        Returns
        -------
        float64 (n_users, K)
        """
        found = np.where(self.known, values[np.maximum(self.items, 0)], 0.0)
        return np.where(self.items == UNKNOWN, unknown, found)

    def sum_of(self, values: Array, k: int) -> Array:
        """Sum over the first `k` of a number of each rank, (n_users,).

        Rank after rank: a product with weights or a sum that takes several at once may round otherwise for other users,
        longer lists, or on another processor.
        """
        return self.upto(np.cumsum(values[:, :k], axis=1), k)

    def mean_of(self, values: Array, k: int) -> Array:
        """Mean over the first `k` of a number of each rank; NaN where the list is empty. float64 (n_users,)."""
        return safe_divide(self.sum_of(values, k), self.upto(self.lengths, k))

    def exposure(self, k: int) -> Array:
        """How often each item is among the first `k` of anybody, int64 (n_items,)."""
        shown = self.items[:, :k]
        return np.bincount(shown[shown >= 0], minlength=self.n_items)

    @cached_property
    def _grades_in_order(self) -> tuple[Array, Array, Array]:
        """Ratings of all relevant items, user after user and each user's highest first, with row and place."""
        assert self.truth is not None
        assert self.truth.rating is not None
        row = np.repeat(np.arange(len(self.items)), self.relevant)
        order = np.lexsort((-np.asarray(self.truth.rating, np.float64), row))
        place = np.arange(len(row)) - np.repeat(np.cumsum(self.relevant) - self.relevant, self.relevant)
        return np.asarray(self.truth.rating, np.float64)[order], row, place

    def best_grades(self, k: int) -> Array:
        """The `k` highest ratings of each user's relevant items, 0 behind the last; however long the lists are.

        Returns
        -------
        float64 (n_users, k or the most relevant items of anybody)
        """
        grades, row, place = self._grades_in_order
        best = np.zeros((len(self.items), min(k, int(self.relevant.max(initial=0)))))
        near = place < k
        best[row[near], place[near]] = grades[near]
        return best

    @cached_property
    def _seen_places(self) -> Array:
        """Places of the seen items by popularity, in rising order within each user; keys user × items + place."""
        assert self.catalogue is not None
        assert self.seen is not None
        row = np.repeat(np.arange(len(self.items), dtype=np.int64), np.diff(self.seen.indptr))
        return np.sort(row * self.n_items + self.catalogue.place[self.seen.item])

    def obvious(self, k: int) -> Array:
        """Which listed items are among the `k` most popular ones that the user has not seen, bool (n_users, K)."""
        assert self.catalogue is not None
        assert self.seen is not None
        place = self.catalogue.place[np.maximum(self.items, 0)]
        # Only items near the front can be among them, and there are few of those.
        obvious = self.known & (place < k + np.diff(self.seen.indptr)[:, None])
        row = np.nonzero(obvious)[0]
        keys, wanted = self._seen_places, row * self.n_items + place[obvious]
        at = np.searchsorted(keys, wanted)
        new = keys[np.minimum(at, len(keys) - 1)] != wanted if len(keys) else np.ones(len(at), bool)
        obvious[obvious] = new & (place[obvious] - (at - np.asarray(self.seen.indptr)[row]) < k)
        return obvious

    @cached_property
    def history_genres(self) -> Array:
        """Mean share of each genre in the history, rows sum to 1 (0 where nothing is known); (n_users, n_genres)."""
        assert self.catalogue is not None
        assert self.catalogue.genres is not None
        assert self.history is not None
        sums = summed(self.catalogue.genres, self.history)
        return sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-300)

    @cached_property
    def history_popularity(self) -> Array:
        """Mean training interactions of the items in the history, NaN where it is empty; float64 (n_users,)."""
        assert self.catalogue is not None
        assert self.history is not None
        sums = summed(self.catalogue.counts[:, None].astype(np.float64), self.history)[:, 0]
        return safe_divide(sums, np.diff(self.history.indptr))

    @cached_property
    def genre_distances(self) -> Array:
        """For each rank the sum of distances (1 - cosine of genres) from all items before it; float64 (n_users, K)."""
        assert self.catalogue is not None
        assert self.catalogue.genres is not None
        length = np.sqrt((self.catalogue.genres**2).sum(axis=1, keepdims=True))
        unit = self.catalogue.genres / np.where(length > 0, length, 1.0)
        before = np.zeros((len(self.items), unit.shape[1]))  # sum of what stands above
        far = np.zeros(self.items.shape)
        for rank in range(self.items.shape[1]):  # all ranks of all users together would be large
            own = unit[np.maximum(self.items[:, rank], 0)] * self.known[:, rank, None]
            far[:, rank] = np.where(self.listed[:, rank], self.lengths[:, rank] - 1 - (own * before).sum(axis=1), 0.0)
            before += own
        return far

    def genres_at(self, k: int) -> Array:
        """Sum of the shares of each genre over the first `k`, float64 (n_users, n_genres)."""
        assert self.catalogue is not None
        assert self.catalogue.genres is not None
        total = np.zeros((len(self.items), self.catalogue.genres.shape[1]))
        for rank in range(min(k, self.items.shape[1])):
            total += self.catalogue.genres[np.maximum(self.items[:, rank], 0)] * self.known[:, rank, None]
        return total


def safe_divide(a: Array, b: Array) -> Array:
    """Quotient a / b, NaN where b is 0. float64."""
    a, b = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    return np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0)


def shared_out(counts: Array, shares: Array) -> Array:
    """Sum over items of what is counted of each, (n_items,), times its share in each group; float64 (n_groups,).

    Group by group: what a group gets does not depend on how many others there are.
    """
    return np.array([(counts * share).sum() for share in shares.T])


def summed(values: Array, rows: Rows) -> Array:
    """Sum of a number (or several) of the items of each row; float64 (n_rows, m)."""
    totals = np.zeros((len(rows.indptr) - 1, values.shape[1]))
    filled = np.flatnonzero(np.diff(rows.indptr))
    if len(filled):
        for column in range(values.shape[1]):  # one after the other: rows of all genres would be large
            totals[filled, column] = np.add.reduceat(values[rows.item, column], np.asarray(rows.indptr)[:-1][filled])
    return totals
