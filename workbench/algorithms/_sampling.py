"""Items drawn at random to learn against."""

import numpy as np

from workbench.data.interactions import Array, Interactions


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
