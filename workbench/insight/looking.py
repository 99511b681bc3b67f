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
from workbench.data.side_files.items import Items
from workbench.errors import WorkbenchError
from workbench.evaluation.evidence import BASES
from workbench.evaluation.ranking import rank_of, scores_for_lists
from workbench.evaluation.ranking import recommend as best_items
from workbench.insight import explaining, items
from workbench.stored import Count, StoredFile, read_stored, write_stored
from workbench.training.run import Run

Json = dict[str, Any]


@lru_cache(maxsize=2)
def _loaded(folder: Path, stamp: float) -> tuple[Run, Algorithm, Items | None]:
    """A trained run, kept for the next question about it. `stamp` tells one training from the next."""
    run = Run.open(folder)
    return run, run.trained_algorithm(), run.data.item_features


def load(folder: Path) -> tuple[Run, Algorithm, Items | None]:
    """A trained run with its algorithm and its items' titles; raises WorkbenchError where it is not trained."""
    model = folder / "model.safetensors"
    return _loaded(folder, model.stat().st_mtime if model.exists() else 0.0)


@lru_cache(maxsize=2)
def _vectors(folder: Path, stamp: float) -> Array:
    run, algorithm, _ = _loaded(folder, stamp)
    return items.vectors_of(algorithm, run.data.positives.unweighted())


def vectors(folder: Path) -> Array:
    """Vectors of a run's items, float32 (n_items, d), kept like the run."""
    load(folder)
    return _vectors(folder, (folder / "model.safetensors").stat().st_mtime)


def recommend(run: str, user: str, control: Control, k: int = 20, include_seen: bool = False) -> Json:
    """One user's history and list, with titles; ``basis`` is what the list was made from (`evidence.BASES`)."""
    opened, algorithm, items = load(Path(run))
    data, fold = opened.data, opened.fold
    index = user_index(opened, user)
    rows = np.array([index])
    history = fold.shown_at_test.by_user.rows(rows)
    known = fold.learned_from.by_user.lengths[index] > 0
    seen = None if include_seen else seen_of(opened, rows)
    who = np.array([index if known else -1], np.int32)
    listed, scores, popular = best_items(algorithm, who, history, k, seen, popularity(opened))
    truth = set(truth_of(opened, index).tolist())
    all_seen = include_seen or opened.spec.include_seen
    had = set(fold.seen_by("train+validation").by_user.rows(rows).item.tolist()) if all_seen else set()
    there = listed[0] >= 0
    found = [
        {**shown, "rank": rank, "score": score, "hit": item in truth, "seen": item in had}
        for rank, (shown, item, score) in enumerate(listed_of(data, items, listed[0][there], scores[0][there]), 1)
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
        "basis": BASES[int(popular[0])],
    }


def popularity(run: Run) -> Array:
    """Training interactions of each item: what people get of whom nothing is known."""
    return run.fold.train.item_counts


def listed_of(data: Interactions, items: Items | None, listed: Array, scores: Array) -> list[tuple[Json, int, float]]:
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


def seen_of(run: Run, rows: np.ndarray) -> UserItems:
    """What is left out of the person's lists: what they already have in training and validation."""
    return run.fold.seen_at_test.by_user.rows(rows)


def truth_of(run: Run, user: int) -> np.ndarray:
    """Items of the person that the test hides, int32."""
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
    entries = items_json(data, items, history.item[newest])
    for entry, at in zip(entries, newest.tolist(), strict=True):
        entry["rating"] = None if history.rating is None else float(history.rating[at])
        entry["time"] = None if history.time is None else int(history.time[at])
    return entries


