"""A time of whole days beside a finer one."""

from workbench.data.columns.times import DAY_MS, is_finer_time
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class WholeDays(DoubtKind):
    """Within a day, the order of the file would decide."""

    name, order = "whole-days", 52

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        time = seen.data.time
        if time is None or seen.is_wide or (time[:2000] % DAY_MS).any():
            return None
        at = next((at for at in seen.free() if is_finer_time(seen.columns[at])), None)
        if at is None:
            return None
        option, change = seen.columns_option({"time": at})
        sentence = (
            f"'{seen.name('time')}' has whole days only; '{seen.shown.names[at]}' beside it is finer, and would say what "
            "comes first within a day."
        )
        return Doubt(cls.name, "time", sentence, option, seen.kept, seen.examples(seen.columns[at]), change)
