"""Lists and items show pictures where the data has them, and what is alike by vectors beside what is alike by people."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from tests.app.trained import Opened
from workbench.app.tables.item_pictures import PICTURE
from workbench.data.importing.importer import import_file
from workbench.project import Project
from workbench.training.run import Run
from workbench.training.train import train_run

N = 9


@pytest.fixture
def project(tmp_path):
    rows = [f"u{user},i{(user + step) % N},{4 + step % 2}" for user in range(9) for step in range(5)]
    (tmp_path / "r.csv").write_text("user,item,rating\n" + "\n".join(rows), encoding="utf-8")
    (tmp_path / "items.csv").write_text("item,title,plot\n" + "\n".join(f"i{n},Film {n},Plot {n}" for n in range(N)))
    for kind in ("posters", "plots"):
        np.save(tmp_path / f"{kind}.npy", np.random.default_rng(len(kind)).normal(size=(N, 3)).astype(np.float32))
        (tmp_path / f"{kind}.ids.txt").write_text("\n".join(f"i{n}" for n in range(N)))
    (tmp_path / "pictures").mkdir()
    for n in range(N - 1):
        Image.new("RGB", (40, 60), (0, 0, 200)).save(tmp_path / "pictures" / f"i{n}.png")
    (tmp_path / "pictures" / f"i{N - 1}.png").write_text("broken")
    project = Project.create(tmp_path / "films", "films")
    import_file(
        tmp_path / "r.csv",
        project.folder / "data" / "small",
        items=tmp_path / "items.csv",
        vectors={kind: tmp_path / f"{kind}.npy" for kind in ("posters", "plots")},
        pictures=tmp_path / "pictures",
    )
    project.data, project.split = "small", {"name": "last-n", "settings": {"n": 1, "validation": 0}}
    project.save()
    train_run(Run.create(project.runs_folder / "1-ease", project.data_folder, "ease", {}, "last-n").folder)
    return project


def test_pictures_stand_in_lists_and_an_item_beside_what_is_alike(qtbot, home, light, keep, real_worker, project):
    opened = Opened(qtbot, project, "inspect", real_worker)
    keep(opened.window)
    opened.user("u0")
    page = opened.page
    row = next(row for row, one in enumerate(page.list.items) if one["item"] != f"i{N - 1}")  # its picture is broken
    shown = page.list.model().index(row, 1)
    opened.until(lambda: shown.data(PICTURE) is not None and shown.data(PICTURE)() is not None)
    place = page.list.visualRect(shown)
    colour = page.list.viewport().grab().toImage().pixelColor(place.left() + 22, place.center().y())
    assert colour.blue() > 150 > colour.red()
    assert colour != QColor("white")
    opened.until(lambda: not page.pictures._wanted and page.pictures._asked is None)
    assert page.pictures.picture(f"i{N - 1}") is None
    page.list.select(row)
    opened.key(Qt.Key.Key_Return, widget=page.list)
    item = page.list.items[row]["item"]
    view = page.item_view
    opened.until(lambda: view.text.full_text() == f"Plot {item[1:]}")
    opened.until(view.picture.isVisible)
    assert [view.kinds.itemText(at) for at in range(view.kinds.count())] == ["plots", "posters"]
    first = [one["item"] for one in view.alike.items]
    view.kinds.setFocus()
    opened.key(Qt.Key.Key_Down, widget=view.kinds)
    assert (
        [one["item"] for one in view.alike.items] == [one["item"] for one in view._story["alike"]["posters"]] != first
    )
    assert view.similar.items == view._story["similar"]
    nearest = view.alike.items[0]
    view.alike.select(0)
    opened.key(Qt.Key.Key_Return, widget=view.alike)
    opened.until(lambda: view.title.full_text() == nearest["title"])
