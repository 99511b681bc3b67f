import csv
import json
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.reading.text.cells import harmless, restored
from workbench.errors import Cancelled, WorkbenchError
from workbench.export import workbook
from workbench.export.tables import table_file

SCHEMA = pa.schema([("id", pa.string()), ("n", pa.int32()), ("score", pa.float32())])
# A third in float32 has no short decimal; ids may hold all that a table is made of.
ROWS = [('a,"b"\n', 1, 1 / 3), ("  007 ", 2, 0.1), ("电影", 3, float("nan")), ("=1+1", 4, -2e-9)]


def _table(rows):
    return pa.table(
        [pa.array(list(column), kind) for column, kind in zip(zip(*rows, strict=True), SCHEMA.types, strict=True)],
        schema=SCHEMA,
    )


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_blocks_come_back_as_they_were_written(tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    with table_file(path, SCHEMA) as write:
        write(_table(ROWS[:3]))
        write(_table(ROWS[3:]))
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            found = [(restored(row["id"]), int(row["n"]), float(row["score"])) for row in csv.DictReader(file)]
    elif ending == "jsonl":
        found = [tuple(json.loads(line).values()) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        found = [tuple(row.values()) for row in pq.read_table(path).to_pylist()]
    assert [row[:2] for row in found] == [row[:2] for row in ROWS]
    np.testing.assert_array_equal(
        np.array([row[2] for row in found], np.float32), np.array([r[2] for r in ROWS], np.float32)
    )


def test_text_numbers_are_as_short_as_they_can_be(tmp_path):
    with table_file(tmp_path / "out.csv", SCHEMA) as write:
        write(_table([("a", 1, 0.1), ("b", 2, 1 / 3)]))
    assert (tmp_path / "out.csv").read_text().splitlines() == ["id,n,score", "a,1,0.1", "b,2,0.33333334"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_what_ends_badly_leaves_the_old_file(tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    path.write_text("old")

    def interrupted():
        with table_file(path, SCHEMA) as write:
            write(_table(ROWS))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_format_that_is_none_is_refused(tmp_path):
    with (
        pytest.raises(WorkbenchError, match=r"\.csv, \.parquet, \.jsonl, \.xlsx"),
        table_file(tmp_path / "out.pkl", SCHEMA),
    ):
        pass


DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "-", "=cmd|' /C calc'!A0"]
HARMLESS = ["a", "", "007", "-5", "+1.5", "-1e-3", "'quoted'", "1=1", "١٢", "李"]


def test_what_a_spreadsheet_would_execute_is_text_and_comes_back():
    assert all(harmless(one).startswith("'") for one in DANGEROUS)
    assert [harmless(one) for one in HARMLESS] == HARMLESS
    assert len({harmless(one) for one in DANGEROUS + HARMLESS}) == len(DANGEROUS + HARMLESS)
    assert [restored(harmless(one)) for one in DANGEROUS + HARMLESS] == DANGEROUS + HARMLESS


def test_csv_holds_no_cell_that_would_be_executed(tmp_path):
    with table_file(tmp_path / "out.csv", SCHEMA) as write:
        write(_table([(one, 1, -0.5) for one in DANGEROUS]))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["id"] for row in csv.DictReader(file)]
    assert all(one.startswith("'") for one in cells)
    assert [restored(one) for one in cells] == DANGEROUS


def test_excel_holds_texts_as_text_and_numbers_as_numbers(tmp_path):
    from openpyxl import load_workbook

    texts = [*DANGEROUS, *HARMLESS[:1], "007", "x" * 40_000, "a\x01b", "<r>a & b</r>", "שלום", "李"]
    with table_file(tmp_path / "out.xlsx", SCHEMA) as write:
        write(_table([(one, at, float("nan") if at == 1 else 0.1) for at, one in enumerate(texts)]))
    head, *rows = load_workbook(tmp_path / "out.xlsx")["Sheet1"].iter_rows()
    assert [cell.value for cell in head] == SCHEMA.names
    assert {row[0].data_type for row in rows} == {"s"}
    assert all(row[0].quotePrefix for row in rows[: len(DANGEROUS)])
    short = [row[0].value for row in rows if len(row[0].value) < 99]
    assert short == [*DANGEROUS[:5], "_x000D_=1", *DANGEROUS[6:], "a", "007", "a_x0001_b", *texts[-3:]]
    assert max(len(row[0].value) for row in rows) == 32_767
    assert [row[1].value for row in rows] == list(range(len(texts)))
    assert [row[2].value for row in rows[:2]] == [0.1, None]


def test_excel_counts_letters_as_utf16_does(tmp_path):
    from openpyxl import load_workbook

    texts = ["😀" * 20_000, "😀" * 16_383, "é" * 32_767, "\x01" * 32_767, "a" + "😀" * 16_383]
    table = pa.table({"title": texts})
    with table_file(tmp_path / "out.xlsx", table.schema) as write:
        assert write(table) == 1
    found = [row[0].value for row in load_workbook(tmp_path / "out.xlsx")["Sheet1"].iter_rows(min_row=2)]
    assert found == ["😀" * 16_383 + "…", texts[1], texts[2], "_x0001_" * 32_767, texts[4]]


def test_excel_holds_truths_and_nothing_and_goes_by_arrow(tmp_path):
    import pandas as pd
    from openpyxl import load_workbook

    schema = pa.schema([("hit", pa.bool_()), ("year", pa.int16()), ("title", pa.string())])
    rows = pa.table([[True, False, None], [1995, None, -3], ["a & <b>", None, " ]]> "]], schema=schema)
    with table_file(tmp_path / "out.xlsx", schema) as write:
        write(rows)
        write(rows.slice(0, 0))
        write(pa.concat_tables([rows.slice(0, 1), rows.slice(2, 1)]))
    head, *found = load_workbook(tmp_path / "out.xlsx")["Sheet1"].iter_rows(values_only=True)
    wanted = [tuple(row.values()) for row in rows.to_pylist()]
    assert head == ("hit", "year", "title")
    assert found == [*wanted, wanted[0], wanted[2]]
    assert pd.read_excel(tmp_path / "out.xlsx").title[2] == " ]]> "


def test_more_than_a_sheet_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "SHEET_ROWS", 5)
    with table_file(tmp_path / "out.xlsx", SCHEMA) as write:
        write(_table(ROWS))
    with (
        pytest.raises(WorkbenchError, match=r"holds 4 rows, and this is more: at least 5\. Write \.csv or \.parquet"),
        table_file(tmp_path / "more.xlsx", SCHEMA) as write,
    ):
        write(_table(ROWS))
        write(_table(ROWS[:1]))
    monkeypatch.setattr(workbook, "SHEET_BYTES", 100)
    with pytest.raises(WorkbenchError, match="more text"), table_file(tmp_path / "more.xlsx", SCHEMA):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["out.xlsx"]


def test_what_ends_early_leaves_nothing_anywhere(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Cancelled), table_file(tmp_path / "out.xlsx", SCHEMA) as write:
        write(_table(ROWS))
        assert len(list(tmp_path.iterdir())) == 1  # the one that the worker's end would leave, and knows to sweep
        raise Cancelled
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_number_is_null_in_json(tmp_path):
    table = pa.table({"score": pa.array([0.1, np.nan, np.inf, -np.inf, None], pa.float32())})
    with table_file(tmp_path / "a.jsonl", table.schema) as write:
        write(table)

    def refuse(word):
        raise AssertionError(word)

    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(one, parse_constant=refuse)["score"] for one in lines] == [0.1, None, None, None, None]


def test_what_shows_the_first_lines_of_a_csv_need_not_load_parquet():
    # The window imports this when the page Export is first shown.
    program = "import sys, workbench.export.tables; print('pyarrow' in sys.modules, 'pyarrow.parquet' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
