"""User-based nearest neighbours, for what people chose rather than how they rated it.

Resnick, Iacovou, Suchak, Bergstrom & Riedl, "GroupLens: an open architecture for collaborative filtering of netnews",
CSCW 1994; with choices instead of ratings: Aiolli, RecSys 2013.
"""

from collections.abc import Iterator

import numpy as np

from workbench.algorithms import Algorithm, Record
from workbench.algorithms._neighbours import Similarity, column_weights, similarity, stacked
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter


class UserKNN(Algorithm):
    """Score of an item: the similarities of those nearest neighbours who chose it, added up.

    Everybody is looked up by the history alone, so newcomers are treated like people who were in training. Those find
    themselves among their neighbours: that adds only to items that they have had.
    """

    name, title, family = "user-knn", "User kNN", "Neighbours"
    summary = (
        "Recommends what people with a similar history chose. "
        "Strong where histories are long; nothing is learned beforehand, so lists take longer than with other models."
    )
    reference = "Resnick et al., GroupLens: an open architecture for collaborative filtering of netnews, CSCW 1994"
    fold_in = "exact"
    explains = "exact"
    learned = ("indptr", "indices", "weights")

    neighbours: int = hyperparameter(
        100,
        "Neighbours",
        "Most similar people who are asked. Fewer give more personal lists, more give safer ones.",
        ge=1,
        le=10_000,
        log=True,
        search=(10, 1000),
    )
    shrinkage: float = hyperparameter(
        10.0,
        "Shrinkage",
        "Added below the fraction line: pulls similarities that rest on few items towards zero.",
        ge=0,
        le=1e6,
        search=(0, 500),
    )
    similarity: Similarity = hyperparameter(
        "cosine",
        "Similarity",
        "How alike two people are by the items they share. TF-IDF and BM25 count popular items less; "
        "Jaccard and asymmetric cosine treat long histories differently.",
    )
    asymmetry: float = hyperparameter(
        0.5,
        "Asymmetry",
        "At 1 neighbours with long histories are held back, at 0 they are preferred; 0.5 is plain cosine.",
        ge=0,
        le=1,
        search=(0, 1),
        when={"similarity": "asymmetric"},
    )

    # People's items as compressed sparse rows (m, n_items), and what each item counts, float64 (n_items,).
    _indptr: Array
    _indices: Array
    _weights: Array

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        # People without interactions are nobody's neighbours.
        x = data.by_user.rows(np.flatnonzero(data.by_user.lengths)).matrix(data.n_items)
        self._indptr, self._indices = x.indptr.astype(np.int64), x.indices.astype(np.int32)
        self._weights = column_weights(self.similarity, x)
        yield from ()

    def score(self, users: Array, histories: UserItems) -> Array:
        n_items = len(self._weights)
        others = UserItems(self._indptr, self._indices).matrix(n_items)
        own = histories.matrix(n_items)
        product = similarity(self.similarity, own, others, self._weights, self.shrinkage, self.asymmetry)
        neighbours = stacked(list(product.strongest(self.neighbours)), len(self._indptr) - 1)
        return np.asarray((neighbours @ others).toarray(), np.float32)
