"""Several files: parts of one table, a folder of days, orders and their lines, and what lies beside them."""

import random

import pytest

import workbench
from workbench.data.data_file import read_about
from workbench.data.importing.duplicates import list_duplicates
from workbench.data.importing.importer import import_file, inspect, read_interactions
from workbench.data.importing.sorting_out import is_several, sort_out
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.export import script_calls

HEAD = "user,item,rating,time\n"
ROWS = [f"u{i % 7},i{i * 5 % 11},{1 + i % 5},{1_600_000_000 + i}\n" for i in range(60)]


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def shop(write, key=str):
    """Orders with users and times, lines with products, and both as one table."""
    draw = random.Random(3)
    orders, lines, whole = ["order_id,user_id,ordered_at"], ["order_id,product_id,position"], ["user,item,time"]
    for order in range(40):
        user, time = f"u{draw.randrange(9)}", f"2021-03-{1 + order % 28:02} 10:00:00"
        orders.append(f"{key(order)},{user},{time}")
        for position in range(draw.randrange(4)):
            product = f"p{draw.randrange(12)}"
            lines.append(f"{key(order)},{product},{position}")
            whole.append(f"{user},{product},{time}")
    orders.append(f"{key(99)},u1,2021-03-01 10:00:00")
    lines += [f"{key(77)},p1,0", f"{key(78)},p2,0"]
    texts = {"orders.csv": orders, "order_lines.csv": lines, "whole.csv": whole}
    return {name: write(name, "\n".join(rows) + "\n") for name, rows in texts.items()}


@pytest.mark.parametrize("second", [HEAD, ""])
def test_parts_of_a_table_are_put_one_below_the_other(write, second):
    """Also where only the first has a header, or the columns stand in another order."""
    whole = read_interactions(write("whole.csv", HEAD + "".join(ROWS)))[0]
    parts = [write("ratings_1.csv", HEAD + "".join(ROWS[:25])), write("ratings_2.csv", second + "".join(ROWS[25:]))]
    found = sort_out(parts)
    data, report, _ = read_interactions(found.paths)
    assert data.content_hash == whole.content_hash
    assert report.files == [
        {"file": "ratings_1.csv", "as": "interactions", "rows": 25, "kept": 25},
        {"file": "ratings_2.csv", "as": "interactions", "rows": 35, "kept": 35},
    ]


def test_refused_rows_and_duplicates_of_parts_are_told_by_file(write, tmp_path):
    parts = [write("a_1.csv", HEAD + "".join(ROWS[:30])), write("a_2.csv", HEAD + ROWS[3] + "u1,,3,4\n")]
    about = import_file(sort_out(parts).paths, tmp_path / "data")
    assert [(row["file"], row["line"]) for row in about["report"]["refused"]] == [("a_2.csv", 3)]
    shown = list_duplicates(tmp_path / "data")["shown"]
    assert [(row["file"], row["line"]) for row in shown] == [("a_1.csv", 5), ("a_2.csv", 2)]


def test_a_folder_of_days_is_one_table(write, tmp_path):
    for day in range(6):
        write(f"days/2020-01-0{day + 1}.csv", HEAD + "".join(ROWS[day::6]))
    write("days/README.md", "about the days")
    found = sort_out([tmp_path / "days"])
    assert (is_several([tmp_path / "days"]), len(found.paths)) == (True, 6)
    data, report, _ = read_interactions(found.paths)
    whole = read_interactions(write("whole.csv", HEAD + "".join(ROWS)))[0]
    assert (len(data), data.n_users, report.rows) == (len(whole), whole.n_users, 60)


@pytest.mark.parametrize("key", [str, lambda order: f"0{order}", lambda order: f"A-{order}"])
def test_lines_find_who_and_when_in_their_orders(write, tmp_path, key):
    files = shop(write, key)
    found = sort_out([files["order_lines.csv"], files["orders.csv"]])
    assert (found.key, found.paths) == ("order_id", {"part 1": files["order_lines.csv"], "joined": files["orders.csv"]})
    about = import_file(found.paths, tmp_path / "data")
    whole = read_interactions(files["whole.csv"])[0]
    assert Interactions.open(tmp_path / "data").content_hash == whole.content_hash
    report = about["report"]
    assert [(row["reason"], row["text"]) for row in report["refused"]] == [
        (f"order_id '{key(77)}' is not in orders.csv", f"{key(77)},p1,0"),
        (f"order_id '{key(78)}' is not in orders.csv", f"{key(78)},p2,0"),
    ]
    orders = report["files"][1]
    assert (orders["file"], orders["as"], orders["without_examples"]) == (
        "orders.csv",
        "joined by order_id",
        [key(77), key(78)],
    )
    assert (orders["matched"], orders["without"]) == (report["kept"], 2)
    assert key(99) in orders["unused_examples"]
    assert about["recipe"]["join"]["columns"] == {"user": "user_id", "time": "ordered_at"}
    again = read_interactions(found.paths, None)[0]
    assert again.content_hash == whole.content_hash
    assert list_duplicates(tmp_path / "data")["rows"] >= about["report"]["duplicates"]


