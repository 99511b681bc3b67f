"""SLIM: a sparse linear model, each item regressed on all others with an elastic net.

Ning & Karypis, "SLIM: sparse linear methods for top-N recommender systems", ICDM 2011; coordinate descent over the Gram
matrix as in Friedman, Hastie & Tibshirani, Journal of Statistical Software 33(1), 2010.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import psutil

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_weights import SparseItemWeights
from workbench.algorithms.base.threads import allowed, even_blocks, spread
from workbench.data.interactions import Array, Interactions
from workbench.declaring import DataFacts, DataRule, hyperparameter
from workbench.errors import WorkbenchError

# Entries of the Gram matrix whose columns are solved between two records.
BATCH_ENTRIES = 2**16
L1_SHARE = 0.05  # of the L2 weight


def _share_of_l2(_: Any, __: DataFacts, values: Mapping[str, Any]) -> tuple[float, str]:
    return min(1e6, L1_SHARE * values["l2"]), f"{L1_SHARE:.0%} of the L2 weight"


class SLIM(SparseItemWeights):
    """For each item j: ½ |x_j - X w|² + l1 |w|₁ + ½ l2 |w|² is least, where w_j = 0 and, by default, no w is negative."""

    name, title = "slim", "SLIM"
    summary = (
        "Learns for each item which few others predict it, and how strongly. "
        "As good as EASE on many data sets, with weights that one can read; takes longer."
    )
    reference = "Ning & Karypis, SLIM: sparse linear methods for top-N recommender systems, ICDM 2011"

    l1: float = hyperparameter(
        5.0, "L1 weight", "In users. Items that share fewer users than this get no weight: raise it for fewer "
        "weights and faster training.",
        ge=0, le=1e6, log=True, search=(0.5, 100),
        from_data=DataRule("the L2 weight", _share_of_l2, last=True),
    )  # fmt: skip
    l2: float = hyperparameter(
        100.0, "L2 weight", "In users. Spreads the weight over similar items; raise it on sparse data.",
        gt=0, le=1e7, log=True, search=(10, 2000), tried=(20, 60, 200),
    )  # fmt: skip
    positive: bool = hyperparameter(
        True, "No negative weights", "Whether weights must not be negative. Allowing negative ones takes longer.",
    )  # fmt: skip
    tolerance: float = hyperparameter(
        0.001, "Tolerance", "Weights of an item are refined until no step changes more than this share of its users.",
        gt=0, le=1, log=True, advanced=True,
    )  # fmt: skip

    @classmethod
    def unsuited(cls, data: Interactions) -> str | None:
        return super().unsuited(data) or _too_large(data)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import scipy.sparse as sp  # the window reads the declaration and solves nothing

        from workbench.algorithms.kernels.slim import solve_columns

        if reason := _too_large(data):
            raise WorkbenchError(reason)
        x = data.matrix()
        meetings = (x.T @ x).tocsr()
        meetings.sort_indices()
        gram = (
            meetings.indptr.astype(np.int64),
            meetings.indices.astype(np.int32),
            meetings.data,
            data.item_counts.astype(np.float64),
        )
        how = (self.l1, self.l2, self.positive)

        def work(columns: slice) -> tuple[Array, Array, Array]:
            return solve_columns(gram, how, self.tolerance, 1000, (columns.start, columns.stop))

        solved = []
        blocks = even_blocks(np.diff(meetings.indptr) + 1, BATCH_ENTRIES)
        for block, solution in zip(blocks, spread(work, blocks, allowed()), strict=True):
            solved.append(solution)
            yield Record(0, 1, ends_epoch=False, part=block.stop / data.n_items)
        counts, items, weights = (np.concatenate(arrays) for arrays in zip(*solved, strict=True))
        indptr = np.concatenate([[0], np.cumsum(counts)])
        self.keep(sp.csc_matrix((weights, items, indptr), shape=(data.n_items, data.n_items)).tocsr())


def _too_large(data: Interactions) -> str | None:
    """Say why the meetings of all items do not fit the memory."""
    pairs = min(data.n_items**2, int(np.square(data.by_user.lengths).sum()))
    needed, free = 16 * pairs, psutil.virtual_memory().available
    if needed <= free:
        return None
    return (
        f"SLIM would need up to {needed / 1e9:,.1f} GB of memory for {data.n_items:,} items, and {free / 1e9:,.1f} GB "
        "are free. Filter rare items, or choose RP3beta or iALS."
    )
