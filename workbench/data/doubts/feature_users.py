"""A feature of users taken for the user."""

from workbench.data.columns.names import ABOUT, plain
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence


class Features(DoubtKind):
    """A column whose name says that it describes a user or an item and does not name it."""

    name, order = "features", 10

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        for role in ("user", "item"):
            name = seen.name(role)
            if seen.has_header and any(word in plain(name) for word in ABOUT):
                number = seen.data.n_users if role == "user" else seen.data.n_items
                sentence = (
                    f"The {role} is read from '{name}', which may be a feature of {role}s and not their id: it has "
                    f"{number:,} values in {seen.kept:,} rows. No other column names a {role}."
                )
                option, _ = seen.columns_option(asked=role)
                return Doubt(cls.name, "columns", sentence, option, seen.kept, settles=True)
        return None
