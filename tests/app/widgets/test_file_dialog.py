"""Dialogs begin where a person looks: where the last file was, else among documents and downloads."""

import platformdirs
import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench import project
from workbench.app.widgets.file_dialog import choose_new_project, choose_place


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A person's folders, with nothing set by hand."""
    made = {name: tmp_path / name for name in ("documents", "downloads", "other")}
    for folder in made.values():
        folder.mkdir()
    monkeypatch.delenv("RECWB_HOME")
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "hidden"))
    monkeypatch.setattr(platformdirs, "user_documents_dir", lambda: str(made["documents"]))
    monkeypatch.setattr(platformdirs, "user_downloads_dir", lambda: str(made["downloads"]))
    return made


def answer(monkeypatch, path, kind=""):
    """Let the next dialog be answered; returns what it was asked with."""
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **_: asked.append(args) or (str(path), kind))
    return asked


def test_files_are_saved_among_downloads_and_then_where_the_last_one_was(places, monkeypatch, keep):
    parent = keep(QWidget())
    kinds = "CSV (*.csv);;Excel (*.xlsx)"
    asked = answer(monkeypatch, places["other"] / "mine", "Excel (*.xlsx)")
    assert choose_place(parent, "Save", "lists.csv", kinds) == places["other"] / "mine.xlsx"
    assert asked[0][2] == str(places["downloads"] / "lists.csv")
    asked = answer(monkeypatch, "")
    assert choose_place(parent, "Save", "lists.csv", kinds) is None
    assert asked[0][2] == str(places["other"] / "lists.csv")
    (places["other"]).rmdir()
    assert project.files_folder() == places["downloads"]


def test_new_projects_lie_among_the_documents_and_then_beside_the_last_one(places, monkeypatch, keep):
    parent = keep(QWidget())
    asked = answer(monkeypatch, places["other"] / "films")
    assert project.free_folder("films").parent == places["documents"] / "Recommender Workbench"
    assert choose_new_project(parent) == places["other"] / "films"
    assert asked[0][2].startswith(str(places["documents"] / "Recommender Workbench"))
    assert project.free_folder("songs").parent == places["other"]
