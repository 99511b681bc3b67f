"""Content-based recommendation: items like those of the history, by what is known of them.

Pazzani & Billsus, "Content-Based Recommendation Systems", The Adaptive Web, 2007. Weights: Salton & Buckley,
"Term-weighting approaches in automatic text retrieval", 1988 (TF-IDF); Robertson et al., "Okapi at TREC-3", 1994 (BM25).
Latent topics: Deerwester et al., "Indexing by latent semantic analysis", JASIS 41(6), 1990.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.algorithms.base.item_features import feature_counts, unit_rows
from workbench.algorithms.base.item_vectors import by_kind, declare_kinds, rows_by_kind
from workbench.algorithms.base.learned import Learned, floats, indices
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp

    from workbench.data.side_files.items import Items


class Content(Algorithm):
    """Score of an item: cosine of its features and the history's, that of their vectors, and a share of its popularity.

    The features of a history are the weighted mean of those of its items: later items and higher ratings weigh more.
    Ratings count from the lowest to the highest of training; a history without ratings weighs all its items alike.
    """

    name, title = "content", "Content"
    summary = (
        "Recommends items whose titles, genres and years are like those of the history. "
        "The one choice for items that nobody has met yet; elsewhere, what people did tells more. "
        "Quick: of people it takes only how often each item was chosen."
    )
    reference = "Pazzani & Billsus, Content-Based Recommendation Systems, The Adaptive Web, 2007"
    needs = ("items",)
    places_items = True
    fold_in = "exact"
    explains = "exact"
    zero_is_unknown = True
    learned = (
        "indptr",
        "indices",
        "data",
        "n_features",
        "topics_of_items",
        "popular",
        "lowest",
        "highest",
        "item_dense",
    )
    optional = ("item_dense",)
    shapes: ClassVar[dict[str, Learned]] = {
        "indices": indices("entries", below="n_features"),
        "n_features": indices(below="entries+1"),
        "topics_of_items": floats("items", "topics"),
        "popular": floats("items"),
        "item_dense": floats("items", "dimensions"),
    }

    weighting: Literal["tf-idf", "bm25"] = hyperparameter(
        "bm25", "Weighting", "How rare features count more than common ones. BM25 also counts short titles more."
    )
    title_weight: float = hyperparameter(
        1.0, "Titles", "How much the words of titles count beside genres and years.", ge=0, le=10, search=(0, 2)
    )
    topics: int = hyperparameter(
        0,
        "Topics",
        "Dimensions to which features are reduced, so that different words on one topic match. 0: no reduction.",
        ge=0,
        le=2000,
        search=(0, 200),
    )
    vector_kinds: str = declare_kinds()
    vector_weight: float = hyperparameter(
        1.0, "Vector weight", "How much the angle between vectors counts beside that between features.",
        ge=0, le=100, search=(0, 3), needs="vectors",
    )  # fmt: skip
    half_life: float = hyperparameter(
        5.0,
        "Half-life",
        "An item this many places before the latest one counts half.",
        gt=0,
        le=1e6,
        log=True,
        search=(2, 1000),
        unit="items",
    )
    rating_weight: float = hyperparameter(
        0.5,
        "Ratings",
        "At 0 all items of a history weigh the same, at 1 the lowest rating weighs nothing.",
        ge=0,
        le=1,
        search=(0, 1),
    )
    popularity: float = hyperparameter(
        1.5,
        "Popularity",
        "Bonus of the most popular item over one without interactions; logarithmic in between. 0: content alone.",
        ge=0,
        le=100,
        search=(0, 3),
    )

    new_items: float = hyperparameter(
        1.0,
        "New items",
        "Popularity of an item that nobody has met yet, where that of a usual choice is 1. 0: it is hardly ever listed.",
        ge=0,
        le=10,
        search=(0, 1.3),
    )

    # Features of items, compressed sparse rows of length 1; or their topics, float32 (n_items, topics), rows of length 1.
    _indptr: Array
    _indices: Array
    _data: Array
    _n_features: int
    _topics_of_items: Array
    _popular: Array  # float32 (n_items,), 0 to 1
    _lowest: float
    _highest: float
    # Vectors, float32 (n_items, dimensions), see `_dense`.
    _item_dense: Array | None = PrivateAttr(default=None)

    def train(self, data: Interactions, seed: int = 0) -> Iterator[Record]:
        if reason := self.unsuited(data):
            raise WorkbenchError(reason)
        assert data.item_features is not None  # needs items
        counts, names = feature_counts(data.item_features)
        features = unit_rows(self._weighted(counts, names, counts))
        self._indptr = features.indptr.astype(np.int64)
        self._indices, self._data = features.indices.astype(np.int32), features.data
        self._n_features = features.shape[1]
        self._topics_of_items = self._condensed(features)
        self._item_dense = self._dense(data.item_features)
        self._popular = self._popularity(data.item_counts, np.diff(self._indptr) > 0)
        rated = data.rating is not None and len(data)
        self._lowest, self._highest = (float(data.rating.min()), float(data.rating.max())) if rated else (0.0, 0.0)  # type: ignore[union-attr]
        yield from ()

    def _dense(self, items: "Items | None", known: "Items | None" = None) -> Array | None:
        """Vectors whose products are mean cosines of the kinds; None where there are none, or they do not count."""
        kinds = rows_by_kind(items, self.vector_kinds, known) if items is not None and self.vector_weight else {}
        return np.concatenate(list(kinds.values()), axis=1) / np.float32(np.sqrt(len(kinds))) if kinds else None

    def add_items(self, known: "Items", new: "Items", counts: Array) -> None:
        of, names = feature_counts(known)
        features = unit_rows(self._weighted(feature_counts(new, known=names)[0], names, of))
        self._indptr = np.concatenate([self._indptr, self._indptr[-1] + features.indptr[1:].astype(np.int64)])
        self._indices = np.concatenate([self._indices, features.indices.astype(np.int32)])
        self._data = np.concatenate([self._data, features.data])
        if self._topics_of_items.shape[1]:
            axes = self._axes(unit_rows(self._weighted(of, names, of)))[2]
            self._topics_of_items = np.concatenate([self._topics_of_items, _unit_topics(features @ axes.T)])
        seen = self._dense(new, known)
        if self._item_dense is not None and seen is not None:
            self._item_dense = np.concatenate([self._item_dense, seen])
        told = np.append(np.diff(self._indptr)[: len(counts)] > 0, np.diff(features.indptr) > 0)
        self._popular = self._popularity(np.append(counts, np.zeros(len(new), np.int64)), told)

    def _popularity(self, counts: Array, known: Array) -> Array:
        """Popularity of items, float32 (n_items,); that of a usual choice for what nobody met and is `known`.

        It is not unpopular for being new. Of MovieLens 100K with a tenth of the items held back from training, no list had
        a new item while theirs was 0; now each tenth has one, and NDCG@10 of the others is .0008 ± .0009 lower (paired).
        """
        popular = np.log1p(counts)
        popular = popular / max(popular.max(initial=0), 1)
        usual = float((popular * counts).sum() / max(counts.sum(), 1))  # the mean over interactions
        return np.where((counts == 0) & known, self.new_items * usual, popular).astype(np.float32)

    def _weighted(self, counts: "sp.csr_matrix", names: list[str], of: "sp.csr_matrix") -> "sp.csr_matrix":
        """Counts of features as weights, float64: how much each says about an item; how rare it is, the items `of` tell."""
        n_items, n_features = of.shape
        weighted = counts.astype(np.float64)
        items_with = np.bincount(of.indices, minlength=n_features)
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        if self.weighting == "tf-idf":
            weighted.data *= np.log((1 + n_items) / (1 + items_with))[counts.indices] + 1
        else:
            length = np.asarray(counts.sum(axis=1)).ravel()
            usual = np.asarray(of.sum(axis=1)).ravel()
            mean = usual.mean(where=usual > 0) if usual.any() else 1.0
            damping = 1.2 * (0.25 + 0.75 * length / mean)
            weighted.data *= 2.2 / (weighted.data + damping[row])
            weighted.data *= np.log1p((n_items - items_with + 0.5) / (items_with + 0.5))[counts.indices]
        of_title = np.array([name.startswith("title:") for name in names], bool)
        weighted.data[of_title[counts.indices]] *= self.title_weight
        return weighted

    def _condensed(self, features: "sp.csr_matrix") -> Array:
        """Latent semantic analysis: the first left singular vectors, times the values; rows of length 1, or 0."""
        if min(self.topics, min(features.shape) - 1) < 1:
            return np.zeros((features.shape[0], 0), np.float32)
        u, values, _ = self._axes(features)
        return _unit_topics(u * values)

    def _axes(self, features: "sp.csr_matrix") -> tuple[Array, Array, Array]:
        """The singular vectors of features and their values."""
        from scipy.sparse.linalg import svds

        start = np.random.default_rng(0).standard_normal(min(features.shape))  # the same topics whatever the seed
        found: tuple[Array, Array, Array] = svds(
            features.astype(np.float64), min(self.topics, min(features.shape) - 1), v0=start
        )
        return found

    def score(self, users: Array, histories: UserItems) -> Array:
        weights = self._weights(histories)  # (n, n_items)
        if self._topics_of_items.shape[1]:
            profile = np.asarray(weights @ self._topics_of_items)
            length = np.linalg.norm(profile, axis=1, keepdims=True)
            scores = profile / np.maximum(length, 1e-12) @ self._topics_of_items.T
        else:
            import scipy.sparse as sp  # the window reads the declaration and multiplies nothing

            shape = (len(self._indptr) - 1, self._n_features)
            features = sp.csr_matrix((self._data, self._indices, self._indptr), shape=shape)
            scores = (unit_rows((weights @ features).tocsr()) @ features.T).toarray()
        if self._item_dense is not None:
            profile = np.asarray(weights @ self._item_dense)
            length = np.linalg.norm(profile, axis=1, keepdims=True)
            scores = (
                scores + np.float32(self.vector_weight) * (profile / np.maximum(length, 1e-12)) @ self._item_dense.T
            )
        return np.asarray(scores + np.float32(self.popularity) * self._popular, np.float32)

    def _weights(self, histories: UserItems) -> "sp.csr_matrix":
        """How much each item of each history counts, float32 (n, n_items)."""
        import scipy.sparse as sp

        back = np.repeat(histories.indptr[1:], histories.lengths) - 1 - np.arange(len(histories.item))
        weight = np.exp2(-back / self.half_life)
        if histories.rating is not None and self._highest > self._lowest:
            liked = np.clip((histories.rating - self._lowest) / (self._highest - self._lowest), 0, 1)
            weight *= 1 - self.rating_weight * (1 - liked)
        shape = (len(histories), len(self._popular))
        return sp.csr_matrix((weight.astype(np.float32), histories.item, histories.indptr), shape=shape)

    def contributions(self, history: UserItems, item: int) -> Array:
        """The cosines of the item and of the history's profile, taken apart by the items of the history."""
        weights = self._weights(history).data.astype(np.float64)
        items = np.append(history.item, item)
        parts = _shares(weights, self._of_items(items))
        if self._item_dense is not None:
            parts += self.vector_weight * _shares(weights, self._item_dense[items].astype(np.float64))
        return parts

    def spoken(self, history: UserItems, item: int, items: "Items | None") -> dict[str, float] | None:
        weights, of = self._weights(history).data.astype(np.float64), np.append(history.item, item)
        said = {"people": self.popularity * float(self._popular[item])}
        said["words"] = float(_shares(weights, self._of_items(of)).sum())
        if self._item_dense is not None and items is not None:
            rows = self._item_dense[of].astype(np.float64)
            profile = weights @ rows[:-1]
            parts = self.vector_weight * profile / max(np.linalg.norm(profile), 1e-12) * rows[-1]
            said |= by_kind(items, self.vector_kinds, parts)
        return said

    def _of_items(self, items: Array) -> Array:
        """Features that any of some items has, or topics, float64 (n, …)."""
        if self._topics_of_items.shape[1]:
            return self._topics_of_items[items].astype(np.float64)
        import scipy.sparse as sp  # the window reads the declaration and multiplies nothing

        shape = (len(self._indptr) - 1, self._n_features)
        rows = sp.csr_matrix((self._data, self._indices, self._indptr), shape=shape)[items]
        used = np.unique(rows.indices)
        return np.asarray(rows[:, used].toarray(), np.float64)


def _shares(weights: Array, rows: Array) -> Array:
    """What each of n rows adds to the product of the last one, of n + 1, with their weighted mean of length 1."""
    profile = weights @ rows[:-1]
    return np.asarray(weights * (rows[:-1] @ rows[-1]) / max(np.linalg.norm(profile), 1e-12))


def _unit_topics(topics: Array) -> Array:
    """Rows of length 1, or 0; float32."""
    length = np.linalg.norm(topics, axis=1, keepdims=True)
    return (topics / np.where(length > 1e-9, length, np.inf)).astype(np.float32)  # noqa: PLR2004 - beyond rounding
