"""The compiled inner loops of `top_k`. Imported only where lists are made: the window's process never loads numba.

All keep the best `k` of a row in a heap whose root is the worst of them. `order` breaks ties: of two equal scores the item
with the smaller order comes first.
"""

import numba
import numpy as np

# Scores that are compared with the root of the heap at once.
CHUNK = 128
SHORT = 64  # the same where they are still in the processor's cache


@numba.njit(cache=True, nogil=True)
def best_of_rows(scores, order, items, k):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write the `k` best columns of each row to `items`, best first; -1 where fewer than `k` are above -inf."""
    n, m = scores.shape
    value = np.empty(k, scores.dtype)
    place = np.empty(k, np.int32)
    whole = m - m % CHUNK
    for u in range(n):
        row = scores[u]
        size = 0
        value[0] = -np.inf
        root = value[0]  # what a score must reach to get in
        for start in range(0, whole, CHUNK):
            # Few get in: many are compared at once, and looked at one by one only where one might.
            chunk = row[start : start + CHUNK]
            good = np.int32(0)
            for i in range(CHUNK):
                good += np.int32(chunk[i] >= root)
            if good == 0:
                continue
            for i in range(CHUNK):
                if chunk[i] >= root and chunk[i] > -np.inf:  # neither masked nor not a number
                    size = _offer(value, place, size, chunk[i], start + i, order)
                    if size == k:
                        root = value[0]
        for i in range(whole, m):
            if row[i] >= root and row[i] > -np.inf:
                size = _offer(value, place, size, row[i], i, order)
                if size == k:
                    root = value[0]
        _empty(value, place, size, order, items[u])


@numba.njit(cache=True, nogil=True)
def best_of_product(a, b, seen, order, zeros, items, values, level):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """The same for the rows of the sparse product A B, which is never made dense.

    Parameters
    ----------
    a, b : tuple
        ``indptr, indices, data`` of compressed sparse rows; float32 data.
    seen : tuple
        ``indptr, indices`` of the columns that are left out.
    order : int32
        Order of each column.
    zeros : tuple
        What a column scores where the product is 0, float32, not below 0; and the columns by that, the best first, then in
        their order.
    items : int32 (rows of A, k)
        Filled with columns, best first; -1 where there are not enough.
    values : float32 (rows of A, k)
        Filled with their scores.
    level : bool (rows of A,)
        Filled with whether all columns that are not left out score the same, and there are two of them at least.
    """
    a_indptr, a_indices, a_data = a
    b_indptr, b_indices, b_data = b
    seen_indptr, seen_indices = seen
    zero, ordered = zeros
    m, k = len(order), items.shape[1]
    score = np.zeros(m, np.float32)
    state = np.zeros(m, np.uint8)  # 0: nothing known, 1: has a score, 2: left out
    touched = np.empty(m + 1, np.int32)
    value, place = np.empty(k, np.float32), np.empty(k, np.int32)
    for u in range(len(items)):
        free = m
        for at in range(seen_indptr[u], seen_indptr[u + 1]):
            free -= state[seen_indices[at]] == 0
            state[seen_indices[at]] = 2
        n_touched = sums = 0
        for at in range(a_indptr[u], a_indptr[u + 1]):
            sums += b_indptr[a_indices[at] + 1] - b_indptr[a_indices[at]]
        if sums >= m:  # most columns are met, many several times: they are looked at once, when all is added up
            for at in range(a_indptr[u], a_indptr[u + 1]):
                middle, weight = a_indices[at], a_data[at]
                for to in range(b_indptr[middle], b_indptr[middle + 1]):
                    score[np.uint32(b_indices[to])] += weight * b_data[to]
            for i in range(m):
                touched[n_touched] = i
                met = (state[i] == 0) & (score[i] != 0)
                n_touched += met
                state[i] |= met
        else:
            for at in range(a_indptr[u], a_indptr[u + 1]):
                middle, weight = a_indices[at], a_data[at]
                for to in range(b_indptr[middle], b_indptr[middle + 1]):
                    i = b_indices[to]
                    score[i] += weight * b_data[to]
                    # Noted always, and counted where it is new: no branch.
                    touched[n_touched] = i
                    n_touched += state[i] == 0
                    state[i] |= 1
        size = 0
        # Who has everything has nothing touched, and an index that was never written must not be read.
        first = score[touched[0]] if 0 < n_touched == free else np.float32(0)
        same = 0
        for t in range(n_touched):
            i = touched[t]
            s = score[i]
            same += s == first
            if s == 0:
                state[i] = 0  # nothing is known of it
            elif (size < k or s >= value[0]) and s > -np.inf:
                size = _offer(value, place, size, s, i, order)
        level[u] = same == n_touched and free > 1
        # Columns that nothing is known of: in their order, until one finds no place.
        for i in ordered:
            s = zero[i]
            if size == k and (value[0] > s or (value[0] == s and order[place[0]] < order[i])):
                break
            if state[i] == 0:
                size = _offer(value, place, size, s, i, order)
        for t in range(n_touched):
            score[touched[t]] = state[touched[t]] = 0
        for at in range(seen_indptr[u], seen_indptr[u + 1]):
            score[seen_indices[at]] = state[seen_indices[at]] = 0
        _empty(value, place, size, order, items[u])
        values[u, :size] = value[:size]
        values[u, size:] = np.nan


@numba.njit(cache=True, nogil=True)
def first_of_order(ordered, seen_indptr, seen_indices, items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write to each row of `items` the first of the columns `ordered` that are not left out; -1 behind them."""
    left_out = np.zeros(len(ordered), np.bool_)
    for u in range(len(items)):
        left_out[seen_indices[seen_indptr[u] : seen_indptr[u + 1]]] = True
        size = 0
        for i in ordered:
            if size == items.shape[1]:
                break
            if not left_out[i]:
                items[u, size] = i
                size += 1
        items[u, size:] = -1
        left_out[seen_indices[seen_indptr[u] : seen_indptr[u + 1]]] = False


