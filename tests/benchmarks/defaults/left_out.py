"""Whether what was chosen on these sets is good on a set that nobody chose with: each is left out in turn.

Of the values of which validation chooses three, of the numbers of a budget, and of a factor of the learning rate: what the
other sets would have chosen, and how that does on the one that is left out.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from workbench.algorithms import find
from workbench.algorithms.base.budget import USUAL, Steps
from workbench.declaring import tried_of

MORE, LESS = Steps(128, 6000, 1200), Steps(8, 375, 75)


class Question(NamedTuple):
    """What is chosen of an algorithm: a field and its values, steps, or factors of the learning rate; those declared."""

    algorithm: str
    field: str
    values: tuple[Any, ...]
    declared: tuple[Any, ...]

    def forms(self) -> list[str]:
        """How each value is called among what was measured."""
        return [f"{self.field}={self.named(value)}" for value in self.values]

    @staticmethod
    def named(value: Any) -> str:
        """A value as text."""
        return "/".join(map(str, value)) if isinstance(value, Steps) else f"{value:g}"


GRIDS: dict[tuple[str, str], tuple[float, ...]] = {
    ("ease", "regularization"): (15, 60, 250, 1000, 4000),
    ("edlae", "regularization"): (6, 25, 100, 400, 1600),
    ("slim", "l2"): (7, 20, 60, 200, 600),
    ("item-knn", "shrinkage"): (2, 10, 50, 250, 1000),
    ("user-knn", "neighbours"): (15, 50, 150, 500, 1500),
    ("rp3beta", "beta"): (0, 0.15, 0.25, 0.4, 0.6),
    ("pure-svd", "factors"): (2, 6, 16, 64, 160),
    ("ials", "unobserved_weight"): (2.5, 10, 40, 160, 640),
}
QUESTIONS = [
    *(Question(name, field, values, tuple(tried_of(find(name))[field])) for (name, field), values in GRIDS.items()),
    *(Question(name, "epochs", (30, 120), (30,)) for name in ("bpr", "warp")),
    *(Question(name, "steps", (LESS, USUAL, MORE), (USUAL,)) for name in ("mult-dae", "gmf")),
    *(Question(name, "rate", (1 / 3, 1, 3), (1,)) for name in ("mult-dae", "gmf")),
]


class Answer(NamedTuple):
    """Of a set: what the others choose and the one value they choose, with their tests, and the test as declared."""

    name: str
    chosen: tuple[Any, ...]
    test: float
    constant: Any
    constant_test: float
    declared_test: float


def answers(question: Question, rows: Sequence[dict[str, Any]]) -> Iterator[Answer]:
    """An answer for each set on which all values were measured."""
    found = {(row["set"], row["form"]): row for row in rows if row["algorithm"] == question.algorithm}
    sets = [
        name
        for name in dict.fromkeys(row["set"] for row in rows)
        if all("test" in found.get((name, form), {}) for form in question.forms())
    ]
    validation = np.array([[found[name, form]["validation"] for form in question.forms()] for name in sets])
    test = np.array([[found[name, form]["test"] for form in question.forms()] for name in sets])
    declared = [question.values.index(value) for value in question.declared]
    for at, name in enumerate(sets) if len(sets) > 1 else ():
        others = np.delete(validation, at, axis=0)
        best, one = chosen(others, len(declared)), chosen(others, 1)[0]
        yield Answer(
            name,
            tuple(question.values[value] for value in best),
            test[at, taken(validation[at], best)],
            question.values[one],
            test[at, one],
            test[at, taken(validation[at], declared)],
        )


def chosen(validation: Any, size: int) -> tuple[int, ...]:
    """Columns (sets, values) among which the best is nearest to the best of all, in the mean over sets."""
    shares = validation / validation.max(axis=1, keepdims=True)
    return max(combinations(range(shares.shape[1]), size), key=lambda some: float(shares[:, some].max(axis=1).mean()))


def taken(validation: Any, some: Sequence[int]) -> int:
    """The column that validation chooses of some: the first of those that are level in four digits."""
    return max(some, key=lambda column: round(float(validation[column]), 4))
