"""Attributes of users, and vectors and pictures of items, are joined by id; what does not match is told."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.data_file import read_about
from workbench.data.filtering import apply
from workbench.data.filtering.min_item import MinimumPerItem
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions
from workbench.data.side_files.items import Items, read_items
from workbench.data.side_files.people import Users, read_users
from workbench.data.side_files.vector_files import open_vectors, write_vectors
from workbench.data.side_files.vectors import open_pictures, read_pictures, read_vectors
from workbench.errors import WorkbenchError

IDS = pa.array(["2", "0", "7"])


def test_users_have_all_columns_as_text(tmp_path):
    (tmp_path / "users.csv").write_text("age,user,city,age\n30,2,Ulm,x\n,0,Köln,y\n5,99,Bonn,z\n")
    users, report = read_users(tmp_path / "users.csv", IDS)
    assert users.names == ["age", "city", "age (4)"]
    assert users.of(0) == {"age": "30", "city": "Ulm", "age (4)": "x"}
    assert users.of(1) == {"city": "Köln", "age (4)": "y"}
    assert users.of(2) == {}
    assert (report["matched"], report["without_examples"], report["unused_examples"]) == (2, ["7"], ["99"])
    users.write(tmp_path)
    again = Users.open(tmp_path)
    assert again.of(0) == users.of(0)
    assert again.user_ids == IDS
    (tmp_path / "users.arrow").write_bytes(b"no")
    with pytest.raises(WorkbenchError, match="damaged"):
        Users.open(tmp_path)


def test_users_of_other_data_are_refused(tmp_path):
    (tmp_path / "users.csv").write_text("user,age\na,30\nb,20\n")
    with pytest.raises(WorkbenchError, match="about a user of the interactions: its ids, such as 'a'"):
        read_users(tmp_path / "users.csv", IDS)


def test_rows_of_an_array_belong_to_the_ids_beside_it_or_to_their_number(tmp_path):
    array = np.arange(6.0).reshape(3, 2)
    np.save(tmp_path / "v.npy", array)
    vectors, report = read_vectors(tmp_path / "v.npy", IDS)
    np.testing.assert_array_equal(vectors, [[4, 5], [0, 1], [np.nan, np.nan]])
    assert (report["matched"], report["without"], report["unused"], report["dimensions"]) == (2, 1, 1, 2)
    (tmp_path / "v.ids.txt").write_text("7\n2\nx\n")
    vectors, _ = read_vectors(tmp_path / "v.npy", IDS)
    np.testing.assert_array_equal(vectors, [[2, 3], [np.nan, np.nan], [0, 1]])
    for encoding in ("latin-1", "utf-16", "utf-8-sig"):
        (tmp_path / "v.ids.txt").write_text("7\né\n2\n", encoding=encoding)
        np.testing.assert_array_equal(read_vectors(tmp_path / "v.npy", IDS)[0][0], [4, 5])
    (tmp_path / "v.ids.txt").write_bytes(b"\xff\xfe\xff\n\x81\n\0")
    with pytest.raises(WorkbenchError, match="1 ids for the 3 rows"):
        read_vectors(tmp_path / "v.npy", IDS)
    (tmp_path / "v.ids.txt").write_text("7\n2\n")
    with pytest.raises(WorkbenchError, match="2 ids for the 3 rows"):
        read_vectors(tmp_path / "v.npy", IDS)


@pytest.mark.parametrize("array", [np.zeros(3), np.array([["a", "b"]]), np.array([object()])])
def test_arrays_of_another_shape_or_kind_are_refused(tmp_path, array):
    np.save(tmp_path / "v.npy", array)
    with pytest.raises(WorkbenchError, match=r"v\.npy"):
        read_vectors(tmp_path / "v.npy", IDS)


def test_vectors_of_parquet_in_one_column_or_in_many(tmp_path):
    pq.write_table(pa.table({"item": [2, 7, 9], "vector": [[1.0, 2.0], [3.0], [4.0, 5.0]]}), tmp_path / "a.parquet")
    vectors, report = read_vectors(tmp_path / "a.parquet", IDS)
    np.testing.assert_array_equal(vectors, [[1, 2], [np.nan] * 2, [np.nan] * 2])
    assert (report["matched"], report["broken"]) == (1, 1)
    pq.write_table(pa.table({"item": [2, 7], "name": ["a", "b"], "x": [1.5, 2.5], "y": [1, 2]}), tmp_path / "b.parquet")
    vectors, report = read_vectors(tmp_path / "b.parquet", IDS)
    np.testing.assert_array_equal(vectors, [[1.5, 1], [np.nan] * 2, [2.5, 2]])
    assert report["columns"] == ["x", "y"]


def test_vectors_of_a_wide_table_of_numbers(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, (4, 30))
    lines = ["\t".join(map(str, [i, *row])) for i, row in zip([0, 2, 5, 7], values, strict=True)]
    (tmp_path / "f.tsv").write_text("\n".join(lines))
    vectors, _ = read_vectors(tmp_path / "f.tsv", IDS)
    np.testing.assert_array_equal(vectors, values[[1, 0, 3]])


def test_pictures_are_called_like_items(tmp_path):
    folder = tmp_path / "posters"
    folder.mkdir()
    for name in ("2.jpg", "2.png", "9.PNG", "notes.txt"):
        (folder / name).write_bytes(b"")
    paths, report = read_pictures(folder, IDS)
    assert paths.to_pylist() == [str(folder / "2.jpg"), None, None]
    assert (report["files"], report["others"], report["matched"], report["unused_examples"]) == (3, 1, 1, ["9"])
    with pytest.raises(WorkbenchError, match="not there"):
        read_pictures(tmp_path / "none", IDS)


def test_free_text_of_items(tmp_path):
    (tmp_path / "i.csv").write_text('item,name,plot,tags\n2,A,"Long, ago",x/y\n0,B,NA,z\n')
    items, _ = read_items(tmp_path / "i.csv", IDS)
    items.write(tmp_path)
    again = Items.open(tmp_path)
    assert again.text.to_pylist() == ["Long, ago", None, None]
    assert again.genres.to_pylist() == [["x", "y"], ["z"], None]


def test_all_of_it_goes_into_the_data_folder(tmp_path):
    (tmp_path / "r.csv").write_text("user,item\nu,2\nv,0\nu,7\n")
    (tmp_path / "u.csv").write_text("user,age\nu,3\n")
    np.save(tmp_path / "v.npy", np.eye(8))
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "7.jpg").write_bytes(b"")
    about = import_file(
        tmp_path / "r.csv",
        tmp_path / "d",
        users=tmp_path / "u.csv",
        vectors=tmp_path / "v.npy",
        pictures=tmp_path / "p",
    )
    assert [about[name]["matched"] for name in ("users", "vectors", "pictures")] == [1, 3, 1]
    assert Users.open(tmp_path / "d").of(0) == {"age": "3"}
    assert Interactions.open(tmp_path / "d").user_features.attributes["age"].to_pylist() == ["3", None]
    assert open_vectors(tmp_path / "d")["vectors"].shape == (3, 8)
    assert open_pictures(tmp_path / "d")["path"].to_pylist()[2].endswith("7.jpg")


def test_several_kinds_of_vectors_have_names_and_stay_with_their_items(tmp_path):
    (tmp_path / "r.csv").write_text("user,item\nu,2\nv,0\nu,7\nw,0\n")
    np.save(tmp_path / "v.npy", np.arange(12.0, dtype=np.float32).reshape(6, 2))  # of the items 0 to 5
    (tmp_path / "t.csv").write_text("item,a\n7,1\n2,0.5\n")
    kinds = {"posters": tmp_path / "v.npy", "plots": tmp_path / "t.csv", "vectors": tmp_path / "v.npy"}
    about = import_file(tmp_path / "r.csv", tmp_path / "d", vectors=kinds)
    assert about["vectors"]["matched"] == 2
    assert {name: report["without_examples"] for name, report in about["named_vectors"].items()} == {
        "posters": ["7"],
        "plots": ["0"],
    }
    data = Interactions.open(tmp_path / "d")
    vectors = data.item_features.vectors
    assert (list(vectors), data.item_ids.to_pylist()) == (["plots", "posters", "vectors"], ["2", "0", "7"])
    assert isinstance(vectors["posters"], np.memmap)
    np.testing.assert_array_equal(vectors["posters"], np.float32([[4, 5], [0, 1], [np.nan] * 2]))
    np.testing.assert_array_equal(vectors["plots"], np.float32([[0.5], [np.nan], [1]]))
    left, _ = apply([MinimumPerItem(n=2)], data)
    np.testing.assert_array_equal(left.item_features.vectors["posters"], [[0, 1]])
    # A hash is taken of them, of those of earlier versions, too.
    (tmp_path / "d/item_vectors/plots.npy").write_bytes((tmp_path / "d/item_vectors/posters.npy").read_bytes())
    with pytest.raises(WorkbenchError, match="not what was written there"):
        Interactions.open(tmp_path / "d")
    with pytest.raises(WorkbenchError, match=r"'\.\./x' cannot be the name"):
        import_file(tmp_path / "r.csv", tmp_path / "e", vectors={"../x": tmp_path / "v.npy"})


def test_vectors_of_an_earlier_data_folder_are_still_found(tmp_path):
    data = Interactions.build(np.int32([0, 1]), np.int32([1, 0]), pa.array(["u", "v"]), pa.array(["a", "b"]))
    (tmp_path / "d").mkdir()
    np.save(tmp_path / "d/item_vectors.npy", np.eye(2, dtype=np.float32))
    data.write(tmp_path / "d")
    assert (
        read_about(tmp_path / "d")["hash"]
        == hashlib.sha256(
            json.dumps(
                [
                    data.content_hash,
                    {"item_vectors.npy": hashlib.sha256((tmp_path / "d/item_vectors.npy").read_bytes()).hexdigest()},
                ],
                sort_keys=True,
            ).encode()
        ).hexdigest()
    )
    items = Interactions.open(tmp_path / "d").item_features
    np.testing.assert_array_equal(items.vectors["vectors"], np.eye(2))
    more = items + replace(Items.unknown(pa.array(["c"])), vectors={"other": np.ones((1, 3), np.float32)})
    np.testing.assert_array_equal(more.vectors["vectors"], np.float32([[1, 0], [0, 1], [np.nan, np.nan]]))
    write_vectors(tmp_path / "d", np.ones((3, 2), np.float32), "wrong")
    with pytest.raises(WorkbenchError, match="damaged"):
        Interactions.open(tmp_path / "d")


@pytest.mark.parametrize(
    ("name", "user", "attribute"), [("ml-100k/u.user", "3", "writer"), ("ml-1m/users.dat", "4", "02460")]
)
def test_real_files_of_users(shared_data, name, user, attribute):
    users, report = read_users(shared_data(name), pa.array([user]))
    assert attribute in users.of(0).values()
    assert users.names[0] in ("age", "gender")
    assert report["refused_count"] == 0


@pytest.mark.parametrize(
    "name", ["messy/latin1-items.csv", "messy/embedded-newlines-html.csv", "open-bandit/random/item_context.csv"]
)
def test_real_files_of_items_open_as_such(shared_data, name):
    from workbench.data.reading.first_rows import preview

    shown = preview(shared_data(name))
    ids = shown.column(1 if "bandit" in name else 0)
    _, report = read_items(shared_data(name), pa.array(ids[:20]))
    assert (report["matched"], report["refused_count"]) == (len(set(ids[:20])), 0)


def test_posters(shared_data):
    _, report = read_pictures(shared_data("ml-1m/posters"), pa.array(["1", "2", "x"]))
    assert (report["files"], report["matched"]) == (3_256, 2)
