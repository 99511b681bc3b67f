"""No file crashes the reading, holds it up or takes the memory: it is read, or one sentence says why not.

``python -m tests.torture.hostile --count 10000`` is the long form; the suite does some hundred.
"""

import bz2
import functools
import gzip
import io
import json
import lzma
import os
import sqlite3
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from workbench.data.importing.importer import import_file, inspect
from workbench.data.importing.roles import Columns
from workbench.data.reading.first_rows import preview
from workbench.data.reading.text import source_file
from workbench.data.reading.text.rows import MAX_LINE_BYTES
from workbench.errors import WorkbenchError

ROWS = [(f"u{i % 5}", f"i{i % 7}", i % 5 + 1, 1260759108 + i) for i in range(40)]
NAMES = ("user", "item", "rating", "time")
TEXT = "\n".join([",".join(NAMES), *(",".join(map(str, row)) for row in ROWS)]) + "\n"
TABLE = pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in ROWS])
LONGEST = 10.0  # seconds of a processor: other programs do not count


def _sink(write):
    sink = pa.BufferOutputStream()
    write(sink)
    return sink.getvalue().to_pybytes()


def _zip(name, data):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return sink.getvalue()


def _workbook():
    from openpyxl import Workbook

    book, sink = Workbook(), io.BytesIO()
    for row in [NAMES, *ROWS]:
        book.active.append(row)
    book.save(sink)
    return sink.getvalue()


def _database():
    base = sqlite3.connect(":memory:")
    base.execute("create table ratings (user text, item text, rating real, time integer)")
    base.executemany("insert into ratings values (?, ?, ?, ?)", ROWS)
    base.commit()
    data = base.serialize()
    base.close()
    return data


def _zst(data):
    return pa.Codec("zstd").compress(data, asbytes=True)


MATRIX = "\n".join(",".join(str((u * i) % 5 or 99) for i in range(1, 26)) for u in range(1, 20)).encode()
LISTS = "\n".join(" ".join(str(u * i % 17) for i in range(u % 5 + 2)) for u in range(1, 30)).encode()


@functools.cache
def sound_files():
    """A file of each kind, made where a test asks for it: not while tests are collected."""
    return {
        "csv": TEXT.encode(),
        "quoted": TEXT.replace("u1", '"u\n1"').replace("i3", '"i ""3"""').encode(),
        "utf-16": TEXT.encode("utf-16"),
        "::": TEXT.replace(",", "::").encode(),
        "gz": gzip.compress(TEXT.encode()),
        "bz2": bz2.compress(TEXT.encode()),
        "xz": lzma.compress(TEXT.encode()),
        "zst": _zst(TEXT.encode()),
        "zip": _zip("ratings.csv", TEXT),
        "jsonl": "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS).encode(),
        "parquet": _sink(lambda sink: pq.write_table(TABLE, sink)),
        "feather": _sink(lambda sink: feather.write_feather(TABLE, sink)),
        "excel": _workbook(),
        "sqlite": _database(),
        "matrix": MATRIX,
        "lists": LISTS,
    }


def test_the_sound_files_are_read(tmp_path):
    for kind, data in sound_files().items():
        (tmp_path / "f").write_bytes(data)
        found = inspect(tmp_path / "f")
        assert found["kept"] > 39, kind
        assert found["rows"] == found["kept"] + found["refused_count"], kind


mutation = st.tuples(
    st.sampled_from(["flip", "cut", "insert", "repeat", "end"]), st.floats(0, 1), st.binary(min_size=1, max_size=8)
)


def mutated(data, mutations):
    for how, where, what in mutations:
        at = int(where * len(data))
        if how == "flip":
            data = data[:at] + what + data[at + len(what) :]
        elif how == "cut":
            data = data[:at] + data[at + 4 * len(what) :]
        elif how == "insert":
            data = data[:at] + what + data[at:]
        elif how == "repeat":
            data = data[:at] + data[max(at - 50, 0) :]
        else:
            data = data[:at]
    return data


def check(tmp_path, kind, mutations):
    path = tmp_path / "file"
    path.write_bytes(mutated(sound_files()[kind], mutations))
    read_or_refused(path)


def read_or_refused(path):
    began, sentence = time.process_time(), ""
    try:
        found = inspect(path)
        assert found["rows"] == found["kept"] + found["refused_count"]
        json.dumps(found, allow_nan=False)
    except WorkbenchError as error:
        sentence = str(error)
    assert time.process_time() - began < LONGEST
    assert "\n" not in sentence
    assert len(sentence) < 1000


cases = {
    "kind": st.deferred(lambda: st.sampled_from(list(sound_files()))),
    "mutations": st.lists(mutation, min_size=1, max_size=5),
}
quiet = [HealthCheck.function_scoped_fixture]


@settings(max_examples=300, deadline=None, suppress_health_check=quiet)
@given(**cases)
def test_mutated_files_are_read_or_refused_in_a_sentence(tmp_path, kind, mutations):
    check(tmp_path, kind, mutations)


def test_a_zip_with_a_name_that_is_none(tmp_path):
    """A fuzzer made them up: a name of no length, and one that is not what it says it is written in."""
    archive = _zip("ratings.csv", TEXT)
    listed = archive.rindex(b"PK\x01\x02")
    no_utf8 = archive[: listed + 8] + b"\x00\x08" + archive[listed + 10 :].replace(b"ratings.csv", b"r\xfftings.csv")
    no_name = archive[: listed + 28] + b"\x00\x00\x0b\x00" + archive[listed + 32 :]
    for data in (no_name, no_utf8):
        (tmp_path / "ratings.zip").write_bytes(data)
        with pytest.raises(WorkbenchError, match=r"holds no CSV|could not be unpacked"):
            inspect(tmp_path / "ratings.zip")


