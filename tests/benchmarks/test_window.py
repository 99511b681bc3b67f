"""The window against the clock: first picture, first list, latest tick of the event loop, and how soon it answers.

``WINDOW_ROWS``, ``WINDOW_SECONDS`` and ``WINDOW_TIMES`` make it smaller for a look whether it works at all.
"""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from tests.benchmarks.conftest import spread
from tests.benchmarks.own_window import play
from tests.benchmarks.test_reading_speed import imported
from workbench.data.importing.importer import import_file
from workbench.project import Project
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
ROWS = int(os.environ.get("WINDOW_ROWS", "1000000"))
SECONDS = float(os.environ.get("WINDOW_SECONDS", "30"))
TIMES = int(os.environ.get("WINDOW_TIMES", "10"))


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A file of ROWS ratings with long-tailed users and items."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("big") / "ratings.csv"

    def ids(n):
        return np.where(rng.random(ROWS) < 0.5, rng.zipf(1.3, ROWS) % n, rng.integers(0, n, ROWS))

    rating, stamp = rng.integers(1, 11, ROWS) / 2, rng.integers(9e8, 1.5e9, ROWS)
    table = {"userId": ids(ROWS // 100 + 1), "movieId": ids(ROWS // 300 + 1), "rating": rating, "timestamp": stamp}
    csv.write_csv(pa.table(table), path)
    return path


@pytest.fixture(scope="module")
def millions(tmp_path_factory):
    """A project of ``SCALE_ROWS`` simulated interactions; ``SCALE_DATA`` names a data folder to take instead."""
    folder = tmp_path_factory.mktemp("millions")
    given = os.environ.get("SCALE_DATA")
    project = Project.create(folder / "project", "measured")
    (project.folder / "data").mkdir(exist_ok=True)
    made = Path(given) if given else imported(folder, int(os.environ.get("SCALE_ROWS", "25000000")))
    (project.folder / "data" / "read").symlink_to(made, target_is_directory=True)
    project.data, project.split = "read", {"name": "last-n", "settings": {}}
    project.save()
    return project.folder


def make_project(folder, file, view, trained=None):
    """A project with this file, opened where `view` says, with a trained run where one is named."""
    project = Project.create(folder, "measured")
    import_file(file, folder / "data" / "read")
    project.data, project.split = "read", {"name": "last-n", "settings": {}}
    project.view = view
    project.save()
    if trained:
        run = Run.create(project.runs_folder / "0", project.data_folder, trained)
        train_run(run.folder)
    return folder


def learning(algorithm):
    """The page Train with an algorithm that goes on until it is stopped."""
    return {
        "page": "train",
        "page.train": {"algorithm": algorithm, "drafts": {algorithm: {"epochs": 1000}}, "options": {"patience": 0}},
    }


def tell(say, what, found, protocol):
    """The three lines of a heartbeat."""
    how = f"{protocol}; {found['ticks']:,} ticks of 5 ms in {found['seconds']:.0f} s"
    say(f"latest tick while {what}", f"{found['latest']:.0f} ms (p99 {found['p99']:.0f})", "≤ 50 ms", how)
    say("  … without waiting for a free processor", f"{found['own']:.0f} ms", "≤ 50 ms", "what the window itself took")
    say(
        "  … processor time between two ticks, most", f"{found['work']:.0f} ms", "≤ 50 ms", "of the window's own thread"
    )


def test_first_paint(say, tmp_path):
    play("nothing", tmp_path / "home")  # so that the disk is warm
    found = [play("nothing", tmp_path / "home") for _ in range(5)]
    say("first paint of the window", spread([one["painted"] for one in found]), "≤ 1.5 s", "from process start")
    heavy = sorted({name for one in found for name in one["heavy_at_first"]})
    say("  … of torch, numba, pandas loaded", ", ".join(heavy) or "none", "none", "when it is painted")
    assert heavy == []


def test_ticks_from_the_first_picture_on(say, tmp_path, sample):
    project = make_project(tmp_path / "project", sample / "ratings.csv", {}, trained="popularity")
    for page in ("home", "data", "split", "train", "compare", "inspect", "export"):
        opened = Project.open(project)
        opened.view = {"page": page}
        opened.save()
        found = play("started", tmp_path / page, project if page != "home" else None, page=page)
        assert found["heavy"] == []
        tell(
            say,
            f"the window opens on {page}",
            found["start"],
            "until all is made ahead and processes stand by",
        )
        tell(say, "each page is turned to", found["turns"], "all made ahead")
    found = play("early", tmp_path / "early", folder=str(project))
    tell(say, "pages are turned to that were not made ahead", found["early"], "from the first picture")


def test_ticks_while_a_project_of_millions_is_opened(say, tmp_path, millions):
    for page in ("data", "split", "train"):
        project = Project.open(millions)
        project.view = {"page": page}
        project.save()
        found = play("opening", tmp_path / page, project=str(millions), page=page)
        tell(say, f"a project opens on {page}", found, f"{found['rows']:,} rows, shown after {found['took']:.2f} s")
        assert found["heavy"] == []


def test_ticks_while_millions_are_split(say, tmp_path, millions):
    found = play("split", tmp_path / "home", millions)
    seconds = ", ".join(f"{name} {took:.1f}" for name, took in found["took"].items())
    tell(say, "one split after another is chosen", found, f"{found['rows']:,} rows; seconds: {seconds}")
    assert found["heavy"] == []


def test_tables_of_millions(say, tmp_path, millions):
    found = play("tables", tmp_path / "home", millions)
    how = f"{found['rows']:,} rows"
    middle, late = np.percentile(found["frames"], [50, 95])
    say("a frame of the table while it is scrolled", f"{middle:.1f} ms, 95 % {late:.1f}", "≤ 16 ms", how)
    for title, seconds in found["sorts"].items():
        say(f"sorted by {title}", f"{seconds:.1f} s", "≤ 6 s", how)
    say("a sort given up", f"{found['given_up']:.2f} s", "≤ 0.3 s", how)
    say("all rows copied, of many the first", f"{found['copied']:.2f} s", "", how)
    say("users, items and titles searched", f"{found['searched']:.2f} s", "", how)
    tell(say, "a table is sorted, searched and copied", found, how)


def test_first_list_from_a_fresh_start(say, tmp_path):
    for what, environment in (
        ("compiled before", {}),
        ("first start ever", {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}),
    ):
        found = play("first_list", tmp_path / what, environment=environment)
        how = f"MovieLens sample, EASE, defaults, {what}; {found['items']} items"
        say("click to first list", f"{found['seconds']:.1f} s, {found['clicks']} click", "≤ 15 s, 1 click", how)
        say("  … from process start", f"{found['painted'] + found['seconds']:.1f} s", "", how)
        assert found["heavy"] == []


def test_ticks_while_a_file_is_read(say, tmp_path, big):
    found = play("read", tmp_path / "home", file=str(big))
    assert found["heavy"] == []
    tell(say, "a file is dropped and looked at", found["offered"], f"{ROWS:,} rows; a project and its page are made")
    tell(say, "a file is read", found, f"{found['rows']:,} rows, long-tailed, {found['took']:.1f} s")


@pytest.mark.parametrize(("algorithm", "title"), [("bpr", "BPR"), ("gru4rec", "GRU4Rec")])
def test_ticks_while_training(say, tmp_path, sample, algorithm, title):
    project = make_project(tmp_path / "project", sample / "ratings.csv", learning(algorithm))
    found = play("train", tmp_path / "home", project, name=title, seconds=SECONDS)
    assert (found["state"], found["heavy"]) == ("stopped", [])
    tell(say, f"{title} trains", found, f"MovieLens sample, {found['epochs']} epochs, {found['records']:,} records")


def test_ticks_while_all_users_are_exported(say, tmp_path, big):
    project = make_project(tmp_path / "project", big, {"page": "export"}, trained="item-knn")
    found = play("export", tmp_path / "home", project, file=str(tmp_path / "lists.csv"))
    assert found["heavy"] == []
    how = f"{found['users']:,} users, 10 items each, Item kNN, {found['took']:.1f} s"
    tell(say, "all users are exported", found, how)


def test_how_soon_a_run_answers(say, tmp_path, sample):
    project = make_project(tmp_path / "project", sample / "ratings.csv", learning("bpr"))
    found = play("answers", tmp_path / "home", project, name="BPR", times=TIMES)
    how = "BPR, MovieLens sample, standby process up"
    say("first live point of the loss after Train", spread(found["firsts"]), "≤ 1.5 s", how)
    say("  … clicked as soon as the page was opened", f"{found['at_once']:.2f} s", "", "BPR, MovieLens sample")
    words, seconds = zip(*found["stopping"], strict=True)
    say(f"“{words[0]}” after the click on Stop and keep", spread(seconds, digits=3), "≤ 0.5 s", how)
    if found["stops"]:
        say("stopped, after the click on Stop and keep", spread(found["stops"]), "≤ 0.5 s", how)
    if found["kills"]:
        say("a kill -9 seen as one", spread(found["kills"]), "", f"{how}; the words are {found['words'][1:3]}")
    assert found["heavy"] == []