@numba.njit(cache=True, nogil=True)
def places_in_order(indptr, item, where, bits):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Where the items of each row stand by `where`, those of the first 2 ** `bits` places first, then those of the next."""
    found = np.empty(len(item), np.int32)
    n_tiles = (len(where) >> bits) + 1
    ends = np.zeros(n_tiles + 1, np.int64)
    for u in range(len(indptr) - 1):
        first, last = indptr[u], indptr[u + 1]
        if 4 * (last - first) < n_tiles:  # few are sorted in less time than there are tiles
            for at in range(first, last):
                found[at] = where[item[at]]
            found[first:last].sort()
            continue
        ends[:] = 0
        for at in range(first, last):
            ends[(where[item[at]] >> bits) + 1] += 1
        ends[0] = first
        for tile in range(n_tiles):
            ends[tile + 1] += ends[tile]
        for at in range(first, last):
            place = where[item[at]]
            tile = place >> bits
            found[ends[tile]] = place
            ends[tile] += 1
    return found


@numba.njit(cache=True, nogil=True)
def offer_tile(tile, alive, users, margin, items, seen, value, place, size):  # type: ignore[no-untyped-def] # noqa: PLR0913 # pragma: no cover - compiled
    """Offer items to the heaps of some users, by products that are right but for `margin`.

    Parameters
    ----------
    tile : float32 (len(alive), m)
        Products of these users and `m` items; overwritten.
    alive : int64
        Rows of `users`, `margin`, `seen`, `value`, `place` and `size`.
    items : tuple
        Place of the first of the `m` items; vectors and numbers of all by place; order of ties by number.
    seen : tuple
        ``indptr``, places of the items that are left out as `places_in_order` gives them, and how far each row has been
        read.
    """
    start, vectors, numbers, order = items
    seen_indptr, seen_places, seen_at = seen
    k, m = value.shape[1], tile.shape[1]
    whole = m - m % SHORT
    for r in range(len(alive)):
        u = alive[r]
        row = tile[r]
        mine, heap, held = users[u], value[u], place[u]
        at = seen_at[u]
        while at < seen_indptr[u + 1] and seen_places[at] < start + m:
            if seen_places[at] >= start:
                row[seen_places[at] - start] = -np.inf
            at += 1
        seen_at[u] = at
        n = size[u]
        root = np.float32(heap[0] - margin[u]) if n == k else np.float32(-np.inf)
        for begin in range(0, m, SHORT):
            if begin < whole:
                good = np.int32(0)
                chunk = row[begin : begin + SHORT]
                for i in range(SHORT):
                    good += np.int32(chunk[i] >= root)
                if good == 0:
                    continue
            for i in range(begin, min(begin + SHORT, m)):
                if row[i] >= root and row[i] > -np.inf:
                    s = _exact(mine, vectors[start + i])
                    if n < k or s >= heap[0]:
                        n = _offer(heap, held, n, s, numbers[start + i], order)
                        if n == k:
                            root = np.float32(heap[0] - margin[u])
        size[u] = n


@numba.njit(cache=True, nogil=True)
def _exact(x, y):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """The dot product, added up in double precision, always in the same order."""
    a = b = c = d = 0.0
    whole = len(x) - len(x) % 4
    for f in range(0, whole, 4):
        a += np.float64(x[f]) * np.float64(y[f])
        b += np.float64(x[f + 1]) * np.float64(y[f + 1])
        c += np.float64(x[f + 2]) * np.float64(y[f + 2])
        d += np.float64(x[f + 3]) * np.float64(y[f + 3])
    for f in range(whole, len(x)):
        a += np.float64(x[f]) * np.float64(y[f])
    return np.float32((a + b) + (c + d))


@numba.njit(cache=True, nogil=True)
def empty_all(value, place, size, order, items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write the items of all heaps to `items` from best to worst; `value` is left in that order too, NaN behind."""
    for u in range(len(size)):
        _empty(value[u], place[u], size[u], order, items[u])
        value[u, size[u] :] = np.nan


