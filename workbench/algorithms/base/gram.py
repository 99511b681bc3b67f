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

# 64 people of two items are compared bit by bit in less than this share of the time that two items of one person take.
WORDS = 8


def gram_of(x: "sp.csr_matrix") -> Array:
    """The lower triangle of Xᵀ X, float64 (columns, columns); what stands above the diagonal means nothing."""
    from workbench.algorithms.kernels.gram import as_bits, lower_gram, lower_meetings

    turned = x.T.tocsr()  # in ascending order, as its own transpose is
    n, words = x.shape[1], -(-x.shape[0] // 64)
    gram = np.empty((n, n))
    if n**2 * words < WORDS * np.square(np.diff(x.indptr), dtype=np.float64).sum() and (x.data == 1).all():
        bits = np.zeros((n, words), np.uint64)
        as_bits(turned.indptr, turned.indices, bits)
        _by_rows(lambda rows: lower_meetings(bits, (rows.start, rows.stop), gram), n)
        return gram
    left, right = (
        (matrix.indptr.astype(np.int64), matrix.indices, matrix.data.astype(np.float64))
        for matrix in (turned, turned.T.tocsr())
    )
    _by_rows(lambda rows: lower_gram(left, right, (rows.start, rows.stop), gram), n)
    return gram


def weights_of(inverse: Array) -> Array:
    """B = I - P diag(1 / P_jj), float32, from the lower triangle of P."""
    from workbench.algorithms.kernels.gram import weights_of_inverse

    scale = -1 / inverse.diagonal()
    weights = np.empty(inverse.shape, np.float32)
    _by_rows(lambda rows: weights_of_inverse(inverse, scale, (rows.start, rows.stop), weights), len(inverse))
    return weights


def _by_rows(work: Callable[[slice], None], n: int) -> None:
    """Work on the rows of a triangle by all threads that are allowed."""
    for _ in spread(work, even_blocks(np.arange(1, n + 1), BATCH_ROWS * n / 8), allowed()):
        pass


def invert(matrix: Array, title: str) -> None:
    """Put the lower triangle of the inverse in the place of a symmetric positive definite matrix (Cholesky).

    LAPACK works on columns, so it is given the transpose, which is the same matrix: no copy is made.

    Raises
    ------
    WorkbenchError
        If it cannot be inverted; `title` names the algorithm.
    """
    from scipy.linalg import lapack  # the window reads declarations and solves nothing

    for step, in_place in ((lapack.dpotrf, "overwrite_a"), (lapack.dpotri, "overwrite_c")):
        result, info = step(matrix.T, lower=0, **{in_place: 1})
        if info:
            message = (
                f"{title} cannot solve for item number {abs(info)}: it is too similar to others. Raise the L2 weight."
            )
            raise WorkbenchError(message)
        assert np.shares_memory(result, matrix)


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
