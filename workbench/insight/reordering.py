"""A user's list under one run in another order, and what that costs; as plain JSON values."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.control import Control
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.evaluation.evidence import BASES
from workbench.evaluation.ranking import recommend as best_items
from workbench.insight.looking import indices_of, listed_of, load, popularity, seen_of, truth_of, user_index, vectors
from workbench.insight.reranking import Known, Wishes, genre_shares, rerank

Json = dict[str, Any]
# Candidates for each place of a list in another order.
CANDIDATES = 10
# Wishes for diversity whose price is told beside the one that was chosen.
STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def reorder(run: str, user: str, wishes: Json, control: Control, k: int = 20) -> Json:
    """A user's list in another order: more various, nearer to the taste, less popular, by rules (`reranking.Wishes`).

    ``exclude`` and ``pin`` are ids here. The answer tells what the list was like before and is like after: ``diversity``,
    ``popularity``, ``relevance`` (share of the scores that is kept) and ``hits``; ``tradeoff`` tells the first three for
    each diversity in `STEPS`, all other wishes being the same.
    """
    opened, algorithm, features = load(Path(run))
    data = opened.data
    index = user_index(opened, user)
    row = np.array([index])
    history, seen = opened.fold.shown_at_test.by_user.rows(row), seen_of(opened, row)
    known_user = opened.fold.learned_from.by_user.lengths[index] > 0
    who = np.array([index if known_user else -1], np.int32)
    most = min(CANDIDATES * k, data.n_items)
    listed, scores, popular = best_items(algorithm, who, history, most, seen, popularity(opened))
    candidates, value = listed[0][listed[0] >= 0], scores[0][listed[0] >= 0]
    ids = {name: tuple(indices_of(data, list(wishes.get(name, ())))) for name in ("exclude", "pin")}
    known = known_of(vectors(Path(run)), data, candidates, history)
    wanted = Wishes(**{**wishes, **ids})
    order = rerank(candidates, value, k, wanted, known)
    truth = set(truth_of(opened, index).tolist())
    found = [
        {**shown, "rank": rank, "was": int(at) + 1, "score": score, "hit": item in truth}
        for rank, (at, (shown, item, score)) in enumerate(
            zip(order, listed_of(data, features, candidates[order], value[order]), strict=True), 1
        )
    ]
    plain = np.arange(min(k, len(candidates)))
    worth = _worth(value)
    return {
        "items": found,
        "basis": BASES[int(popular[0])],
        "before": _likeness(known, worth, plain) | {"hits": sum(int(candidates[at]) in truth for at in plain.tolist())},
        "after": _likeness(known, worth, order) | {"hits": sum(item["hit"] for item in found)},
        "tradeoff": [
            _likeness(known, worth, rerank(candidates, value, k, replace(wanted, diversity=share), known))
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
