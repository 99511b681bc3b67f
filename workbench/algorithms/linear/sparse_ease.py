"""Sparse EASE: ridge regression of every item on its own neighbourhood instead of on all others.

The regression of Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, restricted to neighbours in the
spirit of Ning & Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011 (feature selection), and
of the sparse approximation in Steck, "Markov Random Fields for Collaborative Filtering", NeurIPS 2019.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from workbench.algorithms.base import gram
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_weights import SparseItemWeights
from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

# Floating point operations between two records: about a tenth of a second of work.
BATCH_OPERATIONS = 2**28


class SparseEASE(SparseItemWeights):
    """Ridge regression of every item on those other items that each alone explain it best.

    With as many neighbours as there are items it is EASE. The work grows with items times neighbours³ and the memory with
    the pairs of items that somebody has in common, not with items³ and items².
    """

    name, title = "sparse-ease", "Sparse EASE"
    summary = (
        "Learns exactly how strongly each item's nearest neighbours predict it, and ignores all other items. "
        "For catalogues that are too large for EASE. "
        "Its time grows with the catalogue, not with the third power of it."
    )
    reference = "Steck, Markov Random Fields for Collaborative Filtering, NeurIPS 2019 (sparse approximation)"

    neighbours: int = hyperparameter(
        200,
        "Neighbours",
        "Neighbours of each item. More come closer to EASE, at a cost that grows with their third power.",
        ge=1,
        le=10_000,
        log=True,
        search=(20, 500),
    )
    regularization: float = hyperparameter(
        300.0,
        "L2 weight",
        "Keeps the weights small. Raise it on sparse data, lower it where users have long histories.",
        gt=0,
        le=1e7,
        log=True,
        search=(1, 5_000),
    )

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        """See `Algorithm.unsuited`; pairs of items that meet must fit, and the copies that sparse products make."""
        pairs = min(float(np.square(data.by_user.lengths.astype(np.float64)).sum()), float(data.n_items) ** 2)
        dense_fits = 12 * data.n_items**2 < 24 * pairs
        instead = "EASE, Item kNN or WARP" if dense_fits else "Item kNN or WARP"
        return super().unsuited(data) or gram.too_large(cls.title, data.n_items, 24 * pairs, instead)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import scipy.sparse as sp

        from workbench.algorithms.kernels.ridge import ridge_of_neighbours

        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        k = max(1, min(self.neighbours, data.n_items - 1))
        gram = _every_pair(data) if k == data.n_items - 1 else _pairs(data)
        arrays = gram.indptr.astype(np.int64), gram.indices.astype(np.int32), gram.data
        diagonal = data.item_counts.astype(np.float64)
        size = np.minimum(np.diff(gram.indptr), k)
        blocks = even_blocks(size.astype(np.float64) ** 3 / 3 + 100 * np.diff(gram.indptr) + 1000, BATCH_OPERATIONS)

        def block(items: slice) -> tuple[Array, Array, Array]:
            weight = float(self.regularization)
            return ridge_of_neighbours(arrays, diagonal, weight, k, (items.start, items.stop))

        rows = []
        for items, (counts, neighbours, weights) in zip(blocks, spread(block, blocks, allowed()), strict=True):
            kept = np.arange(k) < counts[:, None]
            indptr = np.concatenate([[0], np.cumsum(counts)])
            rows.append(sp.csr_matrix((weights[kept], neighbours[kept], indptr), shape=(len(counts), data.n_items)))
            yield Record(0, 1, ends_epoch=False, part=items.stop / data.n_items)
        listens = sp.vstack(rows, format="csr") if rows else sp.csr_matrix((0, 0), dtype=np.float32)
        self.keep(listens.T.tocsr())


def _pairs(data: Interactions) -> "sp.csr_matrix":
    """How often two different items meet, float32 (n_items, n_items), columns in order."""
    x = data.matrix()
    gram = (x.T.tocsr() @ x).tocsr()
    gram.setdiag(0)
    gram.eliminate_zeros()
    gram.sort_indices()
    return gram


def _every_pair(data: Interactions) -> "sp.csr_matrix":
    """The same with the zeros of those that never meet: through third items they have something to say too."""
    import scipy.sparse as sp

    n = data.n_items
    column = np.tile(np.arange(n - 1, dtype=np.int32), (n, 1))
    column += column >= np.arange(n)[:, None]
    together = _pairs(data).toarray()
    return sp.csr_matrix((np.take_along_axis(together, column, 1).ravel(), column.ravel(), (n - 1) * np.arange(n + 1)))
