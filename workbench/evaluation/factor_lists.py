"""Lists of models whose score is a product of factors, without a place for each user and item, and mostly unseen items.

Items come in the order in which they can reach far: |x| |y| + b bounds x·y + b (Cauchy-Schwarz), so the rest of them is let
go as soon as it cannot get into a list. A fast product of single precision says which items might get in, with room for its
rounding; the score that counts is the sum in double precision, in one order. So lists do not depend on blocks, threads or
libraries, and equal factors have equal scores.
"""

from dataclasses import dataclass

import numpy as np

from workbench.data.interactions import Array, UserItems

# Users and items of a product that stays in the processor's cache.
BATCH_USERS, ITEM_BITS = 1024, 9
BATCH_ITEMS = 1 << ITEM_BITS
# Below so many users it does not pay to sort the items.
FEW_USERS = 32
# Lengths whose product could leave single precision.
HUGE = 1e30


@dataclass(frozen=True)
class FactorLists:
    """Best items by x·y + b; made once, asked for blocks of users.

    Parameters
    ----------
    vectors : float32 (n_items, d)
        Factors of the items, and the bias behind them, in the order in which they are looked at.
    items : int32 (n_items,)
        Which items these are.
    place : int32 (n_items,)
        Where each item is in that order.
    length, most : float64 (n_items,)
        Greatest |y| and greatest b from there to the end.
    widest : float
        Length of the longest of `vectors`.
    """

    vectors: Array
    items: Array
    place: Array
    length: Array
    most: Array
    widest: float

    @classmethod
    def of(cls, vectors: Array, bias: Array | None, reach: float, *, sort: bool) -> "FactorLists":
        """Put items in the order of ``reach |y| + b``, if that is worth it; `reach` is the usual length of a user's."""
        length = _lengths(vectors)
        own = np.zeros(len(vectors), np.float32) if bias is None else bias
        items = np.arange(len(vectors), dtype=np.int32)
        if sort:
            items = np.argsort(-(reach * length + own), kind="stable").astype(np.int32)
        reaches, most = (np.maximum.accumulate(bound[items[::-1]])[::-1] for bound in (length, own.astype(np.float64)))
        place = np.empty_like(items)
        place[items] = np.arange(len(items), dtype=np.int32)
        both = vectors if bias is None else np.column_stack([vectors, bias])
        widest = float(np.sqrt(length**2 + own.astype(np.float64) ** 2).max())
        return cls(np.ascontiguousarray(both[items], np.float32), items, place, reaches, most, widest)

    def best(self, users: Array, far: Array, k: int, seen: UserItems, order: Array) -> tuple[Array, Array]:
        """Items (n, k) and scores (n, k) of users (n, d), as `ranking.recommend` gives them; `order` breaks ties.

        `far` is how long each user's factors are; where items have a bias, a 1 stands behind these.
        """
        from workbench.evaluation.kernels import top_k as kernels

        n, (n_items, d) = len(users), self.vectors.shape
        value, place, size = np.full((n, k), np.nan, np.float32), np.full((n, k), -1, np.int32), np.zeros(n, np.int64)
        left_out = kernels.places_in_order(seen.indptr, seen.item, self.place, ITEM_BITS)
        at = seen.indptr[:-1].copy()
        # However a product adds up, its error stays below d u |x| |y|; there is room for twice that.
        margin = (2 * d + 8) * 2.0**-23 * np.sqrt(far**2 + 1) * self.widest + 1e-30
        scores = np.empty(n * min(BATCH_ITEMS, n_items), np.float32)
        alive = np.arange(n)
        for start in range(0, n_items, BATCH_ITEMS):
            reached = far[alive] * self.length[start] + self.most[start] + margin[alive]
            full = size[alive] == k
            alive = alive[~full | (reached >= np.where(full, value[alive, 0], -np.inf))]
            if not len(alive):
                break
            stop = min(n_items, start + BATCH_ITEMS)
            tile = scores[: len(alive) * (stop - start)].reshape(len(alive), stop - start)
            np.matmul(users if len(alive) == n else users[alive], self.vectors[start:stop].T, out=tile)
            items = (start, self.vectors, self.items, order)
            kernels.offer_tile(tile, alive, users, margin, items, (seen.indptr, left_out, at), value, place, size)
        lists = np.empty((n, k), np.int32)
        kernels.empty_all(value, place, size, order, lists)
        return lists, value


def best_by_factors(
    users: Array, vectors: Array, bias: Array | None, k: int, seen: UserItems, order: Array
) -> tuple[Array, Array] | None:
    """Lists and scores by ``users @ vectors.T + bias``; None where a number is not finite, or too large to be sure."""
    from threadpoolctl import threadpool_limits

    from workbench.algorithms.base.threads import allowed, spread

    if not len(users) or not len(vectors):
        return None
    far, widest = _lengths(users), _lengths(vectors).max()
    largest = np.abs(bias).max() if bias is not None else 0.0
    if not (far.max() * widest + largest < HUGE):
        return None
    ready = FactorLists.of(vectors, bias, far.mean(), sort=len(users) >= FEW_USERS)
    users = users if bias is None else np.column_stack([users, np.ones(len(users), np.float32)])
    users = np.ascontiguousarray(users, np.float32)
    rows = [slice(start, min(len(users), start + BATCH_USERS)) for start in range(0, len(users), BATCH_USERS)]
    threads = allowed() if len(rows) > 1 else 1
    with threadpool_limits(1, user_api="blas"):
        found = list(spread(lambda one: ready.best(users[one], far[one], k, _rows(seen, one), order), rows, threads))
    items, scores = (np.concatenate(side) for side in zip(*found, strict=True))
    return items, scores


def _rows(lists: UserItems, rows: slice) -> UserItems:
    """Some rows, as a view."""
    ends = lists.indptr[rows.start : rows.stop + 1]
    items = lists.item[ends[0] : ends[-1]].astype(np.int32)
    return UserItems((ends - ends[0]).astype(np.int64), items)


def _lengths(vectors: Array) -> Array:
    return np.sqrt(np.einsum("nf,nf->n", vectors, vectors, dtype=np.float64))
