"""Layouts of well-known data sets: each is read rightly at first sight, or with the one correction that a doubt offers."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array

from workbench.data.importing.importer import inspect, make_recipe, read_interactions
from workbench.data.reading.formats.base.r_tables import rows_of
from workbench.errors import WorkbenchError

ROWS = [(k, 100 + k // 6, 5000 + k % 6) for k in range(90)]
# By name: a header ("" for none), a row, what its columns are, and the kinds of its doubts.
LAYOUTS = {
    "clicks of sessions": ("", "{u},2014-04-07T10:51:{s:02}.277Z,{i},0", (0, 2, None, 1), []),
    "plays with artists": (
        "", "user_{u}\t2009-05-04T23:08:{s:02}Z\tf1b1cf71-{i}\tArtist {i}\t\tTrack {k}", (0, 2, None, 1), []
    ),
    "check-ins": ("", "{u}\t2010-10-19T23:55:{s:02}Z\t30.{i}1\t-97.{i}3\t{i}", (0, 4, None, 1), []),
    "items first": ("", "B00{i}ABC,A{u}XYZ12345,{r}.0,16000{k:02}000", (1, 0, 2, 3), []),
    "events with types": ("", "{u},{i},{c},{e},16000{k:02}000", (0, 1, None, 4), ["events"]),
    "events with a header": (
        "event_time,event_type,product_id,category_id,price,user_id",
        "2019-10-01 00:00:{s:02} UTC,{e},{i},{c},9.99,{u}",
        ("user_id", "product_id", None, "event_time"), ["events"],
    ),
    "visits of a shop": (
        "timestamp,visitorid,event,itemid", "16000{k:02}000000,{u},{e},{i}", ("visitorid", "itemid", None, "timestamp"),
        ["events"],
    ),
    "seconds beside text": (
        "reviewerID,asin,overall,reviewTime,unixReviewTime", '{u},{i},{r},"09 {d}, 2013",16000{k:02}000',
        ("reviewerID", "asin", "overall", "unixReviewTime"), [],
    ),
    "dates in words": (
        "user_id,tweet_id,created_at", "{u},{i},Sun Sep 13 10:00:{s:02} +0000 2020",
        ("user_id", "tweet_id", None, "created_at"), [],
    ),
    "three columns of a date": (
        "user,item,rating,year,month,day", "{u},{i},{r},2013,9,{d}", ("user", "item", "rating", "year"), []
    ),
    "hours": ("user,game,hours,date", "{u},{i},{r}.5,2020-09-{d:02}", ("user", "game", "hours", "date"), ["counts"]),
}  # fmt: skip


def text_of(header, row):
    kinds = ("view", "view", "cart", "purchase")
    values = (
        {"u": u, "i": i, "k": k % 60 + 10, "s": k % 60, "d": k % 28 + 1, "r": k % 5 + 1, "c": i % 3, "e": kinds[k % 4]}
        for k, u, i in ROWS
    )
    return "".join(line + "\n" for line in [*([header] if header else []), *(row.format(**value) for value in values)])


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_of_text(tmp_path, name):
    header, row, columns, doubts = LAYOUTS[name]
    path = tmp_path / "file.csv"
    path.write_text(text_of(header, row))
    found = inspect(path)
    assert tuple(found["columns"].values()) == columns
    assert (found["kept"], found["users"], found["items"]) == (90, 15, 6)
    assert [doubt["name"] for doubt in found["doubts"]] == doubts


def test_days_of_three_columns_are_one_date(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("user,item,year,month,day\n1,2,2020,2,29\n1,3,2021,12,1\n2,2,2021,2,30\n2,3,2021,1,1\n")
    data, report, recipe = read_interactions(path)
    assert recipe.time == "parts"
    assert data.time.astype("datetime64[ms]").astype("datetime64[D]").astype(str).tolist() == [
        "2020-02-29", "2021-12-01", "2021-01-01",
    ]  # fmt: skip
    assert report.refused[0]["line"] == 4


def test_blocks_of_items_keep_their_lines(tmp_path):
    path = tmp_path / "combined.txt"
    path.write_text(
        "1:\n"
        + "".join(f"{u},{u % 5 + 1},2005-09-0{u % 9 + 1}\n" for u in range(20))
        + "20:\n3,bad,2005-01-01\n4,5,2005-01-02\n"
    )
    found = inspect(path)
    assert (found["kind"], found["kept"], found["users"], found["items"]) == ("item-blocks", 21, 20, 2)
    assert found["refused"] == [{"line": 23, "reason": "rating 'bad' is not a number", "text": "20,3,bad,2005-01-01"}]


def test_lines_of_cases_and_votes(tmp_path):
    path = tmp_path / "visits.data"
    path.write_text('I,4,"www.example.org","made up"\nA,10,1,"Page","/p"\nC,"7",7\nV,10,1\nV,11,1\nC,"8",8\nV,10,1\n')
    data, report, _ = read_interactions(path)
    assert (data.user_ids.to_pylist(), data.item_ids.to_pylist(), report.refused_count) == (["7", "8"], ["10", "11"], 0)


def test_lists_that_begin_with_their_length(tmp_path):
    path = tmp_path / "users.dat"
    path.write_text("2 10 11\n3 10 12 13\n1 11\n4 10 11 12 13\n")
    data, _, recipe = read_interactions(path)
    assert recipe.format.first == "count"
    assert data.user_ids.to_pylist() == ["1", "2", "3", "4"]
    assert (len(data), data.n_items) == (10, 4)


def test_shown_lists_say_what_was_clicked(tmp_path):
    path = tmp_path / "behaviors.tsv"
    path.write_text("1\tU1\t11/13/2019 1:05:58 PM\tN9\tN1-1 N2-0\n2\tU2\t11/14/2019 12:05:00 AM\t\tN2-1 N3-0\n" * 6)
    found = inspect(path)
    assert (found["kind"], found["users"], found["items"], found["rows"]) == ("behaviours", 2, 3, 24)
    assert (found["time_min"], found["time_max"]) == ("2019-11-13T13:05:58Z", "2019-11-14T00:05:00Z")


def test_matlab_matrices_and_tables(tmp_path):
    ratings = np.array([[5, 0, 3], [0, 4, 0], [1, 1, 0]], float)
    for name, stored, kept in (
        ("sparse.mat", csc_array(ratings), 5),
        ("table.mat", np.tile(np.arange(1, 13.0).reshape(4, 3), 1), 4),
    ):
        savemat(tmp_path / name, {"R": stored, "odd": np.zeros(3)})
        data, _, _ = read_interactions(tmp_path / name, make_recipe(tmp_path / name, "user=0,item=1,rating=2"))
        assert len(data) == kept
    (tmp_path / "new.mat").write_bytes(b"MATLAB 7.3 MAT-file" + bytes(600))
    with pytest.raises(WorkbenchError, match="Save it with -v7"):
        inspect(tmp_path / "new.mat")


def test_data_frames_of_r():
    found = inspect(Path(__file__).with_name("made-up.rda"))
    assert (found["kind"], found["kept"], found["users"], found["items"]) == ("r", 30, 6, 7)


def test_matrices_of_r_become_rows():
    ratings = csc_array(np.array([[5, 0, 3], [0, 4, 0]], float))
    names = (["u1", "u2"], np.array(["a", "b", "c"]))
    slots = SimpleNamespace(i=ratings.indices, p=ratings.indptr, x=ratings.data, Dim=np.array([2, 3]), Dimnames=names)
    sparse = [["u1", "a", 5], ["u2", "b", 4], ["u1", "c", 3]]
    assert list(rows_of(SimpleNamespace(data=slots))) == [["user", "item", "rating"], *sparse]
    dense = list(rows_of(np.array([[5, np.nan], [np.nan, 2]])))
    assert dense == [["user", "item", "rating"], ["1", "1", 5], ["2", "2", 2]]
    assert rows_of("made up") is None


def test_a_first_row_of_megabytes_hides_no_other(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text(
        "user,item,text\n1,2," + "x" * 300_000 + "\n" + "".join(f"{i % 9},{i % 7},short\n" for i in range(100))
    )
    found = inspect(path)
    assert (found["kept"], found["columns"]["user"], found["columns"]["item"]) == (101, "user", "item")


def test_workbooks_of_before_2007(tmp_path):
    path = tmp_path / "any.name"
    shutil.copy(Path(__file__).with_name("made-up.xls"), path)
    found = inspect(path)
    assert (found["kind"], found["table"], found["kept"]) == ("old-excel", "", 30)
    assert (found["time_min"], found["users"], found["items"]) == ("2020-09-01T12:00:00Z", 6, 7)
    cut = tmp_path / "cut.xls"
    cut.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(WorkbenchError, match="damaged"):
        inspect(cut)


@pytest.mark.parametrize("encoding", ["euc_kr", "big5", "cp1251", "koi8-r", "cp1253"])
def test_more_encodings(tmp_path, encoding):
    words = {"euc_kr": "기생충 올드보이", "big5": "臥虎藏龍 悲情城市", "cp1253": "Ζορμπάς Πολίτικη"}
    text = words.get(encoding, "Преступление Наказание").split()
    path = tmp_path / "r.csv"
    path.write_bytes(
        ("user,item,rating\n" + "".join(f"{i % 7},{text[i % 2]},{i % 5}\n" for i in range(60))).encode(encoding)
    )
    found = inspect(path)
    assert found["encoding"] == encoding
    data, _, _ = read_interactions(path)
    assert data.item_ids.to_pylist() == text
