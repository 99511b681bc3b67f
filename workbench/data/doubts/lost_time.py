"""No time was found, though a column looks like one, or the order of the file takes its place."""

from workbench.data.columns.names import NAMES, likeness
from workbench.data.columns.times import guess_kind, looks_like_epoch
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.doubts.repeats import is_repeated


class LostTime(DoubtKind):
    """Without a time, the last interaction of a user is the last in the file."""

    name, order = "no-time", 50

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        # One user a line is written in order; counts are sums, of which none is the last; repeats are told by themselves.
        if "time" in seen.at or seen.is_wide or seen.counts or seen.duplicates in ("sum", "count") or is_repeated(seen):
            return None
        at = next((at for at in seen.free() if _looks_like_time(seen, at)), None)
        last = "'the last' of each user is then the last row of the file, whenever it happened"
        if at is not None:
            shown = next((value for value in seen.columns[at] if value), "")
            sentence = (
                f"No time is read, though '{seen.shown.names[at]}' looks like one (such as {shown[:40]}): {last}."
            )
            option, change = seen.columns_option({"time": at})
            return Doubt(cls.name, "time", sentence, option, seen.kept, seen.examples(seen.columns[at]), change)
        sentence = f"No column is a time: {last}. Split at random if the order means nothing."
        return Doubt(cls.name, "time", sentence, "--split random", seen.kept)


def _looks_like_time(seen: Evidence, at: int) -> bool:
    values = [value for value in seen.columns[at] if value]
    if not values:
        return False
    kind = guess_kind(values)[0]
    if kind not in (None, "md") and (kind not in ("s", "ms", "us", "ns") or looks_like_epoch(values)):
        return True
    named = seen.has_header and likeness(seen.shown.names[at], NAMES["time"]) > 0.5  # noqa: PLR2004 - more than a part
    return named and len(set(values)) > 1
