"""Zeros that may mean "not rated"."""

import numpy as np

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

FEWEST_LEVELS, MOST_LEVELS = 3, 25
# So many times as often as the commonest rating, and a zero is more likely no rating.
FAR_MORE = 3.0


class Zeros(DoubtKind):
    """A zero that stands apart from the ratings, or is there far more often than any."""

    name, order = "zeros", 44

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        data = seen.ratings_as_written()
        if data is None or seen.counts or seen.is_wide:
            return None
        levels, number = np.unique(seen.rating, return_counts=True)
        if not FEWEST_LEVELS < len(levels) <= MOST_LEVELS or levels[0] != 0:
            return None
        step = float(np.diff(levels[1:]).min())
        apart, often = levels[1] > 1.5 * step, number[0] > FAR_MORE * number[1:].max()
        if not apart and not often:
            return None
        zeros = int((data == 0).sum())
        why = (
            "no rating is between 0 and " + f"{levels[1]:g}" if apart else "it is there far more often than any rating"
        )
        sentence = (
            f"0 in '{seen.name('rating')}' may mean 'not rated' ({zeros:,} of {len(data):,} rows; {why}), but is taken as "
            "the lowest rating."
        )
        option, change = seen.feedback_option("like>0,seen=0")
        return Doubt(cls.name, "feedback", sentence, option, zeros, change=change)
