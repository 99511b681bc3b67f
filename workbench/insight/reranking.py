"""Another order of the best items of a list: more various, nearer to a taste, less popular, by rules of the house.

Carbonell & Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998. Chen, Zhang & Zhou, "Fast greedy MAP
inference for determinantal point process to improve recommendation diversity", NeurIPS 2018, arXiv:1709.05135. Steck,
"Calibrated recommendations", RecSys 2018. Abdollahpouri, Burke & Mobasher, "Managing popularity bias in recommender
systems with personalized re-ranking", FLAIRS 2019.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from workbench.amounts import counted
from workbench.data.interactions import Array
from workbench.errors import WorkbenchError

# Share of the taste that is mixed into a list's genres, so that the divergence stays finite (Steck 2018).
SMOOTHING = 0.01
# A volume that grows by less adds nothing new: the rest is ordered by score.
FLAT = 1e-10
# Gains that agree to so many digits are equal but for rounding: of these candidates the best by score comes first.
DIGITS = 9
# Scores are held within it, so that an infinite one leaves the others a place.
BOUND = 1e30


@dataclass(frozen=True)
class Wishes:
    """What is wanted of a list besides high scores.

    Attributes
    ----------
    diversity : float
        0: as it is, 1: each item as unlike those above it as can be.
    method : ``"mmr"`` or ``"dpp"``
        How: one item after the other is compared with its nearest above (MMR), or with all above at once (DPP).
    calibration : float
        0: as it is, 1: the genres of the list in the proportions of the history.
    popularity_penalty : float
        0: as it is, 1: what the most popular item loses, as a share of the span of scores.
    exclude, pin : tuple of int
        Items that may not stand in the list; items that stand at its top, in this order.
    per_genre : int
        Most items of one genre; 0: any number.
    """

    diversity: float = 0.0
    method: Literal["mmr", "dpp"] = "mmr"
    calibration: float = 0.0
    popularity_penalty: float = 0.0
    exclude: tuple[int, ...] = ()
    pin: tuple[int, ...] = ()
    per_genre: int = 0

    def __post_init__(self) -> None:
        for name in ("diversity", "calibration", "popularity_penalty"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                message = f"{name.replace('_', ' ').capitalize()} must be from 0 to 1, not {value}."
                raise WorkbenchError(message)
        if both := set(self.exclude) & set(self.pin):
            message = f"{counted(len(both), 'item', 'are')} both excluded and pinned. Remove them from one of the two."
            raise WorkbenchError(message)


@dataclass(frozen=True)
class Known:
    """What is known of the m candidates.

    Attributes
    ----------
    similarity : float (m, m)
        How alike two of them are, 0 to 1.
    popularity : float (m,)
        0 to 1.
    genres : bool (m, g)
        Which genres each has; g may be 0.
    taste : float (g,)
        Share of each genre in the history; all 0 where nothing is known.
    """

    similarity: Array
    popularity: Array
    genres: Array = field(default_factory=lambda: np.zeros((0, 0), bool))
    taste: Array = field(default_factory=lambda: np.zeros(0))


def rerank(candidates: Array, scores: Array, k: int, wishes: Wishes, known: Known) -> Array:
    """Choose and order `k` of the candidates.

    Parameters
    ----------
    candidates : int (m,)
        Indices of items, best first; a few times as many as are wanted.
    scores : float (m,)
        Their scores, falling.
    k : int
        Length of the list.

    Returns
    -------
    int64 (at most k,)
        Places in `candidates`, in the new order.
    """
    value = _unit(np.asarray(scores, np.float64)) - wishes.popularity_penalty * known.popularity
    free = ~np.isin(candidates, wishes.exclude)
    chosen = [int(np.flatnonzero(candidates == item)[0]) for item in wishes.pin if (candidates == item).any()][:k]
    free[chosen] = False
    volume = _Volume(known.similarity, value, wishes.diversity) if wishes.method == "dpp" and wishes.diversity else None
    for place in chosen:
        if volume is not None:
            volume.take(place)
    while len(chosen) < min(k, len(candidates)):
        allowed = free & _within(known.genres, chosen, wishes.per_genre)
        if not allowed.any():
            break
        gain = (1 - wishes.calibration) * _gain(value, known.similarity, chosen, wishes, volume)
        if wishes.calibration:
            gain = gain - wishes.calibration * _miscalibration(known, chosen)
        place = int(np.argmax(np.where(allowed, np.round(gain, DIGITS), -np.inf)))
        chosen.append(place)
        free[place] = False
        if volume is not None:
            volume.take(place)
    return np.array(chosen, np.int64)


def divergence(taste: Array, shares: Array) -> Array:
    """Kullback–Leibler divergence of genres in lists (…, g) from a taste (g,), the list smoothed as in Steck (2018)."""
    smooth = (1 - SMOOTHING) * shares + SMOOTHING * taste
    wanted = taste > 0
    logs = np.log(taste[wanted] / np.maximum(smooth[..., wanted], 1e-300))
    return np.asarray((taste[wanted] * logs).sum(axis=-1))


def genre_shares(genres: Array) -> Array:
    """Share of each genre among items (m, g): an item of several genres is divided among them. float64 (g,)."""
    weights = genres / np.maximum(genres.sum(axis=1, keepdims=True), 1)
    return np.asarray(weights.sum(axis=0) / max(weights.sum(), 1e-300))


def _gain(value: Array, similarity: Array, chosen: list[int], wishes: Wishes, volume: "_Volume | None") -> Array:
    if volume is not None:
        return volume.gain()
    near = similarity[:, chosen].max(axis=1) if chosen else 0.0
    return np.asarray((1 - wishes.diversity) * value - wishes.diversity * near)


def _miscalibration(known: Known, chosen: list[int]) -> Array:
    """Divergence of the list from the taste if each candidate came next, float64 (m,)."""
    if not known.taste.sum():
        return np.zeros(len(known.popularity))
    weights = known.genres / np.maximum(known.genres.sum(axis=1, keepdims=True), 1)
    sums = weights[chosen].sum(axis=0) + weights
    return divergence(known.taste, sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-300))


def _within(genres: Array, chosen: list[int], per_genre: int) -> Array | bool:
    """Which candidates bring no genre above its limit, bool (m,)."""
    if not per_genre or not genres.size:
        return True
    full = genres[chosen].sum(axis=0) >= per_genre
    return np.asarray(~genres[:, full].any(axis=1))


def _unit(values: Array) -> Array:
    values = np.clip(np.nan_to_num(values), -BOUND, BOUND)
    low, span = values.min(initial=np.inf), np.ptp(values) if len(values) else 0.0
    return (values - low) / span if span > 0 else np.zeros(len(values))


class _Volume:
    """Greedy growth of det(L) for L = diag(q) S diag(q), log q² = value (1 - diversity) / diversity.

    The determinant grows by q² times what S leaves of a candidate, so only S is factored, whose diagonal is 1: a q of
    any size then neither overflows nor lifts the rounding errors of S over another candidate's share.
    """

    def __init__(self, similarity: Array, value: Array, diversity: float) -> None:
        self._quality = value * (1 - diversity) / max(diversity, 1e-3)
        self._similarity = np.array(similarity, np.float64)
        np.fill_diagonal(self._similarity, 1)
        self._left = np.ones(len(value))
        self._rows = np.zeros((0, len(value)))

    def gain(self) -> Array:
        """Logarithm of the factor by which each candidate would let the volume grow, float64 (m,)."""
        return np.asarray(self._quality + np.log(np.maximum(self._left, FLAT)))

    def take(self, place: int) -> None:
        """Take a candidate into the list: one row more of the Cholesky factor."""
        if self._left[place] <= FLAT:
            return
        row = (self._similarity[place] - self._rows[:, place] @ self._rows) / np.sqrt(self._left[place])
        row[self._left <= FLAT] = 0
        self._rows = np.vstack([self._rows, row])
        self._left = self._left - row**2
