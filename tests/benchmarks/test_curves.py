"""A run of a million records on the page Train: whole frames while one zooms, while it learns on, smoothed and not.

A frame is everything that the window does for it: reading what is new, smoothing, thinning out, painting both plots.
``CURVES_RECORDS`` (1000000) makes it smaller for a look whether it works.
"""

import gc
import json
import os
import time

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.app.conftest import home, light, opened, project, session  # noqa: F401 - fixtures
from tests.app.fake_runs import Effort, live_run
from workbench.app.pages.train.page import TrainPage
from workbench.app.runs.curve import Curve

pytestmark = pytest.mark.benchmark
RECORDS = int(os.environ.get("CURVES_RECORDS", "1000000"))
EPOCHS, FRAMES = 100, 120
FRAME = 16  # milliseconds


def write_million(path):
    """Records of a training of `EPOCHS` epochs, as a neural algorithm leaves them."""
    rng = np.random.default_rng(0)
    steps = RECORDS // EPOCHS
    loss = np.exp(-np.linspace(0, 3, RECORDS)) + 0.05 * rng.random(RECORDS)
    with path.open("w", encoding="utf-8") as file:
        for epoch in range(EPOCHS):
            for step in range(steps):
                at = epoch * steps + step
                file.write(
                    f'{{"epoch": {epoch}, "epochs": {EPOCHS + 10}, "loss": {loss[at]:.6f}, "seconds": {at / 10:.4f}, '
                    f'"memory_bytes": {300_000_000 + at}, "values": {{"learning_rate": 0.001, "gradient_norm": '
                    f'{1 + loss[at]:.4f}, "weight_norm": {at / 1000:.4f}}}, "part": {(step + 1) / (steps + 1):.6f}}}\n'
                )
            end = {"epoch": epoch + 1, "epochs": EPOCHS + 10, "loss": loss[at], "seconds": at / 10}
            file.write(json.dumps(end | {"validation": {"ndcg@10": 0.2 - 0.1 / (epoch + 1)}}) + "\n")


@pytest.fixture
def tidy():
    """Garbage is left lying, as the window does while it is at work."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def page(session, project, keep, qtbot, light, tidy):  # noqa: F811
    live = live_run(project, "b-gru4rec", "gru4rec", epochs=EPOCHS + 10)
    write_million(live.folder / "records.jsonl")
    session.open_project(project.folder)
    made = keep(TrainPage(session))
    made.resize(1440, 900)
    made.live = live
    assert made.run  # made ahead, as the window does it
    made.opened = time.perf_counter()
    made.show()
    made.shown()
    QApplication.processEvents()  # to make a page takes what it takes, with whatever on it
    made.watch = Effort()
    made.watch.start()

    def there():
        curve = made.run.reader.curves.get("b-gru4rec")
        return curve is not None and len(curve.steps) >= RECORDS - EPOCHS

    qtbot.waitUntil(there, timeout=120_000)
    made.opened = time.perf_counter() - made.opened
    qtbot.waitUntil(lambda: bool(made.run.plots.loss.lines()))
    made.watch.stop()
    return made


def frames(page, change):
    """Milliseconds of the UI thread for each of some frames, and of the clock."""
    work, wall = [], []
    plots = page.run.plots
    for number in range(FRAMES):
        change(number)
        start, used = time.perf_counter(), time.thread_time()
        page.run._draw()
        for plot in (plots.loss, plots.validation, plots.other):
            if plot._again.isActive():  # one zooms
                plot._again.stop()
                plot._draw_again()
            if plot.isVisible():
                plot.view.viewport().repaint()
        work.append((time.thread_time() - used) * 1000)
        wall.append((time.perf_counter() - start) * 1000)
    QApplication.processEvents()
    return work, wall


def test_growing_past_the_room_there_is(say, tidy):
    """Where a curve has filled the room it has, it needs more, and all of its series do in the same moment."""
    n, worst = 1 << 20, 0.0
    at = np.arange(n - 500.0)
    columns = dict.fromkeys(("loss", "memory_bytes", "values/gradient_norm", "values/weight_norm"), at)
    columns |= {"epoch": np.zeros(len(at)), "part": at / n / 2, "seconds": at / 10}
    curve = Curve()
    for some in np.array_split(np.arange(len(at)), 100):
        curve.extend({name: values[some] for name, values in columns.items()})
    for step in range(len(at), len(at) + 1000):
        record = {"epoch": 0, "part": step / n / 2, "loss": 0.5, "seconds": step / 10, "memory_bytes": step}
        used = time.thread_time()
        curve.add([record | {"values": {"gradient_norm": 1.0, "weight_norm": 1.0}}])
        worst = max(worst, (time.thread_time() - used) * 1000)
    say("longest hold by one record more", f"{worst:.1f} ms", "≤ 50 ms", f"as {n:,} records are passed")
    assert len(curve.steps) == len(at) + 1000


def tell(say, what, work, wall):
    middle, late = np.percentile(work, [50, 95])
    how = f"{RECORDS:,} records, {FRAMES} frames; most {max(work):.1f}; by the clock {np.median(wall):.1f} ms"
    say(what, f"{middle:.1f} ms, 95 % {late:.1f}", f"≤ {FRAME} ms", how)


def test_frames_of_a_million_records(page, say):
    plots = page.run.plots
    how = f"{RECORDS:,} records, all there after {page.opened:.1f} s"
    say("longest hold while they are read", f"{page.watch.worst:.0f} ms", "≤ 50 ms", how)
    lines = iter(range(10**9))

    def learn(_number):
        at = next(lines)
        line = {"epoch": EPOCHS, "epochs": EPOCHS + 10, "loss": 0.05, "seconds": RECORDS / 10 + at, "part": at * 1e-4}
        line["values"] = {"learning_rate": 0.001, "gradient_norm": 1.0, "weight_norm": 1000.0}
        with (page.live.folder / "records.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def zoom(number):
        middle, half = EPOCHS / 2, EPOCHS / 2 * 0.95 ** (number % 60)
        for plot in (plots.loss, plots.other):
            plot.plot.setXRange(middle - half, middle + half, padding=0)

    tell(say, "a frame while it learns on", *frames(page, learn))
    tell(say, "a frame while one zooms", *frames(page, zoom))
    plots._reset_view()
    plots.tabs.buttons["gradient_norm"].click()
    plots.tools.smoothing.setValue(6)
    tell(say, "a frame while it is smoothed", *frames(page, lambda _number: None))
    tell(say, "… and learns on", *frames(page, learn))
    tell(say, "… and one zooms", *frames(page, zoom))
    spans = iter(range(10**9))
    tell(
        say, "… and the slider is drawn", *frames(page, lambda _n: plots.tools.smoothing.setValue(2 + next(spans) % 7))
    )
