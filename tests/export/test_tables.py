import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.errors import WorkbenchError
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
            found = [(row["id"], int(row["n"]), float(row["score"])) for row in csv.DictReader(file)]
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


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
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
    with pytest.raises(WorkbenchError, match=r"\.csv, \.parquet, \.jsonl"), table_file(tmp_path / "out.pkl", SCHEMA):
        pass
