"""Texts that a spreadsheet would take for formulas: how they are written as harmless text, and read back exactly."""

import csv
import re
from collections.abc import Callable, Iterable
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.compute as pc

# What a spreadsheet takes for a formula when a cell begins with it. An apostrophe before it says that it is text.
SIGNS = r"[=+\-@\t\r]"
EXECUTED = re.compile(rf"'*{SIGNS}")
MARKED = rf"^'+{SIGNS}"
DIGITS = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
NUMBER = re.compile(rf"{DIGITS}\Z", re.ASCII)


def harmless(text: str) -> str:
    """A text that no spreadsheet executes: an apostrophe comes before ``= + - @``, tab and return, numbers excepted.

    A text that has apostrophes before such a sign gets one more, so that `restored` gives back every text exactly.
    """
    return f"'{text}" if EXECUTED.match(text) and not NUMBER.match(text) else text


def harmless_table(table: pa.Table) -> pa.Table:
    """A table with `harmless` done to each of its texts."""
    for at, name in enumerate(table.column_names):
        if pa.types.is_string(table.schema.types[at]):
            table = table.set_column(at, name, _harmless_texts(table.column(at)))
    return table


def _harmless_texts(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    executed = pc.match_substring_regex(texts, f"^'*{SIGNS}")
    number = pc.match_substring_regex(texts, rf"^{DIGITS}\z")
    marked = pc.fill_null(pc.and_not(executed, number), False)
    return pc.if_else(marked, pc.binary_join_element_wise("'", texts, ""), texts)


def row_writer(file: TextIO, delimiter: str = ",") -> Callable[[Iterable[Any]], None]:
    """Give a function that writes a row to a CSV file that no spreadsheet executes and that is read back as it was.

    By itself Python leaves a return without quotes, and a reader would take it for the end of the line.
    """
    usual = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    quoted = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(row: Iterable[Any]) -> None:
        cells = [harmless(cell) if isinstance(cell, str) else cell for cell in row]
        odd = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (quoted if odd else usual).writerow(cells)

    return write


def restored(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and EXECUTED.match(text) else text


def restored_ids(texts: pa.Array, ids: pa.Array) -> pa.Array:
    """The ids that the cells of a column stand for, where another program or this one may have written them.

    Parameters
    ----------
    texts : string (n,)
        Cells as they stand in the file.
    ids : string (m,)
        What they should be among.

    Returns
    -------
    string (n,)
        With the apostrophe of `harmless` taken away, unless the file tells that none was put there: a cell in it would
        be executed, or more of the cells are ids as they stand.
    """
    marked = pc.match_substring_regex(texts, MARKED)
    if not pc.any(marked).as_py() or _executed(texts):
        return texts
    given = texts.filter(marked)
    meant = pc.utf8_slice_codeunits(given, 1)
    as_meant, as_given = (pc.sum(pc.is_in(texts.cast(ids.type), value_set=ids)).as_py() for texts in (meant, given))
    return texts if as_given > as_meant else pc.replace_with_mask(texts, marked, meant)


def _executed(texts: pa.Array) -> bool:
    """Whether a spreadsheet would execute any of the cells."""
    bare = texts.filter(pc.match_substring_regex(texts, f"^{SIGNS}"))
    return not pc.all(pc.match_substring_regex(bare, rf"^{DIGITS}\z"), min_count=0).as_py()
