"""The same interactions are read from every kind of file, with the same account."""

import bz2
import gzip
import json
import lzma
import sqlite3
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from workbench.data.importing.importer import Recipe, import_file, inspect, make_recipe, read_interactions
from workbench.data.importing.roles import Columns
from workbench.data.interactions import Interactions
from workbench.data.reading.first_rows import preview
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.layout import Layout
from workbench.errors import WorkbenchError

NAMES = ("userId", "movieId", "rating", "timestamp")
ROWS = [("007", "a b", 3.5, 1260759108), ("u2", 'q"x', 4, 1260759113), ("007", "é\r\n\rz", 1, 1260759148)] * 4
ROWS += [("1E5", "12345678901234567890", 2, 1260759149)]
DICTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def table():
    return pa.Table.from_pylist(DICTS)


def csv_text(rows=ROWS):
    def field(value):
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if isinstance(value, str) else str(value)

    return "\n".join([",".join(NAMES), *(",".join(map(field, row)) for row in rows)]) + "\n"


def workbook(path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["about", "nothing"])
    sheet = book.create_sheet("Ratings 2020")
    sheet.append([])
    for row in [NAMES, *ROWS]:  # XML has no return of its own, and a workbook writes it out
        sheet.append([value.replace("\r", "_x000D_") if isinstance(value, str) else value for value in row])
    book.save(path)


def database(path):
    with sqlite3.connect(path) as base:
        base.execute("create table people (id integer, age integer)")
        base.execute('create table "my ratings" (userId text, movieId text, rating real, timestamp integer)')
        base.executemany('insert into "my ratings" values (?, ?, ?, ?)', ROWS)
    base.close()


def zst(path, data):
    with pa.CompressedOutputStream(str(path), "zstd") as sink:
        sink.write(data)


def zipped(path, name, data):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)


def parquet_bytes():
    sink = pa.BufferOutputStream()
    pq.write_table(table(), sink)
    return sink.getvalue().to_pybytes()


