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
    learned = ("weights", "indptr", "indices", "spread", "scale")

    regularization: float = hyperparameter(
        500.0,
        "L2 weight",
        "Holds the weights down. Raise it on sparse data, lower it where people have long histories.",
        gt=0,
        le=1e7,
        log=True,
        search=(10, 10_000),
    )

    # Learned from many people: float32 (n_items, n_items), zero diagonal, row speaks for column; else (0, 0).
    _weights: Array
    # Learned from few people: their items X (m, n_items), spread A X and scale as in `_solve_by_people`; else empty.
    _indptr: Array
    _indices: Array
    _spread: Array
    _scale: Array

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        return super().unsuited(data) or _too_large(data)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := _too_large(data):
            raise WorkbenchError(reason)
        none = np.zeros(0, np.float32)
        if _few_people(data):
            self._weights = none.reshape(0, 0)
            self._solve_by_people(data)
        else:
            self._indptr, self._indices = np.zeros(1, np.int64), np.zeros(0, np.int32)
            self._spread, self._scale = none.reshape(0, 0), none
            self._solve_by_items(data)
        yield from ()

    def _solve_by_items(self, data: Interactions) -> None:
        """B = I - P diag(1 / P_jj) with P = (XᵀX + λI)⁻¹: equation 8 of the paper."""
        inverse = _gram(data.matrix())
        inverse[np.diag_indices_from(inverse)] += self.regularization
        _invert(inverse)
        # Only the lower triangle of P is there.
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

    def _solve_by_people(self, data: Interactions) -> None:
        """The same B, where people are fewer than items: a matrix of people is inverted, not one of items.

        By the identity of Woodbury, λP = I - Xᵀ A X with A = (XXᵀ + λI)⁻¹; so a history h scores
        h - (h - h Xᵀ A X) / (λ P_jj), and neither P nor B is ever made. 671 people and 9,066 items: 1/2,000 of the work.
        """
        x = data.by_user.rows(np.flatnonzero(data.by_user.lengths)).matrix(data.n_items)  # (m, n_items)
        inner = _gram(x.T.tocsr())
        inner[np.diag_indices_from(inner)] += self.regularization
        _invert(inner)
        inner = np.tril(inner) + np.tril(inner, -1).T
        spread = np.asarray((x.T.astype(np.float64) @ inner).T)  # A X, (m, n_items)
        left = 1 - np.asarray(x.multiply(spread).sum(axis=0)).ravel()  # λ P_jj
        self._indptr, self._indices = x.indptr.astype(np.int64), x.indices.astype(np.int32)
        self._spread, self._scale = spread.astype(np.float32), (1 / left).astype(np.float32)

    def score(self, users: Array, histories: UserItems) -> Array:
        if self._weights.size:
            return np.asarray(histories.matrix(len(self._weights)) @ self._weights)
        n_items = len(self._scale)
        h = histories.matrix(n_items)
        meetings = h @ UserItems(self._indptr, self._indices).matrix(n_items).T  # h Xᵀ, (n, m)
        own = h.toarray()
        return own - (own - meetings @ self._spread) * self._scale


def _few_people(data: Interactions) -> bool:
    """Whether people are so few that a matrix of people and items is much smaller than one of items."""
    return 2 * int((data.by_user.lengths > 0).sum()) < data.n_items


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


def _too_large(data: Interactions) -> str | None:
    """Say why a catalogue does not fit the memory: a float64 matrix, worked on in place, and a float32."""
    n_items = data.n_items
    people = int((data.by_user.lengths > 0).sum())
    needed = 12 * people * n_items + 16 * people**2 if _few_people(data) else 12 * n_items**2
    free = psutil.virtual_memory().available
    if needed <= free:
        return None
    return (
        f"EASE would need {needed / 1e9:,.1f} GB of memory for {n_items:,} items, and {free / 1e9:,.1f} GB are free. "
        "Filter rare items, or choose Item kNN or BPR."
    )
