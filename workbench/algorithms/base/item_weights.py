"""What linear models share whose weights are mostly zero: they are kept as compressed sparse rows."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from workbench.algorithms.base.algorithm import Algorithm
from workbench.algorithms.base.portable import Portable
from workbench.data.interactions import Array, UserItems

if TYPE_CHECKING:
    import scipy.sparse as sp


class SparseItemWeights(Algorithm):
    """Base of algorithms that score an item by the sum of what the items of a history say for it; not offered itself."""

    fold_in = "exact"
    explains = "exact"
    zero_is_unknown = True
    learned: ClassVar[tuple[str, ...]] = ("indptr", "indices", "data")

    # Compressed sparse rows (n_items, n_items), zero diagonal: row speaks for column.
    _indptr: Array
    _indices: Array
    _data: Array

    def keep(self, weights: "sp.csr_matrix") -> None:
        """Let these be the weights, row speaks for column."""
        self._indptr = weights.indptr.astype(np.int64)
        self._indices, self._data = (
            weights.indices.astype(np.int32, copy=False),
            weights.data.astype(np.float32, copy=False),
        )

    def score(self, users: Array, histories: UserItems) -> Array:
        counts, weights = self.sparse_scores(users, histories)
        return np.asarray((counts @ weights).toarray(), np.float32)

    def sparse_scores(self, users: Array, histories: UserItems) -> "tuple[sp.csr_matrix, sp.csr_matrix]":
        return self.counts(histories), self.weights()

    def counts(self, histories: UserItems) -> "sp.csr_matrix":
        """What each interaction counts, float32 (n, n_items)."""
        return histories.matrix(len(self._indptr) - 1)

    def weights(self) -> "sp.csr_matrix":
        """What `keep` got, float32 (n_items, n_items)."""
        import scipy.sparse as sp  # the window reads declarations and multiplies nothing

        return sp.csr_matrix((self._data, self._indices, self._indptr), shape=(len(self._indptr) - 1,) * 2)

    def portable(self) -> Portable:
        return Portable("sums", {"indptr": self._indptr, "indices": self._indices, "weights": self._data})
