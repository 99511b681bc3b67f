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
    a : tuple
        ``indptr, indices, data`` of compressed sparse rows. No entry of A or B is below zero.
    b : tuple
        ``indptr, indices, data, even``; where the entries of each row are `even`, all the same, `data` has one a row.
    left, right : float64 (rows of A,), (columns of B,)
    how : tuple
        ``jaccard, shrinkage, without_self``: the last leaves out column r of row r.
    k : int
    rows : tuple
        First row, and the one after the last.

    Returns
    -------
    counts : int64 (rows,)
    columns : int32 (sum of the counts,), row after row, in no order within one
    values : float32 (sum of the counts,)
    """
    a_indptr, a_indices, a_data = a
    b_indptr, b_indices, b_data, even = b
    jaccard, shrinkage, without_self = how
    first, last = rows
    n_columns = len(right)
    dot = np.zeros(n_columns)
    touched = np.empty(n_columns + 1, np.int32)
    value, shuffled = np.empty(n_columns, np.float32), np.empty(n_columns, np.float32)
    equal = np.empty(n_columns, np.int32)
    counts = np.zeros(last - first, np.int64)
    columns, values = np.empty((last - first) * k, np.int32), np.empty((last - first) * k, np.float32)
    end = 0
    for r in range(first, last):
        n_touched = 0
        for at in range(a_indptr[r], a_indptr[r + 1]):
            middle, weight = a_indices[at], a_data[at]
            # A column is new where nothing was added yet; it is noted always, and counted where it is new: no branch.
            if even:
                weight *= b_data[middle]
                if weight > 0:
                    for to in range(b_indptr[middle], b_indptr[middle + 1]):
                        c = b_indices[to]
                        touched[n_touched] = c
                        n_touched += dot[c] == 0
                        dot[c] += weight
            else:
                for to in range(b_indptr[middle], b_indptr[middle + 1]):
                    c = b_indices[to]
                    step = weight * b_data[to]
                    touched[n_touched] = c
                    n_touched += (dot[c] == 0) & (step > 0)
                    dot[c] += step
        size = 0
        for t in range(n_touched):
            c = touched[t]
            d = dot[c]
            dot[c] = 0
            below = left[r] + right[c] - d + shrinkage if jaccard else left[r] * right[c] + shrinkage
            v = np.float32(d / below) if below > 0 else np.float32(0)
            touched[size], value[size], shuffled[size] = c, v, v
            size += int((v > 0) & (not without_self or c != r))
        if size <= k:
            columns[end : end + size] = touched[:size]
            values[end : end + size] = value[:size]
            counts[r - first] = size
            end += size
            continue
        least = largest(shuffled, size, k)
        left_over, n_equal = np.int64(k), np.int64(0)
        for t in range(size):
            equal[n_equal] = -touched[t]
            n_equal += value[t] == least
            left_over -= value[t] > least
        furthest = -largest(equal, n_equal, left_over)
        for t in range(size):
            if value[t] > least or (value[t] == least and touched[t] <= furthest):
                columns[end], values[end] = touched[t], value[t]
                end += 1
        counts[r - first] = k
    return counts, columns[:end].copy(), values[:end].copy()


@numba.njit(cache=True, nogil=True)
def largest(values, size, k):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """The `k`-th largest of the first `size` values, which are shuffled."""
    low, high = 0, size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return values[k - 1]
