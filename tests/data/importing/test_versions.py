import json
import os
import shutil

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.importing.versions import go_to, note_version, rename, versions_of
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.owned import owned
from workbench.project import FILE, Project

OTHER = {"name": "random", "settings": {"test": 0.5}}


@pytest.fixture
def three(tmp_path):
    """A project with three versions of its data, of which the last two were read from a file of the same name."""
    made = Project.create(tmp_path / "films")
    user, item = np.divmod(np.arange(16, dtype=np.int32), 4)
    small = Interactions.build(user, item, pa.array(list("abcd")), pa.array(list("efgh")), time=np.arange(16))
    for day, name in enumerate(("a", "b", "c"), 1):
        source = {"all": {"path": f"/x/{name if day == 1 else 'b'}.csv", "size": 1}}
        small.save(made.folder / "data" / name, {"source": source, "summary": {"users": 4, "items": 4}})
        made.versions[name] = {"added": f"2026-11-0{min(day, 2)}T12:00:0{day}+00:00"}
    made.data, made.split = "c", {"name": "last-n", "settings": {}}
    made.save()
    return Project.open(made.folder)


def test_versions_are_told_apart_and_counted(three):
    a, b, c = versions_of(three)
    assert [a.name, b.name, c.name] == ["a.csv, 1 Nov 2026", "b.csv, 2 Nov 2026", "b.csv, 2 Nov 2026 (2)"]
    assert (a.interactions, a.users, a.items, a.hash) == (
        16,
        4,
        4,
        json.loads((a.place / "data.json").read_text())["hash"],
    )
    assert a.size == sum(file.stat().st_size for file in a.place.iterdir()) > 1000


def test_each_step_is_undone_by_what_it_returns(three):
    before = three.stored()
    former = rename(three, "b", "  no \n bots  ")
    assert versions_of(three)[1].name == "no bots"
    rename(three, "b", former)
    assert versions_of(three)[1].name == "b.csv, 2 Nov 2026"
    three.filters = [{"name": "core", "settings": {"k": 2}}]
    former = go_to(three, "a")
    assert (former, three.data, three.split["name"]) == ("c", "a", "last-n"), "never used: it takes over the split"
    three.split, three.filters = OTHER, []
    assert go_to(three, former) == "a"
    assert (three.split, three.filters) == (before["split"], [{"name": "core", "settings": {"k": 2}}])
    go_to(three, "a")
    three.save()
    again = Project.open(three.folder)
    assert (again.data, again.split, again.filters) == ("a", OTHER, [])
    assert again.stored() == three.stored()


def test_own_files_judge_the_version_that_has_them_and_no_other(three):
    np.save(three.folder / "data" / "a" / "part.npy", np.repeat(np.array([0, 2], np.uint8), 8))
    former = go_to(three, "a")
    assert three.split["name"] == "files"
    go_to(three, former)
    assert three.split["name"] == "last-n"


def test_what_a_kill_or_an_earlier_program_left_is_a_version_too(three):
    """An import that was not noted; a project of before there were notes; folders that are none, damaged or removed."""
    stored = json.loads((three.folder / FILE).read_text())
    del stored["versions"]
    (three.folder / FILE).write_text(json.dumps(stored))
    os.utime(three.folder / "data" / "a" / "data.json", (0, 86400 * 365))
    (three.folder / "data" / "b" / "data.json").write_text("{")
    (three.folder / "data" / "empty").mkdir()
    shutil.copytree(three.folder / "data" / "c", owned(three.folder / "data" / "d"))
    opened = Project.open(three.folder)
    assert [version.folder for version in versions_of(opened)] == ["a", "c"]
    assert versions_of(opened)[0].name.endswith("1971")
    note_version(opened, "a")
    assert not versions_of(opened)[1].name.endswith("1971")


@pytest.mark.parametrize("odd", [[], {"../x": {}}, {"a": 3}, {"a": {"name": 3}}, {"a": {"split": "last-n"}}])
def test_notes_of_a_wrong_shape_are_told(three, odd):
    stored = json.loads((three.folder / FILE).read_text())
    (three.folder / FILE).write_text(json.dumps(stored | {"versions": odd}))
    with pytest.raises(WorkbenchError, match=r"damaged \(versions"):
        Project.open(three.folder)
