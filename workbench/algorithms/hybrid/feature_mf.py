"""Factorization that knows what items are: an item's vector is the sum of its own and its features'.

Kula, "Metadata Embeddings for User and Item Cold-start Recommendations", CBRecSys 2015, arXiv:1507.08439 (LightFM).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from workbench.algorithms.base.algorithm import Record
from workbench.algorithms.base.factor_ranker import LEARNED, OrderLearner, declare_factors, declare_rate, declare_weight
from workbench.algorithms.base.item_features import feature_counts, own_and_shared, with_new
from workbench.algorithms.base.item_vectors import by_kind, declare_kinds
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

    from workbench.data.side_files.items import Items


class FeatureMF(OrderLearner):
    """Score of an item: user factors · item vector + item bias, both sums over the item itself and its features.

    Features are genres, decades and words of titles. An item that nobody met has what its features have learned from
    others; it is not drawn to be compared with, so that it is not pushed down for being new.
    """

    name, title = "feature-mf", "Feature MF"
    summary = (
        "Learns vectors of items from who chose them and from their genres, years and titles together. "
        "For catalogues where many items have few interactions, or none yet. "
        "Its time grows with the interactions, the factors and the epochs."
    )
    reference = "Kula, Metadata Embeddings for User and Item Cold-start Recommendations, 2015, arXiv:1507.08439"
    needs = ("items",)
    places_items = True
    learned = (*LEARNED, "indptr", "indices", "data")
    shapes: ClassVar[dict[str, Learned]] = {
        **dict.fromkeys(("item_factors", "item_squares"), floats("features", "factors")),
        **dict.fromkeys(("item_bias", "item_bias_squares"), floats("features")),
        "indices": indices("entries", below="features"),
    }

    factors: int = declare_factors(64)
    epochs: int = hyperparameter(
        30, "Epochs", "Passes over the data. More fit the data better, until they overfit.",
        ge=1, le=10_000, search=(5, 100),
    )  # fmt: skip
    loss: Literal["warp", "bpr"] = hyperparameter(
        "warp", "Loss", "WARP optimizes the top of the list, BPR compares with any other item."
    )
    learning_rate: float = declare_rate(0.03)
    regularization: float = declare_weight(0.01)
    trials: int = hyperparameter(
        50,
        "Trials",
        "Maximum items drawn to find one that is ranked too high.",
        ge=1,
        le=100_000,
        log=True,
        search=(10, 500),
        advanced=True,
        when={"loss": "warp"},
    )
    vector_kinds: str = declare_kinds()
    titles: bool = hyperparameter(True, "Titles", "Whether words of titles are features, besides genres and decades.")
    least_items: int = hyperparameter(
        3,
        "Items per feature",
        "Features that fewer items have are left out.",
        ge=1,
        le=10_000,
        search=(1, 20),
        advanced=True,
    )

    # Features of items, compressed sparse rows (n_items, n_features).
    _indptr: Array
    _indices: Array
    _data: Array

    def settings(self) -> tuple[int, int, float, float, int]:
        trials = self.trials if self.loss == "warp" else 0
        return self.epochs, self.factors, self.learning_rate, self.regularization, trials

    def features(self, data: Interactions) -> "sp.csr_matrix":
        assert data.item_features is not None  # needs items
        matrix = own_and_shared(
            data.item_features, titles=self.titles, least_items=self.least_items, vectors=self.vector_kinds
        )
        self._indptr = matrix.indptr.astype(np.int64)
        self._indices, self._data = matrix.indices.astype(np.int32), matrix.data
        return matrix

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        features = self._indptr, self._indices, self._data
        added = with_new(
            features, known, new, titles=self.titles, least_items=self.least_items, vectors=self.vector_kinds
        )
        self._indptr, self._indices, self._data = added

    def others(self, data: Interactions) -> Array:
        bare = np.diff(self._indptr) == 1  # of which nothing is known but themselves
        return np.flatnonzero((data.item_counts > 0) | bare).astype(np.int32)

    def vectors(self) -> tuple[Array, Array]:
        import scipy.sparse as sp

        shape = (len(self._indptr) - 1, len(self._item_bias))
        matrix = sp.csr_matrix((self._data, self._indices, self._indptr), shape=shape)
        return matrix @ self._item_factors, matrix @ self._item_bias

    def spoken(self, history: UserItems, item: int, items: "Items | None") -> dict[str, float] | None:
        """By the vector of the person; the item itself is what people taught of it alone."""
        if items is None:
            return None
        people = self.factor_scores(np.full(1, -1, np.int32), history)[0][0]
        own = slice(self._indptr[item], self._indptr[item + 1])
        at, value = self._indices[own], self._data[own].astype(np.float64)
        parts = np.zeros(len(self._item_bias))
        parts[at] = value * (self._item_factors[at] @ people + self._item_bias[at])
        n = len(self._indptr) - 1
        first = n + len(feature_counts(items, titles=self.titles, least_items=self.least_items)[1])  # of the vectors
        said = {"people": float(parts[:n].sum()), "words": float(parts[n:first].sum())}
        return said if first == len(parts) else said | by_kind(items, self.vector_kinds, parts[first:])

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        yield from super().train(data, seed)
