"""Sessions whose workers are quick and obedient stand-ins, and a small data set that is already imported."""

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

HERE = Path(__file__).parent
WORKER = [sys.executable, str(HERE / "fake_worker.py")]
TRAINER = [sys.executable, str(HERE / "fake_trainer.py")]


@pytest.fixture(scope="module", autouse=True)
def _look_at_no_garbage_of_others():
    """What earlier files have loaded and keep is looked at once, and not after each window: a fifth of a second."""
    gc.collect()
    gc.freeze()


# So many more modules, and to look again at all that they hold takes longer than to look at what a test leaves.
MANY_MODULES = 30
MODULES_FROZEN = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def _look_at_no_modules_again(pytestconfig):
    """What the last test was first to load is looked at once, and now, when nothing else of that test is left."""
    if len(sys.modules) > pytestconfig.stash.get(MODULES_FROZEN, 0) + MANY_MODULES:
        gc.collect()
        gc.freeze()
        pytestconfig.stash[MODULES_FROZEN] = len(sys.modules)


@pytest.fixture
def worker_command():
    """The line that starts a stand-in for the worker process."""
    return WORKER


@pytest.fixture
def trainer_command():
    """The line that starts a stand-in for the training process."""
    return TRAINER


@pytest.fixture(scope="session")
def real_worker(tmp_path_factory):
    """The line that starts a real worker, in a twentieth of the time where processes can be forked."""
    if not sys.platform.startswith("linux"):
        yield None
        return
    program, door = str(HERE / "forked_worker.py"), str(tmp_path_factory.mktemp("door") / "door")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, program, "serve", door], **pipes) as server:
        assert server.stdout.readline() == b"ready\n"
        yield [sys.executable, "-S", program, "ask", door]
        server.stdin.close()


@pytest.fixture
def real(qtbot, home, light, trainer_command, real_worker):
    """A window whose jobs are done by the real worker."""
    from tests.app.real_window import RealWindow

    made = RealWindow(qtbot, trainer_command, real_worker)
    yield made
    made.close()


@pytest.fixture
def write(tmp_path):
    """Write a small file, and give its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A place of its own for settings and recent projects."""
    monkeypatch.setenv("RECWB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def session(qapp, home):
    from workbench.app.session.session import Session

    made = Session(worker=WORKER, standby=TRAINER)
    made.runs._reading._seconds = 10.0  # the few runs of a test are read at once, on a busy machine too
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def light(qapp):
    """The application in its light colours, as every test begins and ends."""
    from workbench.app.main import dress
    from workbench.app.widgets.theme import theme

    dress(qapp)
    theme().set_mode("light", keep=False)
    yield theme()
    theme().set_mode("light", keep=False)


def small_data():
    """Four users, five items, ratings and times."""
    from workbench.data.interactions import Interactions

    user = np.repeat(np.arange(4, dtype=np.int32), 4)
    item = np.array([0, 1, 2, 3, 1, 2, 3, 4, 0, 2, 3, 4, 0, 1, 3, 4], np.int32)
    rating = np.linspace(1, 5, 16, dtype=np.float32)
    time = np.arange(16, dtype=np.int64) * 86_400_000
    users, items = pa.array(["ann", "bob", "cem", "李"]), pa.array(list("abcde"))
    return Interactions.build(user, item, users, items, rating=rating, time=time)


@pytest.fixture
def project(tmp_path):
    """A project folder with the small data in it."""
    from workbench.project import Project

    made = Project.create(tmp_path / "films")
    small_data().save(made.folder / "data" / "small", {"source": {"all": {"path": "small.csv", "size": 1}}})
    made.data, made.split = "small", {"name": "last-n", "settings": {"n": 1, "validation": 1}}
    made.save()
    return made


@pytest.fixture
def opened(session, project):
    """A session with that project open."""
    assert session.open_project(project.folder)
    return session


@pytest.fixture
def show_window(session, keep, qtbot, light):
    """Show the window, with all pages or with some."""
    from workbench.app.shell.window import MainWindow

    def make(*pages):
        window = keep(MainWindow(session, *pages))
        window.show()
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def window(show_window, session, project):
    """The window on the project."""
    made = show_window()
    session.open_project(project.folder)
    return made


@pytest.fixture
def show_compare(session, project, keep, qtbot, light):
    """Open the project and show the page Compare on it."""
    from workbench.app.pages.compare.page import ComparePage

    def make(size=(1000, 600)):
        session.open_project(project.folder)
        page = keep(ComparePage(session))
        page.resize(*size)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.shown()
        page.finish()  # the pictures come a frame later
        return page

    return make