def explain(run: str, user: str, item: str, control: Control) -> Json:
    """Why an item has its place in a user's list: what each interaction of the history does for it.

    `rank_learned` is the place in the user's own list. It differs from `rank`, the place by the history alone that the
    reasons are about, where an algorithm has learned more of a user than a history tells it of a new person.
    """
    opened, algorithm, _ = load(Path(run))
    row = np.array([user_index(opened, user)], np.int32)
    history = opened.fold.shown_at_test.by_user.rows(row)
    masked, index = seen_of(opened, row), opened.data.item_index(item)
    seen = masked.item
    who = np.where(opened.fold.learned_from.by_user.lengths[row] > 0, row, -1).astype(np.int32)
    told = _unknown(opened, algorithm, who, history, index, masked)
    explanation = told or explaining.explain(algorithm, history, index, seen, control)
    learned = explanation.rank
    if told is None and algorithm.fold_in != "exact":
        learned = rank_of(algorithm.score(who, history)[0], index, seen[seen != index])
    return {
        "user": user,
        "algorithm": opened.spec.algorithm,
        **_explained(opened.data, explanation),
        "rank_learned": learned,
    }


def _unknown(
    run: Run, algorithm: Algorithm, who: Array, history: UserItems, item: int, seen: UserItems
) -> explaining.Explanation | None:
    """What is to be said of an item in the list of somebody of whom nothing is known; None where something is."""
    scores, unknown = scores_for_lists(algorithm, who, history, seen, popularity(run))
    if not unknown[0]:
        return None
    chosen = scores[0, item] = float(popularity(run)[item])  # also of what is in no list, because it was seen
    return explaining.Explanation(item, rank_of(scores[0], item, np.empty(0, np.int64)), chosen, 0.0, "popularity", [])


