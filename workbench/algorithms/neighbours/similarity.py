"""What all neighbourhood models share: similarities that rest on a sparse product, cut to the strongest of each row."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array

if TYPE_CHECKING:
    import scipy.sparse as sp

# Multiplications between two records: some hundredths of a second of work.
BATCH_MULTIPLICATIONS = 2**24

Similarity = Literal["cosine", "jaccard", "asymmetric", "tf-idf", "bm25"]


@dataclass(frozen=True)
class Side:
    """Rows that others are compared with, made ready once for all who ask: what they weigh, transposed, and lengths."""

    columns: "sp.csr_matrix"
    lengths: Array
    arrays: tuple[Array, Array, Array, bool]


@dataclass(frozen=True)
class Product:
    """A similarity of the rows of `a` to the columns of `b` (see `strongest_of_product`).

    `ready` are the arrays of `b` as the compiled loop takes them, where somebody has them already.
    """

    a: "sp.csr_matrix"
    b: "sp.csr_matrix"
    left: Array
    right: Array
    jaccard: bool = False
    shrinkage: float = 0.0
    without_self: bool = False
    ready: tuple[Array, Array, Array, bool] | None = None

    def strongest(self, k: int) -> Iterator["sp.csr_matrix"]:
        """The `k` strongest entries of each row, float32, block of rows by block of rows; in no order within a row."""
        import scipy.sparse as sp

        from workbench.algorithms.kernels.neighbours import strongest_of_product

        k = max(1, min(k, self.b.shape[1]))
        a, b = _arrays(self.a), self.ready or _even_arrays(self.b)
        how = (self.jaccard, float(self.shrinkage), self.without_self)

        def block(rows: slice) -> "sp.csr_matrix":
            counts, columns, values = strongest_of_product(a, b, self.left, self.right, how, k, (rows.start, rows.stop))
            indptr = np.concatenate([[0], np.cumsum(counts)])
            return sp.csr_matrix((values, columns, indptr), shape=(len(counts), self.b.shape[1]))

        lengths = np.diff(self.b.indptr)
        cost = np.add.reduceat(np.append(lengths[self.a.indices], 0), self.a.indptr[:-1])
        cost[np.diff(self.a.indptr) == 0] = 0  # reduceat gives an empty row the entry of the next one
        return spread(block, even_blocks(cost + k, BATCH_MULTIPLICATIONS), allowed())

    def build(self, k: int) -> Generator[Record, None, "sp.csr_matrix"]:
        """The same, with a record after each block of rows; what ``yield from`` gives in the end is the matrix."""
        blocks: list[sp.csr_matrix] = []
        done = 0
        for block in self.strongest(k):
            blocks.append(block)
            done += block.shape[0]
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
    kind: Similarity,
    x: "sp.csr_matrix",
    y: "sp.csr_matrix | Side",
    weights: Array,
    shrinkage: float,
    asymmetry: float = 0.5,
) -> Product:
    """Similarities of the rows of `x` to those of `y`, (m, columns) and (n, columns), of ones or of what `aged` left.

    ``cosine``, ``tf-idf``, ``bm25``: cosine of the rows, columns weighted. ``jaccard``: shared columns by columns that
    either has (with x·y, |x|² and |y|² for the numbers of columns, as Tanimoto has it). ``asymmetric``: shared columns
    by the lengths of both rows, that of y to the power of `asymmetry`, that of x to the rest.
    """
    others = y if isinstance(y, Side) else side(kind, y, weights, asymmetry)
    x = _weighted(kind, x, weights)
    left = _lengths(kind, x, 1 - asymmetry)
    return Product(x, others.columns, left, others.lengths, kind == "jaccard", shrinkage, ready=others.arrays)


def side(kind: Similarity, y: "sp.csr_matrix", weights: Array, asymmetry: float = 0.5) -> Side:
    """Make the rows of `y` ready for `similarity`."""
    y = _weighted(kind, y, weights)
    columns = y.T.tocsr()
    return Side(columns, _lengths(kind, y, asymmetry), _even_arrays(columns))


def _weighted(kind: Similarity, x: "sp.csr_matrix", weights: Array) -> "sp.csr_matrix":
    import scipy.sparse as sp

    if kind not in ("tf-idf", "bm25"):
        return x
    return sp.csr_matrix((x.data * weights[x.indices], x.indices, x.indptr), shape=x.shape)


def _lengths(kind: Similarity, x: "sp.csr_matrix", power: float) -> Array:
    """What the similarity divides by for each row, float64 (rows,)."""
    squares = _square_lengths(x)
    if kind == "asymmetric":
        return np.asarray(squares**power)
    return squares if kind == "jaccard" else np.sqrt(squares)


def stacked(blocks: "list[sp.csr_matrix]", n_columns: int) -> "sp.csr_matrix":
    """Blocks of rows, one above the other; there may be none."""
    import scipy.sparse as sp

    return sp.vstack(blocks, format="csr") if blocks else sp.csr_matrix((0, n_columns), dtype=np.float32)


def _square_lengths(x: "sp.csr_matrix") -> Array:
    """Sum of the squares of each row, float64 (rows,)."""
    import scipy.sparse as sp

    squares = sp.csr_matrix((x.data.astype(np.float64) ** 2, x.indices, x.indptr), shape=x.shape)
    return np.asarray(squares @ np.ones(x.shape[1]))


def _arrays(matrix: "sp.csr_matrix") -> tuple[Array, Array, Array]:
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.astype(np.float64, copy=False),
    )


def _even_arrays(matrix: "sp.csr_matrix") -> tuple[Array, Array, Array, bool]:
    """The same, with one entry a row, where all of a row are equal; and whether they are."""
    indptr, indices, data = _arrays(matrix)
    lengths = np.diff(indptr)
    of_row = np.zeros(len(lengths))
    of_row[lengths > 0] = data[indptr[:-1][lengths > 0]]
    even = bool((data == np.repeat(of_row, lengths)).all())
    return indptr, indices, of_row if even else data, even