LINES = "".join(json.dumps(row) + "\n" for row in DICTS)
KINDS = {
    "csv": lambda p: p.write_text(csv_text()),
    "gz": lambda p: p.write_bytes(gzip.compress(csv_text().encode())),
    "bz2": lambda p: p.write_bytes(bz2.compress(csv_text().encode())),
    "xz": lambda p: p.write_bytes(lzma.compress(csv_text().encode())),
    "zst": lambda p: zst(p, csv_text().encode()),
    "zip": lambda p: zipped(p, "x/ratings.csv", csv_text()),
    "parquet": lambda p: pq.write_table(table(), p),
    "parquet in zip": lambda p: zipped(p, "ratings.parquet", parquet_bytes()),
    "parquet in gz": lambda p: p.write_bytes(gzip.compress(parquet_bytes())),
    "feather": lambda p: feather.write_feather(table(), p),
    "excel": workbook,
    "jsonl": lambda p: p.write_text(LINES),
    "jsonl in xz": lambda p: p.write_bytes(lzma.compress(LINES.encode())),
    "json": lambda p: p.write_text(json.dumps(DICTS)),
    "sqlite": database,
    "utf-16": lambda p: p.write_bytes(csv_text().encode("utf-16")),
    "utf-16-le": lambda p: p.write_bytes(csv_text().encode("utf-16-le")),
    "comments": lambda p: p.write_text(
        "# made by hand\n#\n" + csv_text().replace("\nz", "\nz").replace('"u2"', '"u2"', 1)
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same(tmp_path, kind):
    path = tmp_path / "file"
    KINDS[kind](path)
    data, report, recipe = read_interactions(path)
    assert recipe.columns == Columns(user="userId", item="movieId", rating="rating", time="timestamp")
    assert (report.rows, report.kept, report.refused_count, report.duplicates) == (13, 13, 0, 9)
    assert data.user_ids.to_pylist() == ["007", "u2", "1E5"]
    assert data.item_ids.to_pylist() == ["a b", 'q"x', "é\r\n\rz", "12345678901234567890"]
    assert data.rating.tolist() == [3.5, 1, 4, 2]
    assert data.time.tolist() == [1260759108000, 1260759148000, 1260759113000, 1260759149000]
    again, _, _ = read_interactions(path, Recipe(**recipe.model_dump()))
    assert again.content_hash == data.content_hash


def test_sheets_and_tables_are_offered_and_chosen(tmp_path):
    workbook(tmp_path / "b.xlsx")
    found = preview(tmp_path / "b.xlsx")
    assert found.tables == ["Sheet", "Ratings 2020"]
    assert found.names == list(NAMES)
    assert preview(tmp_path / "b.xlsx", Layout(kind="excel", table="Sheet")).names == ["about", "nothing"]
    database(tmp_path / "b.db")
    assert preview(tmp_path / "b.db").tables == ["people", "my ratings"]
    assert preview(tmp_path / "b.db", Layout(kind="sqlite", table="people")).names == ["id", "age"]
    with pytest.raises(WorkbenchError, match="has no table 'x', but people, my ratings"):
        preview(tmp_path / "b.db", Layout(kind="sqlite", table="x"))


def test_a_database_is_only_read(tmp_path):
    database(tmp_path / "b.db")
    before = (tmp_path / "b.db").read_bytes()
    read_interactions(tmp_path / "b.db")
    assert (tmp_path / "b.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["b.db"]


def test_values_of_typed_files_are_what_a_person_would_type(tmp_path):
    columns = {
        "user": pa.array([17850.0, None, 3.0]),
        "item": pa.array(["x", "y", "z"]).dictionary_encode(),
        "rating": pa.array([True, False, True]),
        "date": pa.array([0, 10**9, 1], pa.timestamp("ns", "UTC")),
    }
    pq.write_table(pa.table(columns), tmp_path / "r")
    data, report, recipe = read_interactions(tmp_path / "r")
    assert data.user_ids.to_pylist() == ["17850", "3"]
    assert data.rating.tolist() == [1, 1]
    assert recipe.time == "iso"
    assert [(row["line"], row["reason"], row["text"]) for row in report.refused] == [
        (3, "no user", ",y,0,1970-01-01 00:00:01.000Z")
    ]


def test_lines_that_are_no_json_are_refused_with_their_line(tmp_path):
    (tmp_path / "r").write_text(
        '{"user": 1, "item": 2}\nnonsense\n{"user": 1}\n{"user": 1, "item": 1e2, "more": [1]}\n'
    )
    data, report, _ = read_interactions(tmp_path / "r")
    assert [(row["line"], row["reason"]) for row in report.refused] == [
        (3, "1 column where 3 were expected"),
        (4, "no item"),
    ]
    assert data.item_ids.to_pylist() == ["2", "1e2"]


def test_one_user_a_line(tmp_path):
    path = tmp_path / "r.txt"
    path.write_text("7 3 1 2\n8 1\n9\n07 5 4 4 9\n\n1 2 3 4 5\n")
    data, report, recipe = read_interactions(path)
    assert recipe.format.kind == "lists"
    assert data.user_ids.to_pylist() == ["7", "8", "07", "1"]
    assert data.item_ids.take(pa.array(data.by_user[0])).to_pylist() == ["3", "1", "2"], "the order of the line"
    assert (report.rows, report.kept, report.duplicates) == (14, 12, 1)
    assert [(row["line"], row["reason"]) for row in report.refused] == [(3, "no item"), (5, "an empty line")]
    assert preview(path).rows[:2] == [["7", "3"], ["7", "1"]]


def test_lists_with_commas_can_be_asked_for(tmp_path):
    (tmp_path / "r").write_text("ann,tea,milk\nbob,tea,,NA\n")
    layout = Layout(kind="lists", delimiter=",", header=False)
    data, report, _ = read_interactions(tmp_path / "r", Recipe(format=layout, columns=Columns(user=0, item=1)))
    assert data.item_ids.to_pylist() == ["tea", "milk"]
    assert [row["reason"] for row in report.refused] == ["no item", "no item"]


def test_a_matrix_with_a_code_for_nothing_and_a_count_in_front(tmp_path):
    rng = np.random.default_rng(0)
    cells = np.where(rng.random((30, 24)) < 0.4, 99, rng.uniform(-10, 10, (30, 24)).round(2))
    rows = [[int((row != 99).sum()), *row] for row in cells]
    path = tmp_path / "m.csv"
    path.write_text("\n".join(",".join(f"{value:g}" for value in row) for row in rows) + "\n")
    data, report, recipe = read_interactions(path)
    assert (recipe.format.kind, recipe.format.missing, recipe.format.first) == ("matrix", "99", "count")
    assert report.kept == len(data) == (cells != 99).sum()
    dense = np.full(cells.shape, 99.0)
    users, items = (np.array([int(text) - 1 for text in ids.to_pylist()]) for ids in (data.user_ids, data.item_ids))
    dense[users[data.user], items[data.item]] = data.rating
    np.testing.assert_allclose(dense, cells, rtol=1e-6)


def test_a_matrix_with_names_and_holes(tmp_path):
    names = [f"film {i}" for i in range(25)]
    lines = [",".join(["user", *names])] + [
        ",".join([f"p{u}", *["" if (u + i) % 3 else "4" for i in range(25)]]) for u in range(9)
    ]
    lines[3] = lines[3].replace(",4", ",x", 1)
    (tmp_path / "m.csv").write_text("\n".join(lines))
    data, report, recipe = read_interactions(tmp_path / "m.csv")
    assert (recipe.format.kind, recipe.format.first) == ("matrix", "user")
    assert data.user_ids.to_pylist() == [f"p{u}" for u in range(9)]
    assert set(data.item_ids.to_pylist()) == set(names)
    assert [(row["line"], row["reason"]) for row in report.refused] == [(4, "film 1 'x' is not a number")]
    assert report.rows == report.kept + 1


def test_features_of_items_are_no_matrix_of_users(tmp_path):
    rng = np.random.default_rng(0)
    lines = ["id," + ",".join(f"f{i}" for i in range(30))]
    lines += [f"{n}," + ",".join(f"{value:.6f}" for value in rng.random(30)) for n in range(20)]
    (tmp_path / "f.csv").write_text("\n".join(lines))
    assert sniff(tmp_path / "f.csv").kind == "table"


def test_thousands_and_decimal_commas(tmp_path):
    (tmp_path / "a.csv").write_text('user,item,plays\nu,a,"1,234"\nu,b,7\nv,a,"1,234,567"\n')
    data, _, recipe = read_interactions(tmp_path / "a.csv")
    assert recipe.format.thousands == ","
    assert data.rating.tolist() == [1234, 7, 1234567]
    (tmp_path / "b.csv").write_text("user;item;price\nu;a;1.234,50\nu;b;7,00\nv;a;999,99\n")
    data, _, recipe = read_interactions(tmp_path / "b.csv", columns="user=user,item=item,rating=price")
    assert (recipe.format.thousands, recipe.format.decimal) == (".", ",")
    assert data.rating.tolist() == [1234.5, 7, np.float32(999.99)]


def test_comment_lines_are_no_rows_and_keep_the_lines_of_others(tmp_path):
    (tmp_path / "r.csv").write_text("# one\nuser,item,rating\nu,a,1\n# two\nu,b,x\nu,c,1\n")
    _, report, recipe = read_interactions(tmp_path / "r.csv")
    assert recipe.format.comment == "#"
    assert report.rows == 3
    assert [(row["line"], row["reason"]) for row in report.refused] == [(5, "rating 'x' is not a number")]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("gb18030", "用户喜欢看电影和音乐节目的人很多"), ("shift_jis", "ユーザーの映画のデータです"), ("utf-16-be", "é"),
     ("latin-1", "Málaga Zürich Ærø"), ("cp1252", "It’s “so”"), ("utf-8", "用户")],
)  # fmt: skip
def test_encodings_are_recognised(tmp_path, encoding, word):
    text = "用户,商品,评分\n" if encoding == "gb18030" else "user,item,rating\n"
    text += "".join(f"{word}{i},item {i % 7},{i % 5 + 1}\n" for i in range(40))
    (tmp_path / "r.csv").write_bytes(text.encode(encoding))
    data, report, recipe = read_interactions(tmp_path / "r.csv")
    assert recipe.format.encoding == encoding
    assert data.user_ids[0].as_py() == f"{word}0"
    assert report.kept == 40


def test_recbole_and_its_folder(tmp_path):
    folder = tmp_path / "ml"
    folder.mkdir()
    (folder / "ml.inter").write_text(
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + "1\t2\t3.0\t881250949\n" * 2
    )
    (folder / "ml.item").write_text("item_id:token\tmovie_title:token_seq\n2\tToy Story\n")
    about = import_file(folder, tmp_path / "data")
    assert about["recipe"]["columns"]["time"] == "timestamp:float"
    assert about["items"]["matched"] == 1
    assert about["source"]["all"]["path"].endswith("ml.inter")
    assert len(Interactions.open(tmp_path / "data")) == 1


def test_dates_that_may_begin_with_day_or_month_are_asked(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("user,item,date\n" + "".join(f"u{i},a,0{i}/02/2020\n" for i in range(1, 9)))
    with pytest.raises(WorkbenchError, match=r"time=date:dmy"):
        read_interactions(path)
    days, months = (inspect(path, f"user=user,item=item,time=date:{kind}") for kind in ("dmy", "mdy"))
    assert (days["time_min"], months["time_min"]) == ("2020-02-01T00:00:00Z", "2020-01-02T00:00:00Z")
    assert make_recipe(path, "user=user,item=item").time is None


def test_counts_become_logarithms_or_presence(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("user,item,plays\nu,a,6\nu,a,1\nu,b,-3\n")
    recipe = make_recipe(path).model_copy(update={"duplicates": "sum"})
    logs, _, _ = read_interactions(path, recipe.model_copy(update={"rating_as": "log"}))
    np.testing.assert_allclose(logs.rating, [np.log(8), 0], rtol=1e-6)
    there, _, _ = read_interactions(path, recipe.model_copy(update={"rating_as": "presence"}))
    assert there.rating is None


def test_users_that_look_like_items_are_warned_of(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("movieId,userId\n" + "".join(f"{i % 3},{i}\n" for i in range(30)))
    assert not any("swapped" in doubt["sentence"] for doubt in inspect(path)["doubts"])
    assert "Should they be swapped" in inspect(path, "user=movieId,item=userId")["doubts"][0]["sentence"]
    path.write_text("a,b\n" + "".join(f"x{i % 2},{i}\n" for i in range(300)))
    assert "there are 2 users for 300 items" in inspect(path, "user=a,item=b")["doubts"][0]["sentence"]


def test_a_workbook_of_charts_alone_has_no_rows(tmp_path):
    from openpyxl import Workbook
    from openpyxl.chart import BarChart

    book = Workbook()
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.active.append(["user", "item"])
    book.active.append(["a", "b"])
    book.move_sheet("Chart", -1)
    book.save(tmp_path / "both.xlsx")
    assert read_interactions(tmp_path / "both.xlsx")[1].kept == 1
    book.remove(book["Sheet"])
    book.save(tmp_path / "charts.xlsx")
    with pytest.raises(WorkbenchError, match="has no sheet with rows"):
        read_interactions(tmp_path / "charts.xlsx")
