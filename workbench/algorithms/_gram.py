"""How often items meet, and the inverse of that: what the linear item-item models share."""

from typing import TYPE_CHECKING

import numpy as np
import psutil

from workbench.data.interactions import Array, Interactions
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

# Rows of an item-item matrix that are worked on at once.
BLOCK = 1024


def gram_of(x: "sp.csr_matrix") -> Array:
    """Xᵀ X, float64 (columns, columns); by blocks, because the sparse product is large too."""
    x = x.astype(np.float64)
    xt = x.T.tocsr()
    gram = np.empty((xt.shape[0],) * 2)
    for start in range(0, len(gram), BLOCK):
        gram[start : start + BLOCK] = (xt[start : start + BLOCK] @ x).toarray()
    return gram


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
                f"{title} cannot solve for item number {abs(info)}: it is too much like others. Raise the L2 weight."
            )
            raise WorkbenchError(message)
        assert np.shares_memory(result, matrix)


def mirror(lower: Array) -> None:
    """Let the upper triangle equal the lower one, in place."""
    for start in range(0, len(lower), BLOCK):
        rows = slice(start, start + BLOCK)
        corner = np.tril(lower[rows, rows])
        lower[rows, rows] = corner + np.tril(corner, -1).T
        lower[rows, start + BLOCK :] = lower[start + BLOCK :, rows].T


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
