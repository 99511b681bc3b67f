"""PureSVD: the truncated singular value decomposition of who chose what.

Cremonesi, Koren & Turrin, "Performance of recommender algorithms on top-N recommendation tasks", RecSys 2010. Where both
sides are long it is computed by the Lanczos method (ARPACK, as SciPy has it), which needs the matrix only in products.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.portable import Portable
from workbench.algorithms.base.threads import one_thread_each
from workbench.amounts import counted
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    import scipy.sparse as sp

# Users or items up to which the squares of their matrix are decomposed at once: five to ten times as fast there.
MAX_SHORT_SIDE = 3000
# A strength below this share of the largest is rounding.
NOTHING = 1e-7
# Share of the largest value above which the smallest one is right to 1e-4 in single precision: rounding 6e-8 / (2 share²).
SINGLE = 0.02


class PureSVD(Algorithm):
    """Score of a history h: h V Vᵀ, V the right singular vectors of the matrix of users and items."""

    name, title = "pure-svd", "PureSVD"
    summary = (
        "Finds the few directions in which users' choices differ most, and recommends what lies in a user's own. "
        "Exact, quick, with a single number to choose."
    )
    reference = "Cremonesi, Koren & Turrin, Performance of recommender algorithms on top-N tasks, RecSys 2010"
    fold_in = "exact"
    explains = "exact"
    learned = ("item_factors", "strengths")

    factors: int = hyperparameter(
        16,
        "Factors",
        "Directions that are kept. Few give safe, popular lists; many tell finer tastes apart, until they overfit. "
        "At most half the number of users or items.",
        ge=1,
        le=2000,
        log=True,
        search=(5, 500),
        tried=(2, 16, 64),
    )

    _item_factors: Array  # V, float32 (n_items, factors)
    _strengths: Array  # singular values, float32 (factors,)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        x = data.matrix().astype(np.float64)
        # All directions would give every history back as it is, and nothing else.
        wanted = max(1, min(self.factors, min(x.shape) // 2))
        # A product may round otherwise on more threads: one, so that equal seeds give equal bits everywhere.
        with one_thread_each():
            if min(x.shape) <= MAX_SHORT_SIDE:
                v, strengths = _at_once(x, wanted)
            else:
                v, strengths = _leading(x, wanted, np.random.default_rng([seed]))
        self._item_factors, self._strengths = v.astype(np.float32), strengths.astype(np.float32)
        yield from ()

    def shortfall(self) -> str:
        kept = self._item_factors.shape[1]
        if kept >= self.factors:
            return ""
        told = f"It kept {counted(kept, 'factor')} and not {self.factors}: at most half the number of users or of items"
        return f"{told}, whichever is smaller. More would give every history back and nothing else."

    def score(self, users: Array, histories: UserItems) -> Array:
        mine, items, _ = self.factor_scores(users, histories)
        return np.asarray(mine @ items.T)

    def factor_scores(self, users: Array, histories: UserItems) -> tuple[Array, Array, None]:
        return histories.matrix(len(self._item_factors)) @ self._item_factors, self._item_factors, None

    def portable(self) -> Portable:
        return Portable("there_and_back", {"left": self._item_factors, "right": self._item_factors.T})


def _at_once(x: "sp.csr_matrix", k: int) -> tuple[Array, Array]:
    """The same as `_leading`, from the eigenvectors of XXᵀ or XᵀX, whichever is smaller; what is not there is 0."""
    from scipy.linalg import eigh

    wide = x.shape[0] < x.shape[1]
    squares = (x @ x.T if wide else x.T @ x).toarray()
    n = len(squares)
    values, vectors = eigh(squares, subset_by_index=(n - k, n - 1), overwrite_a=True, check_finite=False)
    strengths, vectors = np.sqrt(np.maximum(values[::-1], 0)), vectors[:, ::-1]
    there = strengths > NOTHING * strengths[0]
    if wide:
        vectors = (x.T @ vectors) / np.where(there, strengths, 1)
    return _signed(vectors * there), strengths * there


def _leading(x: "sp.csr_matrix", k: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """The `k` leading right singular vectors (columns, n_items) and values of `x`, largest first; what is not there is 0.

    In single precision where that is enough: it squares the values, so that small ones drown in the rounding of large ones.
    """
    from scipy.sparse.linalg import svds

    start = rng.standard_normal(min(x.shape))
    for kind in (np.float32, np.float64):
        _, values, vectors = svds(x.astype(kind), k, v0=start.astype(kind), return_singular_vectors="vh", rng=rng)
        if values.min() > SINGLE * values.max():
            break
    order = np.argsort(-values, kind="stable")
    strengths, v = values[order].astype(np.float64), vectors[order].T.astype(np.float64)
    there = strengths > NOTHING * strengths[0]
    return _signed(v * there), strengths * there


def _signed(v: Array) -> Array:
    """Singular vectors whose largest entries are positive."""
    largest = np.abs(v).argmax(axis=0)
    return np.asarray(v * np.where(v[largest, np.arange(v.shape[1])] < 0, -1.0, 1.0))
