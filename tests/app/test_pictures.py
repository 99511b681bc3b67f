"""Pictures of every page, and what is said where there can be none."""

import subprocess
import sys
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from tests.app.trained import films, make_project
from workbench.app import pictures
from workbench.app.pages import all_pages
from workbench.app.pictures import draw, main, settle
from workbench.app.session import session
from workbench.files import LOCK


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "films", *films())


def contents(folder):
    """What all files hold, but for the empty one by which processes wait for each other."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != LOCK}


def test_every_page_is_drawn_in_both_themes_and_the_project_is_left_alone(project, tmp_path):
    before = contents(project.folder)
    command = [sys.executable, "-m", "workbench.app.pictures", "--project", str(project.folder)]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "out"), "--size", "1000x640"],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {page.name for page in all_pages()}
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == sorted(f"{name}-{shade}.png" for name in names for shade in ("light", "dark"))
    picture = QImage(str(tmp_path / "out" / "inspect-dark.png"))
    assert (picture.width(), picture.height()) == (1000, 640)
    assert picture.pixelColor(5, 5).lightness() < 60
    assert QImage(str(tmp_path / "out" / "inspect-light.png")).pixelColor(5, 5).lightness() > 200
    assert contents(project.folder) == before


class _Watch(QObject):
    """Notes what shows itself as a window of its own."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def test_pictures_are_taken_of_what_is_there_and_nothing_flashes_up(
    project, tmp_path, light, qapp, real_worker, trainer_command, monkeypatch
):
    seen = []

    def look(window, path):
        seen.append(window.page.name)
        if window.page.name == "inspect":
            assert window.page.heading == "User u0"
            assert window.page.list.model().rowCount() > 0
        if window.page.name == "export":
            assert window.page.preview.text.toPlainText()
        return path

    monkeypatch.setattr(pictures, "_write", look)
    monkeypatch.setattr(session, "Session", partial(session.Session, worker=real_worker, standby=trainer_command))
    watch = _Watch()
    qapp.installEventFilter(watch)
    draw(project.folder, tmp_path / "out", themes=("light",))
    qapp.removeEventFilter(watch)
    assert {"data", "split", "train", "inspect", "export"} <= set(seen)
    # A part that is shown before it is put in its place would flash up, and take the keys from the window.
    assert watch.seen == ["MainWindow"]


def test_a_page_that_waits_is_waited_for(opened, keep, light):
    from workbench.app.shell.window import MainWindow

    window = keep(MainWindow(opened))
    window.show()
    rest = QTimer(window.page, singleShot=True, interval=30)
    asked = []
    rest.timeout.connect(lambda: asked.append(opened.jobs.submit("echo", {})))
    rest.start()
    settle(opened, window)
    assert asked
    assert not opened.jobs.tasks


def test_what_is_no_project_is_said_in_a_sentence(tmp_path, capsys, light):
    assert main(["--project", str(tmp_path), "--output", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "is not a project" in said
    assert said.count("\n") == 1


def test_a_page_that_never_rests_is_said(opened, keep, light, monkeypatch):
    from workbench.app.shell.window import MainWindow
    from workbench.errors import WorkbenchError

    monkeypatch.setattr(pictures, "PATIENCE_MS", 100)
    window = keep(MainWindow(opened))
    task = opened.jobs.submit("forever", {})
    with pytest.raises(WorkbenchError, match="still at work"):
        settle(opened, window)
    opened.jobs.cancel(task)


@pytest.mark.parametrize("size", ["1440", "x", "ax900", "1440x"])
def test_a_size_that_is_none_is_refused(size, capsys):
    with pytest.raises(SystemExit):
        main(["--project", "a", "--output", "b", "--size", size])
    assert "is not a size" in capsys.readouterr().err
