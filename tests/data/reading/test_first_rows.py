"""Layouts are recognised, and what is no table gets one sentence."""

import gzip
import os
import zipfile

import pytest

from workbench.data.reading.first_rows import preview
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.layout import Layout
from workbench.errors import WorkbenchError

ROWS = [("u1", "a", "3.5", "1260759108"), ("u2", "b", "4.0", "1260759113"), ("u1", "c", "1.0", "1260759148")] * 5


def write(path, rows, delimiter=",", header=True, encoding="utf-8", end="\n"):
    lines = [("userId", "movieId", "rating", "timestamp"), *rows] if header else rows
    path.write_bytes((end.join(delimiter.join(row) for row in lines) + end).encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "::", " "])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_header_are_recognised(tmp_path, delimiter, header, end):
    path = write(tmp_path / "r.csv", ROWS, delimiter, header, end=end)
    found = preview(path)
    assert (found.format.delimiter, found.format.header) == (delimiter, header)
    assert found.rows == [list(row) for row in ROWS]
    assert found.names[0] == ("userId" if header else "Column 1")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("latin-1", "latin-1"), ("cp1252", "cp1252")],
)
def test_encoding_is_recognised(tmp_path, encoding, expected):
    letter = "’" if encoding == "cp1252" else "é"
    path = write(tmp_path / "r.csv", [(f"Ren{letter}", *row[1:]) for row in ROWS], encoding=encoding)
    found = preview(path)
    assert found.format.encoding == expected
    assert found.names[0] == "userId"
    assert found.rows[0][0] == f"Ren{letter}"


def test_quoted_fields_may_hold_delimiters_quotes_and_lines(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('user,item,rating\nu1,"a, ""b""\nc",3\nu2,d,4\n')
    assert preview(path).rows == [["u1", 'a, "b"\nc', "3"], ["u2", "d", "4"]]


def test_quotes_within_text_are_letters(tmp_path):
    path = tmp_path / "r.tsv"
    path.write_text('user\titem\trating\n"Bob\tx\t1\nu\t5" disc\t2\n"Al\ty\t3\nv\tz\t4\n')
    found = preview(path)
    assert not found.format.quotes
    assert found.rows[0] == ['"Bob', "x", "1"]


def test_decimal_comma_is_recognised(tmp_path):
    path = write(tmp_path / "r.csv", [(u, i, r.replace(".", ","), t) for u, i, r, t in ROWS], ";")
    assert sniff(path).decimal == ","


def test_orange_has_two_rows_below_its_header(tmp_path):
    path = tmp_path / "r.tab"
    path.write_text(
        "user\titems\trelevance\ncontinuous\tcontinuous\tcontinuous\nrow=1\tcol=1\tclass\n89\t0\t1\n94\t0\t1\n"
    )
    assert preview(path).rows == [["89", "0", "1"], ["94", "0", "1"]]


def test_packed_files_are_read_by_content_not_by_name(tmp_path):
    plain = write(tmp_path / "r.csv", ROWS)
    packed = tmp_path / "r.txt"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert preview(packed).rows == preview(plain).rows
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(plain, "set/ratings.csv")
        archive.writestr("set/movies.csv", "movieId,title\n1,A\n")
        archive.writestr("set/README.txt", "about")
    found = preview(tmp_path / "set.zip")
    assert found.format.member == "set/ratings.csv"
    assert found.rows == preview(plain).rows


def test_only_the_beginning_is_read(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("w") as file:
        file.write("user,item,rating\n")
        file.writelines(f"{i},{i % 7},3\n" for i in range(300_000))
    with path.open("rb") as reading:
        seen = os.fstat(reading.fileno()).st_size
    found = preview(path, rows=10_000)
    assert seen > 1 << 20
    assert 200 < len(found.rows) < 10_000
    assert all(len(row) == 3 for row in found.rows), "a row that the sample cut is left out"


def damaged_gzip(path):
    path.write_bytes(gzip.compress(b"user,item\na,b\n" * 1000)[:40])


def zip_of(*names):
    def make(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "user,item\na,b\n")

    return make


def encrypted_zip(path):
    zip_of("ratings.csv")(path)
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + at] |= 1
    path.write_bytes(data)


BAD = {
    "holds none of ratings.csv": lambda p: p.mkdir(),
    "damaged: it could not be read": lambda p: p.write_bytes(b"PAR1" + bytes(100)),
    "an old Office document": lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100)),
    "an Office document without a sheet": zip_of("[Content_Types].xml", "word/document.xml"),
    "a RAR archive": lambda p: p.write_bytes(b"Rar!" + bytes(100)),
    "is empty": lambda p: p.write_bytes(b""),
    "nothing but empty lines": lambda p: p.write_bytes(b"\n\n  \n"),
    "a PNG picture": lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a JPEG picture": lambda p: p.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100)),
    "is not text": lambda p: p.write_bytes(bytes(range(256)) * 10),
    "one column only": lambda p: p.write_text("user\na\nb\nc\n"),
    "is not there": lambda p: None,
    "damaged": damaged_gzip,
    "holds 2 files": zip_of("a.csv", "b.csv"),
    "holds no CSV": zip_of(),
    "could not be unpacked": encrypted_zip,
}


@pytest.mark.parametrize("sentence", BAD)
def test_what_is_no_table_gets_a_sentence(tmp_path, sentence):
    path = tmp_path / "bad.csv"
    BAD[sentence](path)
    with pytest.raises(WorkbenchError, match=sentence) as caught:
        preview(path)
    assert "\n" not in str(caught.value)
    assert "bad.csv" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are for POSIX systems")
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(WorkbenchError, match="device or a pipe"):
        preview(tmp_path / "pipe.csv")


def test_no_permission_is_said(tmp_path, monkeypatch):
    path = write(tmp_path / "r.csv", ROWS)

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(WorkbenchError, match="No permission to read"):
        preview(path)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="links are not for everyone here")
def test_links_in_a_circle_get_a_sentence(tmp_path):
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    with pytest.raises(WorkbenchError):
        preview(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"encoding": "no-such"}, "not a text encoding"),
        ({"encoding": "\0"}, "not a text encoding"),
        ({"delimiter": "\n"}, "cannot separate"),
    ],
)
def test_a_wrong_correction_is_said(tmp_path, change, sentence):
    path = write(tmp_path / "r.csv", ROWS)
    with pytest.raises(WorkbenchError, match=sentence):
        preview(path, Layout(**change))


def test_an_object_of_one_field_is_one_column(tmp_path):
    (tmp_path / "r.json").write_text('{"user": 1}\n')
    with pytest.raises(WorkbenchError, match="one column only"):
        preview(tmp_path / "r.json")
