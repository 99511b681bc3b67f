"""Half a sweep of alternating least squares: the factors of one side, those of the other held fixed.

Rows are worked on in blocks that do not depend on the number of threads, each by one thread with linear algebra on one
thread (`one_thread_each`), so that the result does not depend on it either.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.algorithms.base.threads import even_blocks, spread
from workbench.data.interactions import Array

if TYPE_CHECKING:
    import scipy.sparse as sp

# Work of one block, in multiplications: some hundredths of a second.
BATCH_MULTIPLICATIONS = 2**26

Part = tuple[Array, Array, Array]
# After each block: the share of rows that is done, and the block's loss, the L2 term of its rows in it.
Done = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """One side's least squares: all observed entries have the target 1, all others `unobserved` as weight and 0 as target.

    Attributes
    ----------
    indptr, indices, weights
        Observed entries of each row and their weights, int64, int32 and float32.
    ridges : float32 (rows,)
        L2 weight of each row.
    unobserved : float
    """

    indptr: Array
    indices: Array
    weights: Array
    ridges: Array
    unobserved: float

    @classmethod
    def of(cls, matrix: "sp.csr_matrix", unobserved: float, regularization: float, exponent: float) -> "Side":
        """Entries of a matrix of weights; row of n: L2 weight λ (n + α columns)^ν."""
        lengths = np.diff(matrix.indptr)
        ridges = regularization * (lengths + unobserved * matrix.shape[1]) ** exponent
        indices, weights = matrix.indices.astype(np.int32), matrix.data.astype(np.float32)
        return cls(matrix.indptr.astype(np.int64), indices, weights, ridges.astype(np.float32), unobserved)

    def part(self, rows: slice) -> Part:
        """Entries of some rows."""
        first, last = self.indptr[rows.start], self.indptr[rows.stop]
        indptr = self.indptr[rows.start : rows.stop + 1] - first
        return indptr, self.indices[first:last], self.weights[first:last]

    def blocks(self, each: int) -> list[slice]:
        """Rows that are worked on at once, an entry costing `each` multiplications."""
        return even_blocks((np.diff(self.indptr) + 16.0) * each, BATCH_MULTIPLICATIONS)

    def exact(self, y: Array, gram: Array, x: Array, threads: int) -> Iterator[Done]:
        """Solve every row by Cholesky, into `x`."""
        from workbench.algorithms.kernels.als import solve_rows

        def work(rows: slice) -> float:
            unobserved = np.float32(self.unobserved)
            return float(solve_rows(self.part(rows), unobserved, y, gram, self.ridges[rows], x[rows]))

        return self._spread(work, y.shape[1] ** 2 // 2, threads)

    def conjugate(self, y: Array, gram: Array, x: Array, steps: int, threads: int) -> Iterator[Done]:
        """Improve every row of `x` by some steps of conjugate gradients; turns `y` and `x` alike, so that x·y stays.

        Hu, Koren & Volinsky's systems, solved as in Takács, Pilászy & Tikk, RecSys 2011. In the axes of `gram` what is
        not observed is a diagonal: it costs next to nothing, and to divide by it makes few steps enough.
        """
        from workbench.algorithms.kernels.als import conjugate_rows

        lengths, axes = np.linalg.eigh(gram)
        dense = np.float32(self.unobserved) * np.maximum(lengths, 0)

        def turn(rows: slice) -> Array:
            y[rows] = y[rows] @ axes
            return np.asarray(met[rows] @ np.square(y[rows]))

        met = np.bincount(self.indices, minlength=len(y)).astype(np.float32) / np.float32(max(1, len(self.indices)))
        typical = sum(spread(turn, even_blocks(np.full(len(y), y.shape[1] ** 2), BATCH_MULTIPLICATIONS), threads))

        def work(rows: slice) -> float:
            x[rows] = x[rows] @ axes
            how = dense, typical, self.ridges[rows], x[rows], steps
            return float(conjugate_rows(self.part(rows), np.float32(self.unobserved), y, *how))

        return self._spread(work, 4 * y.shape[1] * (steps + 1), threads)

    def by_blocks(self, y: Array, gram: Array, x: Array, size: int, threads: int) -> Iterator[Done]:
        """Improve every row of `x` by one Newton step for each block of `size` factors.

        iALS++: Rendle et al., arXiv:2110.14044.
        """
        from workbench.algorithms.kernels.als import add_weighted, newton_step, products

        unobserved = np.float32(self.unobserved)
        cuts = [slice(start, min(start + size, y.shape[1])) for start in range(0, y.shape[1], size)]
        pieces = [np.ascontiguousarray(y[:, cut]) for cut in cuts]

        def work(rows: slice) -> float:
            part, ridges = self.part(rows), self.ridges[rows]
            weights, change = part[2], np.empty_like(part[2])
            mine = np.where(np.diff(part[0])[:, None] > 0, x[rows], np.float32(0))
            predicted = np.empty_like(weights)
            products(part, y, mine, predicted)
            for cut, piece in zip(cuts, pieces, strict=True):
                gradient = unobserved * (mine @ gram[:, cut]) + ridges[:, None] * mine[:, cut]
                add_weighted(part, weights * (predicted - 1) - unobserved * predicted, piece, gradient)
                step = np.empty_like(gradient)
                corner = np.ascontiguousarray(gram[cut, cut])
                newton_step(part, unobserved, piece, corner, ridges, gradient, step)
                mine[:, cut] += step
                products(part, piece, step, change)
                predicted += change
            x[rows] = mine
            everywhere = unobserved * (mine @ gram) + ridges[:, None] * mine
            observed = weights * np.square(1 - predicted) - unobserved * np.square(predicted)
            return float(np.sum(observed, dtype=np.float64) + np.sum(everywhere * mine, dtype=np.float64))

        return self._spread(work, 2 * y.shape[1] * size, threads)

    def penalty(self, x: Array) -> float:
        """The L2 term of this side."""
        return float(np.sum(self.ridges * np.einsum("rf,rf->r", x, x), dtype=np.float64))

    def _spread(self, work: Callable[[slice], float], each: int, threads: int) -> Iterator[Done]:
        blocks = self.blocks(each)
        for block, loss in zip(blocks, spread(work, blocks, threads), strict=True):
            yield block.stop / len(self.ridges), loss
