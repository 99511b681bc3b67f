"""What a look at the whole says about interactions that look odd, as sentences; nothing is changed."""

from workbench.data.columns.names import ABOUT, NAMES, likeness, plain
from workbench.data.interactions import Interactions

# Fewer users than items by this much: as if items had been taken for users.
SWAPPED_FACTOR = 20
MIN_ROWS_EACH = 50


def warnings(data: Interactions, names: dict[str, str]) -> list[str]:
    """Doubts about interactions that have just been read.

    Parameters
    ----------
    names
        Name of the column of each role, where the file has names.
    """
    doubts = (named_like_items(names), _named_like_features(names), _counted_like_items(data))
    return [doubt for doubt in doubts if doubt]


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


def _named_like_features(names: dict[str, str]) -> str | None:
    for role in ("user", "item"):
        name = names.get(role, "")
        if any(word in plain(name) for word in ABOUT):
            return (
                f"The {role} is read from '{name}', which may be a feature of {role}s and not their id. Please check."
            )
    return None


def _counted_like_items(data: Interactions) -> str | None:
    if (
        data.n_items < MIN_ROWS_EACH
        or data.n_users * SWAPPED_FACTOR > data.n_items
        or len(data) < MIN_ROWS_EACH * data.n_users
    ):
        return None
    return (
        f"Users look like items: there are {data.n_users:,} users for {data.n_items:,} items, with "
        f"{len(data) / data.n_users:,.0f} interactions each. Should they be swapped?"
    )
