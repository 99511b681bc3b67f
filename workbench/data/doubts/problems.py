"""No table of interactions at all."""

from typing import ClassVar

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class Problem(DoubtKind):
    """What the guess of the columns itself says it is not sure of."""

    name, order = "problem", 1
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if not seen.problem:
            return None
        option, _ = seen.columns_option()
        return Doubt(cls.name, "columns", seen.problem, option, settles=True)
