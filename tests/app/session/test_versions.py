import json

import numpy as np
import pytest

from tests.app.conftest import small_data
from tests.app.fake_runs import done_run
from workbench.project import FILE, Project


@pytest.fixture
def second(session, project):
    """A session whose project has a run on its data, and then other data."""
    done_run(project, "old")
    session.open_project(project.folder)
    session.selection.select_user("bob")
    small_data().take(np.arange(12)).save(
        project.folder / "data" / "new", {"source": {"all": {"path": "new.csv", "size": 1}}}
    )
    session._imported(session.project.current, "new", {})
    return session


def test_a_new_version_leaves_the_old_one_with_its_runs(second, project):
    old, new = second.versions.all()
    assert (len(second.data), old.interactions, new.interactions) == (12, 16, 12)
    assert second.selection.user is None
    assert [info.id for info in second.versions.runs_of("small")] == ["old"]
    assert second.versions.runs_of("new") == []
    assert second.versions.names() == {old.hash: old.name, new.hash: new.name}
    assert second.versions.names()[second.runs.get("old").spec["data_hash"]] == old.name


def test_every_step_has_its_inverse_and_is_on_disk(second, project, qtbot):
    second.project.set_split("random", {"test": 0.5})
    with qtbot.waitSignals([second.data_changed, second.project.split_changed, second.versions.changed]):
        former = second.use_version("small")
    assert (former, len(second.data), second.project.split["name"]) == ("new", 16, "last-n")
    second.project.set_split("k-fold", {})
    second.use_version(former)
    assert (len(second.data), second.project.split["name"]) == (12, "random")
    before = second.versions.rename("small", "the first")
    assert second.versions.get("small").name == "the first"
    second.project.close()  # what was asked for is written
    assert Project.open(project.folder).stored() == second.project.current.stored()
    second.versions.rename("small", before)
    assert second.versions.get("small").name.startswith("small.csv, ")


def test_steps_between_versions_are_taken_back_and_done_again(second):
    second.project.set_split("random", {"test": 0.5})
    second.use_version("small")
    second.versions.rename("small", "the first")
    names = [second.history.stack.text(at) for at in range(4)]
    assert [name.split(",")[0] for name in names] == [
        "new.csv", "Split changed to “random 50 %”", "Data changed to small.csv", "Data named the first",
    ]  # fmt: skip
    seen = []
    for _ in range(4):
        second.history.undo()
        seen.append((second.project.current.data, second.versions.get("small").name, second.project.split["name"]))
    first = seen[-1][1]
    assert first.startswith("small.csv, ")
    assert seen == [
        ("small", first, "last-n"), ("new", first, "random"), ("new", first, "last-n"), ("small", first, "last-n"),
    ]  # fmt: skip
    while second.history.can_redo:
        second.history.redo()
    assert (second.project.current.data, second.versions.get("small").name) == ("small", "the first")


def test_what_is_used_stays_and_what_nobody_uses_goes_and_comes_back(second, project, qtbot):
    for folder, why in (("new", "in use"), ("small", "1 run needs it")):
        with qtbot.waitSignal(second.versions.failed) as card:
            assert not second.versions.remove(folder)
        assert why in card.args[1]
    second.runs.delete("old")
    assert "could still be brought back" in second.versions.why_kept("small")
    second.close_project()
    second.open_project(project.folder)
    assert second.versions.remove("small")
    assert [version.folder for version in second.versions.all()] == ["new"]
    assert second.versions.restore("small")
    assert second.versions.get("small").interactions == 16
    second.versions.remove("small")
    second.close_project()
    assert [place.name for place in (project.folder / "data").iterdir()] == ["new"]


def test_a_version_that_is_damaged_is_not_gone_to(second, project, qtbot):
    (project.folder / "data" / "small" / "user.npy").write_bytes(b"")
    with qtbot.waitSignal(second.failure) as card:
        assert second.use_version("small") is None
    assert "damaged" in card.args[1]
    assert second.project.current.data == "new"


def test_a_project_killed_before_it_noted_an_import_has_it_all_the_same(second, project):
    second.close_project()
    stored = json.loads((project.folder / FILE).read_text())
    (project.folder / FILE).write_text(json.dumps(stored | {"data": "small", "versions": {}}))
    second.open_project(project.folder)
    assert len(second.data) == 16
    assert {version.folder for version in second.versions.all()} == {"small", "new"}