def test_a_column_whose_name_is_half_the_file(tmp_path):
    """A fuzzer made it up: UTF-16 that is shifted has no line ends, and a sentence with such a name was none."""
    (tmp_path / "ratings.csv").write_text('"user' + " and\n" * 500 + ' rating",item\n' + "u1,i1\n" * 9)
    with pytest.raises(WorkbenchError) as refused:
        inspect(tmp_path / "ratings.csv", columns=Columns(user=0, item=1, rating=0))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("blank", ["\x1c", "\x1f", "\x85", "\xa0", "\v", "\u2003"])
def test_numbers_with_odd_blanks_behind_them(tmp_path, blank):
    """A fuzzer made them up: Python calls all of these space, and `float` not all of them."""
    rows = "".join(f"{u},{i},{u * i % 5}{blank},{1260759108 + i}{blank}\n" for u in range(9) for i in range(9))
    for text in (rows, "".join(f"{u} 1 2 3{blank}\n" for u in range(9)), f"1,{blank}5,3\n2,4{blank},5\n" * 9):
        (tmp_path / "odd").write_text(text, encoding="utf-8")
        read_or_refused(tmp_path / "odd")


# --- made to harm ----------------------------------------------------------------------------------------------------


@functools.cache
def alike():
    """A table of 8 MB whose rows are all the same."""
    return b"user,item\n" + b"1,1\n" * (2 << 20)


@pytest.mark.parametrize(
    "packed",
    [gzip.compress, lzma.compress, _zst, lambda data: _zip("ratings.csv", data), bz2.compress],
    ids=["gz", "xz", "zst", "zip", "bz2"],
)
def test_bombs_are_refused(tmp_path, monkeypatch, packed):
    monkeypatch.setattr(source_file, "BOMB_BYTES", 1 << 20)
    (tmp_path / "bomb").write_bytes(packed(alike()))
    with pytest.raises(WorkbenchError, match="unpacks to more than 300 times"):
        import_file(tmp_path / "bomb", tmp_path / "data")


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_file, "BOMB_BYTES", 1 << 20)
    (tmp_path / "bomb.xlsx").write_bytes(_zip("xl/workbook.xml", bytes(48 << 20)))
    with pytest.raises(WorkbenchError, match="unpacks to more than 300 times"):
        inspect(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_a_hundred_thousand_columns(tmp_path, delimiter):
    path = tmp_path / "wide.csv"
    line = delimiter.join(["1"] * 100_000) + "\n"
    path.write_text(line * 20)
    began = time.process_time()
    with pytest.raises(WorkbenchError, match=r"columns|longer"):
        inspect(path)
    assert time.process_time() - began < LONGEST


def test_a_hundred_thousand_columns_with_names(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"column {i}" for i in range(100_000)) + "\n" + ",".join(["1"] * 100_000) + "\n")
    began = time.process_time()
    with pytest.raises(WorkbenchError, match="columns"):
        inspect(path)
    assert time.process_time() - began < LONGEST
    pq.write_table(pa.table({f"c{i}": [1] for i in range(11_000)}), tmp_path / "wide.parquet")
    with pytest.raises(WorkbenchError, match="11,000 columns"):
        preview(tmp_path / "wide.parquet")


@pytest.mark.parametrize("content", [b"x", b"a,", b'"a', b'",', b"1 ", b"\0"], ids=repr)
def test_a_line_of_three_times_the_length_that_is_read(tmp_path, content):
    path = tmp_path / "long.csv"
    path.write_bytes(TEXT.encode() + content * (3 * MAX_LINE_BYTES // len(content)))
    read_or_refused(path)


def test_a_gigabyte_of_nothing(tmp_path):
    path = tmp_path / "nothing.csv"
    with path.open("wb") as file:
        file.write(TEXT.encode())
        file.truncate(1 << 30)
    with pytest.raises(WorkbenchError, match=r"longer than|not text"):
        inspect(path)


def test_json_that_goes_deep(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text('{"user": 1, "item": 2}\n' * 5 + '{"user":' * 50_000 + "\n")
    assert inspect(path)["refused_count"] == 1
    path.write_text("[{" + '"a":[' * 50_000)
    with pytest.raises(WorkbenchError):
        inspect(path)


def test_a_sheet_that_lies_about_its_size(tmp_path):
    with zipfile.ZipFile(io.BytesIO(_workbook())) as old, zipfile.ZipFile(tmp_path / "big.xlsx", "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = data.replace(b'ref="A1:D41"', b'ref="A1:XFD1048576"')
                assert b"XFD" in data
            new.writestr(part, data)
    began = time.process_time()
    assert inspect(tmp_path / "big.xlsx")["kept"] == 40
    assert time.process_time() - began < LONGEST


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are for POSIX systems")
def test_folders_with_pipes_and_circles(tmp_path):
    os.mkfifo(tmp_path / "ratings.csv")
    (tmp_path / "u.data").symlink_to(tmp_path / "u.data")
    with pytest.raises(WorkbenchError, match="holds none of"):
        inspect(tmp_path)


def test_ids_of_a_megabyte_each(tmp_path):
    rows = [f"{'x' * 1_000_000}{i},i{i},1" for i in range(5)]
    (tmp_path / "ids.csv").write_text("user,item,rating\nu,i,1\n" + "\n".join(rows) + "\n")
    found = inspect(tmp_path / "ids.csv")
    assert (found["kept"], found["users"]) == (6, 6)
    assert np.isfinite(found["density"])
