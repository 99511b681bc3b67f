"""Which weights of several scores give the best lists: a search over NDCG of candidates that are gathered once."""

from collections.abc import Generator, Iterator
from itertools import combinations
from math import comb

import numpy as np

from workbench.algorithms.base.algorithm import Record
from workbench.data.interactions import Array, UserItems

CUTOFF = 10
DEEP = 100  # best items of each score that are looked at
# Weights that are tried on a grid at most, and the steps by which the best of them are improved.
TRIED, STEPS = 500, (0.1, 0.05, 0.02, 0.01)
BATCH_NUMBERS = 2**23  # numbers that are compared at once
NOTHING = -1e30


def candidates(parts: Array, seen: UserItems, truth: UserItems) -> list[tuple[Array, Array]]:
    """For each person what the parts say of the hidden items and of the best others, (n, parts), and which are hidden."""
    n_items = parts.shape[2]
    found = []
    for at in range(parts.shape[1]):
        mine = parts[:, at]  # (parts, n_items), which nobody else needs
        mine[:, seen[at]] = -np.inf
        deep = min(DEEP, n_items)
        chosen = np.argpartition(mine, n_items - deep, axis=1)[:, n_items - deep :]
        hidden = np.zeros(n_items, bool)
        hidden[truth[at]] = True
        items = np.union1d(chosen, truth[at])
        items = items[np.isfinite(mine[0, items])]
        found.append((mine[:, items].T, hidden[items]))
    return found


class Judged:
    """NDCG of any weights, over candidates that are gathered once."""

    def __init__(self, values: Array, row: Array, at: Array, ideal: Array) -> None:
        self._values = values  # float32 (parts, n, most candidates), `NOTHING` where there is none
        self._row, self._at = row, at  # each hidden candidate: whose, and which
        self._ideal = ideal  # float64 (n,)

    @classmethod
    def gather(cls, found: list[tuple[Array, Array]], hidden: Array) -> "Judged":
        """From the candidates of each person and the number of their hidden items."""
        most = max((len(candidates) for candidates, _ in found), default=0)
        parts = found[0][0].shape[1] if found else 0
        values = np.full((parts, len(found), most), NOTHING, np.float32)
        truths = np.zeros((len(found), most), bool)
        for at, (candidates, is_hidden) in enumerate(found):
            values[:, at, : len(candidates)], truths[at, : len(candidates)] = candidates.T, is_hidden
        gains = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(CUTOFF) + 2))])
        row, place = np.nonzero(truths)
        return cls(values, row, place, gains[np.minimum(hidden, CUTOFF)])

    def ndcg(self, weights: Array) -> float:
        """Mean NDCG@10; a hidden item stands behind others with the same score."""
        # One part after the other, as a blend adds them up: what is equal there is equal here, wherever it stands.
        scores = np.einsum("pnc,p->nc", self._values, weights.astype(np.float32))  # (n, candidates)
        places = np.empty(len(self._row), np.int64)
        size = max(1, BATCH_NUMBERS // max(1, scores.shape[1]))
        for start in range(0, len(places), size):
            block = slice(start, start + size)
            row = self._row[block]
            places[block] = (scores[row] >= scores[row, self._at[block]][:, None]).sum(axis=1)
        gain = np.where(places <= CUTOFF, 1 / np.log2(places + 1), 0.0)
        return float((np.bincount(self._row, gain, len(self._ideal)) / self._ideal).mean())


def search(judged: Judged, members: int) -> Generator[Record, None, tuple[Array, float]]:
    """The best weights: all of a grid, then the best of it in smaller and smaller steps; and that of cold items."""
    best, value = np.full(members, 1 / members), -1.0
    tried = [best, *grid(members)]
    for done, weights in enumerate(tried, 1):
        now = judged.ndcg(np.append(weights, 0.0))
        if now > value:
            best, value = weights, now
        yield Record(0, 1, ends_epoch=False, part=0.7 + 0.2 * done / len(tried))
    cold = max(np.arange(1.0, 0.05, -0.1), key=lambda weight: judged.ndcg(np.append(best, weight)))
    value = judged.ndcg(np.append(best, cold))
    for number, step in enumerate(STEPS, 1):
        better = True
        while better:
            better = False
            for weights in _near(best, step):
                now = judged.ndcg(np.append(weights, cold))
                if now > value:
                    best, value, better = weights, now, True
        yield Record(0, 1, ends_epoch=False, part=0.9 + 0.1 * number / len(STEPS))
    return best, float(cold)


def grid(members: int) -> Iterator[Array]:
    """Weights that add up to 1, in as many even steps (50 at most) as give no more than `TRIED` of them."""
    parts = max(n for n in range(1, 51) if n == 1 or comb(n + members - 1, members - 1) <= TRIED)
    for bars in combinations(range(parts + members - 1), members - 1):
        yield (np.diff([-1, *bars, parts + members - 1]) - 1) / parts


def _near(weights: Array, step: float) -> Iterator[Array]:
    """Weights with `step` moved from one member to another, as far as it has that."""
    for giver in range(len(weights)):
        for taker in range(len(weights)):
            moved = min(step, float(weights[giver]))
            if giver != taker and moved > 0:
                moved_weights = weights.copy()
                moved_weights[giver] -= moved
                moved_weights[taker] += moved
                yield moved_weights
