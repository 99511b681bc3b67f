"""One user under one run: history, list, reasons, and lists for histories that never were; as plain JSON values."""

from dataclasses import asdict, replace
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
from workbench.files import read_json, write_json
from workbench.insight import explaining, items
from workbench.insight.reranking import Known, Wishes, genre_shares, rerank
from workbench.training.run import Run

Json = dict[str, Any]
# Candidates for each place of a list in another order.
CANDIDATES = 10
# Wishes for diversity whose price is told beside the one that was chosen.
STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


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
    index = user_index(opened, user)
    rows = np.array([index])
    history = fold.shown_at_test.by_user.rows(rows)
    known = fold.train.by_user.lengths[index] > 0
    seen = None if include_seen else _seen(opened, rows)
    listed, scores = best_items(algorithm, np.array([index if known else -1], np.int32), history, k, seen)
    truth = set(_truth(opened, index).tolist())
    had = set(_seen(opened, rows).item.tolist()) if include_seen else set()
    there = listed[0] >= 0
    found = [
        {**told, "rank": rank, "score": score, "hit": item in truth, "seen": item in had}
        for rank, (told, item, score) in enumerate(_listed(data, items, listed[0][there], scores[0][there]), 1)
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


def _listed(data: Interactions, items: Items | None, listed: Array, scores: Array) -> list[tuple[Json, int, float]]:
    """What is shown of each item of a list, its index, and its score."""
    return list(zip(items_json(data, items, listed), listed.tolist(), scores.tolist(), strict=True))


def user_index(run: Run, user: str) -> int:
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
    return items_json(data, items, [index])[0]


def items_json(data: Interactions, items: Items | None, indices: Array | list[int]) -> list[Json]:
    """What is shown of some items, looked up all at once."""
    wanted = np.asarray(indices, np.int64)
    where = pa.array(wanted)
    ids, counts = data.item_ids.take(where).to_pylist(), data.item_counts[wanted].tolist()
    if items is None:
        return [{"item": i, "interactions": n, "title": i} for i, n in zip(ids, counts, strict=True)]
    titles, years, genres = (
        items.titles(wanted),
        items.year.take(where).to_pylist(),
        items.genres.take(where).to_pylist(),
    )
    return [
        {"item": i, "interactions": n, "title": title, "year": year, "genres": genre}
        for i, n, title, year, genre in zip(ids, counts, titles, years, genres, strict=True)
    ]


def _history(data: Interactions, items: Items | None, history: UserItems) -> list[Json]:
    """Newest first; at most the thousand newest, which is more than anybody scrolls."""
    newest = np.arange(len(history.item))[::-1][:1000]
    told = items_json(data, items, history.item[newest])
    for one, at in zip(told, newest.tolist(), strict=True):
        one["rating"] = None if history.rating is None else float(history.rating[at])
        one["time"] = None if history.time is None else int(history.time[at])
    return told


def explain(run: str, user: str, item: str, control: Control) -> Json:
    """Why an item has its place in a user's list: what each interaction of the history does for it."""
    opened, algorithm, _ = load(Path(run))
    index = user_index(opened, user)
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
        {**told, "rank": rank, "score": score}
        for rank, (told, _, score) in enumerate(_listed(opened.data, facts, found.items, found.scores), 1)
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
    there = listed[0] >= 0
    before = _before(Path(run), user, listed[0][there].tolist()) if user is not None else {}
    found = [
        {**told, "rank": rank, "score": score, "was": before.get(one)}
        for rank, (told, one, score) in enumerate(_listed(data, facts, listed[0][there], scores[0][there]), 1)
    ]
    answer: Json = {"algorithm": opened.spec.algorithm, "fold_in": algorithm.fold_in, "items": found}
    if explain_item is not None:
        told = explaining.explain(algorithm, imagined, data.item_index(explain_item), control=control)
        answer["why"] = _told(data, told)
    return answer


def reorder(run: str, user: str, wishes: Json, control: Control, k: int = 20) -> Json:
    """A user's list in another order: more various, nearer to the taste, less popular, by rules (`reranking.Wishes`).

    ``exclude`` and ``pin`` are ids here. The answer tells what the list was like before and is like after: ``diversity``,
    ``popularity``, ``relevance`` (share of the scores that is kept) and ``hits``; ``tradeoff`` tells the first three for
    each diversity in `STEPS`, all other wishes being the same.
    """
    opened, algorithm, facts = load(Path(run))
    data = opened.data
    index = user_index(opened, user)
    row = np.array([index])
    history, seen = opened.fold.shown_at_test.by_user.rows(row), _seen(opened, row)
    known_user = opened.fold.train.by_user.lengths[index] > 0
    who = np.array([index if known_user else -1], np.int32)
    listed, scores = best_items(algorithm, who, history, min(CANDIDATES * k, data.n_items), seen)
    candidates, value = listed[0][listed[0] >= 0], scores[0][listed[0] >= 0]
    ids = {name: tuple(indices_of(data, list(wishes.get(name, ())))) for name in ("exclude", "pin")}
    known = known_of(vectors(Path(run)), data, candidates, history)
    wanted = Wishes(**{**wishes, **ids})
    order = rerank(candidates, value, k, wanted, known)
    truth = set(_truth(opened, index).tolist())
    found = [
        {**told, "rank": rank, "was": int(at) + 1, "score": score, "hit": item in truth}
        for rank, (at, (told, item, score)) in enumerate(
            zip(order, _listed(data, facts, candidates[order], value[order]), strict=True), 1
        )
    ]
    plain = np.arange(min(k, len(candidates)))
    worth = _worth(value)
    return {
        "items": found,
        "before": _likeness(known, worth, plain) | {"hits": sum(int(candidates[at]) in truth for at in plain.tolist())},
        "after": _likeness(known, worth, order) | {"hits": sum(one["hit"] for one in found)},
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


def indices_of(data: Interactions, ids: list[str]) -> list[int]:
    """Indices of items by their ids, all at once; raises WorkbenchError where there is none."""
    found = pc.index_in(pa.array(ids, data.item_ids.type), data.item_ids).to_pylist()
    if None in found:
        data.item_index(ids[found.index(None)])  # says which one there is not
    return found


def _imagined(data: Interactions, history: list[Json]) -> UserItems:
    """A history of ids and ratings as one row; the mean rating where one is lacking, and times one step apart."""
    index = indices_of(data, [str(one["item"]) for one in history])
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


def _before(folder: Path, user: str, wanted: list[int]) -> dict[int, int]:
    """Ranks of items in the list of a user as they are, known by the history alone as in `what_if`."""
    load(folder)
    scores, seen = _scores_before(folder, (folder / "model.safetensors").stat().st_mtime, user)
    known = set(seen.tolist())
    return {one: rank_of(scores, one, seen) for one in wanted if one not in known}


@lru_cache(maxsize=4)
def _scores_before(folder: Path, stamp: float, user: str) -> tuple[Array, Array]:
    """Scores of a user as they are, and what they have: the same while their history is changed again and again."""
    run, algorithm, _ = _loaded(folder, stamp)
    row = np.array([user_index(run, user)])
    history = run.fold.shown_at_test.by_user.rows(row)
    return algorithm.score(np.array([-1], np.int32), history)[0], _seen(run, row).item


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
                **shown,
                "contribution": one.contribution,
                "score_without": None if np.isnan(one.score_without) else one.score_without,
                "rank_without": one.rank_without,
                "attention": one.attention,
            }
            for shown, one in zip(
                items_json(data, facts, [one.item for one in told.reasons]), told.reasons, strict=True
            )
        ],
    }


def faithfulness(run: str, control: Control, users: int = 30) -> Json:
    """Whether a run's reasons are the reasons (`explaining.deletion_test`), kept beside the model."""
    folder = Path(run)
    opened, algorithm, _ = load(folder)
    stamp = (folder / "model.safetensors").stat().st_mtime
    path = folder / "faithfulness.json"
    asked = {"model": stamp, "asked": users, "place": explaining.PLACE}
    if path.exists() and asked.items() <= (kept := read_json(path)).items():
        return dict(kept)
    found = explaining.deletion_test(algorithm, opened.fold.shown_at_test.by_user, users, control=control)
    told = asked | asdict(found) if found.users else {"users": 0}
    if found.users:
        write_json(path, told)
    return told
