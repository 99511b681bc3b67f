"""Compiled inner loops of alternating least squares. Import inside functions only.

Each row is solved for by itself, so that neither the number of threads nor the division into blocks changes a bit. Inner
loops add multiples of rows to rows, because these run in vector registers in strict arithmetic too.
"""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def _normal_equations(items, weights, unobserved, y, gram, ridge, a, b):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Set the lower triangle of A = α G + Σ (w - α) y yᵀ + ridge I, and b = Σ w y, over the items of one row."""
    d = len(b)
    zero = ridge * 0
    for f in range(d):
        b[f] = zero
        for g in range(f + 1):
            a[f, g] = unobserved * gram[f, g]
        a[f, f] += ridge
    n = len(items)
    whole = n - n % 4
    for at in range(0, whole, 4):  # four at once: A is read and written a quarter as often
        y0, y1, y2, y3 = y[items[at]], y[items[at + 1]], y[items[at + 2]], y[items[at + 3]]
        w0, w1, w2, w3 = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
        e0, e1, e2, e3 = w0 - unobserved, w1 - unobserved, w2 - unobserved, w3 - unobserved
        for f in range(d):
            c0, c1, c2, c3 = e0 * y0[f], e1 * y1[f], e2 * y2[f], e3 * y3[f]
            row = a[f]
            for g in range(f + 1):
                row[g] += (c0 * y0[g] + c1 * y1[g]) + (c2 * y2[g] + c3 * y3[g])
            b[f] += (w0 * y0[f] + w1 * y1[f]) + (w2 * y2[f] + w3 * y3[f])
    for at in range(whole, n):
        y0, w0 = y[items[at]], weights[at]
        for f in range(d):
            c0 = (w0 - unobserved) * y0[f]
            row = a[f]
            for g in range(f + 1):
                row[g] += c0 * y0[g]
            b[f] += w0 * y0[f]


@numba.njit(cache=True, nogil=True)
def _solve_in_place(a, t, x):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve A x = b, x holding b before, by Cholesky: A is given by its lower triangle, `t` has room for Lᵀ."""
    d = len(x)
    for f in range(d):
        for g in range(f + 1):
            t[g, f] = a[f, g]  # upper triangle: rows are what the loops run along
    for k in range(d):
        root = np.sqrt(max(t[k, k], np.float32(1e-20)))
        inverse = 1 / root
        row = t[k]
        for g in range(k, d):
            row[g] *= inverse
        for f in range(k + 1, d):
            c = row[f]
            other = t[f]
            for g in range(f, d):
                other[g] -= c * row[g]
    for k in range(d):  # Lᵀ is t, so L z = b goes down its rows
        x[k] /= t[k, k]
        c = x[k]
        row = t[k]
        for g in range(k + 1, d):
            x[g] -= c * row[g]
    for k in range(d - 1, -1, -1):
        row = t[k]
        total = x[k]
        for g in range(k + 1, d):
            total -= row[g] * x[g]
        x[k] = total / row[k]


@numba.njit(cache=True, nogil=True)
def solve_rows(matrix, unobserved, y, gram, ridges, x):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve each row's least squares exactly, into `x` (rows, d).

    `matrix` is ``indptr, indices, weights``: the weights of the observed entries, whose target is 1; all others have the
    weight `unobserved` and the target 0. `gram` is YᵀY, `ridges` (rows,) the L2 weights. Rows without entries are 0.
    """
    indptr, indices, weights = matrix
    d = y.shape[1]
    a, t = np.empty((d, d), y.dtype), np.empty((d, d), y.dtype)
    for r in range(len(ridges)):
        first, last = indptr[r], indptr[r + 1]
        if first == last:
            x[r] = 0
            continue
        _normal_equations(indices[first:last], weights[first:last], unobserved, y, gram, ridges[r], a, x[r])
        _solve_in_place(a, t, x[r])


# The one sum whose order is free ("reassoc"): strictly in order it takes 2.7 times as long, because it cannot run in vector
# registers. The order is fixed once, by the compiler, so that equal seeds still give equal bits.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _dot(p, q):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    total = p[0] * 0
    for f in range(len(p)):
        total += p[f] * q[f]
    return total


@numba.njit(cache=True, nogil=True)
def products(matrix, y, x, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Predictions x·y of all observed entries, into `out`."""
    indptr, indices, _ = matrix
    for r in range(len(indptr) - 1):
        p = x[r]
        for at in range(indptr[r], indptr[r + 1]):
            out[at] = _dot(p, y[indices[at]])


@numba.njit(cache=True, nogil=True)
def add_projections(matrix, values, y, x, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Add Σ value (x·y) y over the observed entries of each row to `out` (rows, d)."""
    indptr, indices, _ = matrix
    d = y.shape[1]
    for r in range(len(indptr) - 1):
        p, row = x[r], out[r]
        for at in range(indptr[r], indptr[r + 1]):
            q = y[indices[at]]
            v = values[at] * _dot(p, q)
            for f in range(d):
                row[f] += v * q[f]


@numba.njit(cache=True, nogil=True)
def add_weighted(matrix, values, y, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Add Σ value y over the observed entries of each row to `out` (rows, d)."""
    indptr, indices, _ = matrix
    d = y.shape[1]
    for r in range(len(indptr) - 1):
        row = out[r]
        for at in range(indptr[r], indptr[r + 1]):
            q, v = y[indices[at]], values[at]
            for f in range(d):
                row[f] += v * q[f]


@numba.njit(cache=True, nogil=True)
def newton_step(matrix, unobserved, y, gram, ridges, gradient, step):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Newton steps of some factors of each row, -H⁻¹ gradient, into `step` (rows, b); `y` and `gram` are theirs alone."""
    indptr, indices, weights = matrix
    b = y.shape[1]
    a, t, unused = np.empty((b, b), y.dtype), np.empty((b, b), y.dtype), np.empty(b, y.dtype)
    for r in range(len(ridges)):
        first, last = indptr[r], indptr[r + 1]
        _normal_equations(indices[first:last], weights[first:last], unobserved, y, gram, ridges[r], a, unused)
        step[r] = -gradient[r]
        _solve_in_place(a, t, step[r])
