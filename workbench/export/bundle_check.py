"""Whether what was taken along gives the lists of the run: person by person, against `recommend`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.algorithms import Algorithm
from workbench.algorithms.base.portable import Portable
from workbench.control import Control
from workbench.data.interactions import Array, UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import Lists, blocks, list_length, recommend
from workbench.training.run import Run

MAX_PEOPLE = 1000
K = 10
# A score may differ by this share of the largest; such a share of lists may differ by more than rounding.
ROOM, UNEQUAL = 1e-5, 0.001
ROUNDING = 1e-6  # share of a list's largest score by which sums of single precision may differ
TINY = 1e-9


@dataclass(frozen=True)
class People:
    """Whose lists are compared.

    Attributes
    ----------
    rows : int64 (n,)
        Indices in the data.
    known : int64 (m,)
        Indices of all people of training.
    by_name : bool
        Whether the model knows people by their id.
    """

    rows: Array
    known: Array
    by_name: bool

    @classmethod
    def of(cls, run: Run, portable: Portable) -> "People":
        """All people of a run's data, or a fixed sample of them."""
        n = run.data.n_users
        drawn = np.sort(np.random.default_rng(97).permutation(n)[:MAX_PEOPLE])
        return cls(drawn, np.flatnonzero(run.fold.learned_from.by_user.lengths), portable.user_factors is not None)

    def places(self) -> Array:
        """Line of each in ``users.txt``; -1 for whoever is not in it, and for all where there is none."""
        if not self.by_name or not len(self.known):
            return np.full(len(self.rows), -1)
        at = np.minimum(np.searchsorted(self.known, self.rows), len(self.known) - 1)
        return np.where(self.known[at] == self.rows, at, -1)

    def examples(self, run: Run, model: Any, scores: Any, n: int) -> list[dict[str, Any]]:
        """Histories and lists of a few people, by id, for the check that a bundle does by itself."""
        chosen = slice(None, None, max(1, len(self.rows) // n))
        both = list(zip(self.rows[chosen], self.places()[chosen], strict=True))[:n]
        return [self._example(run, model, scores, int(row), int(place)) for row, place in both]

    def _example(self, run: Run, model: Any, scores: Any, row: int, place: int) -> dict[str, Any]:
        history, seen = run.fold.shown_at_test.by_user.rows(np.array([row])), run.fold.seen_at_test.by_user[row]
        items, values, _ = model.rank(scores, history.item, K, place, history.weight, seen)
        by_id = {"history": history.item, "seen": seen, "items": items}
        return {
            "user": run.data.user_ids[row].as_py() if place >= 0 else None,
            "counts": None if history.weight is None else history.weight.tolist(),
            **{name: [model.items[at] for at in indices] for name, indices in by_id.items()},
            "scores": values.tolist(),
        }


@dataclass(frozen=True)
class Checked:
    """How lists compare: people, equal lists, lists that differ by rounding alone, and how far a score is away."""

    checked: int
    equal: int
    rounded: int
    difference: float
    scale: float

    def refuse(self, title: str) -> None:
        """Raise WorkbenchError where the lists are not those of the run."""
        wrong = self.checked - self.equal - self.rounded
        if self.difference > ROOM * self.scale or wrong > UNEQUAL * self.checked:
            message = (
                f"The model of {title} does not give the same lists elsewhere: {wrong} of {self.checked} differ, and a "
            )
            message += f"score by {self.difference:.2g}. Nothing was written. "
            raise WorkbenchError(message + "Serve the run instead: workbench serve.")

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "checked": self.checked,
            "equal": self.equal,
            "rounded": self.rounded,
            "largest_difference": self.difference,
        }


def compare(model: Any, scores: Any, run: Run, algorithm: Algorithm, people: People, control: Control) -> Checked:
    """Make the list of each person both ways, once without and once with what they have."""
    fold, k = run.fold, list_length(K, run.data.n_items)
    users = np.where(np.isin(people.rows, people.known), people.rows, -1).astype(np.int32)
    places, equal, rounded = people.places(), 0, 0
    difference, scale = 0.0, TINY
    for block in blocks(len(people.rows), run.data.n_items):
        rows = people.rows[block]
        histories, had = (part.by_user.rows(rows) for part in (fold.shown_at_test, fold.seen_at_test))
        wanted = [
            recommend(algorithm, users[block], histories, k, seen, fold.train.item_counts) for seen in (had, None)
        ]
        for at, place in enumerate(places[block].tolist()):
            control.check()
            found = _both(model, scores, histories.rows(np.array([at])), place, had[at], k)
            pairs = [(Lists(*(side[[at]] for side in lists)), own) for lists, own in zip(wanted, found, strict=True)]
            away, size = (max(values) for values in zip(*(_apart(*pair) for pair in pairs), strict=True))
            difference, scale = max(difference, away), max(scale, size)
            is_equal = all(_is_equal(*pair) for pair in pairs)
            equal += is_equal
            rounded += not is_equal and away <= ROUNDING * size
            control.progress((block.start + at + 1) / len(people.rows), "people")
    return Checked(len(people.rows), equal, rounded, difference, scale)


def _both(model: Any, scores: Any, history: UserItems, place: int, had: Array, k: int) -> "list[Found]":
    """A list without what the person has, and one with it, of the same scores."""
    counts = np.ones(len(history.item), np.float32) if history.weight is None else history.weight
    made = scores(model, history.item.astype(np.int64), place, counts)
    return [model.rank(lambda *_: made, history.item, k, place, counts, seen) for seen in (had, ())]


Found = tuple[Array, Array, Array]  # items, scores, and which are there for being popular


def _is_equal(wanted: Lists, found: Found) -> bool:
    n = int((wanted.items[0] >= 0).sum())
    return np.array_equal(wanted.items[0, :n], found[0]) and np.array_equal(wanted.filled[0, :n], found[2])


def _apart(wanted: Lists, found: Found) -> tuple[float, float]:
    """How far the scores of two lists are apart, infinitely where one is longer; and the largest score by the model."""
    scores = wanted.scores[0][wanted.items[0] >= 0].astype(np.float64)
    away = np.abs(scores - found[1]).max(initial=0) if len(scores) == len(found[1]) else np.inf
    return float(away), TINY if wanted.popular[0] else float(np.abs(scores).max(initial=TINY))
