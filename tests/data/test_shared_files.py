"""The same data of runs beside each other is on the disk once, and none of them needs another one."""

import os
import shutil

import numpy as np
import pytest

from workbench.data.checked import is_checked
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions, data_hash
from workbench.errors import WorkbenchError

ROWS = [f"{user},{item},{1 + (user + item) % 5}" for user in range(6) for item in range(5)]


@pytest.fixture
def imported(tmp_path):
    """Import rows as the data of a run in one place; returns the data folder."""

    def imported(run, rows=ROWS):
        file = tmp_path / f"{run}.csv"
        file.write_text("\n".join(["user,item,rating", *rows]))
        (tmp_path / "runs" / run).mkdir(parents=True)
        import_file(file, tmp_path / "runs" / run / "data")
        (tmp_path / "runs" / run / "run.json").write_text("{}")
        return tmp_path / "runs" / run / "data"

    return imported


def shared(one, other, names=("user.npy", "item.npy", "rating.npy", "user_ids.arrow", "item_ids.arrow")):
    return {name for name in names if (one / name).samefile(other / name)}


def test_equal_data_is_one_file_and_each_can_be_removed(imported):
    one, two, three = imported("one"), imported("two"), imported("three")
    assert len(shared(one, two)) == len(shared(two, three)) == 5
    assert all(is_checked(each, data_hash(each)) for each in (one, two, three))  # a new name is no change
    before = np.array(Interactions.open(two).rating)
    shutil.rmtree(one)
    shutil.rmtree(three.parent)
    assert np.array_equal(Interactions.open(two).rating, before)


def test_only_what_is_the_same_byte_for_byte_is_shared(imported):
    one = imported("one")
    ratings = one / "rating.npy"
    ratings.write_bytes(ratings.read_bytes()[:-1] + b"\0")  # damaged: its hash is still that of the other
    two = imported("two")
    assert "rating.npy" not in shared(one, two)
    assert "user.npy" in shared(one, two)
    Interactions.open(two)
    with pytest.raises(WorkbenchError, match="not what was written"):
        Interactions.open(one)
    assert not shared(two, imported("other", ROWS[:-1]))


def test_a_disk_without_links_has_copies(imported, monkeypatch):
    def refuse(*_):
        raise OSError(1, "not here")

    monkeypatch.setattr(os, "link", refuse)
    one, two = imported("one"), imported("two")
    assert not shared(one, two)
    assert data_hash(one) == data_hash(two)
    assert not list(two.glob("*.part"))
    Interactions.open(two)