def test_what_lies_beside_interactions_is_found_by_its_columns(write):
    files = shop(write)
    products = write("products.csv", "product_id,name\n" + "".join(f"p{i},Thing {i}\n" for i in range(14)))
    people = write("people.csv", "user_id,age\n" + "".join(f"u{i},{20 + i}\n" for i in range(10)))
    vectors = write("vectors.npy", "")
    found = sort_out([vectors, products, people, files["orders.csv"], files["order_lines.csv"]])
    assert found.further == {"vectors": vectors, "items": products, "users": people}
    posters = write("Posters 2.npy", "")
    both = sort_out([vectors, posters, files["orders.csv"], files["order_lines.csv"]])
    assert both.further == {"vectors": vectors, "vectors:posters-2": posters}
    told = inspect(found.paths, further={"items": products, "users": people})
    assert (told["joined"]["items"]["matched"], told["joined"]["users"]["matched"]) == (told["items"], told["users"])
    assert [file["as"] for file in told["files"]] == ["interactions", "joined by order_id"]


def test_what_several_files_lack_is_a_sentence(write):
    files = shop(write)
    other = write("other.csv", "who,what,rating\n" + "".join(f"u{i},i{i % 5},{i % 5}\n" for i in range(9)))
    ratings = write("ratings.csv", HEAD + "".join(ROWS))
    odd = write("odd.csv", "a,b\n" + "".join(f"{i % 3},{i % 2}\n" for i in range(30)))
    for given, key, told in (
        ([files["orders.csv"], files["order_lines.csv"]], "user_id", "can be joined to another by 'user_id'"),
        ([ratings, odd], None, "Nothing says what odd.csv is for"),
        ([ratings, files["whole.csv"]], None, "could both be the interactions"),
        ([files["orders.csv"], files["order_lines.csv"], other], "nothing", "by 'nothing'"),
    ):
        with pytest.raises(WorkbenchError, match=told):
            sort_out(given, key)
    with pytest.raises(WorkbenchError, match=r"order_lines.csv is no part of the same table: it has no 'user'"):
        read_interactions({"part 1": ratings, "part 2": files["order_lines.csv"]})
    recipe = read_interactions(sort_out([files["orders.csv"], files["order_lines.csv"]]).paths)[2]
    with pytest.raises(WorkbenchError, match="joins a second file by 'order_id', which is missing"):
        read_interactions(files["order_lines.csv"], recipe)
    with pytest.raises(WorkbenchError, match="Nothing says by which column"):
        read_interactions({"all": ratings, "joined": odd}, read_interactions(ratings)[2])


def test_a_list_of_files_in_python_and_in_the_script_of_a_session(write, tmp_path):
    files = shop(write)
    data = workbench.read_interactions([files["orders.csv"], files["order_lines.csv"]], join="order_id", progress=False)
    assert len(data) == len(read_interactions(files["whole.csv"])[0])
    for wrong, sentence in (([1], "path"), ([], "Name the file"), ([files["orders.csv"], None], "path")):
        with pytest.raises(WorkbenchError, match=sentence):
            workbench.read_interactions(wrong, progress=False)
    said = script_calls.reading(read_about(data.folder), data.folder)
    told = {"workbench": workbench, "FOLDER": tmp_path / "again"}
    exec(said, told)  # noqa: S102 - what the script says
    assert told["data"].hash == data.hash


def test_a_file_that_is_named_twice_does_not_count_twice(tmp_path):
    days = tmp_path / "days"
    days.mkdir()
    for day in (1, 2):
        (days / f"2024-05-0{day}.csv").write_text("user,item,time\n" + f"u1,i{day},2024-05-0{day}\n" * 3)
    first = days / "2024-05-01.csv"
    for paths in ([first, first], [days, first], [first, days / ".." / "days" / "2024-05-01.csv"]):
        with pytest.raises(WorkbenchError, match=r"2024-05-01\.csv is named twice"):
            sort_out(paths)


def test_a_folder_of_days_with_columns_in_any_order_and_days_without_anything(write):
    write("days/1.csv", "user,item,rating\nu1,a,3\nu2,b,4\nu1,b,2\n")
    write("days/2.csv", "rating,item,user\n5,a,u3\n1,c,u1\n")
    write("days/3.csv", "user,item,rating\n")
    folder = write("days/4.csv", "").parent
    found = sort_out([folder])
    data, report, _ = read_interactions(found.paths)
    assert set(data.user_ids.to_pylist()) == {"u1", "u2", "u3"}
    assert data.rating.sum() == 15
    assert [(file["as"], file["kept"]) for file in report.files] == [
        ("interactions", 3), ("interactions", 2), ("interactions", 0), ("empty", 0),
    ]  # fmt: skip
    with pytest.raises(WorkbenchError, match="is empty, like all others"):
        sort_out([write("none/1.csv", ""), write("none/2.csv", "")])


def test_an_order_that_comes_again_with_another_user_is_told(write):
    orders = write("orders.csv", "order_id,user_id\n" + "".join(f"{n},u{n % 3}\n" for n in range(9)) + "4,u9\n5,u2\n")
    lines = write("lines.csv", "order_id,product_id\n" + "".join(f"{n % 9},p{n % 5}\n" for n in range(30)))
    found = sort_out([orders, lines])
    data, report, _ = read_interactions(found.paths)
    assert (report.files[-1]["twice"], report.files[-1]["twice_examples"]) == (1, ["4"])
    assert set(data.user_ids.to_pylist()) == {"u0", "u1", "u2"}
