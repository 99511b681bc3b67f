"""A run keeps its number, and with it its colour, whatever becomes of the others."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.interactions import Interactions
from workbench.training.run import Run
from workbench.training.run_number import next_number, numbers_in


@pytest.fixture
def make(tmp_path):
    ids = pa.array(["u", "v"]), pa.array(["i", "j"])
    users, items = np.repeat(np.arange(2, dtype=np.int32), 2), np.tile(np.arange(2, dtype=np.int32), 2)
    Interactions.build(users, items, *ids, time=np.arange(4)).save(tmp_path / "data", {})
    return lambda name, **more: Run.create(tmp_path / "runs" / name, tmp_path / "data", "popularity", **more)


def forget_number(run):
    path = run.folder / "run.json"
    path.write_text(json.dumps({name: one for name, one in json.loads(path.read_text()).items() if name != "number"}))
    return Run.open(run.folder)


def test_runs_are_numbered_as_they_are_made_and_keep_their_number(make):
    runs = [make(name) for name in ("c", "a", "b")]
    assert [run.number for run in runs] == [0, 1, 2]
    shutil.rmtree(runs[1].folder)
    assert [Run.open(run.folder).number for run in (runs[0], runs[2])] == [0, 2]
    assert make("d").number == 3
    assert make("e", number=9).number == 9


def test_a_run_that_was_made_without_a_number_has_its_place(make):
    for name in ("a", "b", "c"):
        make(name)
    second = forget_number(Run.open(make("z").folder.parent / "b"))
    assert second.spec.number is None
    assert second.number == 1


def test_what_cannot_be_read_has_its_place_and_no_folder_has_none(make, tmp_path):
    runs = make("a").folder.parent
    for name, text in (("b", "{"), ("c", "[]"), ("d", '{"number": -4}')):
        (runs / name).mkdir()
        (runs / name / "run.json").write_text(text)
    assert numbers_in(runs) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert next_number(runs) == 4
    assert next_number(tmp_path / "nowhere") == 0
