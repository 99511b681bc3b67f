"""Counts taken as ratings."""

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class Counts(DoubtKind):
    """Numbers that say how often, not how much somebody likes it; negative ones are returned."""

    name, order = "counts", 40

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        data = seen.ratings_as_written()
        if data is None or not seen.counts:
            return None
        low, high = float(data.min()), float(data.max())
        below = int((data <= 0).sum()) if low <= 0 else 0
        given = f" {below:,} of them are 0 or below, as for what was given back." if below else ""
        guess = seen.guess_of(seen.at["rating"])
        weighed = f" They are taken for how much each is worth ({guess})." if guess else ""
        sentence = (
            f"'{seen.name('rating')}' holds counts ({low:,.0f} to {high:,.0f}) and no ratings.{given}{weighed} Or say "
            "that to have met an item at all is what counts."
        )
        option, change = seen.feedback_option("like>=1,ignore<=0" if below else "like>=1")
        return Doubt(cls.name, "feedback", sentence, option, len(data), change={**change, "rating_as": "log"})
