"""Compiled loops behind some metrics. Imported only where lists are measured: the window's process never loads numba."""

import numba
import numpy as np

# As far as numbers of four bytes count without a gap.
MOST = 2**23


# Ones may be added up in any order, that is, many at a time.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc"})
def _above(row, own):  # type: ignore[no-untyped-def] # pragma: no cover
    """How many numbers are greater than `own`, and how many at least as great."""
    one, none = np.float32(1), np.float32(0)
    higher, as_high = none, none
    for j in range(len(row)):
        higher += one if row[j] > own else none
        as_high += one if row[j] >= own else none
    return higher, as_high


@numba.njit(cache=True, nogil=True)
def places(scores, order, indptr, item, candidates, place, middle):  # type: ignore[no-untyped-def] # pragma: no cover
    """Write where the items of each row (`indptr`, `item`) stand among the row's scores.

    `place` breaks ties by `order`; in `middle` equal scores share the mean of their ranks. What is -inf or not a number
    stands behind all others, as one tie.
    """
    m = scores.shape[1]
    for u in range(len(indptr) - 1):
        row = scores[u]
        for t in range(indptr[u], indptr[u + 1]):
            i = item[t]
            own = row[i]
            above = 0
            least = 0
            if not own > -np.inf:
                for j in range(m):
                    above += row[j] > -np.inf
                equal = max(1, candidates[u] - above)
                place[t] = above + equal
                middle[t] = above + (equal + 1) / 2
                continue
            for start in range(0, m, MOST):
                higher, as_high = _above(row[start : start + MOST], own)
                above += int(higher)
                least += int(as_high)
            equal = least - above
            before = 0
            if equal > 1:
                for j in range(m):
                    before += row[j] == own and order[j] < order[i]
            place[t] = above + before + 1
            middle[t] = above + (equal + 1) / 2


@numba.njit(cache=True, nogil=True)
def draws(seed, counts):  # type: ignore[no-untyped-def] # pragma: no cover
    """Add to each row of `counts` how often each column was drawn in as many draws as there are columns.

    SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), the same numbers on every machine.
    """
    rows, n = counts.shape
    state = np.uint64(seed)
    for r in range(rows):
        for _ in range(n):
            state += np.uint64(0x9E3779B97F4A7C15)
            z = state
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
            counts[r, ((z >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)] += 1


@numba.njit(cache=True, nogil=True)
def co_distances(  # type: ignore[no-untyped-def] # noqa: PLR0913 # pragma: no cover
    lists, row_of, rank_of, start_of, user_start, user_item, item_start, item_user, out
):
    """Add up, for each rank of each list, the distances of its item from all items before it.

    `row_of` and `rank_of` list where each item stands (slices by `start_of`). Both directions of the interactions are
    compressed rows. Counting who else has the item costs one pass over the rows of its people.
    """
    n_items = len(item_start) - 1
    count = np.zeros(n_items, np.int32)
    touched = np.empty(n_items, np.int32)
    for a in range(n_items):
        if start_of[a] == start_of[a + 1]:
            continue
        n = 0
        for at in range(item_start[a], item_start[a + 1]):
            u = item_user[at]
            for other in range(user_start[u], user_start[u + 1]):
                b = user_item[other]
                if count[b] == 0:
                    touched[n] = b
                    n += 1
                count[b] += 1
        size_a = item_start[a + 1] - item_start[a]
        for at in range(start_of[a], start_of[a + 1]):
            row, rank = row_of[at], rank_of[at]
            total = 0.0
            for before in range(rank):
                b = lists[row, before]
                if b == -1:
                    continue
                total += 1.0
                if b >= 0 and count[b] > 0:
                    total -= count[b] / np.sqrt(float(size_a) * (item_start[b + 1] - item_start[b]))
            out[row, rank] = total
        for at in range(n):
            count[touched[at]] = 0
