"""The columns of a file of lists."""

from collections.abc import Sequence

import pyarrow as pa

from workbench.declaring import nearest
from workbench.errors import WorkbenchError

# What a file may tell of each recommendation, in this order.
COLUMNS = {
    "user": pa.string(),
    "rank": pa.int32(),
    "item": pa.string(),
    "score": pa.float32(),
    "title": pa.string(),
    "year": pa.int16(),
    "genres": pa.string(),
    "hit": pa.bool_(),
    "reason": pa.string(),
    "run": pa.string(),
    "basis": pa.string(),
}
USUAL = ("user", "rank", "item", "score")
# The format of a CSV file for a program: every text to the letter, also what a spreadsheet would execute.
EXACT = "exact .csv"
# Those that need an item file.
OF_ITEMS = ("title", "year", "genres")


def chosen_columns(columns: Sequence[str] | None, *, titled: bool) -> list[str]:
    """Columns by name, the usual ones where none are named; raises WorkbenchError for one that cannot be written."""
    if columns is None:
        return [*USUAL, *(["title"] if titled else []), "basis"]
    for column in columns:
        if column not in COLUMNS:
            raise WorkbenchError(nearest("column", column, list(COLUMNS)))
        if column in OF_ITEMS and not titled:
            raise WorkbenchError(
                f"Nothing is known of the {column} of the items. Import an item file, or leave it out."
            )
    if not columns:
        raise WorkbenchError(f"A file needs a column. There are: {', '.join(COLUMNS)}.")
    return list(dict.fromkeys(columns))
