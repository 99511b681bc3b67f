"""Times of years in which nothing of the kind happened."""

import numpy as np

from workbench.data.columns.times import LIKELY_MS
from workbench.data.dates import written
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

SAMPLED_TIMES = 100_000


class OddTime(DoubtKind):
    """Most times are before 1980 or after 2070, as where a number is read as seconds that is none."""

    name, order = "odd-time", 48

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.data.time is None or seen.is_wide:
            return None
        times = seen.data.time[:: 1 + len(seen.data.time) // SAMPLED_TIMES]
        middle = int(np.median(times))
        if LIKELY_MS[0] < middle < LIKELY_MS[1]:
            return None
        given = next((value for value in seen.values("time") if value), "")
        sentence = (
            f"'{seen.name('time')}' is read as times about {written(middle)[:10]} (from values such as {given[:40]}): it "
            "may be no time, or written in another way."
        )
        option, change = seen.columns_option({"time": None})
        return Doubt(cls.name, "time", sentence, option, seen.kept, seen.examples(seen.values("time")), change)
