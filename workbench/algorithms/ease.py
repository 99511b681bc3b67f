"""EASE, the closed-form item-item autoencoder.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, arXiv:1905.03375.
"""

from collections.abc import Iterator

import numpy as np
import scipy.linalg

from workbench.algorithms import Algorithm, Record
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

# Items above which the Gram matrix and its inverse would not fit a laptop (float64, in place: 3.2 GB).
MOST_ITEMS = 20_000


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

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if data.n_items > MOST_ITEMS:
            message = (
                f"EASE would need {2 * 8 * data.n_items**2 / 1e9:,.0f} GB of memory for {data.n_items:,} items. "
                f"Filter to at most {MOST_ITEMS:,} items, or choose Item kNN or BPR."
            )
            raise WorkbenchError(message)
        x = data.matrix().astype(np.float64)
        gram = (x.T @ x).toarray()  # (n_items, n_items), how often two items meet
        gram[np.diag_indices_from(gram)] += self.regularization
        # The inverse through Cholesky, in place: half the work of a general inverse.
        factor, _ = scipy.linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
        inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        weights = -inverse / np.diag(inverse)  # B = I - P diag(1 / P_jj), equation 8
        np.fill_diagonal(weights, 0.0)
        self._weights = weights.astype(np.float32)
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        return np.asarray(histories.matrix(len(self._weights)) @ self._weights)
