"""Compiled inner loops over item-item matrices. Import inside functions only: loading the compiler takes half a second."""

from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

# Rows and columns of a rectangle that stays near the processor while it is turned.
TILE, WIDTH = 64, 128
# Rows that are compared with another while that is near.
GROUP = 8


@numba.njit(cache=True, nogil=True)
def lower_gram(xt, x, rows, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Add some rows of the lower triangle of Xᵀ X, diagonal included, to `out` (columns, columns).

    Parameters
    ----------
    xt, x : tuple
        ``indptr, indices, data`` of Xᵀ and of X, compressed sparse rows in ascending order.
    rows : tuple
        First row, and the one after the last.
    """
    xt_indptr, xt_indices, xt_data = xt
    indptr, indices, data = x
    for r in range(rows[0], rows[1]):
        line = out[r]
        for at in range(xt_indptr[r], xt_indptr[r + 1]):
            middle, weight = xt_indices[at], xt_data[at]
            for to in range(indptr[middle], indptr[middle + 1]):
                c = indices[to]
                if c > r:
                    break
                line[c] += weight * data[to]


@intrinsic
def _count_ones(typing_context: Any, word: Any) -> Any:
    """How many bits of a word are 1: an instruction of most processors, eight words at once on some."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return word(word), generate


@numba.njit(cache=True, nogil=True)
def as_bits(indptr, indices, bits):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Set bit c of row r for each entry of compressed sparse rows; `bits` are zeros, uint64 (rows, words)."""
    for r in range(len(bits)):
        for at in range(indptr[r], indptr[r + 1]):
            bits[r, indices[at] >> 6] |= np.uint64(1) << np.uint64(indices[at] & 63)


@numba.njit(cache=True, nogil=True)
def lower_meetings(bits, rows, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Put the same rows into `out`, where X is ones and zeros, `bits` the rows of Xᵀ: the bits that two share, counted."""
    for top in range(rows[0], rows[1], GROUP):  # each row is fetched for a whole group of others
        bottom = min(top + GROUP, rows[1])
        for c in range(bottom):
            theirs = bits[c]
            for r in range(max(top, c), bottom):
                mine = bits[r]
                shared = np.uint64(0)
                for word in range(len(mine)):
                    shared += _count_ones(mine[word] & theirs[word])  # type: ignore[call-arg]
                out[r, c] = shared


@numba.njit(cache=True, nogil=True)
def weights_of_inverse(inverse, scale, rows, out):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """B_ij = P_ij scale_j for i ≠ j, 0 on the diagonal, from some rows of the lower triangle of a symmetric P.

    These rows of `out` (n, n) are filled up to the diagonal, and these columns down from it: P may stand there itself.
    """
    turned = np.empty((WIDTH, TILE), np.float32)
    for top in range(rows[0], rows[1], TILE):
        bottom = min(top + TILE, rows[1])
        for left in range(0, bottom, WIDTH):
            for i in range(top, bottom):
                p, line, own = inverse[i], out[i], scale[i]
                for j in range(left, min(left + WIDTH, i)):
                    turned[j - left, i - top] = p[j] * own
                for j in range(left, min(left + WIDTH, i)):
                    line[j] = p[j] * scale[j]
            for j in range(left, min(left + WIDTH, bottom - 1)):
                first = max(top, j + 1)
                out[j, first:bottom] = turned[j - left, first - top : bottom - top]
        for i in range(top, bottom):
            out[i, i] = 0
