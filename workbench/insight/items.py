"""Items among items: vectors, neighbours, and a map of all of them."""

from dataclasses import dataclass

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.evaluation.ranking import recommend, top_k

# Numbers of an item where the algorithm has learned none, and the same ones whatever the seed of a run.
FACTORS, SEED = 64, 17


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
        ``"vectors"`` or ``"alone"``.
    """

    items: Array
    scores: Array
    how: str


def similar(algorithm: Algorithm, item: int, k: int = 10) -> Similar:
    """The `k` items most like one, as the algorithm sees it: by its vectors, else by what it gives for this item alone."""
    vectors = algorithm.item_vectors()
    if vectors is None:
        one = UserItems.from_lists([[item]])
        items, scores = recommend(algorithm, np.array([-1], np.int32), one, k, one)
        return Similar(items[0][items[0] >= 0], scores[0][items[0] >= 0], "alone")
    unit = _unit(vectors)
    cosine = (unit @ unit[item])[None]
    items = top_k(cosine.copy(), k, UserItems.from_lists([[item]]))[0]
    items = items[items >= 0]
    return Similar(items, cosine[0][items].astype(np.float32), "vectors")


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


def plane(vectors: Array) -> Array:
    """Two coordinates of each item, so that alike items lie near, float32 (n_items, 2), about 1 wide.

    The two leading principal components of the vectors, each made length 1; the signs are fixed.
    """
    unit = _unit(vectors)
    centred = unit - unit.mean(axis=0)
    _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    leading = directions[:, ::-1][:, :2]
    points = np.zeros((len(vectors), 2), np.float32)
    points[:, : leading.shape[1]] = centred @ leading
    signs = np.sign((points.astype(np.float64) ** 3).sum(axis=0))
    points *= np.where(signs < 0, -1, 1)
    return points / max(float(np.abs(points).max(initial=0)), 1e-12)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1))
