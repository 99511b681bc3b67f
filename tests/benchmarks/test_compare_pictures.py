"""Twenty runs over each other in the pictures of the page Compare: how long the UI thread works for one frame.

A frame is everything that the window does for it: what is drawn is worked out and painted. ``PICTURES_EPOCHS`` (500) and
``PICTURES_FRAMES`` (60) make it smaller for a look whether it works.
"""

import gc
import json
import os
import sys
import time

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.app.conftest import home, light, project, session  # noqa: F401 - fixtures
from tests.app.fake_runs import done_run, set_status, write_records
from workbench.app.pages.compare.page import ComparePage

pytestmark = pytest.mark.benchmark
RUNS = 20
EPOCHS = int(os.environ.get("PICTURES_EPOCHS", "500"))
FRAMES = int(os.environ.get("PICTURES_FRAMES", "60"))
FRAME = 16  # milliseconds
KINDS = ("bars", "trade_off", "parallel")


def make_runs(project):  # noqa: F811
    rng = np.random.default_rng(0)
    for at in range(RUNS):
        metrics = {f"{name}@{k}": (0.2 + at / 100, 0.1, 0.6) for name in ("ndcg", "coverage") for k in (5, 10, 20)}
        hyperparameters = {"epochs": EPOCHS, "factors": 8 + at, "learning_rate": 0.01 * (1 + at)}
        run = done_run(project, f"r{at:02}", "bpr", hyperparameters, metrics=metrics)
        (run.folder / "records.jsonl").unlink()
        values = 0.3 - np.exp(-np.arange(EPOCHS) / 100) / (3 + at) + 0.004 * rng.random(EPOCHS)
        write_records(
            run,
            [
                {
                    "epoch": epoch + 1,
                    "epochs": EPOCHS,
                    "loss": 1.0,
                    "seconds": epoch / 7,
                    "validation": {"ndcg@10": value},
                }
                for epoch, value in enumerate(values.tolist())
            ],
        )
        set_status(
            run, "done", epoch=EPOCHS, epochs=EPOCHS, last={"seconds": 10.0 + at, "validation": {"ndcg@10": 0.2}}
        )


@pytest.fixture
def page(session, project, keep, qtbot, light):  # noqa: F811
    make_runs(project)
    session.open_project(project.folder)
    qtbot.waitUntil(lambda: len(session.runs.all()) == RUNS, timeout=60_000)
    made = keep(ComparePage(session))
    made.resize(1440, 900)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: len(made.pictures.learning.lines()) == RUNS, timeout=60_000)
    qtbot.waitUntil(lambda: len(made.pictures.curves._reader.curves["r19"].validation) == EPOCHS, timeout=60_000)
    gc.collect()
    gc.disable()
    yield made
    gc.enable()


def frames(change):
    """Milliseconds of the UI thread for each frame."""
    took = []
    for at in range(FRAMES + 3):
        start = time.thread_time()
        change(at)
        QApplication.processEvents()
        took.append((time.thread_time() - start) * 1000)
    return np.array(took[3:])


def tell(what, took):
    sys.stdout.write(
        f"{what}: median {np.median(took):.1f} ms, p95 {np.quantile(took, 0.95):.1f} ms, worst {took.max():.1f} ms\n"
    )


def test_twenty_curves_are_painted_within_a_frame(page):
    assert len(page.drawn()) == RUNS
    learning = page.pictures.learning
    took = frames(lambda _at: learning.view.viewport().repaint())
    tell(f"painting {RUNS} curves of {EPOCHS} epochs", took)
    assert np.median(took) <= FRAME


def test_twenty_curves_move_within_a_frame(page):
    learning = page.pictures.learning
    took = frames(lambda at: learning.set_range(x=(at, EPOCHS - at), y=(0.0, 0.4)))
    tell(f"zooming into {RUNS} curves", took)
    assert np.median(took) <= FRAME


def test_one_of_twenty_curves_grows_within_a_frame(page):
    path = page.drawn()[-1].folder / "records.jsonl"

    def grow(at):
        line = {"epoch": EPOCHS + at, "seconds": 100.0 + at, "validation": {"ndcg@10": 0.25 + at / 10_000}}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        page.pictures.show_runs(page.drawn(), "ndcg@10")
        page.pictures.finish()  # all in one frame, which is more than the window does

    took = frames(grow)
    tell(f"one of {RUNS} curves grows", took)
    assert page.pictures.learning.values_at(1e9)["r19"][0] == EPOCHS + FRAMES + 2
    assert np.median(took) <= FRAME


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_drawn_anew_within_a_frame(page, kind):
    pictures = page.pictures
    pictures.choose(kind)
    QApplication.processEvents()

    def again(_at):
        pictures.show_runs(page.drawn(), "ndcg@10")
        pictures.finish()
        pictures.picture.update()

    took = frames(again)
    tell(f"{kind} of {RUNS} runs anew", took)
    assert np.median(took) <= FRAME
