"""ADMM-SLIM: sparse linear item weights by the alternating direction method of multipliers.

Steck, Dimakopoulou, Riabov & Jebara, "ADMM SLIM: Sparse Recommendations for Many Users", WSDM 2020.
"""

from collections.abc import Callable, Iterator

import numpy as np

from workbench.algorithms.base import gram
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_weights import SparseItemWeights
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


class AdmmSLIM(SparseItemWeights):
    """The weights B that make ½ |X - X B|² + ½ L2 |B|² + L1 Σ|B| least, where no item speaks for itself.

    Two copies take turns: B solves the squares and the diagonal exactly, in closed form, and C is B with small weights
    cut to zero. They are pulled together until they agree; C is kept.
    """

    name, title = "admm-slim", "ADMM-SLIM"
    summary = (
        "Learns which few items predict each item, all at once: like EASE, but with most weights exactly zero. "
        "For catalogues of some thousand items and any number of people. "
        "Memory grows with the square of the catalogue."
    )
    reference = "Steck et al., ADMM SLIM: Sparse Recommendations for Many Users, WSDM 2020"

    l2: float = hyperparameter(
        300.0,
        "L2 weight",
        "Keeps the weights small. Raise it on sparse data, lower it where users have long histories.",
        gt=0,
        le=1e7,
        log=True,
        search=(10, 5_000),
    )
    l1: float = hyperparameter(
        5.0,
        "L1 weight",
        "Cuts small weights to zero. The higher, the fewer items predict an item; 0 keeps them all.",
        ge=0,
        le=1e6,
        search=(0, 50),
    )
    non_negative: bool = hyperparameter(
        True, "No negative weights", "Whether weights must not be negative, so that no item counts against another."
    )
    iterations: int = hyperparameter(
        50,
        "Iterations",
        "Maximum iterations; training ends earlier when weights no longer change.",
        ge=1,
        le=10_000,
        search=(10, 100),
        advanced=True,
    )
    penalty: float = hyperparameter(
        1000.0,
        "Penalty",
        "How strongly both copies of the weights are pulled together. Affects the speed, not the result.",
        gt=0,
        le=1e7,
        log=True,
        search=(100, 10_000),
        advanced=True,
    )
    tolerance: float = hyperparameter(
        1e-3,
        "Tolerance",
        "Ends when both copies differ by less than this share of the weights.",
        ge=0,
        le=0.1,
        log=True,
        search=(1e-6, 1e-2),
        advanced=True,
    )

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        """See `Algorithm.unsuited`; the Gram matrix and its inverse, and four float32 matrices of the same size."""
        needed = 28 * data.n_items**2
        return super().unsuited(data) or gram.too_large(
            cls.title, data.n_items, needed, "SLIM, Sparse EASE or Item kNN"
        )

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import scipy.sparse as sp

        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        p, times = self._for_few_people(data) if gram.few_people(data) else self._inverse(data)
        # P XᵀX = I - (L2 + penalty) P: what the squares alone would give, without multiplying anything.
        squares = np.float32(-(self.l2 + self.penalty)) * p
        squares[np.diag_indices_from(squares)] += 1
        own = p.diagonal().copy()
        c, apart = np.zeros_like(p), np.zeros_like(p)  # C, and the sum of B - C so far
        for iteration in range(self.iterations):
            b = times(c - apart)
            b *= np.float32(self.penalty)
            b += squares
            b -= p * (b.diagonal() / own)  # no item speaks for itself
            before = c
            apart += b
            c = self._shrunk(apart)
            apart -= c
            size = max(float(np.linalg.norm(c)), 1e-12)
            disagree, moved = float(np.linalg.norm(b - c)) / size, float(np.linalg.norm(c - before)) / size
            values = {"disagreement": disagree, "change": moved, "filled": float(np.count_nonzero(c)) / c.size}
            yield Record(0, 1, ends_epoch=False, part=(iteration + 1) / self.iterations, values=values)
            if max(disagree, moved) < self.tolerance:
                break
        np.fill_diagonal(c, 0)
        self.keep(sp.csr_matrix(c))

    def _inverse(self, data: Interactions) -> tuple[Array, Callable[[Array], Array]]:
        """P = (XᵀX + L2 + penalty)⁻¹, float32 (n_items, n_items), and what multiplies a matrix by it."""
        inverse = gram.gram_of(data.matrix())
        inverse[np.diag_indices_from(inverse)] += self.l2 + self.penalty
        gram.invert(inverse, self.title)
        gram.mirror(inverse)
        p = inverse.astype(np.float32)
        return p, p.__matmul__

    def _for_few_people(self, data: Interactions) -> tuple[Array, Callable[[Array], Array]]:
        """The same through a matrix of people (Woodbury): P = (I - Xᵀ (XXᵀ + weight)⁻¹ X) / weight."""
        weight = self.l2 + self.penalty
        x = data.matrix()[np.flatnonzero(data.by_user.lengths)]
        xt = x.T.tocsr()
        small = (x.astype(np.float64) @ xt.astype(np.float64)).toarray()
        small[np.diag_indices_from(small)] += weight
        gram.invert(small, self.title)
        gram.mirror(small)
        between = small.astype(np.float32)

        def times(m: Array) -> Array:
            out = np.asarray(xt @ (between @ (x @ m)))
            np.subtract(m, out, out=out)
            out /= np.float32(weight)
            return out

        return times(np.identity(data.n_items, np.float32)), times

    def _shrunk(self, weights: Array) -> Array:
        """The weights nearer to zero by L1 / penalty, zero where they would pass it, or are negative and must not be."""
        by = np.float32(self.l1 / self.penalty)
        if self.non_negative:
            return np.maximum(weights - by, 0)
        return np.sign(weights) * np.maximum(np.abs(weights) - by, 0)
