"""User and item in each other's place."""

from workbench.data.columns.names import NAMES, likeness
from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence

# Fewer users than items by this much: as if items had been taken for users.
SWAPPED_FACTOR = 20
MIN_ROWS_EACH = 50


class Swapped(DoubtKind):
    """Names or numbers by which users look like items."""

    name, order = "swapped", 15

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.is_wide:
            return None
        names = {role: seen.name(role) for role in ("user", "item")} if seen.has_header else {}
        sentence = named_like_items(names) or _counted_like_items(seen)
        if sentence is None:
            return None
        option, change = seen.columns_option({"user": seen.at["item"], "item": seen.at["user"]})
        return Doubt(cls.name, "columns", sentence, option, seen.kept, change=change, settles=True)


def named_like_items(names: dict[str, str]) -> str | None:
    """Why user and item may have been taken for each other, by the names of their columns; None where nothing says so."""
    user, item = names.get("user", ""), names.get("item", "")
    if likeness(user, NAMES["item"]) > likeness(user, NAMES["user"]) or (
        likeness(item, NAMES["user"]) > likeness(item, NAMES["item"])
    ):
        return (
            f"Users look like items: the user is read from '{user}' and the item from '{item}'. Should they be swapped?"
        )
    return None


def _counted_like_items(seen: Evidence) -> str | None:
    data = seen.data
    if (
        not seen.is_whole
        or data.n_items < MIN_ROWS_EACH
        or data.n_users * SWAPPED_FACTOR > data.n_items
        or len(data) < MIN_ROWS_EACH * data.n_users
    ):
        return None
    return (
        f"Users look like items: there are {data.n_users:,} users for {data.n_items:,} items, with "
        f"{len(data) / data.n_users:,.0f} interactions each. Should they be swapped?"
    )
