import json
import shutil

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.interactions import Interactions, UserItems
from workbench.errors import WorkbenchError


def build(rows, duplicates="last", part=None):
    """Rows of (user, item, rating, time)."""
    user, item, rating, time = (np.array(column) for column in zip(*rows, strict=True))
    ids = [pa.array([f"{letter}{i}" for i in range(max(column) + 1)]) for letter, column in (("u", user), ("i", item))]
    columns = {"rating": rating.astype(np.float32), "time": time.astype(np.int64), "part": part}
    return Interactions.build(user.astype(np.int32), item.astype(np.int32), *ids, duplicates=duplicates, **columns)


ROWS = [(1, 0, 5, 30), (0, 2, 1, 20), (0, 1, 2, 10), (0, 2, 4, 5), (1, 3, 3, 30)]


def test_rows_are_grouped_by_user_in_time_order_and_keep_the_file_order_at_equal_times():
    data = build(ROWS)
    assert data.user.tolist() == [0, 0, 1, 1]
    assert data.item.tolist() == [1, 2, 0, 3]
    assert data.time.tolist() == [10, 20, 30, 30]


@pytest.mark.parametrize(
    ("duplicates", "rating", "time"),
    [("last", 1, 20), ("first", 4, 5), ("mean", 2.5, 20), ("sum", 5, 20), ("max", 4, 20), ("count", 2, 20)],
)
def test_one_interaction_stays_of_several(duplicates, rating, time):
    data = build(ROWS, duplicates)
    at = np.flatnonzero((data.user == 0) & (data.item == 2)).item()
    assert (data.rating[at], data.time[at]) == (rating, time)
    assert len(data) == 4


def test_the_same_pair_may_be_in_training_and_test():
    part = np.array([0, 0, 0, 2, 0], np.int8)
    assert len(build(ROWS, part=part)) == 5


def test_an_unknown_way_with_duplicates_is_refused():
    with pytest.raises(WorkbenchError, match="not 'median'"):
        build(ROWS, "median")


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3, st.integers(0, 3)), min_size=1, max_size=40))
def test_user_rows_hold_what_the_user_did(rows):
    data = build(rows)
    for user in range(data.n_users):
        expected = {item for one, item, _, _ in rows if one == user}
        assert set(data.by_user[user].tolist()) == expected
        assert len(data.by_user[user]) == len(expected)
    picked = np.array([data.n_users - 1, 0])
    again = data.by_user.rows(picked)
    assert [again[at].tolist() for at in range(2)] == [data.by_user[user].tolist() for user in picked]


def test_what_is_saved_is_opened_and_the_hash_tells_any_change(tmp_path):
    data = build(ROWS, part=np.array([0, 1, 2, 0, 0], np.int8))
    data.save(tmp_path / "data", {"recipe": {"here": 1}})
    again = Interactions.open(tmp_path / "data")
    assert again.content_hash == data.content_hash
    assert isinstance(again.user, np.memmap)
    assert again.item_ids.to_pylist() == ["i0", "i1", "i2", "i3"]
    other = build([*ROWS[:-1], (1, 3, 4, 30)], part=np.array([0, 1, 2, 0, 0], np.int8))
    assert other.content_hash != data.content_hash


@pytest.mark.parametrize("name", ["user.npy", "item.npy", "rating.npy", "user_ids.arrow", "data.json"])
@pytest.mark.parametrize("content", [b"", b"garbage" * 10])
def test_a_damaged_folder_is_refused_in_a_sentence(tmp_path, name, content):
    build(ROWS).save(tmp_path / "data")
    (tmp_path / "data" / name).write_bytes(content)
    with pytest.raises(WorkbenchError, match="damaged"):
        Interactions.open(tmp_path / "data")


def test_a_column_of_another_length_is_refused(tmp_path):
    build(ROWS).save(tmp_path / "data")
    np.save(tmp_path / "data" / "rating.npy", np.ones(2, np.float32))
    with pytest.raises(WorkbenchError, match="differ in length"):
        Interactions.open(tmp_path / "data")


def test_an_unknown_id_is_answered_with_ids_that_start_alike():
    data = build(ROWS)
    assert data.user_index("u1") == 1
    with pytest.raises(WorkbenchError, match="no item 'i77'"):
        data.item_index("i77")
    with pytest.raises(WorkbenchError, match="no user ''"):
        data.user_index("")


def test_user_items_from_lists_and_as_a_matrix():
    rows = UserItems.from_lists([[2, 0], [], [1]])
    assert rows.lengths.tolist() == [2, 0, 1]
    assert rows.matrix(3).toarray().tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]


