"""What all neighbourhood models share: similarities that rest on a sparse product, cut to the strongest of each row."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from workbench.algorithms import Record
from workbench.algorithms._threads import allowed, even_blocks, spread
from workbench.data.interactions import Array

if TYPE_CHECKING:
    import scipy.sparse as sp

# Multiplications between two records: some hundredths of a second of work.
BLOCK = 2**24

Similarity = Literal["cosine", "jaccard", "asymmetric", "tf-idf", "bm25"]


@dataclass(frozen=True)
class Product:
    """A similarity of the rows of `a` to the columns of `b` (see `strongest_of_product`)."""

    a: "sp.csr_matrix"
    b: "sp.csr_matrix"
    left: Array
    right: Array
    jaccard: bool = False
    shrinkage: float = 0.0
    without_self: bool = False

    def strongest(self, k: int) -> Iterator["sp.csr_matrix"]:
        """The `k` strongest entries of each row, float32, block of rows by block of rows."""
        import scipy.sparse as sp

        from workbench.algorithms._neighbour_kernels import strongest_of_product

        k = max(1, min(k, self.b.shape[1]))
        a, b = _arrays(self.a), _arrays(self.b)
        how = (self.jaccard, float(self.shrinkage), self.without_self)

        def block(rows: slice) -> "sp.csr_matrix":
            counts, columns, values = strongest_of_product(a, b, self.left, self.right, how, k, (rows.start, rows.stop))
            kept = np.arange(k) < counts[:, None]
            indptr = np.concatenate([[0], np.cumsum(counts)])
            return sp.csr_matrix((values[kept], columns[kept], indptr), shape=(len(counts), self.b.shape[1]))

        lengths = np.diff(self.b.indptr)
        cost = np.add.reduceat(np.append(lengths[self.a.indices], 0), self.a.indptr[:-1])
        cost[np.diff(self.a.indptr) == 0] = 0  # reduceat gives an empty row the entry of the next one
        return spread(block, even_blocks(cost + k, BLOCK), allowed())

    def build(self, k: int) -> Generator[Record, None, "sp.csr_matrix"]:
        """The same, with a record after each block of rows; what ``yield from`` gives in the end is the matrix."""
        blocks: list[sp.csr_matrix] = []
        done = 0
        for one in self.strongest(k):
            blocks.append(one)
            done += one.shape[0]
            yield Record(0, 1, ends_epoch=False, part=done / self.a.shape[0])
        return stacked(blocks, self.b.shape[1])


def column_weights(kind: Similarity, x: "sp.csr_matrix") -> Array:
    """How much each column of ones says about the rows that have it, float64 (columns,).

    Rows of a column that many rows share are alike in little. TF-IDF: log((1 + rows) / (1 + n)) for a column of n ones.
    BM25: its damping of long documents, 2.2 / (1 + 1.2 (0.25 + 0.75 n / mean n)), with the usual constants.
    """
    counts = np.bincount(x.indices, minlength=x.shape[1])
    if kind == "tf-idf":
        return np.log((1 + x.shape[0]) / (1 + counts))
    if kind == "bm25":
        mean = counts.mean(where=counts > 0) if counts.any() else 1.0
        return 2.2 / (1 + 1.2 * (0.25 + 0.75 * counts / mean))
    return np.ones(x.shape[1])


def similarity(
    kind: Similarity, x: "sp.csr_matrix", y: "sp.csr_matrix", weights: Array, shrinkage: float, asymmetry: float = 0.5
) -> Product:
    """Similarities of the rows of `x` to those of `y`, both of ones (m, columns) and (n, columns).

    ``cosine``, ``tf-idf``, ``bm25``: cosine of the rows, columns weighted. ``jaccard``: shared columns by columns that
    either has. ``asymmetric``: shared columns by the lengths of both rows, that of y to the power of `asymmetry`, that
    of x to the rest.
    """
    import scipy.sparse as sp

    if kind in ("tf-idf", "bm25"):
        x, y = (sp.csr_matrix((weights[one.indices], one.indices, one.indptr), shape=one.shape) for one in (x, y))
    square = weights**2 if kind in ("tf-idf", "bm25") else np.ones_like(weights)
    left, right = (np.asarray(_ones(one) @ square) for one in (x, y))
    if kind == "asymmetric":
        left, right = left ** (1 - asymmetry), right**asymmetry
    elif kind != "jaccard":
        left, right = np.sqrt(left), np.sqrt(right)
    return Product(x, y.T.tocsr(), left, right, kind == "jaccard", shrinkage)


def stacked(blocks: "list[sp.csr_matrix]", n_columns: int) -> "sp.csr_matrix":
    """Blocks of rows, one above the other; there may be none."""
    import scipy.sparse as sp

    return sp.vstack(blocks, format="csr") if blocks else sp.csr_matrix((0, n_columns), dtype=np.float32)


def _ones(x: "sp.csr_matrix") -> "sp.csr_matrix":
    import scipy.sparse as sp

    return sp.csr_matrix((np.ones(len(x.indices)), x.indices, x.indptr), shape=x.shape)


def _arrays(matrix: "sp.csr_matrix") -> tuple[Array, Array, Array]:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float64)
