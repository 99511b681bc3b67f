"""Excel workbooks."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.data.reading.formats.base.csv_text import values_text
from workbench.data.reading.formats.base.own_rows import OwnRows, Pieces
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile

# Control characters as a workbook has them, and the sign by which what only looks like one is told apart.
WRITTEN_OUT = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")


class Excel(OwnRows):
    """Sheets of cells, in a zip."""

    name, title, sentence, order = "excel", "Excel", "Excel workbook", 10
    endings, options, table_word, zip_entry = (".xlsx",), ("table", "decimal", "thousands"), "sheet", "xl/workbook.xml"

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        return {} if _is_workbook(sample.file) or sample.member.lower().endswith(cls.endings) else None

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        from openpyxl import load_workbook

        _is_workbook(file)
        # Given an open file, it does not mind how the file is called.
        with file.path.open("rb") as opened, closing(load_workbook(opened, read_only=True, data_only=True)) as book:
            sheet = book[cls.chosen_table(layout.table, _sheets(book), file.path)]
            total = max(sheet.max_row or 1, 1)
            sheet.reset_dimensions()  # what a sheet says of its size need not be so
            yield from values_text((map(_plain, row) for row in sheet.iter_rows(values_only=True)), file.path, total)

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        from openpyxl import load_workbook

        with path.open("rb") as opened, closing(load_workbook(opened, read_only=True)) as book:
            return _sheets(book)


def _sheets(book: Any) -> list[str]:
    """Names of the sheets that have cells; others have nothing but a chart."""
    return [sheet.title for sheet in book.worksheets]


def _is_workbook(file: SourceFile) -> bool:
    """Whether a file is a workbook; raises WorkbenchError where it unpacks to far more than any sheet holds."""
    if not any(entry.filename == Excel.zip_entry for entry in file.entries):
        return False
    file.check_unpacked(sum(entry.file_size for entry in file.entries))
    return True


def _plain(value: Any) -> Any:
    """A cell in which control characters are written out (``_x000D_``)."""
    if isinstance(value, str) and "_x" in value:
        return WRITTEN_OUT.sub(lambda found: chr(int(found[1], 16)), value)
    return value
