"""What the data looks like: its matrix, and the users in it."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.control import Control
from workbench.jobs.job import Json, job

if TYPE_CHECKING:
    from workbench.data.overview.density import Ordered


@job("density", title="Counting for the matrix", lane="interactive")
def density(
    data: str,
    control: Control,
    users: list[int] | None = None,
    items: list[int] | None = None,
    fields: int | None = None,
) -> Json:
    """How many interactions fall into each field of a part of the matrix, users and items in the order of their counts.

    `users` and `items` are the first and one past the last place in the order; all where they are left out.
    """
    from workbench.data.data_file import read_about
    from workbench.data.overview.density import MAX_FIELDS

    folder = Path(data)
    ordered = _ordered(folder, str(read_about(folder).get("hash")))
    part = [None if edges is None else (int(edges[0]), int(edges[1])) for edges in (users, items)]
    counts, rows, columns = ordered.counts(part[0], part[1], min(fields or MAX_FIELDS, MAX_FIELDS), control)
    return {
        "counts": counts.tolist(),
        "user_edges": rows.tolist(),
        "item_edges": columns.tolist(),
        "users": len(ordered.users),
        "items": len(ordered.items),
    }


@job("check_data", title="Looking through the data", lane="background", silent=True)
def check_data(data: str, control: Control) -> None:
    """Take the hash of a copy of data that nobody has looked through yet; WorkbenchError where it is damaged."""
    from workbench.data.interactions import Interactions

    control.check()
    Interactions.open(Path(data))


@lru_cache(maxsize=1)
def _ordered(folder: Path, data_hash: str) -> "Ordered":
    from workbench.data.interactions import Interactions
    from workbench.data.overview.density import Ordered

    return Ordered(Interactions.open(folder))


@job("find_users", title="Looking for users", lane="interactive", silent=True)
def find_users(data: str, query: str, control: Control, limit: int = 50) -> list[Json]:
    """Users by a part of their id."""
    from workbench.data.overview.search import find_users

    return find_users(Path(data), query, limit)
