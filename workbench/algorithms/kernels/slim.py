"""Compiled inner loops of SLIM. Import inside functions only: loading the compiler takes half a second."""

import numba
import numpy as np

# Items of a regression that are refined in a corner of their own (32 MB for each thread).
MOST_ACTIVE = 2000


@numba.njit(cache=True, nogil=True)
def _sweep(places, column, gram, weights, left, how):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Minimize over each weight in turn, the others held fixed; returns the largest change of the loss's slope."""
    indptr, indices, values, diagonal = gram
    l1, l2, positive = how
    largest = 0.0
    for k in places:
        if k == column or diagonal[k] == 0:
            continue
        before = weights[k]
        slope = left[k] + diagonal[k] * before
        if slope > l1:
            after = (slope - l1) / (diagonal[k] + l2)
        elif slope < -l1 and not positive:
            after = (slope + l1) / (diagonal[k] + l2)
        else:
            after = 0.0
        change = after - before
        if change == 0:
            continue
        weights[k] = after
        for at in range(indptr[k], indptr[k + 1]):
            left[indices[at]] -= change * values[at]
        largest = max(largest, abs(change) * (diagonal[k] + l2))
    return largest


@numba.njit(cache=True, nogil=True)
def _refine(active, gram, weights, left, how, until, room):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Sweep over the items in `active` alone until nothing changes, in their own corner of the Gram matrix.

    Only then are the slopes of all other items brought up to date: once for each active item, instead of once for each
    step. `room` is for an item's place in the corner, (n_items,), all -1 before and after, and for the corner.
    """
    indptr, indices, values, _ = gram
    tolerance, most_sweeps = until
    place, small = room
    l1, l2, positive = how
    m = len(active)
    for a in range(m):
        place[active[a]] = a
    for a in range(m):
        small[a, :m] = 0
        for at in range(indptr[active[a]], indptr[active[a] + 1]):
            b = place[indices[at]]
            if b >= 0:
                small[a, b] = values[at]
    place[active] = -1
    slopes, now = left[active], weights[active]
    for _ in range(most_sweeps):
        largest = 0.0
        for a in range(m):
            own, before = small[a, a], now[a]
            slope = slopes[a] + own * before
            after = 0.0
            if slope > l1:
                after = (slope - l1) / (own + l2)
            elif slope < -l1 and not positive:
                after = (slope + l1) / (own + l2)
            change = after - before
            if change == 0:
                continue
            now[a] = after
            row = small[a]
            for b in range(m):
                slopes[b] -= change * row[b]
            largest = max(largest, abs(change) * (own + l2))
        if largest <= tolerance:
            break
    for a in range(m):
        k = active[a]
        change = now[a] - weights[k]
        weights[k] = now[a]
        if change != 0:
            for at in range(indptr[k], indptr[k + 1]):
                left[indices[at]] -= change * values[at]


@numba.njit(cache=True, nogil=True)
def solve_columns(gram, how, tolerance, most_sweeps, columns):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Regress some items on all others by coordinate descent over the Gram matrix G = XᵀX.

    For each column j: minimize ½ |x_j - X w|² + l1 |w|₁ + ½ l2 |w|², with w_j = 0.

    Parameters
    ----------
    gram : tuple
        ``indptr, indices, values`` of G as compressed sparse rows, and its diagonal (n_items,).
    how : tuple
        ``l1, l2, positive``.
    tolerance : float
        A column is done when no step of a whole sweep changed a slope by more than this share of its interactions.
    columns : tuple
        First column, and the one after the last.

    Returns
    -------
    counts : int64 (columns,)
    items : int32 (n,)
        Those with weights, in ascending order, column after column.
    weights : float32 (n,)
    """
    indptr, indices, values, diagonal = gram
    l1, l2, positive = how
    first, last = columns
    n_items = len(diagonal)
    counts = np.zeros(last - first, np.int64)
    size = 1024
    items, found = np.empty(size, np.int32), np.empty(size, np.float32)
    filled = 0
    weights, left = np.zeros(n_items), np.zeros(n_items)
    place, size_small = np.full(n_items, -1, np.int32), min(n_items, MOST_ACTIVE)
    small = np.empty((size_small, size_small))
    everything = np.arange(n_items).astype(np.int32)
    for j in range(first, last):
        left[:] = 0
        weights[:] = 0
        row = indices[indptr[j] : indptr[j + 1]]
        for at in range(indptr[j], indptr[j + 1]):
            left[indices[at]] = values[at]
        # Nobody's slope grows where weights and meetings are never negative: who starts below l1 stays out.
        candidates = row[values[indptr[j] : indptr[j + 1]] > l1] if positive else everything
        # Strongest first: fewer weights grow that have to shrink again.
        candidates = candidates[
            np.argsort(-np.abs(left[candidates]) / np.sqrt(diagonal[candidates] + l2), kind="mergesort")
        ]
        limit = tolerance * max(diagonal[j], 1.0)
        for _ in range(most_sweeps):
            if _sweep(candidates, j, gram, weights, left, how) <= limit:
                break
            active = candidates[weights[candidates] != 0]
            if len(active) <= len(small):
                _refine(active, gram, weights, left, how, (limit, most_sweeps), (place, small))
        kept = np.flatnonzero(weights)
        while filled + len(kept) > size:
            items = np.concatenate((items, np.empty(size, np.int32)))
            found = np.concatenate((found, np.empty(size, np.float32)))
            size *= 2
        for k in kept:
            items[filled], found[filled] = k, weights[k]
            filled += 1
        counts[j - first] = len(kept)
    return counts, items[:filled].copy(), found[:filled].copy()
