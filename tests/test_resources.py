"""What comes with the program is found, in a checkout and when it is installed."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from workbench import resources
from workbench.errors import WorkbenchError
from workbench.resources import resource

ROOT = Path(__file__).resolve().parents[1]


def test_the_sample_has_its_terms_beside_it(sample):
    terms = (sample / "TERMS.md").read_text(encoding="utf-8")
    assert "GroupLens" in terms
    assert "The MovieLens Datasets: History and Context" in terms
    assert len((sample / "ratings.csv").read_text(encoding="utf-8").splitlines()) == 100_005


def test_what_is_missing_is_named():
    with pytest.raises(WorkbenchError, match=r"samples/none\.csv.*Install Recommender Workbench again"):
        resource("samples/none.csv")


def test_an_installed_program_prefers_its_own(tmp_path, monkeypatch):
    for folder in ("resources", "workbench_resources"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "icon.svg").write_text(folder)
    monkeypatch.setattr(resources, "_BESIDE", tmp_path)
    assert resource("icon.svg").read_text() == "workbench_resources"


def test_the_wheel_carries_the_resources(tmp_path):
    source = tmp_path / "source"
    for name in ("workbench", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*build, "--wheel-dir", tmp_path, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for path in (ROOT / "resources").rglob("*"):
        if path.is_file():
            assert f"workbench_resources/{path.relative_to(ROOT / 'resources').as_posix()}" in names
    for path in (ROOT / "workbench").rglob("*.py"):
        assert path.relative_to(ROOT).as_posix() in names
