"""A user's list in another order, and what that costs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.insight.asked_list import Order
from workbench.insight.looking import indices_of
from workbench.insight.person import Person
from workbench.insight.reranking import Known, Wishes, genre_shares, rerank

Json = dict[str, Any]
# Candidates for each place of a list in another order.
CANDIDATES = 10
# Wishes for diversity whose price is told beside the one that was chosen.
STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Candidates:
    """The best m items of a person, from which a list is ordered.

    Attributes
    ----------
    items : int32 (m,)
        Indices, best first.
    scores : float32 (m,)
    known
        What re-ranking must know of them.
    """

    items: Array
    scores: Array
    known: Known

    @classmethod
    def of(cls, of_items: Array, person: Person, items: Array, scores: Array) -> "Candidates":
        """Those of a person; `of_items` are the vectors of all items."""
        return cls(items, scores, known_of(of_items, person.data, items, person.history))

    def ordered(self, k: int, wishes: Wishes) -> Array:
        """Places among the candidates of a list of `k`, in its order, int64."""
        return rerank(self.items, self.scores, k, wishes, self.known)


def wishes_of(order: Order, data: Interactions) -> Wishes:
    """What is wanted, with indices of items; raises WorkbenchError for an item that is not there, or a share beyond 1."""
    ids = {name: tuple(indices_of(data, getattr(order, name))) for name in ("exclude", "pin")}
    return Wishes(**(order.model_dump() | ids))


def figures(candidates: Candidates, k: int, wishes: Wishes, places: Array, truth: Array | None) -> Json:
    """What a list was like ``before`` it was ordered and is like ``after``, when it has its items from these places.

    Told are ``diversity``, ``popularity``, ``relevance`` (share of the scores that is kept) and ``hits`` (None of somebody
    new); ``tradeoff`` tells the first three for each diversity in `STEPS`, all other wishes being the same.
    """
    worth = _worth(candidates.scores)

    def told(order: Array) -> Json:
        hits = None if truth is None else int(np.isin(candidates.items[order], truth).sum())
        return _likeness(candidates.known, worth, order) | {"hits": hits}

    return {
        "before": told(np.arange(min(k, len(candidates.items)))),
        "after": told(places),
        "tradeoff": [
            _likeness(candidates.known, worth, candidates.ordered(k, replace(wishes, diversity=share)))
            for share in STEPS
        ],
    }


def known_of(of_items: Array, data: Interactions, candidates: Array, history: UserItems) -> Known:
    """What re-ranking must know of candidates: likeness by the cosine of `of_items`, popularity, genres, taste."""
    unit = of_items[candidates].astype(np.float64)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    popularity = np.log1p(data.item_counts) / max(float(np.log1p(data.item_counts.max(initial=0))), 1e-12)
    genres, taste = np.zeros((len(candidates), 0), bool), np.zeros(0)
    if data.item_features is not None:
        wanted = np.concatenate([candidates, history.item])
        flags = _genre_flags(data.item_features, wanted)
        genres, taste = flags[: len(candidates)], genre_shares(flags[len(candidates) :])
    return Known(np.clip(unit @ unit.T, 0, 1), popularity[candidates], genres, taste)


def _genre_flags(features: Items, wanted: Array) -> Array:
    """Which of the genres that any of some items has each of them has, bool (n, g)."""
    lists = features.genres.take(pa.array(wanted.astype(np.int64))).to_pylist()
    names = {name: at for at, name in enumerate(sorted({name for genres in lists for name in genres or ()}))}
    flags = np.zeros((len(lists), len(names)), bool)
    for row, genres in enumerate(lists):
        flags[row, [names[name] for name in genres or ()]] = True
    return flags


def _likeness(known: Known, worth: Array, order: Array) -> Json:
    """How unlike the items of a list are (mean over pairs), how popular (mean), what it keeps of the scores; 0 to 1."""
    pairs = known.similarity[np.ix_(order, order)]
    n = len(order)
    alike = (pairs.sum() - np.trace(pairs)) / (n * (n - 1)) if n > 1 else 1.0
    most = float(worth[: len(order)].sum())
    return {
        "diversity": float(1 - alike),
        "popularity": float(known.popularity[order].mean()) if n else 0.0,
        "relevance": float(worth[order].sum()) / most if most > 0 else 1.0,
    }


def _worth(scores: Array) -> Array:
    """Scores of candidates from 0, for the last one, to 1."""
    value = np.asarray(scores, np.float64)
    span = value[0] - value[-1] if len(value) else 0.0
    return (value - value[-1]) / span if 0 < span < np.inf else np.ones(len(value))
