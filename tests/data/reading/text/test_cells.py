"""What a spreadsheet would execute is harmless in every file of rows written for people, and read back as it was."""

import csv
import io

import pyarrow as pa
import pytest

from tests.export.test_back import ODD
from workbench.data.importing.duplicates import list_duplicates
from workbench.data.importing.importer import import_file
from workbench.data.reading.text.cells import EXECUTED, NUMBER, harmless, harmless_table, restored, row_writer

CELLS = [*ODD, "\r=e", "a\rb", "a\r\nb", "a\nb", 'a"b', "'", ""]


def read(text):
    """Rows as Python's own reader, and a spreadsheet, sees them."""
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_rows_come_back_and_none_is_executed(delimiter):
    out = io.StringIO(newline="")
    write = row_writer(out, delimiter)
    for cell in CELLS:
        write([cell, 1.5, None])
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
    assert [(restored(cell), number, nothing) for cell, number, nothing in rows] == [
        (cell, "1.5", "") for cell in CELLS
    ]
    assert not any(EXECUTED.match(row[0]) and row[0][0] != "'" and not NUMBER.match(row[0]) for row in rows)


def test_a_table_of_texts_is_made_harmless_as_each_of_them():
    table = pa.table({"text": pa.array([*CELLS, None]), "number": pa.array([*map(float, range(len(CELLS))), None])})
    assert harmless_table(table).column("text").to_pylist() == [*map(harmless, CELLS), None]
    assert harmless_table(table).column("number").equals(table.column("number"))


def test_lists_of_rows_are_harmless_too(tmp_path):
    """Rows that were refused, and rows that are there twice, with ids that a spreadsheet would execute."""
    bad = "\r=cmd|' /C calc'!A0"
    rows = [f'"{bad}","=i{at % 5}",3,{at}' for at in range(10)] + ['"=1+1",,3,4']
    (tmp_path / "r.csv").write_bytes("\n".join(["user,item,rating,time", *rows, ""]).encode())
    import_file(tmp_path / "r.csv", tmp_path / "data")
    list_duplicates(tmp_path / "data")
    twice = read((tmp_path / "data" / "duplicates.csv").read_bytes().decode())
    assert {restored(row[2]) for row in twice[1:]} == {bad}
    assert {row[3] for row in twice[1:]} == {f"'=i{at}" for at in range(5)}
    refused = read((tmp_path / "data" / "refused.csv").read_bytes().decode())
    assert restored(refused[1][3]).startswith(("=1+1", '"=1+1"'))
    assert not refused[1][3].startswith("=")
