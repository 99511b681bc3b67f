"""A trained run as it is served: loaded once, asked from one thread, and replaced as a whole when it was trained again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.evidence import BASES
from workbench.evaluation.ranking import recommend
from workbench.insight import explaining, items
from workbench.serving.events import Recent
from workbench.serving.questions import Answer, ItemQuestion, ListQuestion, ScoreQuestion, Whose, WhyQuestion
from workbench.training.run import Run

MODEL = "model.safetensors"


class NotFoundHereError(WorkbenchError):
    """A person, an item or a model that nobody knows."""


def stamp_of(folder: Path) -> int:
    """What tells one training of a run from the next."""
    return (folder / MODEL).stat().st_mtime_ns


class Model:
    """One trained run.

    Attributes
    ----------
    name : str
        Its run folder's.
    stamp : int
        Of the training it is of.
    """

    def __init__(self, folder: Path, recent: Recent) -> None:
        self.name, self.stamp = folder.resolve().name, stamp_of(folder)
        self.run, self.recent = Run.open(folder), recent
        self.algorithm: Algorithm = self.run.trained_algorithm()
        data, fold = self.run.data, self.run.fold
        self.data, self.features, self.counts = data, data.item_features, fold.train.item_counts
        self._shown, self._seen = fold.shown_at_test.by_user, fold.seen_at_test.by_user
        self._learned = fold.learned_from.by_user.lengths > 0
        self._users, self._items = (
            {name: at for at, name in enumerate(ids.to_pylist())} for ids in (data.user_ids, data.item_ids)
        )
        self._ids = data.item_ids.to_pylist()
        self._rating = float(data.rating.mean()) if data.rating is not None and len(data) else 0.0
        self._now = int(data.time.max()) if data.time is not None and len(data) else 0
        self.lists([ListQuestion(history=[])])  # what is compiled or loaded at the first list is so before anybody asks

    def about(self) -> Answer:
        """What it is."""
        kind = self.algorithm
        told = {"name": self.name, "algorithm": kind.name, "title": kind.title, "fold_in": kind.fold_in}
        return told | {"users": self.data.n_users, "items": self.data.n_items, "data": self.run.data_identity}

    def knows(self, item: str) -> bool:
        """Whether it has met an item."""
        return item in self._items

    def lists(self, asked: Sequence[ListQuestion]) -> list[list[Answer]]:
        """A list for each: ``item``, ``score``, ``basis``, and ``title`` where titles are known."""
        people = [self._person(one) for one in asked]
        users = np.array([user for user, _, _ in people], np.int32)
        histories = _stacked([history for _, history, _ in people])
        left_out = [self._left_out(one, had) for one, (_, _, had) in zip(asked, people, strict=True)]
        k = min(max(one.k for one in asked), self.data.n_items)
        seen = UserItems(_ends([len(items) for items in left_out]), np.concatenate(left_out))
        found = recommend(self.algorithm, users, histories, k, seen, self.counts)
        return [
            self._told(*(side[row, : one.k] for side in (found.items, found.scores, found.filled)))
            for row, one in enumerate(asked)
        ]

    def similar(self, asked: ItemQuestion) -> Answer:
        """Items like one."""
        found = items.similar(self.algorithm, self._item(asked.item), min(asked.k, self.data.n_items))
        return {"how": found.how, "items": self._told(found.items, found.scores, np.zeros(len(found.items), bool))}

    def explain(self, asked: WhyQuestion) -> Answer:
        """Why an item has its place, by the history alone."""
        _, history, had = self._person(asked)
        found = explaining.explain(self.algorithm, history, self._item(asked.item), had)
        reasons = [
            {"item": self._ids[reason.item], "contribution": reason.contribution, "rank_without": reason.rank_without}
            for reason in found.reasons
            if np.isfinite(reason.contribution)
        ]
        return {"rank": found.rank, "score": found.score, "base": found.base, "how": found.how, "reasons": reasons}

    def score(self, asked: ScoreQuestion) -> Answer:
        """Scores of some items, in their order."""
        user, history, _ = self._person(asked)
        some = [self._item(item) for item in asked.items]
        scores = self.algorithm.score(np.array([user], np.int32), history)[0, some]
        return {"scores": [float(value) if np.isfinite(value) else None for value in scores]}

    def _told(self, listed: Array, scores: Array, filled: Array) -> list[Answer]:
        there = listed >= 0
        rows = zip(listed[there].tolist(), scores[there].tolist(), filled[there].tolist(), strict=True)
        titles = None if self.features is None else self.features.titles(listed[there].astype(np.int64))
        told = [{"item": self._ids[at], "score": score, "basis": BASES[filler]} for at, score, filler in rows]
        return told if titles is None else [row | {"title": title} for row, title in zip(told, titles, strict=True)]

    def _left_out(self, asked: ListQuestion, had: Array) -> Array:
        """Items that stand not in a list."""
        out = [np.zeros(0, np.int32) if asked.include_seen else had]
        out.append(np.array([self._items[item] for item in asked.exclude if item in self._items], np.int32))
        if asked.include is not None:
            free = np.ones(self.data.n_items, bool)
            free[[self._item(item) for item in asked.include]] = False
            out.append(np.flatnonzero(free).astype(np.int32))
        return np.unique(np.concatenate(out))

    def _person(self, asked: Whose) -> tuple[int, UserItems, Array]:
        """Index for the algorithm, history, and what they have."""
        if asked.history is not None:
            history = self._longer(None, asked.history)
            return -1, history, history.item
        assert asked.user is not None
        new = [item for item in self.recent.of(asked.user) if item in self._items]
        index = self._users.get(asked.user)
        if index is None and not new:
            raise NotFoundHereError(
                f"There is no user '{asked.user}' in the data of {self.name}, and no event of theirs."
            )
        history = self._longer(index, new)
        known = index is not None and bool(self._learned[index])
        had = (
            history.item if index is None else np.union1d(self._seen[index], history.item if new else self._seen[index])
        )
        # Who chose something since is known by the history, where the algorithm can read one.
        by_name = known and (not new or self.algorithm.fold_in == "none")
        return index if by_name and index is not None else -1, history, had

    def _longer(self, index: int | None, new: list[str]) -> UserItems:
        """A history of one row with more at its end, each once."""
        before = self._shown.rows(np.zeros(0, np.int64) if index is None else np.array([index]))
        more = [at for at in dict.fromkeys(self._item(item) for item in new) if at not in set(before.item.tolist())]
        sides = (before.item, before.rating, before.time, before.weight)
        values = (more, [self._rating] * len(more), [self._now] * len(more), [1.0] * len(more))
        joined = [None if a is None else np.append(a, np.array(b, a.dtype)) for a, b in zip(sides, values, strict=True)]
        item = joined[0]
        assert item is not None
        return UserItems(np.array([0, len(item)], np.int64), item, *joined[1:])

    def _item(self, item: str) -> int:
        if item not in self._items:
            raise NotFoundHereError(f"There is no item '{item}' in the data of {self.name}.")
        return self._items[item]


def _ends(lengths: list[int]) -> Array:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def _stacked(histories: list[UserItems]) -> UserItems:
    """Histories of one row each, below each other."""
    if len(histories) == 1:
        return histories[0]
    sides = ([one.rating for one in histories], [one.time for one in histories], [one.weight for one in histories])
    ends = _ends([len(one.item) for one in histories])
    return UserItems(ends, np.concatenate([one.item for one in histories]), *map(_joined, sides))


def _joined(values: list[Array | None]) -> Array | None:
    there = [value for value in values if value is not None]
    return np.concatenate(there) if len(there) == len(values) else None
