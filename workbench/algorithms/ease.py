"""EASE, the closed-form item-item autoencoder.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, arXiv:1905.03375.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import psutil

from workbench.algorithms import Algorithm, Record
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

# Rows of an item-item matrix that are worked on at once.
BLOCK = 1024


class EASE(Algorithm):
    """Ridge regression of every item on all others, solved at once."""

    name, title, family = "ease", "EASE", "Linear"
    summary = (
        "Learns from who chose what how strongly each item speaks for each other item, in one exact step. "
        "Fast and hard to beat on catalogues of up to some thousand items."
    )
    reference = "Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, arXiv:1905.03375"
    fold_in = "exact"
    explains = "exact"
    learned = ("weights",)

    regularization: float = hyperparameter(
        500.0,
        "L2 weight",
        "Holds the weights down. Raise it on sparse data, lower it where people have long histories.",
        gt=0,
        le=1e7,
        log=True,
        search=(10, 10_000),
    )

    _weights: Array  # float32 (n_items, n_items), zero diagonal: row speaks for column

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        return super().unsuited(data) or _too_large(data.n_items)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := _too_large(data.n_items):
            raise WorkbenchError(reason)
        inverse = _gram(data.matrix())
        inverse[np.diag_indices_from(inverse)] += self.regularization
        _invert(inverse)
        # B = I - P diag(1 / P_jj), equation 8. Only the lower triangle of P is there.
        self._weights = np.empty(inverse.shape, np.float32)
        scale = -1 / inverse.diagonal()
        for start in range(0, len(inverse), BLOCK):
            rows = slice(start, start + BLOCK)
            lower = inverse[rows, : start + BLOCK]
            self._weights[: start + BLOCK, rows] = lower.T * scale[rows]
            self._weights[rows, : start + BLOCK] = lower * scale[: start + BLOCK]
            corner = np.tril(inverse[rows, rows])
            self._weights[rows, rows] = (corner + np.tril(corner, -1).T) * scale[rows]
        np.fill_diagonal(self._weights, 0)
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        return np.asarray(histories.matrix(len(self._weights)) @ self._weights)


def _gram(x: "sp.csr_matrix") -> Array:
    """How often two items meet, float64 (n_items, n_items); by blocks, because the sparse product is large too."""
    xt = x.astype(np.float64).T.tocsr()
    gram = np.empty((xt.shape[0],) * 2)
    for start in range(0, len(gram), BLOCK):
        gram[start : start + BLOCK] = (xt[start : start + BLOCK] @ x).toarray()
    return gram


def _invert(gram: Array) -> None:
    """Put the lower triangle of the inverse in the place of a symmetric positive definite matrix (Cholesky).

    LAPACK works on columns, so it is given the transpose, which is the same matrix: no copy is made.
    """
    from scipy.linalg import lapack  # the window reads the declaration and solves nothing

    for step, in_place in ((lapack.dpotrf, "overwrite_a"), (lapack.dpotri, "overwrite_c")):
        result, info = step(gram.T, lower=0, **{in_place: 1})
        if info:
            message = f"EASE cannot solve for item number {abs(info)}: it is too much like others. Raise the L2 weight."
            raise WorkbenchError(message)
        assert np.shares_memory(result, gram)


def _too_large(n_items: int) -> str | None:
    """Say why a catalogue does not fit the memory: a float64 matrix, worked on in place, and a float32."""
    needed, free = 12 * n_items**2, psutil.virtual_memory().available
    if needed <= free:
        return None
    return (
        f"EASE would need {needed / 1e9:,.1f} GB of memory for {n_items:,} items, and {free / 1e9:,.1f} GB are free. "
        "Filter rare items, or choose Item kNN or BPR."
    )
