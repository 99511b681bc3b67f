"""Splits: which interactions are learned from, which choose, and which judge.

A split is a rule with its own hyperparameters; applied to interactions it gives a `Fold`. Every split here depends on the
data and the seed alone, so a fold is never stored: it is drawn again.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.declaring import explain, nearest
from workbench.errors import WorkbenchError

# Places of an interaction.
TRAIN, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Part:
    """People to score, what may be shown of them, and what is hidden.

    Attributes
    ----------
    who : int32 (n,)
        Index of each person in ``user_ids``.
    users : int32 (n,)
        The same index where training saw the person, else -1 (to be folded in from the history).
    histories : UserItems (n rows)
        What the algorithm is shown.
    seen : UserItems (n rows)
        What is left out of the lists.
    truth : UserItems (n rows)
        What is hidden; every row has at least one item.
    """

    who: Array
    users: Array
    histories: UserItems
    seen: UserItems
    truth: UserItems

    def __len__(self) -> int:
        return len(self.who)

    def sample(self, n: int, seed: int) -> "Part":
        """At most `n` people, drawn without order effects."""
        if n >= len(self):
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), n, replace=False))
        rows = (self.histories.rows(chosen), self.seen.rows(chosen), self.truth.rows(chosen))
        return Part(self.who[chosen], self.users[chosen], *rows)


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of the data."""

    train: Interactions
    test: Part
    validation: Part | None
    shown_at_test: Interactions


class Split(BaseModel):
    """Base of all splits: gives every interaction a place (`TRAIN`, `VALIDATION` or `TEST`)."""

    model_config = ConfigDict(extra="forbid")
    name: ClassVar[str]
    title: ClassVar[str]

    show_validation: bool = Field(
        default=True,
        title="Show validation at test",
        description="Let the algorithm see the validation interactions in the history when the test is scored. "
        "They are never recommended again either way.",
        json_schema_extra={"advanced": True},
    )

    def places(self, data: Interactions) -> Array:
        """Place of each interaction, int8 (n,)."""
        raise NotImplementedError

    def split(self, data: Interactions) -> Fold:
        """Divide the data.

        Raises
        ------
        WorkbenchError
            If nothing is left to learn from or to test on.
        """
        place = self.places(data)
        train, tested = data.take(place == TRAIN), data.take(place == TEST)
        known = data.take(place != TEST)
        shown = known if self.show_validation else train
        for size, what in ((len(train), "learn from"), (len(tested), "test on")):
            if not size:
                message = f"The split '{self.title}' leaves nothing to {what} in {len(data):,} interactions. "
                raise WorkbenchError(message + "Choose another split, or smaller test and validation parts.")
        validation = _part(train, train, train, data.take(place == VALIDATION)) if (place == VALIDATION).any() else None
        return Fold(train, _part(train, shown, known, tested), validation, shown)

    def describe(self) -> str:
        """One sentence for the protocol."""
        raise NotImplementedError


def _part(train: Interactions, shown: Interactions, seen: Interactions, hidden: Interactions) -> Part:
    who = np.unique(hidden.user).astype(np.int32)
    users = np.where(train.by_user.lengths[who] > 0, who, -1).astype(np.int32)
    return Part(who, users, shown.by_user.rows(who), seen.by_user.rows(who), hidden.by_user.rows(who))


class Random(Split):
    """Every interaction falls at random, whoever it belongs to."""

    name, title = "random", "Random"

    test: float = Field(default=0.2, gt=0, lt=1, title="Test", description="Share of interactions hidden for the test.")
    validation: float = Field(
        default=0.1, ge=0, lt=1, title="Validation", description="Share of interactions that choose the best epoch."
    )
    seed: int = Field(default=0, ge=0, title="Seed", description="Another seed draws another division.")

    def places(self, data: Interactions) -> Array:
        n = len(data)
        n_test, n_validation = round(self.test * n), round(self.validation * n)
        place = np.zeros(n, np.int8)
        place[:n_test] = TEST
        place[n_test : n_test + n_validation] = VALIDATION
        return np.random.default_rng([self.seed, 11]).permutation(place)

    def describe(self) -> str:
        return f"random interactions, {self.test:.0%} test, {self.validation:.0%} validation, seed {self.seed}"


class LastN(Split):
    """The last interactions of each user are the test, those before them validation."""

    name, title = "last-n", "Last of each user"

    n: int = Field(default=1, ge=1, le=1000, title="Test", description="Last interactions of each user, hidden.")
    validation: int = Field(
        default=1, ge=0, le=1000, title="Validation", description="Interactions before those, to choose the best epoch."
    )

    def places(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        # Users with nothing left to learn from stay in training whole.
        enough = (lengths > self.n + self.validation)[data.user]
        from_end = np.repeat(data.by_user.indptr[1:], lengths) - np.arange(len(data))  # 1 for a user's last
        place = np.where(from_end <= self.n, TEST, np.where(from_end <= self.n + self.validation, VALIDATION, TRAIN))
        return np.where(enough, place, 0).astype(np.int8)

    def describe(self) -> str:
        order = f"last {self.n} of each user test, {self.validation} before validation"
        return order + f"; users with fewer than {self.n + self.validation + 1} interactions only in training"


class Files(Split):
    """The person's own files: one to learn from, one to test on, perhaps one for validation."""

    name, title = "files", "My own files"

    def places(self, data: Interactions) -> Array:
        if data.part is None:
            message = "The split 'files' needs a test file beside the training file. Add one, or choose another split."
            raise WorkbenchError(message)
        return data.part

    def describe(self) -> str:
        return "the person's own training, validation and test files"


def all_splits() -> dict[str, type[Split]]:
    """Every split by name."""
    return {split.name: split for split in Split.__subclasses__()}


def make_split(name: str, settings: dict[str, Any] | None = None) -> Split:
    """Make a split from its name and settings.

    Raises
    ------
    WorkbenchError
        If there is no such split or a setting is out of its range.
    """
    splits = all_splits()
    if name not in splits:
        raise WorkbenchError(nearest("split", name, list(splits)))
    try:
        return splits[name](**(settings or {}))
    except ValidationError as error:
        raise WorkbenchError(explain(error, splits[name].title, splits[name])) from error
