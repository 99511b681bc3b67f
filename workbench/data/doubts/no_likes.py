"""Rules of feedback by which nothing is a positive: there is nothing to learn from, and nothing to hide."""

from typing import ClassVar

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class NoLikes(DoubtKind):
    """Every row is a dislike or was merely seen; whoever reads the file for a run is refused with this sentence."""

    name, order = "no-likes", 2
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        weight = seen.data.weight
        told = seen.feedback or seen.guessed
        if weight is None or not told or not seen.is_whole or (weight > 0).any():
            return None
        column, feedback = next(iter(told.items()))
        sentence = (
            f"None of the {seen.kept:,} rows is a like by what is {'said' if seen.feedback else 'guessed'} of '{column}' "
            f"({', '.join(feedback.written())}): '{column}' {seen.range_of(column)}. Say which of them are likes."
        )
        option, change = seen.feedback_named(column, seen.likes_of(column))
        return Doubt(cls.name, "feedback", sentence, option, seen.kept, change=change, settles=True)
