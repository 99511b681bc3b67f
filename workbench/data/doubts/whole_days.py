"""A time of whole days beside a finer one."""

from workbench.data.columns.times import EPOCHS, guess_kind, looks_like_epoch
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

DAY = 86_400_000


class WholeDays(DoubtKind):
    """Within a day, the order of the file would decide."""

    name, order = "whole-days", 52

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        time = seen.data.time
        if time is None or seen.is_wide or (time[:2000] % DAY).any():
            return None
        at = next((at for at in seen.free() if is_finer(seen.columns[at])), None)
        if at is None:
            return None
        option, change = seen.columns_option({"time": at})
        sentence = (
            f"'{seen.name('time')}' has whole days only; '{seen.shown.names[at]}' beside it is finer, and would say what "
            "comes first within a day."
        )
        return Doubt(cls.name, "time", sentence, option, seen.kept, seen.examples(seen.columns[at]), change)


def is_finer(values: list[str]) -> bool:
    """Whether these are times with hours."""
    there = [value for value in values if value]
    kind = guess_kind(there)[0]
    if kind in EPOCHS:
        return looks_like_epoch(there) and any(float(value) * EPOCHS[kind] % DAY for value in there)
    return kind in ("iso", "dmy", "mdy") and any(":" in value for value in there)
