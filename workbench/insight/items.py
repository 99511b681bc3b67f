"""Items among items: vectors, neighbours, and a plane on which all of them and those who had them lie."""

from dataclasses import dataclass

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.evaluation.ranking import recommend, top_k

# Numbers of an item where the algorithm has learned none, and the same ones whatever the seed of a run.
FACTORS, SEED = 64, 17
# Below this, vectors that are all the same differ by rounding.
TINY = 1e-6


@dataclass(frozen=True)
class Similar:
    """Items like one item, most alike first.

    Attributes
    ----------
    items : int32 (n,)
        Indices.
    scores : float32 (n,)
        Cosine of learned vectors, or the score for somebody whose history is this item.
    how : str
        ``"vectors"`` or ``"alone"``; ``"content"`` where vectors of the items' file were compared.
    """

    items: Array
    scores: Array
    how: str


def similar(algorithm: Algorithm, item: int, k: int = 10) -> Similar:
    """The `k` items most like one, as the algorithm sees it: by its vectors, else by what it gives for this item alone."""
    vectors = algorithm.item_vectors()
    if vectors is None:
        one = UserItems.from_lists([[item]])
        items, scores, _, _ = recommend(algorithm, np.array([-1], np.int32), one, k, one)
        return Similar(items[0][items[0] >= 0], scores[0][items[0] >= 0], "alone")
    unit = _unit(vectors)
    cosine = np.einsum("nf,f->n", unit, unit[item])[
        None
    ]  # row by row: equal vectors are equally near, wherever they stand
    items = top_k(cosine.copy(), k, UserItems.from_lists([[item]]))[0]
    items = items[items >= 0]
    return Similar(items, cosine[0][items].astype(np.float32), "vectors")


def alike(rows: Array, item: int, k: int = 10) -> Similar:
    """The `k` items most like one by what is known of them; none where nothing is.

    Parameters
    ----------
    rows
        Of length 1, or 0 for items of which nothing is known, float32 (n_items, d).
    """
    cosine = np.einsum("nf,f->n", rows, rows[item])[None]
    cosine[0, ~rows.any(axis=1)] = -np.inf
    found = top_k(cosine.copy(), k, UserItems.from_lists([[item]]))[0]
    found = found[(found >= 0) & np.isfinite(cosine[0][found])] if rows[item].any() else found[:0]
    return Similar(found, cosine[0][found].astype(np.float32), "content")


def vectors_of(algorithm: Algorithm, data: Interactions) -> Array:
    """Vectors of items, float32 (n_items, d): those that were learned, else the leading directions of who chose what."""
    learned = algorithm.item_vectors()
    if learned is not None:
        return np.asarray(learned, np.float32)
    from scipy.sparse.linalg import svds

    k = min(FACTORS, min(data.n_users, data.n_items) - 1)
    if k < 1 or not len(data):
        return np.zeros((data.n_items, 1), np.float32)
    lengths = np.sqrt(np.maximum(data.item_counts, 1)).astype(np.float32)
    x = data.matrix().multiply(1 / lengths).tocsr().astype(np.float32)
    start = np.random.default_rng(SEED).standard_normal(min(x.shape)).astype(np.float32)
    _, values, v = svds(x, k, v0=start)
    return np.asarray((v * values[:, None]).T, np.float32)


@dataclass(frozen=True)
class Plane:
    """Two directions in which the vectors of the items differ most, to look at items and people from there.

    The two leading principal components of the vectors, each made length 1; the signs are fixed, and of the items the one
    furthest out is at 1.
    """

    middle: Array
    directions: Array

    @classmethod
    def of(cls, vectors: Array) -> "Plane":
        """The plane of some items; those of whom nothing was learned, or no numbers, do not count."""
        unit = _unit(vectors)
        unit = unit[np.isfinite(unit).all(axis=1) & unit.any(axis=1)]
        if not len(unit):
            return cls(np.zeros(vectors.shape[1]), np.zeros((vectors.shape[1], 2)))
        middle = unit.mean(axis=0)
        centred = unit - middle
        _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        leading = np.zeros((vectors.shape[1], 2))
        leading[:, : min(2, vectors.shape[1])] = directions[:, ::-1][:, :2]
        points = centred @ leading
        signs = np.sign((points**3).sum(axis=0))
        furthest = float(np.abs(points).max(initial=0))
        leading *= np.where(signs < 0, -1, 1) / (furthest if furthest > TINY else 1.0)
        return cls(middle, leading)

    def points(self, vectors: Array) -> Array:
        """Where vectors lie, so that alike ones lie near, float32 (n, 2)."""
        return np.asarray((_unit(vectors) - self.middle) @ self.directions, np.float32)


def people_of(vectors: Array, histories: UserItems) -> Array:
    """A vector for each history, float32 (n, d): the sum of those of its items, each made length 1."""
    return np.asarray(histories.matrix(len(vectors)) @ _unit(vectors).astype(np.float32), np.float32)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1))
