"""A list as it was asked for (`insight.asked_list`), in the columns of a file of lists."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.jobs.job import Json

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.insight.asked_list import AskedList
    from workbench.insight.listing import MadeList


def asked_table(asked: "AskedList", columns: list[str] | None = None, most: int | None = None) -> "pa.Table":
    """The rows of a list, of a long one the first `most`: what the window shows, and what is written.

    Raises
    ------
    WorkbenchError
        If the list cannot be made, or has no such column.
    """
    from workbench.insight.listing import make_list

    return _table(make_list(asked), columns, most)


def unmet_of(asked: "AskedList") -> list[str]:
    """What was wished of a list and cannot be met, in sentences."""
    from workbench.insight.listing import make_list

    return make_list(asked).unmet


def _table(made: "MadeList", columns: list[str] | None, most: int | None = None) -> "pa.Table":
    from workbench.export.lists import OneList, one_table
    from workbench.insight.explaining import first_reason

    asked, person = made.asked, made.person
    hits = None if made.hits is None else made.hits[:most]
    listed = made.items[:most], made.scores[:most], made.filled[:most], hits
    one = OneList(asked.user, person.history, person.left_out.item, *listed)
    reason = first_reason(person.algorithm)
    return one_table(person.run, person.algorithm, one, items=person.features, columns=columns, reason=reason)


def write_asked(asked: "AskedList", output: Path, columns: list[str] | None = None, *, exact: bool = False) -> Json:
    """Write a list to a file; returns what `export.lists.export_lists` returns."""
    from workbench.export.lists import write_one
    from workbench.insight.listing import make_list

    made = make_list(asked)
    told: Json = write_one(made.person.run, output, _table(made, columns), exact=exact)
    popular = made.basis == "popularity"
    told |= {"cold": int(not len(made.person.history.item)), "popular": int(popular)}
    told |= {"unmet": made.unmet} if made.unmet else {}
    return told | {"filled": 0 if popular else int(made.filled.sum())}
