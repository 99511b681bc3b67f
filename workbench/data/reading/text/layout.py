"""How a file is laid out, in values that are guessed, shown and corrected."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Layout(BaseModel):
    """How a file is laid out; guessed, then correctable.

    Attributes
    ----------
    kind
        The file format, by its name in `reading.formats`.
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
        What the first column of a matrix, or the first value of a list, is: a cell like the others, the user's id, or a
        count of no use.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str = "table"
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    compression: Literal["none", "gz", "zip", "bz2", "xz", "zst"] = "none"
    skip: int = Field(0, ge=0, le=1000)
    quotes: bool = True
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    comment: str = ""
    member: str = ""
    table: str = ""
    missing: str = ""
    first: Literal["cell", "user", "count"] = "cell"
