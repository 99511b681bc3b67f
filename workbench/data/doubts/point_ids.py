"""Ids that are whole numbers with a point, as programs write them that take them for measures."""

import re

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

POINTED = re.compile(r"[+-]?\d+\.0+")
MOST = 0.9


class PointIds(DoubtKind):
    """``12.0`` here is ``12`` in the file of items."""

    name, order = "point-ids", 56

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        roles = [role for role in ("user", "item") if _is_pointed(seen.values(role))]
        if seen.ids != "as is" or seen.is_wide or not roles:
            return None
        sentence = (
            f"Ids such as {seen.values(roles[0])[0]} are whole numbers with a point; a file that has them as "
            f"{seen.values(roles[0])[0].partition('.')[0]} would not match."
        )
        return Doubt(cls.name, "columns", sentence, "--read ids=whole", seen.kept, change={"read": {"ids": "whole"}})


def _is_pointed(values: list[str]) -> bool:
    return sum(bool(POINTED.fullmatch(value)) for value in values) > MOST * len(values)
