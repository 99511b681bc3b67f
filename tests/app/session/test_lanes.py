"""Whoever waits for an answer does not wait behind the writing of a file."""

import os

import pytest

from tests.app.trained import LONG, TRAINER, films, make_project
from workbench.app.session.session import Session
from workbench.jobs import all_jobs
from workbench.project import Project

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
ONE, TWO = {"run": "run"}, {"a": "run", "b": "other"}
SOMEBODY, ITEM = {"run": "run", "user": "u3"}, {"run": "run", "item": "i2"}
ASKED = {
    "explain": SOMEBODY | {"item": "i2"},
    "list": SOMEBODY | {"changes": {"added": [{"item": "i1"}]}, "order": {"diversity": 0.5}},
    "similar": ITEM,
    "item_story": ITEM,
    "find_items": ONE | {"query": "Film"},
    "compare": {"runs": ["run", "other"]},
    "recommend": SOMEBODY,
    "first_lines": ONE | {"users": ["u1"]},
    "similar_users": SOMEBODY,
    "kinds_of_users": ONE | {"kind": "heaviest"},
    "item_map": ONE,
    "parts": {"runs": ["run", "other"]},
    "overlaps": {"runs": ["run", "other"]},
    "waterfall": TWO,
    "waterfall_users": TWO | {"place": 0},
    "density": {"data": "data"},
    "find_users": {"data": "data", "query": "u1"},
    "filter": {"data": "data", "filters": []},
    "split": {"data": "data", "name": "last-n", "settings": {}},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two runs that were tested, by the words in `ASKED`; and one that cannot be read for as long as nobody writes it."""
    from workbench.training.evaluating import evaluate_run
    from workbench.training.run import Run

    project = make_project(tmp_path_factory.mktemp("lanes") / "films", *films(), ("ease", "popularity"))
    run, other = sorted(project.runs_folder.iterdir())
    for one in (run, other):
        evaluate_run(Run.open(one))
    slow = tmp_path_factory.mktemp("slow")
    os.mkfifo(slow / "run.json")
    return {"project": project.folder, "run": run, "other": other, "data": project.data_folder, "slow": slow}


@pytest.fixture(scope="module")
def at_work(qapp, folders, real_worker, tmp_path_factory):
    """A session with the real workers, and the export with which one of them is busy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECWB_HOME", str(tmp_path_factory.mktemp("home")))
        session = Session(worker=real_worker, standby=TRAINER)
        assert session.open_project(Project.open(folders["project"]).folder)
        output = str(folders["slow"] / "lists.csv")
        yield session, session.jobs.submit("export", {"run": str(folders["slow"]), "output": output})
        session.close()
        session.deleteLater()


def told(folders, given):
    """Arguments with the folders in place of the words for them."""
    if isinstance(given, list):
        return [told(folders, one) for one in given]
    return str(folders[given]) if isinstance(given, str) and given in folders else given


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_comes_while_a_file_is_written(at_work, folders, qtbot, name):
    session, export = at_work
    args = {key: told(folders, one) for key, one in ASKED[name].items()}
    problems = []
    task = session.jobs.submit(name, args, failed=lambda *words: problems.append(words))
    with qtbot.waitSignal(task.finished, timeout=3 * LONG):  # the first one loads a model, another one scipy
        pass
    assert (problems, bool(task.result)) == ([], True)
    assert export.state == "running"


def test_a_job_of_which_somebody_waits_for_the_end_states_it():
    """What writes or reads a whole file stays out of the way of all others."""
    lanes = {name: one.lane for name, one in all_jobs().items()}
    assert {lanes[name] for name in ("export", "import", "evaluate", "report", "metrics", "plots", "script")} == {
        "background"
    }
    assert lanes["estimate"] == "measuring"
