"""No table of interactions at all."""

from typing import ClassVar

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

ONCE = 0.99
# What can be done where a file looks like no table of interactions.
WAYS_OUT = "Give it beside a file of interactions, for what it tells of users or items; or choose the columns for both."


class Problem(DoubtKind):
    """What the guess of the columns itself says it is not sure of."""

    name, order = "problem", 1
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if not seen.problem:
            return None
        if is_once(seen.data.n_items, seen):
            return Doubt(cls.name, "rows", seen.problem, "--items FILE", change={"items": True}, settles=True)
        if is_once(seen.data.n_users, seen):
            return Doubt(cls.name, "rows", seen.problem, "--users FILE", settles=True)
        option, _ = seen.columns_option()
        return Doubt(cls.name, "columns", seen.problem, option, settles=True)


def is_once(number: int, seen: Evidence) -> bool:
    """Whether nearly as many users or items are there as rows, as in a list of them."""
    return number >= ONCE * len(seen.data)
