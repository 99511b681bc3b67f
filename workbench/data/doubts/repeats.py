"""Pairs of user and item that mostly come again."""

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

MOST = 0.5


class Repeats(DoubtKind):
    """Most rows repeat a user and an item, and one row of each pair is all that stays."""

    name, order = "repeats", 35

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if not is_repeated(seen):
            return None
        rated = "rating" in seen.at
        way = "mean" if rated else "count"
        keep = "their mean is kept" if rated else "how often becomes a count"
        sentence = (
            f"{seen.repeated:,} of {seen.kept:,} rows ({seen.repeated / seen.kept:.0%}) repeat a user and an item, and "
            f"only the {seen.duplicates} of each pair is kept. Check which column is the item; or say that {keep}."
        )
        change = {"read": {"duplicates": way}}
        return Doubt(cls.name, "rows", sentence, f"--read duplicates={way}", seen.repeated, change=change)


def is_repeated(seen: Evidence) -> bool:
    """Whether most rows repeat a user and an item, and nobody has said what becomes of them."""
    return seen.duplicates in ("last", "first") and seen.repeated > MOST * seen.kept
