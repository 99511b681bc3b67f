"""The jobs that the window hands to its worker process; each takes and gives plain JSON values.

Every job takes `control`, through which it tells its progress.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm, all_algorithms
from workbench.control import Control
from workbench.data import filtering
from workbench.data.density import FIELDS, Ordered
from workbench.data.importing import Recipe, import_file
from workbench.data.interactions import Interactions, UserItems
from workbench.data.items import Items
from workbench.data.moments import written
from workbench.data.splitting import SHOWN, TEST, TRAIN, UNUSED, VALIDATION, checks, make_split
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import recommend as best_items
from workbench.export.lists import export_lists
from workbench.files import read_json
from workbench.training.judging import evaluate_run
from workbench.training.run import Run

Json = dict[str, Any]


def preview(path: str, control: Control, format: Json | None = None, rows: int = 200) -> Json:  # noqa: A002
    """The first rows of a file, its layout, and a guess of its columns."""
    from workbench.data import columns, reading

    seen = reading.preview(Path(path), reading.Format(**format) if format else None, rows)
    guess = columns.guess(seen)
    return {
        "path": path,
        "names": seen.names,
        "rows": seen.rows,
        "format": seen.format.model_dump(),
        "columns": guess.columns.model_dump() if guess.columns else None,
        "evidence": guess.evidence,
        "problem": guess.problem,
        "question": guess.question,
        "counts": guess.counts,
        "tables": seen.tables,
    }


def import_data(
    paths: str | dict[str, str], folder: str, control: Control, recipe: Json | None = None, items: str | None = None
) -> Json:
    """Read a file (or the person's own training, validation and test files) into a data folder."""
    sources = {name: Path(one) for name, one in paths.items()} if isinstance(paths, dict) else Path(paths)
    asked = Recipe(**recipe) if recipe else None
    about: Json = import_file(sources, Path(folder), asked, Path(items) if items else None, control=control)
    return about


def filter_facts(data: str, filters: list[Json], control: Control) -> Json:
    """What each filter of a chain leaves."""
    return _filtered(Path(data), filters)[1]


def split_facts(data: str, name: str, settings: Json, control: Control, filters: list[Json] | None = None) -> Json:
    """What lands where under a split of what the filters leave."""
    split = make_split(name, settings)
    interactions, _ = _filtered(Path(data), filters or [])
    fold = split.split(interactions)
    test, train = fold.test, fold.train
    sizes = [int(np.count_nonzero(fold.places == place)) for place in range(UNUSED + 1)]
    hidden_items, unknown_items = checks.hidden_items(test, train)
    first_hidden = checks.first_hidden(fold) if split.by_time else None
    return {
        "words": split.describe(),
        "interactions": len(interactions),
        "train": sizes[TRAIN],
        "validation": sizes[VALIDATION],
        "test": sizes[TEST],
        "test_users": len(test),
        "users": int((interactions.by_user.lengths > 0).sum()),
        "cold_users": checks.without_history(test),
        "cold_items": unknown_items,
        "test_items": hidden_items,
        "shown": sizes[SHOWN],
        "unused": sizes[UNUSED],
        "leaked": checks.shown_and_hidden(test, interactions.n_items),
        "learned_later": checks.learned_later(fold) if split.by_time else None,
        "test_starts": None if first_hidden is None else written(first_hidden),
        "equal_times": checks.equal_times(interactions),
        "picture": _picture(interactions, fold.places),
    }


def density(
    data: str, control: Control, users: list[int] | None = None, items: list[int] | None = None, fields: int = FIELDS
) -> Json:
    """How many interactions fall into each field of a part of the matrix, users and items in the order of their counts.

    `users` and `items` are the first and one past the last place in the order; all where they are left out.
    """
    folder = Path(data)
    ordered = _ordered(folder, read_json(folder / "data.json")["hash"])
    part = [None if one is None else (int(one[0]), int(one[1])) for one in (users, items)]
    counts, rows, columns = ordered.counts(part[0], part[1], min(fields, FIELDS), control)
    return {
        "counts": counts.tolist(),
        "user_edges": rows.tolist(),
        "item_edges": columns.tolist(),
        "users": len(ordered.users),
        "items": len(ordered.items),
    }


@lru_cache(maxsize=1)
def _ordered(folder: Path, data_hash: str) -> Ordered:
    return Ordered(Interactions.open(folder))


def _filtered(folder: Path, filters: list[Json]) -> tuple[Interactions, Json]:
    """What filters leave, and what each of them left; kept until others are asked for."""
    data_hash = read_json(folder / "data.json")["hash"]
    return _applied(folder, data_hash, json.dumps(filters, sort_keys=True))


@lru_cache(maxsize=1)
def _applied(folder: Path, data_hash: str, filters: str) -> tuple[Interactions, Json]:
    data = Interactions.open(folder)
    left, steps = filtering.apply(filtering.make_filters(json.loads(filters)), data)
    return left, filtering.facts(data, steps)


def _picture(data: Interactions, places: np.ndarray, users: int = 24, newest: int = 40) -> list[str]:
    """For some users, spread over all: the place (0, 1, 2) of each of their newest interactions, the newest last."""
    starts = data.by_user.indptr
    lively = np.flatnonzero(data.by_user.lengths >= 3)  # noqa: PLR2004 - fewer show nothing
    chosen = np.unique(lively[np.linspace(0, len(lively) - 1, users).astype(int)]) if len(lively) else lively
    return ["".join(map(str, places[max(starts[u], starts[u + 1] - newest) : starts[u + 1]])) for u in chosen]


def evaluate(run: str, control: Control) -> Json:
    """Open the test for a run; the answer is also kept in its folder."""
    return evaluate_run(Run.open(Path(run)), control=control)


@lru_cache(maxsize=2)
def _loaded(folder: Path, stamp: float) -> tuple[Run, Algorithm, Items | None]:
    """A trained run, kept for the next question about it. `stamp` tells one training from the next."""
    run = Run.open(folder)
    return run, run.trained_algorithm(), run.data.item_facts


def load(folder: Path) -> tuple[Run, Algorithm, Items | None]:
    """A trained run with its algorithm and its items' titles; raises WorkbenchError where it is not trained."""
    model = folder / "model.safetensors"
    return _loaded(folder, model.stat().st_mtime if model.exists() else 0.0)


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
            **_item(data, items, int(item)),
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


def _item(data: Interactions, items: Items | None, index: int) -> Json:
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
            **_item(data, items, int(history.item[at])),
            "rating": None if history.rating is None else float(history.rating[at]),
            "time": None if history.time is None else int(history.time[at]),
        }
        for at in newest
    ]


