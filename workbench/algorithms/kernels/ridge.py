"""Compiled inner loops of many small regressions. Import inside functions only: the compiler loads slowly."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def ridge_of_neighbours(gram, diagonal, weight, k, items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Ridge regression of each of some items on the `k` others that each alone explain it best.

    An item i alone explains G_ij² / (G_ii + weight) of what is to be explained of item j. The neighbours N of j are those
    where that is most (of equals, the first), and b solves (G_NN + weight I) b = G_Nj by Cholesky's method.

    Parameters
    ----------
    gram : tuple
        ``indptr, indices, data`` of G = XᵀX without its diagonal, compressed sparse rows in order of columns.
    diagonal : float64 (n_items,)
        G_ii.
    items : tuple
        First item, and the one after the last.

    Returns
    -------
    counts : int64 (items,)
    neighbours : int32 (items, k), in ascending order
    weights : float32 (items, k)
    """
    indptr, indices, data = gram
    first, last = items
    counts = np.zeros(last - first, np.int64)
    neighbours = np.empty((last - first, k), np.int32)
    weights = np.empty((last - first, k), np.float32)
    upper = np.empty((k, k))
    b = np.empty(k)
    place_of = np.full(len(diagonal), -1, np.int32)
    for j in range(first, last):
        start, end = indptr[j], indptr[j + 1]
        length = end - start
        size = min(k, length)
        if size == 0:
            continue
        near = neighbours[j - first]
        explained = np.empty(length)
        for n in range(length):
            explained[n] = data[start + n] ** 2 / (diagonal[indices[start + n]] + weight)
        least, ties = -1.0, 0
        if length > k:
            least = np.partition(explained, length - k)[length - k]
            ties = k - np.sum(explained > least)
        at = 0
        for n in range(length):
            if explained[n] > least or (explained[n] == least and ties > 0):
                ties -= explained[n] == least
                near[at] = indices[start + n]
                b[at] = data[start + n]
                place_of[near[at]] = at
                at += 1
        # G_NN, its upper triangle: from each row either all entries are looked at, or those wanted are searched for.
        for a in range(size):
            row = upper[a]
            row[a] = diagonal[near[a]] + weight
            row[a + 1 : size] = 0.0
            begin, stop = indptr[near[a]], indptr[near[a] + 1]
            if stop - begin <= 64 * (size - a):
                for n in range(begin, stop):
                    to = place_of[indices[n]]
                    if to > a:
                        row[to] = data[n]
            else:
                low = begin
                for to in range(a + 1, size):
                    wanted, high = near[to], stop
                    while low < high:
                        middle = (low + high) // 2
                        if indices[middle] < wanted:
                            low = middle + 1
                        else:
                            high = middle
                    if low < stop and indices[low] == wanted:
                        row[to] = data[low]
        for n in range(size):
            place_of[near[n]] = -1
        _solve(upper, b, size)
        for n in range(size):
            weights[j - first, n] = b[n]
        counts[j - first] = size
    return counts, neighbours, weights


@numba.njit(cache=True, nogil=True)
def _solve(upper, b, size):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve A b' = b in place; `upper` holds the upper triangle of A, symmetric positive definite, and is used up.

    Cholesky, A = UᵀU, four rows at a time: the rest is read and written a quarter as often. Inner loops add multiples of
    rows to rows, because these run in vector registers in strict arithmetic too.
    """
    for k in range(0, size, 4):
        stop = min(k + 4, size)
        for n in range(k, stop):
            row = upper[n]
            for m in range(k, n):
                above = upper[m]
                c = above[n]
                for g in range(n, size):
                    row[g] -= c * above[g]
            inverse = 1 / np.sqrt(max(row[n], 1e-300))
            for g in range(n, size):
                row[g] *= inverse
        if stop == size:
            break
        r0, r1, r2, r3 = upper[k], upper[k + 1], upper[k + 2], upper[k + 3]
        for f in range(stop, size):
            c0, c1, c2, c3 = r0[f], r1[f], r2[f], r3[f]
            row = upper[f]
            for g in range(f, size):
                row[g] -= (c0 * r0[g] + c1 * r1[g]) + (c2 * r2[g] + c3 * r3[g])
    for k in range(size):
        row = upper[k]
        b[k] /= row[k]
        c = b[k]
        for g in range(k + 1, size):
            b[g] -= c * row[g]
    for k in range(size - 1, -1, -1):
        row = upper[k]
        left = b[k]
        for g in range(k + 1, size):
            left -= row[g] * b[g]
        b[k] = left / row[k]
