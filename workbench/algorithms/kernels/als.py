"""Compiled inner loops of alternating least squares. Import inside functions only.

Each row is solved for by itself, so that the number of threads changes no bit. The vectors that a row meets are copied
side by side first: they are read several times, and far apart in memory each reading waits. Products with a whole matrix
are left to BLAS (`np.dot`), which scipy brings.
"""

import numba
import numpy as np

# Sums may be taken in vector registers, and products and sums in one step. The compiler settles the order once for a kind
# of processor, so that equal seeds still give equal bits.
SUMS = {"reassoc", "contract"}


@numba.njit(cache=True, nogil=True)
def _gather(items, y, near):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    for at in range(len(items)):
        row, own = y[items[at]], near[at]
        for f in range(len(own)):
            own[f] = row[f]


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _add_lacking(near, wanted, excess, x, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Add Σ (wanted - excess (x·y)) y over vectors `near` (n, d) to `out` (d,); returns Σ wanted (x·y)."""
    n, d = len(wanted), len(x)
    whole, met = n - n % 4, np.float32(0)
    for at in range(0, whole, 4):  # `out` is read and written a quarter as often, and no sum waits for itself
        y0, y1, y2, y3 = near[at], near[at + 1], near[at + 2], near[at + 3]
        w0, w1, w2, w3 = wanted[at], wanted[at + 1], wanted[at + 2], wanted[at + 3]
        s0 = s1 = s2 = s3 = np.float32(0)
        for f in range(d):
            s0 += x[f] * y0[f]
            s1 += x[f] * y1[f]
            s2 += x[f] * y2[f]
            s3 += x[f] * y3[f]
        met += (w0 * s0 + w1 * s1) + (w2 * s2 + w3 * s3)
        s0, s1 = w0 - excess[at] * s0, w1 - excess[at + 1] * s1
        s2, s3 = w2 - excess[at + 2] * s2, w3 - excess[at + 3] * s3
        for f in range(d):
            out[f] += (s0 * y0[f] + s1 * y1[f]) + (s2 * y2[f] + s3 * y3[f])
    for at in range(whole, n):
        y0 = near[at]
        s0 = np.float32(0)
        for f in range(d):
            s0 += x[f] * y0[f]
        met += wanted[at] * s0
        s0 = wanted[at] - excess[at] * s0
        for f in range(d):
            out[f] += s0 * y0[f]
    return met


@numba.njit(cache=True, nogil=True)
def _longest(indptr):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    longest = 0
    for r in range(len(indptr) - 1):
        longest = max(longest, indptr[r + 1] - indptr[r])
    return longest


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def conjugate_rows(matrix, unobserved, y, dense, typical, ridges, x, steps):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Improve each row of `x` by some steps of conjugate gradients on its least squares; returns the rows' loss.

    The axes are such that α YᵀY is the diagonal `dense` (d,). So A = D + Σ (w - α) y yᵀ, D = dense + ridge, is never made,
    and steps go along the gradient divided by D + Σ (w - α) `typical`, which is about the diagonal of A; `typical` (d,) is
    the mean square of the vectors that a row meets. Other parameters as of `solve_rows`.
    """
    indptr, indices, weights = matrix
    d = y.shape[1]
    excess, nothing = weights - unobserved, np.zeros_like(weights)
    near = np.empty((_longest(indptr), d), y.dtype)
    image, direction = np.empty(d, y.dtype), np.empty(d, y.dtype)
    residual, inverse = np.empty(d, y.dtype), np.empty(d, y.dtype)
    loss, zero, one = 0.0, np.float32(0), np.float32(1)
    for r in range(len(ridges)):
        first, last, ridge, mine = indptr[r], indptr[r + 1], ridges[r], x[r]
        if first == last:
            mine[:] = 0
            continue
        own, wanted, over = near[: last - first], weights[first:last], excess[first:last]
        _gather(indices[first:last], y, own)
        total, more = zero, zero
        for at in range(len(wanted)):
            total += wanted[at]
            more += over[at]
        for f in range(d):
            residual[f] = -(dense[f] + ridge) * mine[f]
            inverse[f] = one / (dense[f] + ridge + more * typical[f])
        met = _add_lacking(own, wanted, over, mine, residual)
        inner, old = zero, zero
        for f in range(d):
            direction[f] = inverse[f] * residual[f]
            old += residual[f] * direction[f]
            inner += residual[f] * mine[f]
        loss += total - met - inner
        for _ in range(steps):
            for f in range(d):
                image[f] = -(dense[f] + ridge) * direction[f]  # -A times the direction
            _add_lacking(own, nothing[first:last], over, direction, image)
            below = zero
            for f in range(d):
                below -= direction[f] * image[f]
            size = old / below if below > 0 else zero
            loss -= size * old
            new = zero
            for f in range(d):
                mine[f] += size * direction[f]
                residual[f] += size * image[f]
                new += residual[f] * residual[f] * inverse[f]
            ratio = new / old if old > 0 else zero
            for f in range(d):
                direction[f] = inverse[f] * residual[f] + ratio * direction[f]
            old = new
    return loss


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _normal_matrix(items, excess, scaled, ridge, y, room, a):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Set the upper triangle of A = α G + Σ (w - α) y yᵀ + ridge I over the items of one row; `scaled` is α G."""
    n, d = len(items), len(a)
    near, weighted = room[0, :n], room[1, :n]
    _gather(items, y, near)
    for at in range(n):
        for f in range(d):
            weighted[at, f] = excess[at] * near[at, f]
    np.dot(near.T, weighted, a)
    for f in range(d):
        row, other = a[f], scaled[f]
        for g in range(f, d):
            row[g] += other[g]
        row[f] += ridge


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def _solve_in_place(a, b):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve A x = b into `b` by Cholesky, A = UᵀU, four rows at a time; the upper triangle of `a` is used up."""
    d = len(b)
    for k in range(0, d, 4):
        stop = min(k + 4, d)
        for n in range(k, stop):
            row = a[n]
            for m in range(k, n):
                above = a[m]
                c = above[n]
                for g in range(n, d):
                    row[g] -= c * above[g]
            inverse = np.float32(1) / np.sqrt(max(row[n], np.float32(1e-20)))
            for g in range(n, d):
                row[g] *= inverse
        if stop == d:
            break
        r0, r1, r2, r3 = a[k], a[k + 1], a[k + 2], a[k + 3]
        for f in range(stop, d):
            c0, c1, c2, c3 = r0[f], r1[f], r2[f], r3[f]
            row = a[f]
            for g in range(f, d):
                row[g] -= (c0 * r0[g] + c1 * r1[g]) + (c2 * r2[g] + c3 * r3[g])
    for k in range(d):
        row = a[k]
        b[k] /= row[k]
        c = b[k]
        for g in range(k + 1, d):
            b[g] -= c * row[g]
    for k in range(d - 1, -1, -1):
        row = a[k]
        total = b[k]
        for g in range(k + 1, d):
            total -= row[g] * b[g]
        b[k] = total / row[k]


@numba.njit(cache=True, nogil=True)
def solve_rows(matrix, unobserved, y, gram, ridges, x):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Solve each row's least squares exactly, into `x` (rows, d); returns their loss, the rows' L2 terms in it.

    `matrix` is ``indptr, indices, weights``: the weights of the observed entries, whose target is 1; all others have the
    weight `unobserved` and the target 0. `gram` is YᵀY, `ridges` (rows,) the L2 weights. Rows without entries are 0.
    """
    indptr, indices, weights = matrix
    d = y.shape[1]
    a, scaled, excess = np.empty((d, d), y.dtype), gram * unobserved, weights - unobserved
    room = np.empty((2, _longest(indptr), d), y.dtype)
    x[:] = 0
    add_weighted(matrix, weights, y, x)  # b
    loss = 0.0
    for r in range(len(ridges)):
        first, last = indptr[r], indptr[r + 1]
        if first < last:
            _normal_matrix(indices[first:last], excess[first:last], scaled, ridges[r], y, room, a)
            b = x[r].copy()
            _solve_in_place(a, x[r])
            for at in range(first, last):
                loss += weights[at]
            for f in range(d):
                loss -= b[f] * x[r, f]
    return loss


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def products(matrix, y, x, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Predictions x·y of all observed entries, into `out`."""
    indptr, indices, _ = matrix
    for r in range(len(indptr) - 1):
        p = x[r]
        for at in range(indptr[r], indptr[r + 1]):
            q = y[indices[at]]
            total = np.float32(0)
            for f in range(len(p)):
                total += p[f] * q[f]
            out[at] = total


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
    a, scaled, excess = np.empty((b, b), y.dtype), gram * unobserved, weights - unobserved
    room = np.empty((2, _longest(indptr), b), y.dtype)
    for r in range(len(ridges)):
        first, last = indptr[r], indptr[r + 1]
        _normal_matrix(indices[first:last], excess[first:last], scaled, ridges[r], y, room, a)
        step[r] = -gradient[r]
        _solve_in_place(a, step[r])
