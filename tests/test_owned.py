import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench import owned
from workbench.errors import WorkbenchError
from workbench.files import alone, whole_file, whole_folder, write_json


def fill(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(name)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_only_what_a_process_left_that_is_gone_is_swept(tmp_path, gone):
    alive = owned.owned(tmp_path / "b.csv").name
    foreign = f"c.{gone}.part".replace(gone.split("-")[2], "00000000")  # of another computer
    kept = ["a.csv", alive, foreign, "film.part", "film.4711.part", f"{gone}.part", "x.part1.rar"]
    fill(tmp_path, *kept, f"a.csv.{gone}.part", f"other.{gone}.part")
    fill(tmp_path / f"data.{gone}.part" / "inner", "user.npy")
    owned.sweep(tmp_path, "a.csv")
    assert f"a.csv.{gone}.part" not in names_in(tmp_path)
    assert f"other.{gone}.part" in names_in(tmp_path)
    owned.sweep(tmp_path)
    assert names_in(tmp_path) == sorted(kept)


def test_a_link_is_removed_and_not_what_it_points_to(tmp_path, gone):
    fill(tmp_path / "precious", "thesis.txt")
    (tmp_path / f"data.{gone}.part").symlink_to(tmp_path / "precious")
    owned.sweep(tmp_path)
    assert names_in(tmp_path) == ["precious"]
    assert names_in(tmp_path / "precious") == ["thesis.txt"]


def test_what_was_set_aside_comes_back_where_nothing_has_taken_its_place(tmp_path, gone):
    fill(tmp_path / f"data.{gone}.aside", "old")
    owned.sweep(tmp_path)
    assert names_in(tmp_path / "data") == ["old"]
    fill(tmp_path / f"data.{gone}.aside", "older")
    owned.sweep(tmp_path)
    assert names_in(tmp_path) == ["data"]
    assert names_in(tmp_path / "data") == ["old"]


def test_nothing_but_one_s_own_is_discarded(tmp_path, gone):
    fill(tmp_path, "a", f"a.{gone}.part")
    for path in (tmp_path / "a", tmp_path / f"a.{gone}.part", tmp_path):
        with pytest.raises(ValueError, match="not this process's"):
            owned.discard(path)
    mine = owned.owned(tmp_path / "b")
    fill(mine, "inside")
    owned.discard(mine / "inside")
    owned.discard(mine)
    owned.discard(mine)
    fill(aside := owned.owned(tmp_path / "c", "aside"), "inside")
    owned.discard(aside)
    assert names_in(tmp_path) == ["a", f"a.{gone}.part"]


def test_the_next_writing_sweeps_what_the_last_one_left(tmp_path, gone):
    fill(tmp_path, f"a.json.{gone}.part", f"b.json.{gone}.part")
    write_json(tmp_path / "a.json", 1)
    assert names_in(tmp_path) == ["a.json", f"b.json.{gone}.part"]


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path):
    fill(tmp_path / "mine", "data.json", "thesis.txt")
    with (
        pytest.raises(WorkbenchError, match=r"already holds something else \(data.json\)"),
        whole_folder(tmp_path / "mine"),
    ):
        pass
    assert names_in(tmp_path / "mine") == ["data.json", "thesis.txt"]
    for _ in range(2):
        with whole_folder(tmp_path / "ours") as part:
            fill(part, "data.json")
    fill(tmp_path / "ours", "thesis.txt")
    with pytest.raises(WorkbenchError, match=r"something else \(thesis.txt\)"), whole_folder(tmp_path / "ours"):
        pass
    assert names_in(tmp_path) == ["mine", "ours"]


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    with pytest.raises(WorkbenchError, match="is there already"), whole_file(tmp_path / "a", new=True) as part:
        part.write_text("mine")
        (tmp_path / "a").write_text("that of another, meanwhile")
    assert (tmp_path / "a").read_text() == "that of another, meanwhile"
    assert names_in(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_files_are_readable_by_whoever_may_read_others(tmp_path):
    def private(path):
        path.unlink()
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))

    (tmp_path / "usual").touch()
    with whole_file(tmp_path / "model") as part:
        private(part)
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_folder_is_held_by_one_and_let_go_by_a_kill(tmp_path):
    code = (
        "import sys; from pathlib import Path; from workbench.files import alone\n"
        f"with alone(Path({str(tmp_path)!r}), 'busy'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WorkbenchError, match="busy"), alone(tmp_path, "busy"):
            pass
        other.kill()
    with alone(tmp_path, "busy"):
        pass


def test_temporary_folders_of_the_killed_are_swept(tmp_path, monkeypatch, gone):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fill(tmp_path / f"workbench.{gone}.part", "ratings.csv")
    with owned.temporary_folder() as folder:
        assert names_in(tmp_path) == [folder.name]
    assert names_in(tmp_path) == []


def test_one_module_removes():
    removing = re.compile(
        r"\.unlink\(|\.rmdir\(|rmtree|os\.remove|removedirs|TemporaryDirectory|mkdtemp|\.removeRecursively"
    )
    root = Path(workbench.__file__).parent
    files = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.py")}
    found = {name for name, text in files.items() if removing.search(text)}
    assert found == {"owned.py"}
