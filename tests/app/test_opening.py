"""What follows the first picture comes in an order in which nothing takes the machine from the window."""

import sys

import pytest
from PySide6.QtCore import QObject, Slot

from workbench.app.main import Opener
from workbench.app.page import Page
from workbench.app.session import module_loader
from workbench.app.session.sample import try_sample
from workbench.app.session.session import Session


class Small(Page):
    name, title, icon, order = "home", "Home", "home", 1


class Long(Page):
    name, title, icon, order = "data", "Data", "data", 2

    def build(self):
        yield
        yield


class Witness(QObject):
    """Notes what there is whenever it is told to look."""

    def __init__(self, window):
        super().__init__(window)
        self.window, self.seen = window, []

    @Slot()
    def look(self):
        pages = self.window.stack.made
        workers = [worker.pid for worker in self.window.session.jobs.workers.values()]
        self.seen.append((any(workers), [name for name, page in pages.items() if page.built]))


@pytest.fixture
def window(show_window, monkeypatch):
    monkeypatch.setattr(module_loader, "load_modules", lambda: None)
    return show_window([Small, Long])


def test_processes_stand_by_once_all_pages_are_made(window, qtbot):
    witness = Witness(window)
    window.stack.whole.connect(witness.look)
    window.session.loader.loaded.connect(witness.look)
    opener = Opener(window, None)
    with qtbot.waitSignal(window.stack.whole):
        opener.begin()
    assert witness.seen == [(False, ["home"]), (False, ["home", "data"])]
    workers = window.session.jobs.workers
    qtbot.waitUntil(lambda: all(workers[lane].pid is not None for lane in ("background", "interactive")))
    assert window.session.runs.standby.pid is None  # comes when the page Train is opened


def test_they_are_started_once(session, qtbot, home):
    session.warm_up()
    asked = list(session.jobs.tasks)
    session.warm_up()
    assert session.jobs.tasks == asked
    assert [task.args for task in asked] == [{"kernels": False}]  # without a project nobody waits for a list
    assert session.jobs.workers["background"].pid is None  # comes when the other one is ready
    qtbot.waitUntil(lambda: session.jobs.workers["background"].pid is not None)
    session.new_project(home / "films")
    for _ in range(2):
        session.warm_up()
        assert [task.args for task in session.jobs.tasks] == [{}]


def test_the_sample_does_not_wait_until_all_pages_are_made(window):
    try_sample(window.session)
    assert window.session.runs.standby.pid is not None


def test_what_is_loaded_beside_the_window_gives_way_often(
    qapp, home, qtbot, monkeypatch, worker_command, trainer_command
):
    intervals = []
    monkeypatch.setattr(module_loader, "load_modules", lambda: intervals.append(sys.getswitchinterval()))
    usual = sys.getswitchinterval()
    session = Session(worker=worker_command, standby=trainer_command)
    with qtbot.waitSignal(session.loader.loaded):
        session.loader.start()
    assert intervals[0] <= 0.002 < usual == sys.getswitchinterval()
    session.close()
    session.deleteLater()


def test_loops_are_compiled_once_beside_the_person_and_give_way(session, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr("workbench.app.session.jobs.is_compiled", lambda: bool(told))
    session.jobs.compile_loops()
    session.jobs.compile_loops()
    (task,) = session.jobs.tasks
    assert task.job == "compile"
    with qtbot.waitSignal(task.cancelled):  # somebody asks what a training would take
        session.jobs.submit("estimate", {"asked": {"hyperparameters": {}}}, done=told.append)
    qtbot.waitUntil(lambda: bool(told))
    again = session.jobs.submit("compile", {})
    again.finished.connect(session.jobs.workers["measuring"].rest)
    qtbot.waitUntil(lambda: session.jobs.workers["measuring"].pid is None)  # and holds no memory
    with qtbot.waitSignal(session.jobs.submit("estimate", {"asked": {"hyperparameters": {}}}).done):
        pass