def test_the_hash_of_facts_is_that_of_what_they_say(tmp_path):
    """What stands in the place of a null, and how a table lies in memory, is nobody's business."""
    from workbench.data.interactions import _file_hash

    def written(year_at_null, *, cut):
        numbers = pa.array(np.array([1990, year_at_null, 2001], np.int16), mask=np.array([False, True, False]))
        dirty = pa.Array.from_buffers(
            pa.int16(), 3, [numbers.buffers()[0], pa.py_buffer(np.array([1990, year_at_null, 2001], np.int16))]
        )
        genres = pa.array([["a", "b"], None, []], pa.list_(pa.string()))
        table = pa.table({"title": ["x", None, "é"], "year": dirty, "genres": genres})
        if cut:
            table = pa.concat_tables([table.slice(0, 1), table.slice(1)])
        path = tmp_path / "items.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
        return _file_hash(path)

    assert written(0, cut=False) == written(77, cut=True)
    one = written(0, cut=False)
    for changed in (
        {"title": ["x", None, "e"]},
        {"title": ["x", "", "é"]},
        {"year": pa.array([1990, 0, 2001], pa.int16())},
    ):
        table = pa.table({"title": ["x", None, "é"], "year": pa.array([1990, None, 2001], pa.int16())} | changed)
        genres = pa.array([["a", "b"], None, []], pa.list_(pa.string()))
        table = table.append_column("genres", genres)
        with pa.OSFile(str(tmp_path / "items.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
        assert _file_hash(tmp_path / "items.arrow") != one


def changed(name, at, value, kind=None):
    """Write another value into a column of a folder; of another type where one is named."""

    def change(folder):
        column = np.load(folder / f"{name}.npy")
        column = column.astype(kind) if kind else column
        column[at] = value
        np.save(folder / f"{name}.npy", column)

    return change


def rewritten(name, table):
    def change(folder):
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)

    return change


IMPOSSIBLE = {
    "an item that is not there": changed("item", 3, 4),
    "an item far away": changed("item", 3, 2**31 - 1),
    "an item before the first": changed("item", 0, -1),
    "a user that is not there": changed("user", -1, 3),
    "users in another order": changed("user", 0, 1),
    "a user before the first": changed("user", 0, -1),
    "another type": changed("item", 0, 0, np.int64),
    "no number": changed("rating", 1, np.nan),
    "an endless number": changed("rating", 1, np.inf),
    "a time beyond the calendar": changed("time", 1, 2**62),
    "a part that is none": changed("part", 1, 3),
    "two dimensions": lambda folder: np.save(folder / "item.npy", np.zeros((5, 1), np.int32)),
    "no dimension": lambda folder: np.save(folder / "user.npy", np.int32(0)),
    "ids that are numbers": rewritten("item_ids", pa.table({"id": [1, 2, 3, 4]})),
    "an id that is missing": rewritten("user_ids", pa.table({"id": ["u0", None, "u2"]})),
    "another number of items": rewritten("item_ids", pa.table({"id": ["i0"]})),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
@pytest.mark.parametrize("hashed", [True, False])
def test_what_would_lead_a_compiled_loop_astray_is_refused(tmp_path, what, hashed):
    data = build(ROWS, part=np.array([0, 1, 2, 0, 0], np.int8))
    data.save(tmp_path / "data")
    IMPOSSIBLE[what](tmp_path / "data")
    with pytest.raises(WorkbenchError, match=r"damaged \(.*\)\. Import the file again"):
        Interactions.open(tmp_path / "data", hashed=hashed)


def test_a_flipped_bit_is_found_in_every_copy_and_the_hash_is_taken_once_for_each(tmp_path, monkeypatch):
    taken = []
    plain = Interactions._hash
    monkeypatch.setattr(Interactions, "_hash", lambda self, control: taken.append(1) or plain(self, control))
    build(ROWS).save(tmp_path / "data")
    taken.clear()
    Interactions.open(tmp_path / "data")
    assert taken == []  # it was written here
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    for _ in range(2):
        Interactions.open(tmp_path / "copy")
        assert taken == [1]
    changed("item", 1, 0)(tmp_path / "copy")
    for _ in range(2):
        with pytest.raises(WorkbenchError, match="not what was written there"):
            Interactions.open(tmp_path / "copy")
    assert (
        Interactions.open(tmp_path / "copy", hashed=False).item[1] == 0
    )  # the window looks, and whoever computes checks


def test_data_of_before_versions_and_hashes_is_opened(tmp_path):
    build(ROWS).save(tmp_path / "data")
    path = tmp_path / "data" / "data.json"
    about = json.loads(path.read_text())
    for earlier in ({}, {"hash": about["hash"]}):
        path.write_text(json.dumps({"interactions": about["interactions"]} | earlier))
        assert len(Interactions.open(tmp_path / "data")) == about["interactions"]
    path.write_text(json.dumps(about | {"version": 2}))
    with pytest.raises(WorkbenchError, match="later version"):
        Interactions.open(tmp_path / "data")
