"""Compiled least squares without negative numbers, row by row. Import inside functions only: the compiler loads slowly.

Each row is solved for by itself and from nothing, so that neither threads, nor blocks, nor what was there before change a
bit. "Rows" are compressed sparse rows: `indptr`, `index`, `value`.
"""

import numba
import numpy as np

# Sums may be taken in vector registers, and products and sums in one step. The compiler settles the order once for a kind
# of processor, so that equal seeds still give equal bits.
SUMS = {"reassoc", "contract", "nsz"}

# Sweeps end when none of them moves a factor further, or after so many: only where the minimum is not a single point.
LEAST_STEP, MOST_SWEEPS = 1e-10, 1000

# What counts as nothing beside 1: a pivot of a singular matrix, a slope at the minimum.
TINY = 1e-11


@numba.njit(cache=True, nogil=True)
def solve_rows(rows, mine, theirs, biases, weight):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Set each row's factors p, none negative, and its bias b to what makes Σ (t - b - p·q)² + n·weight·(|p|² + b²) least.

    The sum is over the row's n entries; t is the value without the other's bias. `biases` are the rows', the others' and
    whether to learn them. `mine` (rows, factors) and the rows' biases are written to; rows without entries are zero.
    """
    indptr, index, value = rows
    my_bias, their_bias, with_bias = biases
    n_factors = mine.shape[1]
    size = n_factors + 1 if with_bias else n_factors
    a, b, x = np.empty((size, size)), np.empty(size), np.empty(size)
    room = np.empty((size, size)), np.empty(size), np.empty(size), np.empty(size, np.int64)
    for r in range(len(indptr) - 1):
        first, last = indptr[r], indptr[r + 1]
        x[:] = 0
        if first < last:
            _normal_equations(index[first:last], value[first:last], theirs, their_bias, with_bias, a, b)
            for f in range(size):
                a[f, f] += (last - first) * weight
            _least_squares(a, b, n_factors, x, room)
        mine[r] = x[:n_factors]
        my_bias[r] = x[n_factors] if with_bias else 0.0


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _normal_equations(index, value, theirs, their_bias, with_bias, a, b):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """A = Σ q qᵀ and b = Σ t q over the entries of a row; the bias is the last factor, and its q is 1."""
    n_factors = theirs.shape[1]
    a[:], b[:] = 0, 0
    for n in range(len(index)):
        q, target = theirs[index[n]], value[n] - their_bias[index[n]]
        for f in range(n_factors):
            b[f] += target * q[f]
            row, times = a[f], q[f]
            for g in range(f + 1):
                row[g] += times * q[g]
        if with_bias:
            b[n_factors] += target
            row = a[n_factors]
            for f in range(n_factors):
                row[f] += q[f]
            row[n_factors] += 1
    for f in range(len(b)):
        for g in range(f):
            a[g, f] = a[f, g]


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _least_squares(a, b, n_factors, x, room):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """The x that makes xᵀAx - 2bᵀx least, its first `n_factors` numbers not negative; `x` begins as zeros.

    Sweeps over the coordinates, each set to its best in turn (Franc, Hlaváč & Navara 2005), soon find out which of them are
    zero, and slowly the values of the others. So whenever a sweep leaves the zeros where they are, the others are solved
    for at once, as in an active set method (Lawson & Hanson 1974); it is the minimum if then no zero wants to rise.
    """
    size = len(b)
    slope = room[2]
    slope[:] = b  # half of what the sum falls by when a coordinate rises
    slack = 0.0
    for f in range(size):
        slack = max(slack, TINY * abs(b[f]))
    for _ in range(MOST_SWEEPS):
        furthest, turned = 0.0, False
        for f in range(size):
            if a[f, f] <= 0:
                continue
            wanted = x[f] + slope[f] / a[f, f]
            if f < n_factors:
                wanted = max(wanted, 0.0)
                turned |= (wanted > 0) != (x[f] > 0)
            step = wanted - x[f]
            if step != 0:
                x[f] = wanted
                row = a[f]
                for g in range(size):
                    slope[g] -= step * row[g]
                furthest = max(furthest, abs(step))
        if furthest <= LEAST_STEP:
            return
        if not turned:
            least = _solve_above_zero(a, b, n_factors, x, room)
            for f in range(size):
                row, total = a[f], b[f]
                for g in range(size):
                    total -= row[g] * x[g]
                slope[f] = total
                least &= x[f] != 0 or f >= n_factors or total <= slack
            if least:
                return


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _solve_above_zero(a, b, n_factors, x, room):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Move `x` to the minimum among those that are not zero; those that would get below stop at zero and stay there.

    False where A is singular among them; `x` then lies between.
    """
    matrix, solved, _, chosen = room
    while True:
        n = 0
        for f in range(len(b)):
            if f >= n_factors or x[f] > 0:
                chosen[n] = f
                n += 1
        if not _solve(a, b, chosen[:n], matrix, solved):
            return False
        part, first = 1.0, -1  # how far to go, and which of them is zero there
        for k in range(n):
            f = chosen[k]
            if f < n_factors and solved[k] <= 0 and x[f] <= part * (x[f] - solved[k]):
                part, first = x[f] / (x[f] - solved[k]), f
        for k in range(n):
            f = chosen[k]
            x[f] += part * (solved[k] - x[f])
            if f < n_factors:
                x[f] = max(x[f], 0.0)
        if first < 0:
            for k in range(n):  # without the rounding of steps
                x[chosen[k]] = solved[k]
            return True
        x[first] = 0


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _solve(a, b, chosen, room, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve A x = b among the chosen coordinates by Cholesky, A = UᵀU, into `out`; False where A is singular there."""
    n = len(chosen)
    for k in range(n):
        row, source = room[k], a[chosen[k]]
        for g in range(k, n):
            row[g] = source[chosen[g]]
        for m in range(k):
            above = room[m]
            c = above[k]
            for g in range(k, n):
                row[g] -= c * above[g]
        if row[k] <= TINY * source[chosen[k]]:
            return False
        inverse = 1 / np.sqrt(row[k])
        for g in range(k, n):
            row[g] *= inverse
    for k in range(n):
        out[k] = b[chosen[k]]
    for k in range(n):
        row = room[k]
        out[k] /= row[k]
        for g in range(k + 1, n):
            out[g] -= out[k] * row[g]
    for k in range(n - 1, -1, -1):
        row, total = room[k], out[k]
        for g in range(k + 1, n):
            total -= row[g] * out[g]
        out[k] = total / row[k]
    return True
