"""One user under one run: history, list, reasons, and lists for histories that never were; as plain JSON values."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data import filtering
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.items import Items
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import rank_of
from workbench.evaluation.ranking import recommend as best_items
from workbench.insight import explaining, items
from workbench.insight.reranking import Known, Wishes, genre_shares, rerank
from workbench.training.run import Run

Json = dict[str, Any]
# Candidates for each place of a list in another order.
CANDIDATES = 10


@lru_cache(maxsize=2)
def _loaded(folder: Path, stamp: float) -> tuple[Run, Algorithm, Items | None]:
    """A trained run, kept for the next question about it. `stamp` tells one training from the next."""
    run = Run.open(folder)
    return run, run.trained_algorithm(), run.data.item_facts


def load(folder: Path) -> tuple[Run, Algorithm, Items | None]:
    """A trained run with its algorithm and its items' titles; raises WorkbenchError where it is not trained."""
    model = folder / "model.safetensors"
    return _loaded(folder, model.stat().st_mtime if model.exists() else 0.0)


@lru_cache(maxsize=2)
def _vectors(folder: Path, stamp: float) -> Array:
    run, algorithm, _ = _loaded(folder, stamp)
    return items.vectors_of(algorithm, run.data)


def vectors(folder: Path) -> Array:
    """Vectors of a run's items, float32 (n_items, d), kept like the run."""
    load(folder)
    return _vectors(folder, (folder / "model.safetensors").stat().st_mtime)


def recommend(run: str, user: str, control: Control, k: int = 20, include_seen: bool = False) -> Json:
    """One user's history and list, with titles."""
    opened, algorithm, items = load(Path(run))
    data, fold = opened.data, opened.fold
    index = _user_index(opened, user)
    rows = np.array([index])
    history = fold.shown_at_test.by_user.rows(rows)
    known = fold.train.by_user.lengths[index] > 0
    seen = None if include_seen else _seen(opened, rows)
    listed, scores = best_items(algorithm, np.array([index if known else -1], np.int32), history, k, seen)
    truth = set(_truth(opened, index).tolist())
    had = set(_seen(opened, rows).item.tolist()) if include_seen else set()
    found = [
        {
            **item_json(data, items, int(item)),
            "rank": rank,
            "score": float(score),
            "hit": int(item) in truth,
            "seen": int(item) in had,
        }
        for rank, (item, score) in enumerate(zip(listed[0], scores[0], strict=True), 1)
        if item >= 0
    ]
    return {
        "user": user,
        "algorithm": opened.spec.algorithm,
        "history": _history(data, items, history),
        "history_count": len(history.item),
        "history_since": None if history.time is None or not len(history.time) else int(history.time.min()),
        "history_mean": None if history.rating is None or not len(history.rating) else float(history.rating.mean()),
        "items": found,
        "hidden": len(truth),
        "known": bool(known),
    }


def _user_index(run: Run, user: str) -> int:
    """Index of a person; a sentence where the run's filters left them out."""
    there = run.spec.filters and pc.index(run.data.user_ids, pa.scalar(user, run.data.user_ids.type)).as_py() >= 0
    if run.spec.filters and not there:
        Interactions.open(run.data_folder).user_index(user)  # says where nobody has this id
        message = (
            f"The user '{user}' was left out by the filters of this run ({filtering.describe(run.spec.filters)}). "
        )
        raise WorkbenchError(message + "Choose another user, or a run without filters.")
    return run.data.user_index(user)


def _seen(run: Run, rows: np.ndarray) -> UserItems:
    """What the person already has in training and validation."""
    return run.fold.seen_at_test.by_user.rows(rows)


def _truth(run: Run, user: int) -> np.ndarray:
    at = int(np.searchsorted(run.fold.test.who, user))
    test = run.fold.test
    return test.truth[at] if at < len(test) and test.who[at] == user else np.empty(0, np.int32)


def item_json(data: Interactions, items: Items | None, index: int) -> Json:
    """What is shown of an item."""
    one: Json = {"item": data.item_ids[index].as_py(), "interactions": int(data.item_counts[index])}
    if items is None:
        return one | {"title": one["item"]}
    year = items.year[index].as_py() if items.year is not None else None
    genres = items.genres[index].as_py() if items.genres is not None else None
    return one | {"title": items.titles([index])[0], "year": year, "genres": genres}


