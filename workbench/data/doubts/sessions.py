"""Users that are mostly empty beside sessions that are full."""

from workbench.data.columns.values import MISSING, missing_share
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence, is_named

SESSIONS = ("session", "visit", "会话")
# Share of rows without a user from which on sessions say more.
MOSTLY = 0.3
FULL = 0.01


class Sessions(DoubtKind):
    """Offers the session in place of the user."""

    name, order = "sessions", 20

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        empty = seen.reasons.get("no user", {}).get("count", 0)
        if seen.is_wide or empty < MOSTLY * seen.rows:
            return None
        names = seen.shown.names
        full = [at for at in seen.free() if is_named(names[at], SESSIONS) and missing_share(seen.columns[at]) <= FULL]
        if not full:
            return None
        option, change = seen.columns_option({"user": full[0]})
        sentence = (
            f"{empty:,} of {seen.rows:,} rows ({empty / seen.rows:.0%}) have no '{seen.name('user')}' and are refused, but "
            f"all have a '{names[full[0]]}'. Take that as the user, and each session counts as one."
        )
        shown = seen.examples(seen.values("user"), set(MISSING))
        return Doubt(cls.name, "columns", sentence, option, empty, shown, change, settles=True)
