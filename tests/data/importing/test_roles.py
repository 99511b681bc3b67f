"""Roles of columns are guessed from names and values, and corrected by the person."""

import pytest

from workbench.data.columns.times import guess_kind
from workbench.data.importing.roles import Columns, guess, parse, positions
from workbench.data.reading.first_rows import Preview
from workbench.data.reading.text.layout import Layout
from workbench.errors import WorkbenchError


def shown(names, rows, header=True):
    return Preview(names=names, rows=[list(row) for row in rows], format=Layout(header=header))


ROWS = [(str(100 + i % 5), str(i % 7), str(1 + i % 5), str(1260759108 + 997 * i)) for i in range(40)]


@pytest.mark.parametrize(
    "names",
    [
        ("userId", "movieId", "rating", "timestamp"),
        ("user_id:token", "item_id:token", "rating:float", "timestamp:float"),
        ("reviewerID", "asin", "overall", "unixReviewTime"),
        ("用户ID", "电影ID", "评分", "时间戳"),
        ("客户编号", "商品", "购买数量", "下单时间"),
        ("CustomerID", "StockCode", "Quantity", "InvoiceDate"),
    ],
)
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (1, 0, 3, 2)])
def test_names_in_any_order(names, order):
    preview = shown([names[i] for i in order], [[row[i] for i in order] for row in ROWS])
    found = guess(preview)
    assert found.columns == Columns(user=names[0], item=names[1], rating=names[2], time=names[3])
    assert all(sure > 0.5 for _, sure in found.evidence.values())
    assert found.problem is None


def test_without_header_by_place_and_values():
    found = guess(shown(["Column 1", "Column 2", "Column 3", "Column 4"], ROWS, header=False))
    assert found.columns == Columns(user=0, item=1, rating=2, time=3)


def test_without_header_time_before_rating():
    rows = [(u, i, t, r) for u, i, r, t in ROWS]
    found = guess(shown(["Column 1", "Column 2", "Column 3", "Column 4"], rows, header=False))
    assert found.columns == Columns(user=0, item=1, rating=3, time=2)


def test_a_name_that_its_values_contradict_is_not_believed():
    rows = [(u, i, "good", "soon") for u, i, _, _ in ROWS]
    found = guess(shown(["user", "item", "rating", "time"], rows))
    assert (found.columns.rating, found.columns.time) == (None, None)


def test_position_in_a_list_is_no_time():
    found = guess(shown(["user_id", "movie_id", "position"], [(u, i, str(n)) for n, (u, i, _, _) in enumerate(ROWS)]))
    assert found.columns == Columns(user="user_id", item="movie_id")


@pytest.mark.parametrize(
    ("names", "rows", "header", "sentence"),
    [
        (["movieId", "title", "genres"], [(str(i), f"Film {i}", "Drama") for i in range(30)], True, "list of items"),
        (["Column 1", "Column 2", "Column 3"], [(str(i), "M", "24") for i in range(1, 30)], False, "counts up"),
        ([f"Column {i}" for i in range(40)], [["99"] * 40] * 10, False, "matrix of users and items"),
    ],
)
def test_what_are_no_interactions_is_said(names, rows, header, sentence):
    assert sentence in guess(shown(names, rows, header)).problem


def test_parse():
    assert parse("user=A,item=B, C,rating=2,time=when") == Columns(user="A", item="B, C", rating=2, time="when")
    assert parse("item=1,user=0") == Columns(user=0, item=1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("user=A,itm=B", "Did you mean 'item'"),
        ("user=A", "which is the item"),
        ("user=A,user=B,item=C", "twice"),
        ("", "role"),
    ],
)
def test_parse_refuses(text, sentence):
    with pytest.raises(WorkbenchError, match=sentence):
        parse(text)


def test_positions():
    preview = shown(["userId", "movieId", "7"], [("1", "2", "3")])
    assert positions(Columns(user="userId", item=1), preview) == {"user": 0, "item": 1}
    assert positions(Columns(user=7, item=1), preview) == {"user": 2, "item": 1}, "a name comes before a position"
    with pytest.raises(WorkbenchError, match="Did you mean 'movieId'"):
        positions(Columns(user=0, item="movieid"), preview)
    with pytest.raises(WorkbenchError, match="There is no column 9"):
        positions(Columns(user=0, item=9), preview)
    with pytest.raises(WorkbenchError, match="both the user and the item"):
        positions(Columns(user=0, item=0), preview)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1260759108", "1260759113"], "s"),
        (["1260759108.0", "1260759113.5"], "s"),
        (["1260759108123"], "ms"),
        (["1260759108123456"], "us"),
        (["1260759108123456789"], "ns"),
        (["2016-05-09"], "iso"),
        (["2015/06/09T19:39:37"], "iso"),
        (["20160509", "20161231"], "ymd"),
        (["31/12/2020", "01/02/2020"], "dmy"),
        (["12/31/2020", "01/02/2020"], "mdy"),
        (["01/02/2020", "03/04/2020"], None),
        (["soon"], None),
        ([], None),
    ],
)
def test_how_times_are_written(values, kind):
    assert guess_kind(values)[0] == kind


def test_a_column_that_only_counts_the_rows_is_nobody():
    seen = Preview(
        names=["", "when", "item_id", "user_feature"],
        rows=[[str(i), f"2020-01-{i % 28 + 1:02d}", f"i{i % 7}", f"s{i % 3}"] for i in range(40)],
        format=Layout(),
    )
    found = guess(seen)
    assert (found.columns.user, found.columns.item) == ("user_feature", "item_id")
    assert found.evidence["user"][1] < 0.5


def test_ids_of_ten_digits_are_no_times():
    rows = [(u, f"13{10_000_000 + 7919 * int(i)}", "3", t) for u, i, _, t in ROWS]
    found = guess(shown(["Column 1", "Column 2", "Column 3", "Column 4"], rows, header=False))
    assert found.columns == Columns(user=0, item=1, rating=2, time=3)
    rows = [(u, f"13{10_000_000 + 7919 * int(i)}", str(1 + n % 4)) for n, (u, i, _, _) in enumerate(ROWS)]
    found = guess(shown(["Column 1", "Column 2", "Column 3"], rows, header=False))
    assert found.columns == Columns(user=0, item=1, rating=2)