def similar(run: str, item: str, control: Control, k: int = 10) -> Json:
    """Items that are like one, as the run's algorithm sees it."""
    opened, algorithm, features = load(Path(run))
    index = opened.data.item_index(item)
    found = items.similar(algorithm, index, k)
    neighbours = [
        {**shown, "rank": rank, "score": score}
        for rank, (shown, _, score) in enumerate(listed_of(opened.data, features, found.items, found.scores), 1)
    ]
    return {
        "algorithm": opened.spec.algorithm,
        "how": found.how,
        **item_json(opened.data, features, index),
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
    opened, algorithm, features = load(Path(run))
    data = opened.data
    imagined = _imagined(data, history)
    if user is not None:
        imagined = _weighted(opened, user, imagined)
    had = imagined if user is None else _with_refused(opened, user, imagined)
    nobody = np.array([-1], np.int32)
    listed, scores, popular = best_items(algorithm, nobody, imagined, k, had, popularity(opened))
    there = listed[0] >= 0
    before = _before(Path(run), user, listed[0][there].tolist()) if user is not None else {}
    found = [
        {**shown, "rank": rank, "score": score, "was": before.get(item)}
        for rank, (shown, item, score) in enumerate(listed_of(data, features, listed[0][there], scores[0][there]), 1)
    ]
    answer: Json = {"algorithm": opened.spec.algorithm, "fold_in": algorithm.fold_in, "items": found}
    answer["basis"] = BASES[int(popular[0])]
    if explain_item is not None:
        index = data.item_index(explain_item)
        told = _unknown(opened, algorithm, nobody, imagined, index, imagined)
        explanation = told or explaining.explain(algorithm, imagined, index, control=control)
        answer["why"] = _explained(data, explanation)
    return answer


def indices_of(data: Interactions, ids: list[str]) -> list[int]:
    """Indices of items by their ids, all at once; raises WorkbenchError where there is none."""
    found = pc.index_in(pa.array(ids, data.item_ids.type), data.item_ids).to_pylist()
    if None in found:
        data.item_index(ids[found.index(None)])  # says which one there is not
    return found


def _imagined(data: Interactions, history: list[Json]) -> UserItems:
    """A history of ids and ratings as one row; the mean rating where one is lacking, and times one step apart."""
    index = indices_of(data, [str(entry["item"]) for entry in history])
    if len(set(index)) < len(index):
        message = "An item is in this history twice. Remove one of the two."
        raise WorkbenchError(message)
    rating = None
    if data.rating is not None:
        usual = float(data.rating.mean()) if len(data) else 0.0
        given = [entry.get("rating") for entry in history]
        rating = np.array([usual if value is None else float(value) for value in given], np.float32)
    time = None
    if data.time is not None:
        newest = int(data.time.max()) if len(data) else 0
        time = newest - np.arange(len(index), dtype=np.int64)[::-1]
    return UserItems(np.array([0, len(index)]), np.array(index, np.int32), rating, time)


def _weighted(run: Run, user: str, imagined: UserItems) -> UserItems:
    """What a user really did keeps the worth that the algorithm reads; what is imagined weighs 1."""
    history = run.fold.shown_at_test.by_user.rows(np.array([user_index(run, user)]))
    if history.weight is None:
        return imagined
    known = dict(zip(history.item.tolist(), history.weight.tolist(), strict=True))
    weight = [known.get(item, 1.0) for item in imagined.item.tolist()]
    return replace(imagined, weight=np.array(weight, np.float32))


def _with_refused(run: Run, user: str, imagined: UserItems) -> UserItems:
    """What is left out of the list of an imagined history: that, and what the user saw and did not choose."""
    rows = run.data.by_user.rows(np.array([user_index(run, user)]))
    if rows.weight is None:
        return imagined
    refused = rows.item[rows.weight <= 0]
    return UserItems.from_lists([[*imagined.item.tolist(), *refused.tolist()]])


def _before(folder: Path, user: str, wanted: list[int]) -> dict[int, int]:
    """Ranks of items in the list of a user as they are, known by the history alone as in `what_if`."""
    load(folder)
    scores, seen = _scores_before(folder, (folder / "model.safetensors").stat().st_mtime, user)
    known = set(seen.tolist())
    return {item: rank_of(scores, item, seen) for item in wanted if item not in known}


@lru_cache(maxsize=4)
def _scores_before(folder: Path, stamp: float, user: str) -> tuple[Array, Array]:
    """Scores of a user as they are, and what they have: the same while their history is changed again and again."""
    run, algorithm, _ = _loaded(folder, stamp)
    row = np.array([user_index(run, user)])
    history = run.fold.shown_at_test.by_user.rows(row)
    seen = seen_of(run, row)
    scores, _ = scores_for_lists(algorithm, np.array([-1], np.int32), history, seen, popularity(run))
    return scores[0], seen.item


def _explained(data: Interactions, explanation: explaining.Explanation) -> Json:
    features = data.item_features
    return {
        **item_json(data, features, explanation.item),
        "rank": explanation.rank,
        "score": explanation.score,
        "base": explanation.base,
        "how": explanation.how,
        "reasons": [
            {
                **shown,
                "contribution": reason.contribution,
                "score_without": None if np.isnan(reason.score_without) else reason.score_without,
                "rank_without": reason.rank_without,
                "attention": reason.attention,
            }
            for shown, reason in zip(
                items_json(data, features, [reason.item for reason in explanation.reasons]),
                explanation.reasons,
                strict=True,
            )
        ],
    }


class _Faithfulness(StoredFile):
    """What ``faithfulness.json`` holds: an answer, and what it is the answer to."""

    model: float
    asked: Count
    place: Count
    users: Count
    before: float
    top: float
    random: float
    better: float


def _kept(path: Path) -> Json:
    """The answer of an earlier time; empty where there is none that can be read, for it can be found again."""
    try:
        return read_stored(_Faithfulness, path).model_dump(exclude={"version"}) if path.exists() else {}
    except WorkbenchError:
        return {}


def faithfulness(run: str, control: Control, users: int = 30) -> Json:
    """Whether a run's reasons are the reasons (`explaining.deletion_test`), kept beside the model."""
    folder = Path(run)
    opened, algorithm, _ = load(folder)
    stamp = (folder / "model.safetensors").stat().st_mtime
    path = folder / "faithfulness.json"
    asked = {"model": stamp, "asked": users, "place": explaining.PLACE}
    kept = _kept(path)
    if asked.items() <= kept.items():
        return kept
    found = explaining.deletion_test(algorithm, opened.fold.shown_at_test.by_user, users, control=control)
    answer = asked | asdict(found) if found.users else {"users": 0}
    if found.users:
        write_stored(_Faithfulness, path, answer)
    return answer
