"""Nearest neighbours by vectors of items: texts, pictures, sound, whatever somebody made vectors of.

Pazzani & Billsus, "Content-Based Recommendation Systems", The Adaptive Web, 2007; neighbours as in Deshpande & Karypis,
"Item-based top-N recommendation algorithms", TOIS 22(1), 2004.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from workbench.algorithms.base.ageing import aged, declare_half_life, needs_times, stays_here
from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.item_vectors import declare_kinds, rows_by_kind
from workbench.algorithms.base.item_weights import SparseItemWeights
from workbench.algorithms.base.portable import Portable
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

    from workbench.data.side_files.items import Items

# Similarities that are held at once.
BATCH_NUMBERS = 2**22
# Cosines that are no more than what rounding leaves.
ROUNDING = 1e-6


class VectorKNN(SparseItemWeights):
    """Score of an item: the sum of its similarities to those items of the history that are its nearest neighbours.

    The similarity of two items is the mean over the chosen kinds of the cosine of their vectors, each kind about its mean;
    0 for a kind that one of them lacks, and where it is negative. What people chose plays no part in it. An item is also
    like itself: lists leave out what was seen.
    """

    name, title = "vector-knn", "Vector kNN"
    summary = (
        "Recommends items whose vectors, of texts, pictures or anything else, point the same way as those of the history. "
        "For items that few or none have met yet. "
        "Its time grows with the square of the number of items."
    )
    reference = "Pazzani & Billsus, Content-Based Recommendation Systems, The Adaptive Web, 2007"
    needs = ("vectors",)
    places_items = True
    learned: ClassVar[tuple[str, ...]] = ("indptr", "indices", "data")

    vector_kinds: str = declare_kinds()
    neighbours: int = hyperparameter(
        50,
        "Neighbours",
        "Most similar items used for each item. Fewer keep to what is nearly the same.",
        ge=1,
        le=10_000,
        log=True,
        search=(5, 500),
        tried=(20, 50, 200),
    )
    power: float = hyperparameter(
        2.0,
        "Power",
        "Exponent of the similarity. Higher lets the nearest items speak louder.",
        gt=0,
        le=20,
        search=(1, 6),
    )
    half_life: float = declare_half_life()

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        import scipy.sparse as sp

        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        needs_times(data, self.title, self.half_life)
        rows = self._rows(data.item_features)
        blocks = []
        for near in self._nearest(rows, rows, self.neighbours + 1):
            blocks.append(near)
            yield Record(0, 1, ends_epoch=False, part=sum(block.shape[0] for block in blocks) / len(rows))
        self.keep(sp.vstack(blocks).T.tocsr())

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        """A new item has its neighbours among the known ones; others hear it where it is nearer than their farthest."""
        import scipy.sparse as sp

        rows, added = self._rows(known), self._rows(new, known)
        listens = self.weights().T.tocsr()
        own = sp.vstack(list(self._nearest(added, rows, self.neighbours)), format="csr")
        least = np.concatenate([_least(listens, self.neighbours + 1), _least(own, self.neighbours)])
        heard = sp.vstack(list(self._nearest(np.concatenate([rows, added]), added, len(added))), format="csr")
        heard.data[heard.data < np.repeat(least, np.diff(heard.indptr))] = 0
        heard.eliminate_zeros()
        self.keep(sp.hstack([sp.vstack([listens, own]), heard]).T.tocsr())

    def _rows(self, items: "Items | None", known: "Items | None" = None) -> Array:
        """Vectors whose products are mean cosines, float32 (n_items, n_dimensions)."""
        kinds = {} if items is None else rows_by_kind(items, self.vector_kinds, known)
        if not kinds:
            raise WorkbenchError(f"{self.title} needs vectors. Choose all kinds, or one by its name (vector_kinds).")
        return np.concatenate(list(kinds.values()), axis=1) / np.float32(np.sqrt(len(kinds)))

    def _nearest(self, scored: Array, others: Array, k: int) -> "Iterator[sp.csr_matrix]":
        """Similarities of each scored item to the `k` nearest of the others, float32, block of rows by block of rows."""
        import scipy.sparse as sp

        k, step = min(k, len(others)), max(1, BATCH_NUMBERS // max(1, len(others)))
        for start in range(0, len(scored), step):
            cosines = scored[start : start + step] @ others.T
            best = np.sort(np.argpartition(-cosines, k - 1, axis=1)[:, :k], axis=1)
            value = np.take_along_axis(cosines, best, axis=1)
            kept = value > ROUNDING
            indptr = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
            weights = (value[kept].astype(np.float64) ** self.power).astype(np.float32)
            yield sp.csr_matrix((weights, best[kept], indptr), shape=(len(value), len(others)))

    def counts(self, histories: UserItems) -> "sp.csr_matrix":
        return aged(histories, len(self._indptr) - 1, self.half_life)

    def contributions(self, history: UserItems, item: int) -> Array:
        """What each interaction counts, times the similarity of its item."""
        counts = self.counts(history).data.astype(np.float64)
        return counts * self.weights()[:, [item]].toarray().ravel()[history.item]

    def portable(self) -> Portable:
        stays_here(self.title, self.half_life)
        return super().portable()

    def spoken(self, history: UserItems, item: int, items: "Items | None") -> dict[str, float] | None:
        """Each kind has the share of a similarity that it has of the mean cosine; one that disagrees takes away."""
        if items is None:
            return None
        kinds, parts = rows_by_kind(items, self.vector_kinds), self.contributions(history, item)
        cosines = {name: rows[history.item].astype(np.float64) @ rows[item] for name, rows in kinds.items()}
        total = np.sum(list(cosines.values()), axis=0)
        share = np.divide(parts, total, out=np.zeros_like(parts), where=parts != 0)
        return {name: float(share @ own) for name, own in cosines.items()}


def _least(near: "sp.csr_matrix", k: int) -> Array:
    """The similarity of the farthest neighbour of each row that has all `k`; 0 where it has room, float32."""
    least = np.zeros(near.shape[0], np.float32)
    for row in np.flatnonzero(np.diff(near.indptr) >= k).tolist():
        least[row] = near.data[near.indptr[row] : near.indptr[row + 1]].min()
    return least
