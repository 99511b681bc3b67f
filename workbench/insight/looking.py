"""A trained run as it is looked at: its users and items, what is like an item, whether its reasons are the reasons."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.algorithms.base.item_vectors import rows_by_kind
from workbench.control import Control
from workbench.data import filtering
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import list_length
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


def similar(run: str, item: str, control: Control, k: int = 10, by: str | None = None) -> Json:
    """Items that are like one, as the run's algorithm sees it, or `by` a kind of vectors that the data has."""
    opened, algorithm, features = load(Path(run))
    index = opened.data.item_index(item)
    k = list_length(k, opened.data.n_items)
    found = items.similar(algorithm, index, k) if by is None else items.alike(rows_of(Path(run), by), index, k)
    neighbours = [
        {**shown, "rank": rank, "score": score}
        for rank, (shown, _, score) in enumerate(listed_of(opened.data, features, found.items, found.scores), 1)
    ]
    return {
        "algorithm": opened.spec.algorithm,
        "how": found.how,
        "by": by,
        **item_json(opened.data, features, index),
        "items": neighbours,
    }


def rows_of(folder: Path, kind: str) -> Array:
    """Vectors of a kind that the data of a run has, of length 1 about their mean, float32 (n_items, d), kept for later.

    Raises
    ------
    WorkbenchError
        If the data has no such kind.
    """
    _, _, features = load(folder)
    known = list(features.vectors) if features is not None else []
    if kind not in known:
        there = (
            f"{nearest('kind of item vectors', kind, known)}" if known else "The data of this run has no item vectors."
        )
        raise WorkbenchError(f"{there} Leave out the kind (--by) to compare items as the algorithm sees them.")
    return _rows(folder, (folder / "model.safetensors").stat().st_mtime, kind)


@lru_cache(maxsize=4)
def _rows(folder: Path, stamp: float, kind: str) -> Array:
    features = _loaded(folder, stamp)[2]
    assert features is not None
    return rows_by_kind(features, kind)[kind]


def indices_of(data: Interactions, ids: list[str]) -> list[int]:
    """Indices of items by their ids, all at once; raises WorkbenchError where there is none."""
    found = pc.index_in(pa.array(ids, data.item_ids.type), data.item_ids).to_pylist()
    if None in found:
        data.item_index(ids[found.index(None)])  # says which one there is not
    return found


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