def _history(data: Interactions, items: Items | None, history: UserItems) -> list[Json]:
    """Newest first; at most the thousand newest, which is more than anybody scrolls."""
    newest = range(len(history.item) - 1, max(-1, len(history.item) - 1001), -1)
    return [
        {
            **item_json(data, items, int(history.item[at])),
            "rating": None if history.rating is None else float(history.rating[at]),
            "time": None if history.time is None else int(history.time[at]),
        }
        for at in newest
    ]


def explain(run: str, user: str, item: str, control: Control) -> Json:
    """Why an item has its place in a user's list: what each interaction of the history does for it."""
    opened, algorithm, _ = load(Path(run))
    index = _user_index(opened, user)
    history = opened.fold.shown_at_test.by_user.rows(np.array([index]))
    seen = _seen(opened, np.array([index])).item
    told = explaining.explain(algorithm, history, opened.data.item_index(item), seen, control)
    return {"user": user, "algorithm": opened.spec.algorithm, **_told(opened.data, told)}


def similar(run: str, item: str, control: Control, k: int = 10) -> Json:
    """Items that are like one, as the run's algorithm sees it."""
    opened, algorithm, facts = load(Path(run))
    index = opened.data.item_index(item)
    found = items.similar(algorithm, index, k)
    neighbours = [
        {**item_json(opened.data, facts, int(one)), "rank": rank, "score": float(score)}
        for rank, (one, score) in enumerate(zip(found.items, found.scores, strict=True), 1)
    ]
    return {
        "algorithm": opened.spec.algorithm,
        "how": found.how,
        **item_json(opened.data, facts, index),
        "items": neighbours,
    }


def what_if(
    run: str,
    history: list[Json],
    control: Control,
    k: int = 20,
    user: str | None = None,
    explain_item: str | None = None,
) -> Json:
    """The list for a history that never was: of a user with something added, removed or rated anew, or of somebody new.

    Parameters
    ----------
    history
        ``item`` and, where the data has ratings, ``rating`` of each interaction, in order of time.
    user
        Whose list ``was`` tells the ranks of; None: of nobody.
    explain_item
        An item whose reasons are told too.
    """
    opened, algorithm, facts = load(Path(run))
    data = opened.data
    imagined = _imagined(data, history)
    listed, scores = best_items(algorithm, np.array([-1], np.int32), imagined, k, imagined)
    before = _before(opened, algorithm, user, listed[0]) if user is not None else {}
    found = [
        {**item_json(data, facts, int(one)), "rank": rank, "score": float(score), "was": before.get(int(one))}
        for rank, (one, score) in enumerate(zip(listed[0], scores[0], strict=True), 1)
        if one >= 0
    ]
    answer: Json = {"algorithm": opened.spec.algorithm, "fold_in": algorithm.fold_in, "items": found}
    if explain_item is not None:
        told = explaining.explain(algorithm, imagined, data.item_index(explain_item), control=control)
        answer["why"] = _told(data, told)
    return answer


def reorder(run: str, user: str, wishes: Json, control: Control, k: int = 20) -> Json:
    """A user's list in another order: more various, nearer to the taste, less popular, by rules (`reranking.Wishes`).

    ``exclude`` and ``pin`` are ids here. The answer tells what the list was like before and is like after.
    """
    opened, algorithm, facts = load(Path(run))
    data = opened.data
    index = _user_index(opened, user)
    row = np.array([index])
    history, seen = opened.fold.shown_at_test.by_user.rows(row), _seen(opened, row)
    known_user = opened.fold.train.by_user.lengths[index] > 0
    who = np.array([index if known_user else -1], np.int32)
    listed, scores = best_items(algorithm, who, history, min(CANDIDATES * k, data.n_items), seen)
    candidates, value = listed[0][listed[0] >= 0], scores[0][listed[0] >= 0]
    ids = {name: tuple(data.item_index(one) for one in wishes.get(name, ())) for name in ("exclude", "pin")}
    known = known_of(vectors(Path(run)), data, candidates, history)
    order = rerank(candidates, value, k, Wishes(**{**wishes, **ids}), known)
    truth = set(_truth(opened, index).tolist())
    found = [
        {
            **item_json(data, facts, int(candidates[at])),
            "rank": rank,
            "was": int(at) + 1,
            "score": float(value[at]),
            "hit": int(candidates[at]) in truth,
        }
        for rank, at in enumerate(order.tolist(), 1)
    ]
    plain = np.arange(min(k, len(candidates)))
    return {
        "items": found,
        "before": _likeness(known, plain) | {"hits": sum(int(candidates[at]) in truth for at in plain.tolist())},
        "after": _likeness(known, order) | {"hits": sum(one["hit"] for one in found)},
    }


