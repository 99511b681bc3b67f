"""What all tests share: where data lies, how a window is watched, and how it is closed."""

import gc
import importlib
import os
import subprocess
import sys

# Before Qt is imported by anyone: tests need no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run: what fails in one was changed by its change. `--hypothesis-profile=drawn` draws new ones,
# and what they find becomes an `@example` of its test. How long an example takes says how busy the machine is.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **PATIENT)
settings.register_profile("drawn", derandomize=False, print_blob=True, **PATIENT)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parents[1]

# Each takes a second to load; every process of the suite collects all tests, and runs only some of them.
LOADED_WHERE_USED = {"numba", "openpyxl", "scipy.optimize", "scipy.stats", "sklearn", "torch"}
LOADED_TOO_EARLY = pytest.StashKey[set[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Leave out the search for garbage: modules and tests stay until the end, so looking at them again is for nothing."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_finish(session):
    session.config.stash[LOADED_TOO_EARLY] = LOADED_WHERE_USED & sys.modules.keys()


@pytest.fixture
def loaded_too_early(pytestconfig):
    """What the modules of the tests have loaded at their tops, of what takes long to load."""
    return pytestconfig.stash[LOADED_TOO_EARLY]


@pytest.fixture(scope="session", autouse=True)
def _own_places(tmp_path_factory):
    """Tests leave the person's own settings, recent projects and logs alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECWB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk():
    """What tests write need not outlive a loss of power, and waiting for the disk takes time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the path of a data set that may not be part of the project, or skip the test."""

    def find(name: str) -> Path:
        path = ROOT.parent / "shared" / "data" / name
        if not path.exists():
            pytest.skip(f"needs the data set '{name}' in ../shared/data, which is not there")
        return path

    return find


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the embedded sample, with ratings.csv and movies.csv."""
    from workbench.resources import resource

    return resource("samples/movielens-small")


@pytest.fixture
def add_file(tmp_path, monkeypatch) -> Iterator[Callable]:
    """Add a file to a package of the program, as somebody does who extends it; after the test it was never there.

    ``add_file(package, name, source, find)``, where `find` remembers what it has found in the package.
    """
    added = []

    def add(package, name, source, find):
        folder = tmp_path / f"more of {package.__name__}"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        importlib.invalidate_caches()
        find.cache_clear()
        added.append((package, name, find))

    yield add
    monkeypatch.undo()
    for package, name, find in added:
        sys.modules.pop(f"{package.__name__}.{name}", None)
        if hasattr(package, name):
            delattr(package, name)
        find.cache_clear()


@pytest.fixture
def new_split(add_file) -> str:
    """A split with several folds that somebody has just added; its name."""
    from tests.additions import SPLIT
    from workbench.data import splitting

    add_file(splitting, "rounds", SPLIT, splitting.all_splits)
    return "rounds"


@pytest.fixture
def new_job(add_file) -> str:
    """A job that somebody has just added; its name."""
    from tests.additions import JOB
    from workbench import jobs

    add_file(jobs, "letters", JOB, jobs.all_jobs)
    return "count"


@pytest.fixture
def new_filter(add_file) -> str:
    """A filter that somebody has just added; its name."""
    from tests.additions import FILTER
    from workbench.data import filtering

    add_file(filtering, "each_of", FILTER, filtering.all_filters)
    return "each"


@pytest.fixture
def new_format(add_file, tmp_path) -> Path:
    """A file in a format that somebody has just added: 88 events of 8 people and 11 items."""
    from tests.additions import FORMAT, NOTES
    from workbench.data.reading import formats

    add_file(formats, "notes", FORMAT, formats.all_formats)
    path = tmp_path / "mine.notes"
    path.write_text(NOTES, encoding="utf-8")
    return path


@pytest.fixture
def heartbeat(qapp):
    """A running heartbeat; `heartbeat.stop()`, then `heartbeat.worst` tells how long the window was deaf, in ms."""
    from workbench.app.heartbeat import Heartbeat

    # What earlier tests left to collect is not this test's pause.
    gc.collect()
    beat = Heartbeat()
    beat.start()
    yield beat
    beat.stop()


@pytest.fixture
def keep(qapp) -> Iterator[Callable]:
    """Hold a widget until the test ends; then close, delete, let Qt finish, collect: in another order Qt may crash."""
    from PySide6.QtCore import QCoreApplication, QEvent

    kept = []

    def hold(widget):
        kept.append(widget)
        return widget

    yield hold
    for widget in reversed(kept):
        widget.close()
        widget.deleteLater()
    kept.clear()
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture
def gone():
    """What names of a process say that is gone."""
    from workbench import owned
    from workbench.processes import start_time

    computer = owned.owned(Path("x")).name.split("-")[2]
    with subprocess.Popen(["sleep", "60"]) as process:
        name = f"{process.pid}-{int(start_time(process.pid))}-{computer}-1"
        process.kill()
    return name
