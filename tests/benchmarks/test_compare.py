"""The page Compare with 200 runs: how long the UI thread works for one frame.

``COMPARE_RUNS`` and ``COMPARE_TIMES`` make it smaller for a look whether it works at all.
"""

import gc
import json
import os
import shutil
import time
from itertools import cycle

import pytest
from PySide6.QtWidgets import QApplication

from tests.app.conftest import TRAINER, WORKER, small_data
from tests.app.fake_runs import done_run, epoch_records, set_status, write_records
from tests.benchmarks.conftest import spread
from workbench.project import Project

pytestmark = pytest.mark.benchmark
RUNS = int(os.environ.get("COMPARE_RUNS", "200"))
TIMES = int(os.environ.get("COMPARE_TIMES", "20"))
FRAME = 16  # milliseconds
NAMES = (
    "ndcg", "recall", "precision", "hit_rate", "map", "mrr", "f1", "coverage", "novelty", "gini", "entropy", "arp", "aplt",
    "miuf", "epc", "serendipity", "ild",
)  # fmt: skip
ALGORITHMS = ("popularity", "random", "ease", "item-knn", "bpr", "ials")


def figures(value):
    """Every metric that a test leaves, at three cutoffs."""
    return {f"{name}@{k}": (value * k / 20, value * k / 25, value * k / 15) for name in NAMES for k in (5, 10, 20)}


def make_runs(project):
    """Tested runs of several algorithms and seeds, a quarter of them with learning curves; one in ten tagged."""
    for at in range(RUNS):
        algorithm = ALGORITHMS[at % len(ALGORITHMS)]
        first = project.runs_folder / f"r000{at % len(ALGORITHMS)}"
        folder = project.runs_folder / f"r{at:04}"
        if at < len(ALGORITHMS):
            run = done_run(project, folder.name, algorithm, metrics=figures(0.2 + at / 100))
            if algorithm == "bpr":
                write_records(run, [one for epoch in range(1, 51) for one in epoch_records(epoch)])
                set_status(run, "done", epoch=50, epochs=50, last={"seconds": 50.0, "validation": {"ndcg@10": 0.19}})
            continue
        shutil.copytree(first, folder)
        path = folder / "run.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"seed": at}))
        if at % 10 == 0:
            (folder / "facts.json").write_text(json.dumps({"title": "", "tags": [f"t{at % 3}"], "note": "n"}))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page in its place in the window's process, with all runs."""
    from workbench.app.main import dress
    from workbench.app.pages.compare.page import ComparePage
    from workbench.app.session.session import Session

    folder = tmp_path_factory.mktemp("many")
    project = Project.create(folder / "films")
    small_data().save(project.folder / "data" / "small", {"source": {"all": {"path": "small.csv", "size": 1}}})
    project.data, project.split = "small", {"name": "last-n", "settings": {"n": 1, "validation": 1}}
    project.save()
    make_runs(project)
    dress(QApplication.instance() or QApplication([]))
    session = Session(worker=WORKER, standby=TRAINER)
    session.open_project(project.folder)
    shown = ComparePage(session)
    shown.resize(1200, 860)
    shown.show()
    while len(session.runs.all()) < RUNS:  # a project with many runs is read a few at a time
        QApplication.processEvents()
    shown.shown()
    for _, group in shown.table.runs().headings():  # seeds of one algorithm are one row until it is opened
        if group.summed:
            shown._turn(group)
    shown.finish()
    reader = shown.pictures.curves._reader
    while reader._reading or reader._rest.isActive() or not shown.over:  # what is long is read beside the window
        QApplication.processEvents()
    gc.collect()
    gc.disable()  # as the window does, which collects garbage every ten seconds
    yield shown
    gc.enable()
    shown.close()
    session.close()


