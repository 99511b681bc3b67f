"""User-based nearest neighbours, for what people chose rather than how they rated it.

Resnick, Iacovou, Suchak, Bergstrom & Riedl, "GroupLens: an open architecture for collaborative filtering of netnews",
CSCW 1994; with choices instead of ratings: Aiolli, RecSys 2013; what lies back counts less: Ding & Li, CIKM 2005.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.ageing import aged, declare_half_life, needs_times
from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.learned import Learned, floats, row_ends
from workbench.algorithms.neighbours.similarity import (
    Product,
    Side,
    Similarity,
    column_weights,
    side,
    similarity,
    stacked,
)
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    import scipy.sparse as sp


class UserKNN(Algorithm):
    """Score of an item: the similarities of those nearest neighbours who chose it, added up.

    Everybody is looked up by the history alone, so newcomers are treated like people who were in training. Those find
    themselves among their neighbours: that adds only to items that they have had.
    """

    name, title = "user-knn", "User kNN"
    summary = (
        "Recommends what people with a similar history chose. "
        "Strong where histories are long; nothing is learned beforehand, so lists take longer than with other models."
    )
    reference = "Resnick et al., GroupLens: an open architecture for collaborative filtering of netnews, CSCW 1994"
    fold_in = "exact"
    explains = "exact"
    zero_is_unknown = True
    learned = ("indptr", "indices", "counts", "weights")
    shapes: ClassVar[dict[str, Learned]] = {
        "indptr": row_ends("people", of="entries"),
        "counts": floats("entries"),
        "weights": floats("items"),
    }

    neighbours: int = hyperparameter(
        100,
        "Neighbours",
        "Most similar users to use. Fewer give more personal lists, more give safer ones.",
        ge=1,
        le=10_000,
        log=True,
        search=(10, 1000),
        tried=(50, 150, 500),
    )
    shrinkage: float = hyperparameter(
        10.0,
        "Shrinkage",
        "Added to the denominator: pulls similarities based on few items towards zero.",
        ge=0,
        le=1e6,
        search=(0, 500),
    )
    similarity: Similarity = hyperparameter(
        "cosine",
        "Similarity",
        "How two users are compared by their common items. TF-IDF and BM25 count popular items less; "
        "Jaccard and asymmetric cosine treat long histories differently.",
    )
    asymmetry: float = hyperparameter(
        0.5,
        "Asymmetry",
        "At 1 neighbours with long histories count less, at 0 they are preferred; 0.5 is plain cosine.",
        ge=0,
        le=1,
        search=(0, 1),
        when={"similarity": "asymmetric"},
    )
    half_life: float = declare_half_life()

    # People's items as compressed sparse rows (m, n_items), and what each item counts, float64 (n_items,).
    _indptr: Array
    _indices: Array
    _counts: Array
    _weights: Array
    # The same, ready to be multiplied; made when somebody asks first.
    _ready: "tuple[sp.csr_matrix, Side] | None" = PrivateAttr(default=None)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        # People without interactions are nobody's neighbours.
        needs_times(data, self.title, self.half_life)
        x = aged(data.by_user.rows(np.flatnonzero(data.by_user.lengths)), data.n_items, self.half_life)
        self._indptr, self._indices, self._counts = x.indptr.astype(np.int64), x.indices.astype(np.int32), x.data
        self._weights = column_weights(self.similarity, x)
        self._ready = None
        yield from ()

    def restore(self, state: dict[str, Array]) -> None:
        super().restore(state)
        self._ready = None

    def score(self, users: Array, histories: UserItems) -> Array:
        neighbours, others = self.sparse_scores(users, histories)
        return np.asarray((neighbours @ others).toarray(), np.float32)

    def sparse_scores(self, users: Array, histories: UserItems) -> "tuple[sp.csr_matrix, sp.csr_matrix]":
        others = self._others()[0]
        near = self._product(histories).strongest(self.neighbours)
        return stacked(list(near), others.shape[0]), others

    def _product(self, histories: UserItems) -> Product:
        """How alike everybody is to some people."""
        own = aged(histories, len(self._weights), self.half_life)
        others = self._others()[1]
        return similarity(self.similarity, own, others, self._weights, self.shrinkage, self.asymmetry)

    def _others(self) -> "tuple[sp.csr_matrix, Side]":
        """Everybody's items, float32 (m, n_items), and the same to be compared with."""
        if self._ready is None:
            import scipy.sparse as sp  # the window reads the declaration and multiplies nothing

            shape = (len(self._indptr) - 1, len(self._weights))
            others = sp.csr_matrix((self._counts, self._indices, self._indptr), shape=shape)
            self._ready = others, side(self.similarity, others, self._weights, self.asymmetry)
        return self._ready

    def contributions(self, history: UserItems, item: int) -> Array | None:
        """What the neighbours who chose the item share with the history, item by item; None where similarity is no sum."""
        if self.similarity == "jaccard":
            return None
        n_items = len(self._weights)
        near, others = self.sparse_scores(np.full(1, -1, np.int32), history)
        own = aged(history, n_items, self.half_life)
        shares = self._weights**2 if self.similarity in ("tf-idf", "bm25") else np.ones(n_items)
        asked = near.indices[np.isin(near.indices, others[:, [item]].nonzero()[0])]
        said = near.toarray()[0, asked].astype(np.float64) * others[:, [item]].toarray().ravel()[asked]
        each = shares[history.item] * own.data
        shared = others[asked][:, history.item].multiply(each).tocsr()  # (neighbours, history)
        whole = np.asarray(shared.sum(axis=1)).ravel()
        return np.asarray((said / np.maximum(whole, 1e-12)) @ shared).ravel()
