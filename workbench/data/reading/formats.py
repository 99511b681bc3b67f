"""How a file is laid out, in values that are guessed, shown and corrected."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

# Kinds that are read as rows of text; those of `TYPED` have rows and columns of their own.
TYPED = ("parquet", "arrow", "excel", "jsonl", "sqlite")
KINDS = {
    "table": "rows of fields",
    "lists": "one user a line, items behind",
    "matrix": "users down, items across",
    "parquet": "Parquet",
    "arrow": "Arrow or Feather",
    "excel": "Excel workbook",
    "jsonl": "JSON, an object for each row",
    "sqlite": "SQLite database",
}
COMPRESSIONS = ("none", "gz", "zip", "bz2", "xz", "zst")


class Format(BaseModel):
    """How a file is laid out; guessed, then correctable.

    Attributes
    ----------
    kind
        What stands where (`KINDS`).
    delimiter
        What stands between fields: one character, or two as in ``::``.
    header
        Whether the first row holds the names of the columns.
    skip
        Further rows below the header that describe columns (Orange has two).
    quotes
        Whether a field may stand in quotes.
    decimal
        ``.`` or ``,``.
    thousands
        What divides the digits of large numbers in threes; empty where nothing does.
    comment
        Lines that begin with it are no rows; empty where there are none.
    member
        The file inside a zip.
    table
        The sheet of a workbook or the table of a database.
    missing
        In a matrix, the value that stands where a user has not met an item; empty cells always say that.
    first
        What the first column of a matrix is: a cell like the others, the user's id, or a count of no use.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["table", "lists", "matrix", "parquet", "arrow", "excel", "jsonl", "sqlite"] = "table"
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    compression: Literal["none", "gz", "zip", "bz2", "xz", "zst"] = "none"
    skip: int = 0
    quotes: bool = True
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    comment: str = ""
    member: str = ""
    table: str = ""
    missing: str = ""
    first: Literal["cell", "user", "count"] = "cell"
