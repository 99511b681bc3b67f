"""The one place where a list that a person looks at is made, whatever was asked of it; and what is told of it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.control import Control
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items
from workbench.evaluation.evidence import BASES
from workbench.evaluation.ranking import list_length, rank_of, scores_for_lists
from workbench.evaluation.ranking import recommend as best_items
from workbench.insight.asked_list import AskedList, Changes
from workbench.insight.looking import indices_of, items_json, load, vectors
from workbench.insight.person import Person, find_person
from workbench.insight.reordering import CANDIDATES, Candidates, figures, wishes_of
from workbench.insight.unmet import unmet_wishes

Json = dict[str, Any]
MAX_HISTORY = 1000  # interactions that are shown, which is more than anybody scrolls


@dataclass(frozen=True)
class MadeList:
    """A list, and what it was made of.

    Attributes
    ----------
    items : int32 (n,)
        Indices, as they stand in the list.
    scores : float32 (n,)
        Those of the algorithm, whatever the order.
    places : int64 (n,)
        Where each stood before it was ordered anew, from 0.
    candidates
        Those it was ordered from; None where it is in the order of the scores.
    basis
        What it was made from (`evidence.BASES`).
    filled : bool (n,)
        Which items are listed for being popular (`ranking.Lists.filled`).
    unmet
        What was wished and cannot be met, in sentences.
    """

    asked: AskedList
    person: Person
    items: Array
    scores: Array
    places: Array
    candidates: Candidates | None
    basis: str
    filled: Array
    unmet: list[str]

    @property
    def hits(self) -> Array | None:
        """Which items the test hides of the user, bool (n,); None for somebody new."""
        truth = self.person.truth
        return None if truth is None else np.isin(self.items, truth)


def make_list(asked: AskedList, *, wide: bool = False) -> MadeList:
    """Make a list; `wide` finds the candidates for another order even where none is wanted.

    Raises
    ------
    WorkbenchError
        If there is no such user or item, or the run has no model.
    """
    person = find_person(asked.run, asked.user, asked.changes, asked.history)
    wide = wide or bool(asked.order)
    number = list_length(CANDIDATES * asked.k if wide else asked.k, person.data.n_items)
    masked = None if asked.include_seen else person.left_out
    who = person.who, person.history
    listed, scores, popular, filling = best_items(person.algorithm, *who, number, masked, person.popularity)
    there = listed[0] >= 0
    items, value, filled = listed[0][there], scores[0][there], filling[0][there]
    places = np.arange(min(asked.k, len(items)))
    candidates = None
    if wide:
        lowest = value.min(initial=np.inf)
        pinned, worth = _pinned_beyond(asked, person, items, popular=bool(popular[0]))
        items, value = np.concatenate([items, pinned]), np.concatenate([value, worth])
        filled = np.concatenate([filled, is_filler(person, worth, popular=bool(popular[0]))])
        # That a pinned item is far below is no reason to measure the others by another scale.
        worth = _worth_of_fillers(np.maximum(value, lowest), filled, person.popularity[items])
        candidates = Candidates.of(vectors(Path(asked.run)), person, items, worth)
    if candidates is not None and asked.order:
        places = candidates.ordered(asked.k, wishes_of(asked.order, person.data))
    basis = BASES[int(popular[0])]
    unmet = unmet_wishes(asked, person, np.zeros(0, np.int32) if masked is None else masked.item, len(places))
    return MadeList(asked, person, items[places], value[places], places, candidates, basis, filled[places], unmet)


def _worth_of_fillers(scores: Array, filled: Array, popularity: Array) -> Array:
    """Scores in which items that fill places are level no more: the popular ones first, all below what has evidence."""
    above = scores[~filled & (scores > 0)]
    step = (above.min() if len(above) else 1.0) / (popularity.max(initial=0) + 1)
    return np.asarray(np.where(filled, step * popularity, scores))


def is_filler(person: Person, scores: Array, *, popular: bool) -> Array:
    """Whether items with these scores are listed for being popular, bool (n,)."""
    unknown = person.algorithm.personal and person.algorithm.zero_is_unknown
    return np.full(len(scores), popular) | ((scores == 0) & unknown)


def _pinned_beyond(asked: AskedList, person: Person, items: Array, *, popular: bool) -> tuple[Array, Array]:
    """What is to be pinned and is not among the candidates, though it may be listed, and its scores."""
    left_out: Array = np.zeros(0, np.int32) if asked.include_seen else person.left_out.item
    pinned = np.array(indices_of(person.data, asked.order.pin), np.int32)
    pinned = pinned[~np.isin(pinned, items) & ~np.isin(pinned, left_out)]
    if not len(pinned):
        return pinned, np.zeros(0, np.float32)
    scores = person.popularity if popular else person.algorithm.score(person.who, person.history)[0]
    return pinned, np.asarray(scores[pinned], np.float32)


def list_items(control: Control, with_figures: bool = False, **asked: Any) -> Json:
    """What is shown of an `AskedList`: ``items``, each with its ``basis``, and ``basis`` and ``fold_in`` of the list.

    ``unmet`` says what was wished and cannot be met; ``hidden`` tells how many items the test hides; with a changed history
    or in another order, ``was`` where an item stood before. ``figures``, where they are wanted, are those of
    `reordering.figures`.
    """
    made = make_list(AskedList.from_json(asked), wide=with_figures)
    truth = made.person.truth
    answer = {
        "items": _items(made),
        "hidden": 0 if truth is None else len(truth),
        "fold_in": made.person.algorithm.fold_in,
        "basis": made.basis,
        "unmet": made.unmet,
    }
    if with_figures and made.candidates is not None:
        wishes = wishes_of(made.asked.order, made.person.data)
        answer["figures"] = figures(made.candidates, made.asked.k, wishes, made.places, truth)
    return answer


def recommend(
    run: str, user: str, control: Control, k: int = 20, include_seen: bool = False, history: str | None = None
) -> Json:
    """One user's history and list as they are, with titles; ``basis`` is what the list was made from (`evidence.BASES`).

    ``older`` has the ids of what is in the history and not shown.
    """
    made = make_list(AskedList(run=run, user=user, k=k, include_seen=include_seen, history=history))
    person = made.person
    shown = person.history
    truth = person.truth
    return {
        "user": user,
        "algorithm": person.run.spec.algorithm,
        "history": _history(person.data, person.features, shown),
        "history_count": len(shown.item),
        "older": person.data.item_ids.take(pa.array(shown.item[:-MAX_HISTORY])).to_pylist(),
        "history_since": None if shown.time is None or not len(shown.time) else int(shown.time.min()),
        "history_mean": None if shown.rating is None or not len(shown.rating) else float(shown.rating.mean()),
        "items": _items(made),
        "hidden": 0 if truth is None else len(truth),
        "known": person.by_name,
        "basis": made.basis,
        "of_file": history is not None,
    }


def _items(made: MadeList) -> list[Json]:
    person, indices = made.person, made.items.tolist()
    hits = made.hits
    had = _had(made)
    shown = items_json(person.data, person.features, made.items)
    found = [
        {**about, "rank": rank, "score": score, "seen": index in had}
        | ({} if hits is None else {"hit": bool(hits[rank - 1])})
        for rank, (about, index, score) in enumerate(zip(shown, indices, made.scores.tolist(), strict=True), 1)
    ]
    for entry, filled in zip(found, made.filled.tolist(), strict=True):
        entry["basis"] = BASES[filled]
    for entry, was in zip(found, _was(made, indices), strict=False):
        entry["was"] = was
    return found


def _had(made: MadeList) -> set[int]:
    """What the person has, where it can stand in the list."""
    person, asked = made.person, made.asked
    if not (asked.include_seen or person.run.spec.include_seen):
        return set()
    if person.index is None or asked.changes:
        return set(person.left_out.item.tolist()) | set(person.history.item.tolist())
    return set(person.run.fold.seen_by("train+validation").by_user.rows(np.array([person.index])).item.tolist())


def _was(made: MadeList, indices: list[int]) -> list[int | None]:
    """Where each item stood before anything was changed; empty where nothing was."""
    asked = made.asked
    if asked.user is not None and asked.changes:
        return _ranks_before(Path(asked.run), asked.user, asked.history, indices, listed=asked.include_seen)
    most = CANDIDATES * asked.k
    return [int(place) + 1 if place < most else None for place in made.places] if asked.order else []


def _ranks_before(folder: Path, user: str, history: str | None, wanted: list[int], *, listed: bool) -> list[int | None]:
    """Ranks in the list of a user as they are, known by the history alone as after a change of it.

    `listed`: what they have may stand in the list.
    """
    load(folder)
    stamp = (folder / "model.safetensors").stat().st_mtime
    scores, seen = _scores_before(folder, stamp, user, history, listed=listed)
    known = set(seen.tolist())
    return [None if item in known else rank_of(scores, item, seen) for item in wanted]


@lru_cache(maxsize=4)
def _scores_before(folder: Path, _stamp: float, user: str, history: str | None, *, listed: bool) -> tuple[Array, Array]:
    """Scores of a user as they are, and what is left out: the same while their history is changed again and again."""
    person = find_person(str(folder), user, Changes(), history)
    nobody = np.array([-1], np.int32)
    left_out = None if listed else person.left_out
    scores, _ = scores_for_lists(person.algorithm, nobody, person.history, left_out, person.popularity)
    return scores[0], np.zeros(0, np.int32) if left_out is None else left_out.item


def _history(data: Interactions, items: Items | None, history: UserItems) -> list[Json]:
    """Newest first; at most the newest `MAX_HISTORY`."""
    newest = np.arange(len(history.item))[::-1][:MAX_HISTORY]
    entries = items_json(data, items, history.item[newest])
    for entry, at in zip(entries, newest.tolist(), strict=True):
        entry["rating"] = None if history.rating is None else float(history.rating[at])
        entry["time"] = None if history.time is None else int(history.time[at])
    return entries
