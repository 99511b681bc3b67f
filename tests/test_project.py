import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from workbench import project as projects
from workbench.data.checked import is_checked, note_checked
from workbench.errors import WorkbenchError
from workbench.processes import start_time
from workbench.project import FILE, LOCK, Project


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("RECWB_HOME", str(tmp_path / "home"))


def test_what_was_saved_is_opened(tmp_path):
    made = Project.create(tmp_path / "films", "Film club")
    made.data, made.split, made.view = "small", {"name": "random", "settings": {"seed": 3}}, {"page": "train"}
    made.save()
    assert Project.open(tmp_path / "films") == made


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(WorkbenchError, match="not empty"):
        Project.create(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


WHOLE = {"name": "x", "created": "now"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"name": "x"}',
        "not json",
        *(json.dumps(WHOLE | odd) for odd in ({"split": "last-n"}, {"split": {"name": 3}}, {"filters": {}})),
        *(json.dumps(WHOLE | odd) for odd in ({"filters": [3]}, {"data": "../../elsewhere"}, {"data": 3})),
    ],
)
def test_a_damaged_project_is_told(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(WorkbenchError, match="damaged"):
        Project.open(tmp_path)
    assert (tmp_path / FILE).read_text() == content


def test_a_project_of_before_versions_and_one_with_an_odd_view_are_opened(tmp_path):
    (tmp_path / FILE).write_text(json.dumps(WHOLE | {"view": ["odd"]}))
    assert Project.open(tmp_path) == Project(tmp_path, "x", "now")


@pytest.mark.parametrize("content", ["[", "3", '{"theme": 3, "at_once": 2, "geometry": "?"}', '{"at_once": 1e400}'])
def test_damaged_settings_count_as_not_set_and_the_others_hold(content):
    projects.home().mkdir()
    (projects.home() / "settings.json").write_text(content)
    found = projects.settings()
    assert (found.theme, found.geometry) == ("system", "")
    assert found.at_once == (2 if "2" in content else 1)
    projects.set_setting("theme", "dark")
    assert projects.settings().theme == "dark"


def test_a_folder_that_is_no_project_is_told(tmp_path):
    with pytest.raises(WorkbenchError, match="is not a project"):
        Project.open(tmp_path / "nowhere")


def test_a_lock_of_a_living_process_holds(tmp_path):
    made = Project.create(tmp_path / "films")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        about = {"pid": other.pid, "host": projects.socket.gethostname(), "started": start_time(other.pid)}
        (made.folder / LOCK).write_text(json.dumps(about))
        with pytest.raises(WorkbenchError, match=f"process {other.pid}"):
            made.lock()
        (made.folder / LOCK).write_text(json.dumps(about | {"started": 1.0}))  # the number was used again
        made.lock()
    finally:
        other.communicate(b"\n")
    assert json.loads((made.folder / LOCK).read_text())["pid"] == os.getpid()
    made.unlock()
    assert not (made.folder / LOCK).exists()


def test_a_lock_of_a_dead_process_does_not_hold(tmp_path):
    made = Project.create(tmp_path / "films")
    other = subprocess.Popen([sys.executable, "-c", ""])
    other.wait()
    about = {"pid": other.pid, "host": projects.socket.gethostname(), "started": 1.0}
    (made.folder / LOCK).write_text(json.dumps(about))
    made.lock()


def test_recent_projects_come_last_first_and_once(tmp_path):
    one, two = Project.create(tmp_path / "one"), Project.create(tmp_path / "two")
    projects.remember(one)
    projects.remember(two, "5 interactions")
    projects.remember(one)
    assert [recent.name for recent in projects.recent()] == ["one", "two"]
    assert projects.recent()[1].facts == "5 interactions"
    projects.forget(one.folder)
    assert [recent.name for recent in projects.recent()] == ["two"]
    (two.folder / FILE).unlink()
    assert not projects.recent()[0].there


def test_what_a_later_version_keeps_for_a_person_is_told_and_left_alone(tmp_path):
    projects.home().mkdir()
    made = Project.create(tmp_path / "films")
    for name in ("settings.json", "recent.json"):
        (projects.home() / name).write_text('{"version": 99, "theme": ["dark"], "projects": {}}')
    assert projects.settings().theme == "system"
    assert projects.recent() == []
    for write in (lambda: projects.set_setting("theme", "dark"), lambda: projects.remember(made)):
        with pytest.raises(WorkbenchError, match="later version"):
            write()
    note_checked(tmp_path, "x")
    (projects.home() / "checked.json").write_text('{"version": 99, "copies": {"a": 1}}')
    note_checked(tmp_path, "x")
    assert not is_checked(tmp_path, "x")
    texts = {path.name: json.loads(path.read_text())["version"] for path in projects.home().glob("*.json")}
    assert texts == dict.fromkeys(("settings.json", "recent.json", "checked.json"), 99)


def test_what_an_earlier_version_kept_for_a_person_is_taken_over(tmp_path):
    projects.home().mkdir()
    (projects.home() / "recent.json").write_text('[{"folder": "/a", "name": "a", "opened": "now", "facts": ""}]')
    (projects.home() / "checked.json").write_text(json.dumps({str(tmp_path / "other"): "known"}))
    projects.remember(Project.create(tmp_path / "films"))
    assert [each.name for each in projects.recent()] == ["films", "a"]
    note_checked(tmp_path, "x")
    assert is_checked(tmp_path, "x")
    kept = json.loads((projects.home() / "checked.json").read_text())
    assert (kept["version"], len(kept["copies"])) == (2, 2)


def test_a_damaged_list_of_recent_projects_is_an_empty_one():
    projects.home().mkdir()
    for content in ("[{]", "3", "[" * 100_000, '[3, {"folder": 4}, {"folder": "a\\u0000b", "name": "", "opened": ""}]'):
        (projects.home() / "recent.json").write_text(content)
        assert projects.recent() == []


def test_names_of_folders_never_meet(tmp_path):
    first = projects.free_folder("a/b: ü")
    assert first.name == "ab ü"
    assert first.is_dir()
    assert projects.free_folder("a/b: ü").name == "ab ü 2"
    made = Project.create(tmp_path / "films")
    assert made.free_data_folder("../x y").is_dir()
    assert made.free_data_folder("../x y").name == "x-y-2"
    with ThreadPoolExecutor(8) as several:  # two imports of files with one name, or two windows
        places = list(several.map(made.free_data_folder, ["ratings"] * 40))
    assert len(set(places)) == 40


def test_the_place_of_a_version_that_was_removed_stays_free_for_it(tmp_path):
    project = Project.create(tmp_path / "p", "p")
    assert project.free_data_folder("films").name == "films"
    project.versions["films-2"] = {}
    assert project.free_data_folder("films").name == "films-3"