def known_of(of_items: Array, data: Interactions, candidates: Array, history: UserItems) -> Known:
    """What re-ranking must know of candidates: likeness by the cosine of `of_items`, popularity, genres, taste."""
    unit = of_items[candidates].astype(np.float64)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    popularity = np.log1p(data.item_counts) / max(float(np.log1p(data.item_counts.max(initial=0))), 1e-12)
    genres, taste = np.zeros((len(candidates), 0), bool), np.zeros(0)
    if data.item_facts is not None:
        wanted = np.concatenate([candidates, history.item])
        flags = _genre_flags(data.item_facts, wanted)
        genres, taste = flags[: len(candidates)], genre_shares(flags[len(candidates) :])
    return Known(np.clip(unit @ unit.T, 0, 1), popularity[candidates], genres, taste)


def _genre_flags(facts: Items, wanted: Array) -> Array:
    """Which of the genres that any of some items has each of them has, bool (n, g)."""
    lists = facts.genres.take(pa.array(wanted.astype(np.int64))).to_pylist()
    names = {name: at for at, name in enumerate(sorted({name for one in lists for name in one or ()}))}
    flags = np.zeros((len(lists), len(names)), bool)
    for row, one in enumerate(lists):
        flags[row, [names[name] for name in one or ()]] = True
    return flags


def _likeness(known: Known, order: Array) -> Json:
    """How unlike the items of a list are (mean over pairs), and how popular they are (mean), both 0 to 1."""
    pairs = known.similarity[np.ix_(order, order)]
    n = len(order)
    alike = (pairs.sum() - np.trace(pairs)) / (n * (n - 1)) if n > 1 else 1.0
    return {"diversity": float(1 - alike), "popularity": float(known.popularity[order].mean()) if n else 0.0}


def _imagined(data: Interactions, history: list[Json]) -> UserItems:
    """A history of ids and ratings as one row; the mean rating where one is lacking, and times one step apart."""
    index = [data.item_index(str(one["item"])) for one in history]
    if len(set(index)) < len(index):
        message = "An item stands in this history twice. Remove one of the two."
        raise WorkbenchError(message)
    rating = None
    if data.rating is not None:
        usual = float(data.rating.mean()) if len(data) else 0.0
        given = [one.get("rating") for one in history]
        rating = np.array([usual if one is None else float(one) for one in given], np.float32)
    time = None
    if data.time is not None:
        newest = int(data.time.max()) if len(data) else 0
        time = newest - np.arange(len(index), dtype=np.int64)[::-1]
    return UserItems(np.array([0, len(index)]), np.array(index, np.int32), rating, time)


def _before(run: Run, algorithm: Algorithm, user: str, wanted: Array) -> dict[int, int]:
    """Ranks of items in the list of a user as they are, known by the history alone as in `what_if`."""
    row = np.array([_user_index(run, user)])
    history, seen = run.fold.shown_at_test.by_user.rows(row), _seen(run, row).item
    scores = algorithm.score(np.array([-1], np.int32), history)[0]
    there = [int(one) for one in wanted if one >= 0 and int(one) not in set(seen.tolist())]
    return {one: rank_of(scores, one, seen) for one in there}


def _told(data: Interactions, told: explaining.Explanation) -> Json:
    facts = data.item_facts
    return {
        **item_json(data, facts, told.item),
        "rank": told.rank,
        "score": told.score,
        "base": told.base,
        "how": told.how,
        "reasons": [
            {
                **item_json(data, facts, one.item),
                "contribution": one.contribution,
                "score_without": None if np.isnan(one.score_without) else one.score_without,
                "rank_without": one.rank_without,
                "attention": one.attention,
            }
            for one in told.reasons
        ],
    }
