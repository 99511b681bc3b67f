"""How near a run's lists come to the best that there could be, on simulated data whose truth is known."""

from pathlib import Path
from typing import Any

import numpy as np

from workbench.control import Control
from workbench.data.interactions import Array, UserItems
from workbench.data.simulator import Truth
from workbench.errors import WorkbenchError
from workbench.evaluation.intervals import bootstrap
from workbench.evaluation.ranking import blocks, recommend
from workbench.insight.looking import load, seen_of

Json = dict[str, Any]


def read_truth(folder: Path) -> Truth:
    """What was planted in a simulated folder.

    Raises
    ------
    WorkbenchError
        If there is none, or it is damaged.
    """
    path = folder / "truth.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays: Json = {name: stored[name] if stored[name].ndim else float(stored[name]) for name in stored.files}
            truth = Truth(**arrays)
            sizes = len(truth.length), len(truth.popularity), truth.genre.shape[1]
            shapes = {truth.taste.shape, truth.later_taste.shape}, truth.genre.shape, len(truth.item_bias)
            whole = shapes == ({(sizes[0], sizes[2])}, (sizes[1], sizes[2]), sizes[1])
    except (OSError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise WorkbenchError(
            f"{path} is no truth of a simulation: {error}. Name the folder that simulate wrote."
        ) from error
    if not whole:
        raise WorkbenchError(f"{path} is damaged: its arrays do not belong together. Simulate the data again.")
    return truth


def regret(run: Path, truth_folder: Path, k: int = 10, control: Control | None = None) -> Json:
    """What the lists of a run miss of the best possible ones.

    The worth of a list is the chance that the person's next pick is in it. The best possible list has the likeliest items
    of those that may be listed.

    Returns
    -------
    dict
        ``users``, ``k``, ``run``, ``best``, ``popular`` (mean worth of the run's, the best and the most popular lists),
        ``share`` with ``low`` and ``high`` (of the best that the run reaches, mean over users), ``regret`` (the rest).

    Raises
    ------
    WorkbenchError
        If the run has other data than the simulation.
    """
    control = control or Control()
    truth = read_truth(truth_folder)
    opened, algorithm, _ = load(run)
    data = opened.data
    items = _numbers(data.item_ids.to_pylist(), len(truth.popularity), truth_folder)
    people = np.flatnonzero(opened.fold.shown_at_test.by_user.lengths > 0).astype(np.int32)
    users = _numbers([data.user_ids[at].as_py() for at in people.tolist()], len(truth.length), truth_folder)
    popular = np.argsort(-opened.fold.train.item_counts, kind="stable").astype(np.int32)
    found = np.zeros((len(people), 3))
    for block in blocks(len(people), len(truth.popularity)):
        control.check()
        rows = people[block]
        seen = seen_of(opened, rows)
        chance = np.stack([truth.chances(user) for user in users[block].tolist()])[:, items]
        histories = opened.fold.shown_at_test.by_user.rows(rows)
        listed = recommend(algorithm, rows, histories, k, seen, opened.fold.train.item_counts).items
        found[block, 0] = np.where(listed >= 0, np.take_along_axis(chance, np.maximum(listed, 0), axis=1), 0).sum(
            axis=1
        )
        chance[_entries(seen)] = 0
        found[block, 1] = np.sort(chance, axis=1)[:, -k:].sum(axis=1)
        found[block, 2] = _first_unseen(chance, popular, seen, k)
        control.progress(block.stop / len(people), f"{block.stop:,} people")
    share = found[:, [0]] / np.maximum(found[:, [1]], 1e-300)
    low, high = bootstrap(share)
    mean = found.mean(axis=0)
    return {
        "users": len(people),
        "k": k,
        "run": float(mean[0]),
        "best": float(mean[1]),
        "popular": float(mean[2]),
        "share": float(share.mean()),
        "low": float(low[0]),
        "high": float(high[0]),
        "regret": float(mean[1] - mean[0]),
    }


def _numbers(ids: list[str], most: int, folder: Path) -> Array:
    """Simulated ids are the numbers from 1; places from 0."""
    found = np.array([int(one) - 1 if one.isdecimal() else -1 for one in ids], np.int64)
    if len(found) and (found.min() < 0 or found.max() >= most):
        odd = ids[int(np.flatnonzero((found < 0) | (found >= most))[0])]
        raise WorkbenchError(f"The run has '{odd}', which is not in {folder}: it was trained on other data.")
    return found


def _entries(rows: UserItems) -> tuple[Array, Array]:
    return np.repeat(np.arange(len(rows)), rows.lengths), rows.item


def _first_unseen(chance: Array, popular: Array, seen: UserItems, k: int) -> Array:
    """Worth of the `k` most popular items that each person has not, float64 (n,)."""
    free = np.ones(chance.shape, bool)
    free[_entries(seen)] = False
    ordered = free[:, popular]
    first = ordered & (np.cumsum(ordered, axis=1) <= k)
    return np.asarray(np.where(first, chance[:, popular], 0).sum(axis=1))
