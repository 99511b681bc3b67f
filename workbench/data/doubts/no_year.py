"""Days without a year."""

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class NoYear(DoubtKind):
    """Month and day alone, such as 0829: what happened after New Year would come before what happened in autumn."""

    name, order = "no-year", 49

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.written != "md" or "time" not in seen.at:
            return None
        given = next((value for value in seen.values("time") if value), "")
        sentence = (
            f"'{seen.name('time')}' is read as month and day without a year (such as {given}): if the file goes on over "
            "New Year, January is taken to come before December."
        )
        option, change = seen.columns_option({"time": None})
        return Doubt(cls.name, "time", sentence, option, seen.kept, seen.examples(seen.values("time")), change)
