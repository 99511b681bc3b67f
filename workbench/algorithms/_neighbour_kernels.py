"""Compiled inner loops over sparse matrices. Import inside functions only: loading the compiler takes half a second."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def strongest_of_product(a, b, left, right, how, k, rows):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Find the `k` strongest entries of each row of a similarity that rests on the sparse product A B.

    The dot product of row r of A and column c of B is divided by ``left[r] right[c] + shrinkage`` (or, as Jaccard does,
    by ``left[r] + right[c] - dot + shrinkage``). Only positive entries count; of equal ones the first columns stay.

    Parameters
    ----------
    a, b : tuple
        ``indptr, indices, data`` of compressed sparse rows.
    left, right : float64 (rows of A,), (columns of B,)
    how : tuple
        ``jaccard, shrinkage, without_self``: the last leaves out column r of row r.
    k : int
    rows : tuple
        First row, and the one after the last.

    Returns
    -------
    counts : int64 (rows,)
    columns : int32 (rows, k), in ascending order
    values : float32 (rows, k)
    """
    a_indptr, a_indices, a_data = a
    b_indptr, b_indices, b_data = b
    jaccard, shrinkage, without_self = how
    first, last = rows
    n_columns = len(right)
    dot = np.zeros(n_columns)
    met = np.zeros(n_columns, np.bool_)
    touched = np.empty(n_columns, np.int32)
    counts = np.zeros(last - first, np.int64)
    columns = np.empty((last - first, k), np.int32)
    values = np.empty((last - first, k), np.float32)
    heap_value = np.empty(k, np.float32)
    heap_column = np.empty(k, np.int32)
    for r in range(first, last):
        n_touched = 0
        for at in range(a_indptr[r], a_indptr[r + 1]):
            middle, weight = a_indices[at], a_data[at]
            for to in range(b_indptr[middle], b_indptr[middle + 1]):
                c = b_indices[to]
                if not met[c]:
                    met[c] = True
                    touched[n_touched] = c
                    n_touched += 1
                dot[c] += weight * b_data[to]
        size = 0
        for t in range(n_touched):
            c = touched[t]
            d = dot[c]
            dot[c] = 0
            met[c] = False
            if without_self and c == r:
                continue
            below = left[r] + right[c] - d + shrinkage if jaccard else left[r] * right[c] + shrinkage
            v = np.float32(d / below) if below > 0 else np.float32(0)
            if not v > 0:
                continue
            if size == k:  # the root is the weakest of the k: the smallest value, and of equal ones the last column
                if v < heap_value[0] or (v == heap_value[0] and c > heap_column[0]):
                    continue
                place = 0
                while True:
                    child = 2 * place + 1
                    if child >= k:
                        break
                    other = child + 1
                    if other < k and (
                        heap_value[other] < heap_value[child]
                        or (heap_value[other] == heap_value[child] and heap_column[other] > heap_column[child])
                    ):
                        child = other
                    if heap_value[child] < v or (heap_value[child] == v and heap_column[child] > c):
                        heap_value[place], heap_column[place] = heap_value[child], heap_column[child]
                        place = child
                    else:
                        break
            else:
                place = size
                size += 1
                while place > 0:
                    parent = (place - 1) // 2
                    if v < heap_value[parent] or (v == heap_value[parent] and c > heap_column[parent]):
                        heap_value[place], heap_column[place] = heap_value[parent], heap_column[parent]
                        place = parent
                    else:
                        break
            heap_value[place], heap_column[place] = v, c
        order = np.argsort(heap_column[:size])
        for place in range(size):
            columns[r - first, place] = heap_column[order[place]]
            values[r - first, place] = heap_value[order[place]]
        counts[r - first] = size
    return counts, columns, values
