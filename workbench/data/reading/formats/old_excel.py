"""Excel workbooks of before 2007."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.data.reading.formats.base.own_rows import OwnRows
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile

if TYPE_CHECKING:
    from xlrd.book import Book

MAGIC = b"\xd0\xcf\x11\xe0"
# Names of the parts of such a file that a workbook has, and a letter has not.
PARTS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


class OldExcel(OwnRows):
    """Sheets of cells, in the binary file of old."""

    name, title, sentence, order = "old-excel", "Excel 97", "Excel workbook of before 2007", 12
    endings, options, table_word = (".xls",), ("table", "decimal", "thousands"), "sheet"

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if not sample.head.startswith(MAGIC):
            return None
        named = sample.file.path.suffix.lower() in cls.endings or sample.member.lower().endswith(cls.endings)
        return {} if named or any(part in sample.head for part in PARTS) else None

    @classmethod
    def rows(cls, file: SourceFile, layout: Layout) -> Iterator[list[Any]]:
        with _opened(file.path) as book:
            sheet = book.sheet_by_name(cls.chosen_table(layout.table, book.sheet_names(), file.path))
            for row in range(sheet.nrows):
                yield [_value(cell, book.datemode) for cell in sheet.row(row)]

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        with _opened(path) as book:
            return list(book.sheet_names())


@contextmanager
def _opened(path: Path) -> Iterator["Book"]:
    import xlrd

    try:
        # Without its log, and without what cells look like.
        with xlrd.open_workbook(str(path), logfile=io.StringIO(), on_demand=True) as book:
            yield book
    except (xlrd.XLRDError, AssertionError) as error:
        raise ValueError(str(error)) from error


def _value(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR) else cell.value
