"""Ratings of two values: clicks, thumbs, yes and no."""

import numpy as np

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class TwoValues(DoubtKind):
    """A 0, a -1 or a false is no choice, but every row is taken as one."""

    name, order = "two-values", 42

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        data = seen.ratings_as_written()
        if data is None:
            return None
        low, high = float(data.min()), float(data.max())
        if (low, high) not in ((0.0, 1.0), (-1.0, 1.0)) or not np.isin(seen.rating, (-1.0, 0.0, 1.0)).all():
            return None
        below = int((data <= 0).sum())
        name, written = seen.name("rating"), " and ".join(sorted(set(seen.values("rating")))[:3])
        means = "was disliked" if low < 0 else "was seen and not chosen"
        rules = "like=1,dislike=-1" if low < 0 else "like=1,seen=0"
        if seen.counts is None and low < 0 and (seen.rating == 0).any():
            rules += ",seen=0"
        if seen.guess_of(seen.at["rating"]):
            rules, taken = f"like>={low:g}", "and are taken so. Say so if each row is a choice."
            means = "was disliked" if "dislike" in seen.guess_of(seen.at["rating"]) else means
        else:
            taken = "but each row is taken as a choice."
        sentence = (
            f"'{name}' has the values {written}: {below:,} of {len(data):,} rows may say that an item {means}, {taken}"
        )
        option, change = seen.feedback_option(rules)
        return Doubt(cls.name, "feedback", sentence, option, below, change=change)
