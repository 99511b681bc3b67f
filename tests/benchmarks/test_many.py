"""The window with 500 runs and 100,000 items: the latest tick of opening, of the pages, and of Find anything.

One command: ``pytest tests/benchmarks/test_many.py -m benchmark``. ``MANY_RUNS``, ``MANY_ITEMS`` and ``MANY_ROWS`` make it
smaller for a look whether it works at all.
"""

import json
import os
import shutil

import pytest

from tests.benchmarks.own_window import play
from workbench.data.importing.importer import import_file
from workbench.data.simulator import Size, simulate
from workbench.project import Project
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

pytestmark = pytest.mark.benchmark
RUNS, ITEMS, ROWS = (
    int(os.environ.get(name, usual))
    for name, usual in (("MANY_RUNS", "500"), ("MANY_ITEMS", "100000"), ("MANY_ROWS", "1000000"))
)
EACH = 50  # interactions of a user
TICK_MS = 50


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with RUNS trained and tested runs; what is large in them is one file under many names."""
    made = Project.create(tmp_path_factory.mktemp("many") / "project", "many")
    written = tmp_path_factory.mktemp("written")
    simulate(written / "data", Size(rows=ROWS, users=ROWS // EACH, items=ITEMS))
    folder = made.folder / "data" / "simulated"
    import_file(written / "data" / "interactions.csv", folder, items=written / "data" / "items.csv")
    made.data, made.split = "simulated", {"name": "random", "settings": {"per_user": True}}
    made.save()
    firsts = [
        Run.create(made.runs_folder / f"r{at:04}", folder, name, values, "random", {"per_user": True}, number=at)
        for at, (name, values) in enumerate((("popularity", {}), ("bpr", {"epochs": 2, "factors": 8})))
    ]
    for run in firsts:
        train_run(run.folder)
        evaluate_run(run)
    for at in range(len(firsts), RUNS):
        place = made.runs_folder / f"r{at:04}"
        shutil.copytree(firsts[1].folder, place, copy_function=os.link)
        spec = json.loads((place / "run.json").read_text()) | {"number": at}
        spec["hyperparameters"]["regularization"] = at / RUNS
        (place / "run.json").unlink()
        (place / "run.json").write_text(json.dumps(spec))
    return made.folder


def test_five_hundred_runs_and_a_hundred_thousand_items(say, tmp_path, project):
    found = play("many", tmp_path / "home", project=str(project), runs=RUNS)
    for what, figures in found["ticks"].items():
        how = f"{RUNS} runs, {ITEMS:,} items; {figures['ticks']:,} ticks of 5 ms in {figures['seconds']:.0f} s"
        told = f"{figures['own']:.0f} ms, computing {figures['work']:.0f}"
        say(f"latest tick: {what}", told, f"≤ {TICK_MS} ms", how)
    for what, milliseconds in found["answers"].items():
        say(what, f"{milliseconds:.0f} ms", "≤ 100 ms", f"{RUNS} runs, {ITEMS:,} items")
    assert found["heavy"] == []