def frames(page, do, times=TIMES):
    """Milliseconds that the UI thread works for one frame, and by the clock; what is due is drawn."""
    work, clock = [], []
    for at in range(times + 2):
        before, began = time.thread_time(), time.perf_counter()
        do(at)
        page._soon.stop()
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        work.append(1000 * (time.thread_time() - before))
        clock.append(1000 * (time.perf_counter() - began))
    return work[2:], clock[2:]  # the first ones make what is then kept


def ticks(page, do, times=TIMES):
    """Milliseconds of the longest tick of the event loop until all that follows is drawn, and of all of them together."""
    worst, whole, clock = [], [], []
    for at in range(times + 2):
        work, began = [], time.perf_counter()
        before = time.thread_time()
        do(at)
        page._soon.stop()
        quiet = 0
        while quiet < 3:  # what is drawn may have something else drawn
            QApplication.processEvents()
            work.append(1000 * (time.thread_time() - before))
            before = time.thread_time()
            quiet = quiet + 1 if page.over else 0
        worst.append(max(work))
        whole.append(sum(work))
        clock.append(1000 * (time.perf_counter() - began))
    return worst[2:], whole[2:], clock[2:]


def actions(page):
    """What a person does, and what follows it in the next frame."""
    session, table = page.session, page.table
    ids = [info.id for info in session.runs.all()]
    header, bar = table.horizontalHeader(), table.verticalScrollBar()
    columns = cycle((3, 0, 5))
    words = cycle(("e", "ea", "eas", "ease", ""))

    def catch_up(_at):
        page._soon.stop()
        page._catch_up()

    def report(at):
        row = next(row for row in range(table.rowAt(60), 999) if table.runs().run_at(table.runs().source_row(row)))
        info = table.runs().run_at(table.runs().source_row(row))  # one that is in sight
        info.status = info.status.but(last=info.status.last.model_copy(update={"seconds": 1.0 + at}))
        session.runs.run_changed.emit(info.id)
        catch_up(at)

    def look_for(_at):
        page.field.setText(next(words))
        page._soon.stop()
        page._catch_up()

    return {
        "a run reports": report,
        "everything anew": lambda _at: page.refresh(),
        "sort": lambda _at: header.sectionClicked.emit(next(columns)),
        "scroll by five rows": lambda at: bar.setValue((at * 5 * 32) % max(1, bar.maximum())),
        "select one": lambda at: session.selection.select_runs([ids[at % len(ids)]]),
        "draw the selected one": lambda at: (session.selection.select_runs([ids[at % len(ids)]]), catch_up(at)),
        "select 20": lambda at: session.selection.select_runs(ids[at : at + 20]),
        "draw 20": lambda at: (session.selection.select_runs(ids[at : at + 20]), catch_up(at)),
        "select all": lambda at: table.selectAll() if at % 2 else table.clearSelection(),
        "draw 20 others": lambda at: (session.selection.select_runs(ids[at % 9 * 20 :][:20]), catch_up(at)),
        "one key in the filter": look_for,
    }


@pytest.mark.parametrize("way", ["protocol", "algorithm", "tag"])
def test_frames_with_many_runs(page, say, way):
    page.field.setText("")
    page.session.selection.select_runs([])
    page._group_by(way)
    for what, do in actions(page).items():
        work, clock = frames(page, do)
        told = f"{spread(work, 'ms', 1)}, clock {spread(clock, 'ms', 1)}"
        say(f"{RUNS} runs {way}: {what}", told, f"≤ {FRAME} ms", "CPU of the UI thread per frame")
        if what.startswith("draw"):
            worst, whole, clock = ticks(page, do)
            told = spread(worst, "ms", 1)
            say(f"{RUNS} runs {way}: {what}, longest tick", told, f"≤ {FRAME} ms", "CPU of the UI thread")
            told = f"{spread(whole, 'ms', 1)}, clock {spread(clock, 'ms', 1)}"
            say(f"{RUNS} runs {way}: {what}, until all is drawn", told, "≤ 200 ms", "CPU of the UI thread")
    assert len(page.session.runs.all()) == RUNS
