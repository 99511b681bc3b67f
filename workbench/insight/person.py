"""A user under one run, or somebody new, with a history that may have been changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.insight.asked_list import Changes, Entry
from workbench.insight.looking import indices_of, load, seen_of, truth_of, user_index
from workbench.insight.new_people import find_new
from workbench.training.run import Run


@dataclass(frozen=True)
class Person:
    """Whom a list is for, as the algorithm is shown them.

    Attributes
    ----------
    index
        Of the user in the data; None for somebody new, and for somebody of a file.
    history, left_out : UserItems of one row
        What the algorithm is shown, and what does not stand in the list.
    by_name
        Whether the algorithm has learned of this user, and nothing is changed: else the history alone is scored.
    """

    run: Run
    algorithm: Algorithm
    features: Items | None
    index: int | None
    history: UserItems
    left_out: UserItems
    by_name: bool

    @property
    def data(self) -> Interactions:
        """That of the run."""
        return self.run.data

    @property
    def who(self) -> Array:
        """What `Algorithm.score` takes for this user, int32 (1,)."""
        return np.array([self.index if self.by_name else -1], np.int32)

    @property
    def popularity(self) -> Array:
        """Training interactions of each item: what people get of whom nothing is known."""
        return self.run.fold.train.item_counts

    @property
    def truth(self) -> Array | None:
        """What the test hides of the user, int32; None for somebody new."""
        return None if self.index is None else truth_of(self.run, self.index)


def find_person(run: str, user: str | None, changes: Changes, file: str | None = None) -> Person:
    """Whoever is asked for, in the data or in a file of histories.

    Raises
    ------
    WorkbenchError
        If there is no such user, item, file or trained run.
    """
    opened, algorithm, features = load(Path(run))
    if user is None:
        history = left_out = _nothing(opened.data)
        index, known = None, False
    elif file is not None:
        history, left_out = find_new(Path(run), Path(file), user)
        left_out = _nothing(opened.data) if opened.spec.include_seen else left_out
        index, known = None, False
    else:
        index = user_index(opened, user)
        row = np.array([index])
        history, left_out = opened.fold.shown_at_test.by_user.rows(row), seen_of(opened, row)
        known = bool(opened.fold.learned_from.by_user.lengths[index] > 0)
    if changes:
        removed = np.array(indices_of(opened.data, changes.removed), np.int32)
        history = _changed(opened.data, history, removed, changes)
        left_out = _left_out(left_out, removed, None if opened.spec.include_seen else history)
    return Person(opened, algorithm, features, index, history, left_out, known and not changes)


def _nothing(data: Interactions) -> UserItems:
    none = np.zeros(0, np.int32)
    rating = None if data.rating is None else none.astype(np.float32)
    return UserItems(np.zeros(2, np.int64), none, rating, None if data.time is None else none.astype(np.int64))


def _left_out(before: UserItems, removed: Array, history: UserItems | None) -> UserItems:
    """What was left out and not removed, and a new history where histories are left out."""
    kept = np.setdiff1d(before.item, removed)
    return UserItems.from_lists([(kept if history is None else np.union1d(kept, history.item)).tolist()])


def _changed(data: Interactions, history: UserItems, removed: Array, changes: Changes) -> UserItems:
    """The history without what is removed, some of it rated anew, and what is added as the newest of it."""
    kept = history.where(~np.isin(history.item, removed))
    if kept.rating is not None:
        rating = kept.rating.copy()
        for item, value in zip(_indices(data, changes.rated), _ratings(data, changes.rated), strict=True):
            rating[kept.item == item] = value
        kept = replace(kept, rating=rating)
    there = set(kept.item.tolist())
    added = zip(_indices(data, changes.added), changes.added, strict=True)
    return _longer(data, kept, [(item, entry) for item, entry in added if item not in there])


def _longer(data: Interactions, kept: UserItems, new: list[tuple[int, Entry]]) -> UserItems:
    """One row with more at its end, now: as late as the last interaction that is known. What is new weighs 1."""
    n = len(new)
    now = int(data.time.max()) if data.time is not None and len(data) else 0
    return UserItems(
        np.array([0, len(kept.item) + n]),
        np.concatenate([kept.item, np.array([item for item, _ in new], np.int32)]),
        _joined(kept.rating, _ratings(data, [entry for _, entry in new])),
        _joined(kept.time, [now] * n),
        _joined(kept.weight, [1.0] * n),
    )


def _joined(values: Array | None, more: Sequence[float]) -> Array | None:
    return None if values is None else np.concatenate([values, np.array(more, values.dtype)])


def _indices(data: Interactions, entries: list[Entry]) -> list[int]:
    return indices_of(data, [entry.item for entry in entries])


def _ratings(data: Interactions, entries: list[Entry]) -> list[float]:
    """The mean of all where none is given."""
    usual = float(data.rating.mean()) if data.rating is not None and len(data) else 0.0
    return [usual if entry.rating is None else entry.rating for entry in entries]
