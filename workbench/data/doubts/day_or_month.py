"""Dates in which the day could be the month."""

from typing import ClassVar

from workbench.data.columns.times import guess_kind, is_ambiguous
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.reading.first_rows import Preview


class DayOrMonth(DoubtKind):
    """Nothing tells them apart; whoever reads the file for a run is asked to say it."""

    name, order = "day-or-month", 0
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        asked = day_or_month(seen.shown, seen.at.get("time")) if seen.problem else None
        if asked is None or asked != seen.problem:
            return None
        other = f"{seen.called(seen.at['time'])}:mdy"
        option, _ = seen.columns_option(written=other)
        shown = seen.examples(seen.values("time"))
        return Doubt(cls.name, "time", asked, option, seen.kept, shown, {"read": {"time": "mdy"}}, settles=True)


def day_or_month(shown: Preview, at: int | None) -> str | None:
    """What has to be said before the times of a column can be read, as a sentence; None where nothing is in doubt."""
    if at is None or not is_ambiguous(shown.column(at)):
        return None
    name, why = shown.names[at], guess_kind(shown.column(at))[1]
    return (
        f"Column '{name}' cannot be read as time before you say how it is written: {why}. Choose day first "
        f"(time={name}:dmy) or month first (time={name}:mdy)."
    )
