"""What linear models share whose weights are mostly zero: they are kept as compressed sparse rows."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, UserItems

if TYPE_CHECKING:
    import scipy.sparse as sp


class SparseItemWeights(Algorithm):
    """Base of algorithms that score an item by the sum of what the items of a history say for it; not offered itself."""

    fold_in = "exact"
    explains = "exact"
    learned: ClassVar[tuple[str, ...]] = ("indptr", "indices", "data")

    # Compressed sparse rows (n_items, n_items), zero diagonal: row speaks for column.
    _indptr: Array
    _indices: Array
    _data: Array

    def keep(self, weights: "sp.csr_matrix") -> None:
        """Let these be the weights, row speaks for column."""
        self._indptr = weights.indptr.astype(np.int64)
        self._indices, self._data = weights.indices.astype(np.int32), weights.data.astype(np.float32)

    def score(self, users: Array, histories: UserItems) -> Array:
        import scipy.sparse as sp  # the window reads declarations and multiplies nothing

        n_items = len(self._indptr) - 1
        weights = sp.csr_matrix((self._data, self._indices, self._indptr), shape=(n_items, n_items))
        return np.asarray((histories.matrix(n_items) @ weights).toarray(), np.float32)
