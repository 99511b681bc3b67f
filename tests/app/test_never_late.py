"""The UI thread never works long in one go, nor waits long, and its process loads nothing heavy.

Judged by processor time first: on a busy machine a tick comes late through no fault of ours. What the thread waited for
beside the processor (it slept, or another thread of the window had the interpreter) counts as well, with more room the
busier the machine is. The clock is for the benchmarks.
"""

import os

import numpy as np
import pytest

from tests.benchmarks.own_window import play

WORK, OWN = 50, 70  # milliseconds between two ticks of the event loop
# A processor that others use as well makes everything take longer now and then; a window that is slow is slow every time.
TRIES = 4


def tried(scenario, home, places, **options):
    """The last of a few tries, and which places of the scenario held the window too long in every one of them."""
    late = set(places)
    for number in range(TRIES):
        found = play(scenario, home / f"home-{number}", **options)
        busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0
        # Two threads that share a core do a little over half as much each.
        work, own = WORK * min(busy, 2), OWN * busy
        late &= {one for one in places if found[one]["work"] >= work or found[one]["own"] >= own}
        if not late:
            break
    return found | {"late": late}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A window in a process of its own: a file is dropped and read, then BPR trains on it in front, then is stopped."""
    folder = tmp_path_factory.mktemp("late")
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 400, 30_000), rng.integers(0, 300, 30_000)
    rating, stamp = rng.integers(1, 6, 30_000), rng.integers(1_000_000_000, 1_500_000_000, 30_000)
    rows = np.stack([user, item, rating, stamp], axis=1)
    file = folder / "ratings.csv"
    np.savetxt(file, rows, "%d", ",", header="userId,movieId,rating,timestamp", comments="")
    return tried("work", folder, ("read", "train"), file=str(file), seconds=3)


def test_reading_a_file_holds_the_window_for_no_moment(played):
    assert played["read"]["rows"] > 20_000
    assert played["read"]["ticks"] > 50
    assert "read" not in played["late"]


def test_training_in_front_holds_the_window_for_no_moment(played):
    assert played["train"]["state"] == "stopped"
    assert played["train"]["records"] > 10
    assert played["train"]["ticks"] > 100
    assert "train" not in played["late"]


def test_pages_are_made_and_turned_without_holding_the_window(tmp_path):
    found = tried("started", tmp_path, ("start", "turns"), page="home")
    assert found["start"]["ticks"] > 100
    assert found["late"] == set()


def test_a_project_is_opened_on_pages_that_are_not_there_yet_without_holding_the_window(tmp_path, project):
    found = tried("early", tmp_path, ("early",), folder=str(project.folder))
    assert found["early"]["ticks"] > 50
    assert found["imported"] == []
    assert found["late"] == set()


def test_the_window_loads_nothing_heavy(played):
    assert played["heavy_at_first"] == []
    assert played["heavy"] == []


def test_pages_made_before_there_was_a_project_serve_the_first_one_only(show_window, session, project):
    window = show_window()
    while "train" not in window.stack.made:
        window.make_ahead()
    ready = window.stack.made["train"]
    project.view = {"page.train": {"algorithm": "bpr"}}
    project.save()
    assert session.open_project(project.folder)
    window.show_page("train")
    assert window.page is ready
    assert window.page.kind.name == "bpr"  # what was kept with the project is taken up
    window.make_ahead()
    later = dict(window.stack.made)
    session.close_project()
    assert not set(later.values()) & set(window.stack.made.values())