@numba.njit(cache=True, nogil=True)
def _offer(value, place, size, s, i, order):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Take item `i` with score `s` into the heap if it is good enough; returns how many are in it."""
    k = len(value)
    if size < k:  # append and sift up
        c = size
        while c > 0:
            parent = (c - 1) // 2
            if s < value[parent] or (s == value[parent] and order[i] > order[place[parent]]):
                value[c], place[c] = value[parent], place[parent]
                c = parent
            else:
                break
        value[c], place[c] = s, i
        return size + 1
    if s > value[0] or (s == value[0] and order[i] < order[place[0]]):
        _sift(value, place, k, s, i, order)
    return size


@numba.njit(cache=True, nogil=True)
def _sift(value, place, size, s, i, order):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Put an item in the place of the root of the first `size`, and sift it down."""
    c = 0
    while True:
        child = 2 * c + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            value[right] < value[child] or (value[right] == value[child] and order[place[right]] > order[place[child]])
        ):
            child = right
        if value[child] < s or (value[child] == s and order[place[child]] > order[i]):
            value[c], place[c] = value[child], place[child]
            c = child
        else:
            break
    value[c], place[c] = s, i


@numba.njit(cache=True, nogil=True)
def _empty(value, place, size, order, items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write the items of the heap to `items` from best to worst, -1 behind them; `value` is left in that order too."""
    items[size:] = -1
    for last in range(size - 1, -1, -1):
        best, worst = place[last], place[0]
        s, v = value[last], value[0]
        _sift(value, place, last, s, best, order)
        items[last] = worst
        value[last] = v