def find_users(data: str, query: str, control: Control, limit: int = 50) -> list[Json]:
    """Users whose id holds the query; those who start with it first, then by number of interactions."""
    interactions = Interactions.open(Path(data))
    lengths = interactions.by_user.lengths
    holds = pc.match_substring(interactions.user_ids, query, ignore_case=True) if query else None
    found = np.arange(interactions.n_users) if holds is None else np.flatnonzero(holds.to_numpy(zero_copy_only=False))
    ids = interactions.user_ids.take(pa.array(found))
    starts = pc.starts_with(ids, query).to_numpy(zero_copy_only=False)
    order = np.lexsort((-lengths[found], ~starts))[:limit]
    return [{"user": ids[int(at)].as_py(), "interactions": int(lengths[found[at]])} for at in order]


def export(
    run: str, output: str, control: Control, users: list[str] | None = None, k: int = 10, include_seen: bool = False
) -> Json:
    """Write the lists of some or all users to a file."""
    opened, algorithm, items = load(Path(run))
    return export_lists(
        opened, algorithm, Path(output), users=users, k=k, include_seen=include_seen, items=items, control=control
    )


def warm_up(control: Control) -> Json:
    """Load what the first recommendation would wait for."""
    from workbench.evaluation.ranking import top_k

    top_k(np.zeros((1, 2), np.float32), 1)
    return {"algorithms": list(all_algorithms())}


JOBS: dict[str, Callable[..., Any]] = {
    "preview": preview,
    "import": import_data,
    "filter": filter_facts,
    "split": split_facts,
    "density": density,
    "evaluate": evaluate,
    "recommend": recommend,
    "find_users": find_users,
    "export": export,
    "warm_up": warm_up,
}
