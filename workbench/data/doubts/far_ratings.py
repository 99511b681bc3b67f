"""A few ratings far beyond all others, as by a slip of the hand."""

import numpy as np

from workbench.data.columns.values import NUMBER, as_number
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

# Share of ratings beneath the usual highest, and so many times as high as that is no rating of the same scale.
USUAL, FAR = 0.99, 10.0


class FarRatings(DoubtKind):
    """A 1,100 among stars: whoever predicts ratings would take the scale to be 1 to 1,100."""

    name, order = "far-ratings", 45

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        data = seen.ratings_as_written()
        if data is None or seen.counts:
            return None
        usual = float(np.quantile(seen.rating, USUAL, method="lower"))
        number = int((data > FAR * usual).sum()) if usual > 0 else 0
        if not number:
            return None
        far = "1 rating is" if number == 1 else f"{number:,} ratings are"
        sentence = (
            f"{far} far beyond the others: '{seen.name('rating')}' goes up to {float(data.max()):,.6g}, and {USUAL:.0%} of "
            f"the ratings are at most {usual:g}. Leave out what is no rating."
        )
        values = seen.values("rating")
        those = {value for value in values if NUMBER.fullmatch(value) and as_number(value) > FAR * usual}
        option = f"--filter max-rating={usual:g}"
        return Doubt(cls.name, "rows", sentence, option, number, seen.examples(values, those))
