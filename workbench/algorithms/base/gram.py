"""How often items meet, and the inverse of that: what the linear item-item models share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import psutil

from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array, Interactions
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

# Rows of an item-item matrix that are worked on at once.
BATCH_ROWS = 1024

# Signs at random by which an inverse is tried.
PROBES = 4

# 64 people of two items are compared bit by bit in less than this many times the time that two items of one person take:
# so whose histories are long are counted bit by bit, all others pair by pair.
WORDS = 8
FEWEST_LONG = 256  # people; fewer are not worth looking at each pair of items for


def gram_of(x: "sp.csr_matrix", kind: type = np.float64) -> Array:
    """The lower triangle of Xᵀ X, of `kind` (columns, columns); what stands above the diagonal means nothing."""
    from workbench.algorithms.kernels.gram import as_bits, lower_gram, lower_meetings

    n = x.shape[1]
    gram = np.zeros((n, n), kind)
    long = 64 * WORDS * np.square(np.diff(x.indptr), dtype=np.float64) > n**2
    long &= bool(long.sum() >= FEWEST_LONG and (x.data == 1).all())
    if long.any():
        turned = x[long].T.tocsr()
        bits = np.zeros((n, -(-turned.shape[1] // 64)), np.uint64)
        as_bits(turned.indptr, turned.indices, bits)
        _by_rows(lambda rows: lower_meetings(bits, (rows.start, rows.stop), gram), n)
    if not long.all():
        turned = x[~long].T.tocsr()  # in ascending order, as its own transpose is
        left, right = (
            (matrix.indptr.astype(np.int64), matrix.indices, matrix.data.astype(kind))
            for matrix in (turned, turned.T.tocsr())
        )
        _by_rows(lambda rows: lower_gram(left, right, (rows.start, rows.stop), gram), n)
    return gram


def weights_of(inverse: Array) -> Array:
    """B = I - P diag(1 / P_jj), float32, from the lower triangle of P: in the place of P where that is float32, too."""
    from workbench.algorithms.kernels.gram import weights_of_inverse

    scale = -1 / inverse.diagonal()
    weights = inverse if inverse.dtype == np.float32 else np.empty(inverse.shape, np.float32)
    _by_rows(lambda rows: weights_of_inverse(inverse, scale, (rows.start, rows.stop), weights), len(inverse))
    return weights


def _by_rows(work: Callable[[slice], None], n: int) -> None:
    """Work on the rows of a triangle by all threads that are allowed."""
    for _ in spread(work, even_blocks(np.arange(1, n + 1), BATCH_ROWS * n / 8), allowed()):
        pass


def invert(matrix: Array, title: str) -> None:
    """Put the lower triangle of the inverse in the place of a symmetric positive definite matrix (Cholesky).

    Raises
    ------
    WorkbenchError
        If it cannot be inverted; `title` names the algorithm.
    """
    if row := inverted(matrix):
        message = f"{title} cannot solve for item number {row}: it is too similar to others. Raise the L2 weight."
        raise WorkbenchError(message)


def inverted(matrix: Array) -> int:
    """The same, in the precision of the matrix; returns 0, or the number of the row from which it cannot go on.

    LAPACK works on columns, so it is given the transpose, which is the same matrix: no copy is made.
    """
    from scipy.linalg import lapack  # the window reads declarations and solves nothing

    single = matrix.dtype == np.float32
    factor, inverse = (lapack.spotrf, lapack.spotri) if single else (lapack.dpotrf, lapack.dpotri)
    for step, in_place in ((factor, "overwrite_a"), (inverse, "overwrite_c")):
        result, info = step(matrix.T, lower=0, **{in_place: 1})
        if info:
            return abs(int(info))
        assert np.shares_memory(result, matrix)
    return 0


def error_of(inverse: Array, x: "sp.csr_matrix", diagonal: Array) -> float:
    """How far off the weights are that follow from an inverse, as a share of the weights, estimated.

    Parameters
    ----------
    inverse : float32 (columns, columns)
        The lower triangle of what should be P = (XᵀX + D)⁻¹.
    x, diagonal
        X, and the diagonal of D, float64 (columns,).

    Notes
    -----
    To first order the inverse is off by P (A P - I), where A P v is taken from the sparse X in double precision. Signs at
    random v give the sum of the squares of a matrix M as the mean of |M v|² (Hutchinson, Communications in Statistics
    18(3), 1989), of what the weights are off and of the weights.
    """
    from scipy.linalg import blas

    signs = np.random.default_rng(0).choice(np.array([-1.0, 1.0]), (len(diagonal), PROBES))
    own = inverse.diagonal().astype(np.float64)[:, None]

    def times(vectors: Array) -> Array:
        """P times some columns: half of a symmetric matrix is read, in place."""
        return blas.ssymm(1, inverse.T, np.asfortranarray(vectors, np.float32), lower=0).astype(np.float64)

    found = times(signs)
    rest = x.T @ (x @ found) + diagonal[:, None] * found - signs
    off, weights = times(rest) / own, signs - found / own
    return float(np.linalg.norm(off) / max(np.linalg.norm(weights), np.finfo(np.float64).tiny))


def mirror(lower: Array) -> None:
    """Let the upper triangle equal the lower one, in place."""
    for start in range(0, len(lower), BATCH_ROWS):
        rows = slice(start, start + BATCH_ROWS)
        corner = np.tril(lower[rows, rows])
        lower[rows, rows] = corner + np.tril(corner, -1).T
        lower[rows, start + BATCH_ROWS :] = lower[start + BATCH_ROWS :, rows].T


def few_people(data: Interactions) -> bool:
    """Whether people are so few that a matrix of people and items is much smaller than one of items."""
    return 2 * int((data.by_user.lengths > 0).sum()) < data.n_items


def too_large(title: str, n_items: int, needed: float, instead: str) -> str | None:
    """Say that `needed` bytes are more than the memory that is free, and what to choose instead; None where they fit."""
    free = psutil.virtual_memory().available
    if needed <= free:
        return None
    return (
        f"{title} would need {needed / 1e9:,.1f} GB of memory for {n_items:,} items, and {free / 1e9:,.1f} GB are free. "
        f"Filter rare items, or choose {instead}."
    )
