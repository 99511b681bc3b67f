"""Items drawn at random to learn against."""

from typing import Any

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


def declare_drawn(default: int) -> Any:
    """Declare how many items people are told from, where not from all."""
    text, when = (
        "Drawn in each step, to stand for all items that no user of the step chose.",
        {"objective": "sampled-softmax"},
    )
    return hyperparameter(default, "Negative samples", text, ge=1, le=1_000_000, log=True, advanced=True, when=when)


class Unseen:
    """Draws items that users have not seen, uniformly, one search for a whole batch and nothing to draw again.

    In the sorted row of a user, the m-th seen item has ``item - m`` unseen items before it. The r-th unseen item is thus r
    plus the number of seen items for which that is at most r; with the user as the leading digit one sorted array
    answers for everybody.
    """

    def __init__(self, data: Interactions) -> None:
        n = self._n_items = data.n_items
        seen = np.unique(data.user.astype(np.int64) * n + data.item)  # (pairs,)
        counts = np.bincount(seen // n, minlength=data.n_users)
        self._start = np.concatenate([[0], np.cumsum(counts)])[:-1]  # (n_users,)
        rank = np.arange(len(seen)) - np.repeat(self._start, counts)
        self._before = seen - rank  # user * n + unseen items before this one
        self._unseen = n - counts
        self.has_any: Array = counts < n

    def draw(self, users: Array, rng: np.random.Generator) -> Array:
        """One unseen item for each of `users` (int64 (n,), all with `has_any`), int64 (n,)."""
        rank = rng.integers(self._unseen[users])
        skipped = np.searchsorted(self._before, users * self._n_items + rank, side="right") - self._start[users]
        return np.asarray(rank + skipped)


class Drawn:
    """Draws items for a whole step, the same for all its positions.

    Parameters
    ----------
    how : {"uniform", "popularity", "batch"}
        All items alike, by how often they were chosen (each once more, so that all can be drawn), or none: the items
        of the batch are compared with each other.
    size : int
        How many, with repetition.
    counts : int (n_items,)
        How often each item was chosen.
    """

    def __init__(self, how: str, size: int, counts: Array) -> None:
        self.how, self.size = how, size
        self.share: Array = (counts + 1) / (counts + 1).sum()
        self._cumulated = np.cumsum(self.share)

    def draw(self, target: Array, rng: np.random.Generator) -> Array:
        """Items to tell those of `target` (n,) from, int64."""
        if self.how == "batch":
            return np.unique(target)
        if self.how == "uniform":
            return rng.integers(len(self.share), size=self.size)
        found = np.searchsorted(self._cumulated, rng.random(self.size), side="right")
        return np.minimum(found, len(self.share) - 1)  # the sum may end a little below 1

    def compared(self, target: Array, rng: np.random.Generator) -> dict[str, Array]:
        """Let a softmax over few items stand for the one over all (see `compared`)."""
        if self.how == "uniform":
            return compared(target, self.draw(target, rng), len(self.share))
        own, place, times = np.unique(target, return_inverse=True, return_counts=True)
        if self.how == "batch":
            # Each item stands for as many as there are batches for one that it is in.
            weights = -np.log(-np.expm1(times.sum() * np.log1p(-self.share[own])))
            return {"compared": own, "counts_for": weights.astype(np.float32), "target": place}
        others, times = np.unique(self.draw(target, rng), return_counts=True)
        new = ~np.isin(others, own)
        others, times = others[new], times[new]
        weights = np.concatenate([np.zeros(len(own)), np.log(times / (self.size * self.share[others]))])
        return {"compared": np.concatenate([own, others]), "counts_for": weights.astype(np.float32), "target": place}

    def compared_rows(self, target: Array, rng: np.random.Generator) -> dict[str, Array]:
        """The same for rows of items side by side, `target` (n, m) filled with -1."""
        found, places = self.compared(target[target >= 0], rng), np.full_like(target, -1)
        places[target >= 0] = found["target"]
        return found | {"target": places}


def compared(target: Array, drawn: Array, n_items: int) -> dict[str, Array]:
    """Let a softmax over the batch's own items and some drawn ones stand for the one over all items.

    The batch's items count for themselves, the drawn ones for all others, so that their sum is right on average: each has
    the logarithm of the number that it counts for added to its score (as in Jean et al., ACL 2015, arXiv:1412.2007).
    """
    own, place = np.unique(target, return_inverse=True)
    others = np.setdiff1d(drawn, own)
    each = np.log(max(1.0, (n_items - len(own)) / max(1, len(others))))
    weights = np.concatenate([np.zeros(len(own), np.float32), np.full(len(others), each, np.float32)])
    return {"compared": np.concatenate([own, others]), "counts_for": weights, "target": place}
