"""Projects with trained runs, and a window on them whose jobs are done by a worker."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from workbench.app.session.session import Session
from workbench.app.shell.window import MainWindow
from workbench.data.interactions import Interactions
from workbench.data.side_files.items import Items
from workbench.project import Project
from workbench.training.run import Run
from workbench.training.train import train_run

HERE = Path(__file__).parent
TRAINER = [sys.executable, str(HERE / "fake_trainer.py")]
CANNED = [sys.executable, str(HERE / "canned_worker.py")]
LONG = 20_000  # milliseconds; a busy machine is no failure
LEFT = Qt.MouseButton.LeftButton
N_USERS, N_ITEMS, EACH = 12, 9, 5


def films():
    """Twelve users with five ratings each, of nine items that have titles, years and genres."""
    random = np.random.default_rng(0)
    item = np.concatenate([random.permutation(N_ITEMS)[:EACH] for _ in range(N_USERS)]).astype(np.int32)
    user = np.repeat(np.arange(N_USERS, dtype=np.int32), EACH)
    users = pa.array([f"u{number}" for number in range(N_USERS)])
    ids = pa.array([f"i{number}" for number in range(N_ITEMS)])
    rating = random.integers(1, 6, len(user)).astype(np.float32)
    time = np.arange(len(user), dtype=np.int64) * 86_400_000 + 1_000_000_000_000
    data = Interactions.build(user, item, users, ids, rating=rating, time=time)
    titles = pa.array([f"Film {number}" for number in range(N_ITEMS)])
    genres = pa.array([["Drama", "War"]] * N_ITEMS, pa.list_(pa.string()))
    return data, Items(ids, titles, pa.array([1990 + n for n in range(N_ITEMS)], pa.int16()), genres)


def interactions(users, items, ratings=None, times=None):
    """Interactions from lists of ids."""
    user_ids, item_ids = list(dict.fromkeys(users)), list(dict.fromkeys(items))
    return Interactions.build(
        np.array([user_ids.index(one) for one in users], np.int32),
        np.array([item_ids.index(one) for one in items], np.int32),
        pa.array(user_ids, pa.string()),
        pa.array(item_ids, pa.string()),
        rating=None if ratings is None else np.array(ratings, np.float32),
        time=None if times is None else np.array(times, np.int64),
    )


def make_project(folder, data, items=None, algorithms=("popularity",), settings=None):
    """A project with this data, and a trained run of each algorithm."""
    project = Project.create(folder, "films")
    project.data, project.split = "small", {"name": "last-n", "settings": settings or {"n": 1, "validation": 0}}
    data.save(folder / "data" / "small", {})
    if items is not None:
        items.write(folder / "data" / "small")
        data.write_about(folder / "data" / "small")
    project.save()
    for number, name in enumerate(algorithms):
        run = Run.create(
            project.runs_folder / f"{number}-{name}", project.data_folder, name, {}, "last-n", project.split["settings"]
        )
        train_run(run.folder)
    return project


class Opened:
    """The window on a project at one of its pages, and how a person uses it."""

    def __init__(self, qtbot, project, page, worker=None):
        self.qtbot = qtbot
        self.session = Session(worker=worker, standby=TRAINER)
        self.window = MainWindow(self.session)
        self.window.resize(1280, 720)
        with qtbot.waitActive(self.window, timeout=LONG):
            self.window.show()
            self.window.activateWindow()
        if project is not None:
            assert self.session.open_project(project.folder)
        self.window.show_page(page)

    @property
    def page(self):
        return self.window.page

    def click(self, widget):
        assert widget.isVisible()
        assert widget.isEnabled()
        where = widget.rect().center()
        if isinstance(widget, QAbstractButton) and widget.property("kind") is None:  # its box, not the room behind it
            where.setX(8)
        self.qtbot.mouseClick(widget, LEFT, pos=where)

    def primary(self):
        """The filled button at the top right."""
        found = self.window.header.findChildren(QAbstractButton)
        return next(one for one in found if one.property("kind") == "primary" and one.isVisible())

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier, widget=None):
        self.qtbot.keyClick(widget or self.window.focusWidget() or self.window, key, modifier)

    def choose(self, combo, data):
        """Choose from a list that drops down, by keys."""
        combo.setFocus()
        self.qtbot.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(combo.findData(data)):
            self.qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentData() == data

    def until(self, true):
        self.qtbot.waitUntil(lambda: bool(true()), timeout=LONG)

    def user(self, user):
        """Wait until a user's list is shown."""
        self.until(lambda: self.page.heading == f"User {user}" and self.page._lists.pending is None)
        card = self.page.failure.card
        assert card is None or not card.isVisible(), card._all

    def column(self, table, column):
        model = table.model()
        return [model.index(row, column).data() for row in range(model.rowCount())]

    def close(self):
        self.window.close()
        self.window.deleteLater()


def unnamed(window):
    """Widgets that take the focus and have no name for a screen reader."""
    from PySide6.QtWidgets import QWidget

    takes = [
        one for one in window.findChildren(QWidget) if one.isVisible() and one.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    return [one for one in takes if not one.accessibleName() and not getattr(one, "text", str)() and one.isEnabled()]
