import json

import numpy as np
import pytest

from workbench.app.shell.sidebar import run_state
from workbench.control import Control
from workbench.errors import WorkbenchError
from workbench.jobs import all_jobs
from workbench.project import FILE, LOCK, Project, recent


def test_an_open_project_has_its_data_and_split(opened):
    assert len(opened.data) == 16
    assert opened.about["hash"]
    assert opened.project.split == {"name": "last-n", "settings": {"n": 1, "validation": 1}}
    assert opened.items is None
    assert recent()[0].name == "films"


def test_the_selection_and_view_are_there_again(opened, project):
    opened.selection.select_user("李")
    opened.project.set_view("page.data", {"tab": 2})
    opened.close_project()
    assert opened.project.current is None
    assert opened.data is None
    assert not (project.folder / LOCK).exists()
    opened.open_project(project.folder)
    assert opened.selection.user == "李"
    assert opened.project.view("page.data") == {"tab": 2}


def test_a_change_of_the_view_is_on_disk_soon(opened, project, qtbot):
    with qtbot.waitSignal(opened.project.saved, timeout=2000):
        opened.selection.select_user("bob")
    assert json.loads((project.folder / FILE).read_text())["view"]["selection"]["user"] == "bob"


def test_a_vanished_project_is_told_and_nothing_breaks(opened, project, qtbot):
    import shutil

    shutil.rmtree(project.folder)
    with qtbot.waitSignal(opened.failure) as card:
        opened.project.set_split("random", {})
    assert "not saved" in card.args[0]
    opened.close_project()


def test_a_project_that_is_none_is_refused_and_the_open_one_stays(opened, tmp_path, qtbot):
    with qtbot.waitSignal(opened.failure):
        assert not opened.open_project(tmp_path)
    assert opened.project.current is not None


def test_damaged_data_is_told(session, project, qtbot):
    (project.folder / "data" / "small" / "user.npy").write_bytes(b"")
    with qtbot.waitSignal(session.failure) as card:
        session.open_project(project.folder)
    assert "damaged" in card.args[1]
    assert session.data is None


def test_a_copy_of_data_is_looked_through_once(session, project, home):
    session.open_project(project.folder)
    assert session.jobs.tasks == [], "what was just written is known"
    session.close_project()
    (home / "checked.json").unlink()
    rating = project.folder / "data" / "small" / "rating.npy"
    rating.write_bytes(rating.read_bytes()[:-1] + b"\x41")  # still a number
    session.open_project(project.folder)
    task = session.jobs.tasks[0]
    assert (task.job, task.args) == ("check_data", {"data": str(project.folder / "data" / "small")})
    with pytest.raises(WorkbenchError, match="is not what was written there"):
        all_jobs()[task.job].function(control=Control(), **task.args)


def test_a_split_out_of_range_is_refused(opened, qtbot):
    with qtbot.waitSignal(opened.failure) as card:
        assert not opened.project.set_split("random", {"test": 2})
    assert "below 1" in card.args[1]
    assert opened.project.split["name"] == "last-n"
    with qtbot.waitSignal(opened.project.split_changed):
        assert opened.project.set_split("random", {"test": 0.5})


def test_files_that_are_offered_open_a_project_and_wait_for_the_page(session, tmp_path, qtbot):
    path = tmp_path / "ratings.csv"
    path.write_text("a,b\n1,2\n")
    with qtbot.waitSignals([session.page_requested, session.files_offered]):
        session.offer_files([path])
    assert session.project.current.name == "ratings"
    assert session.take_files() == [path]
    assert session.take_files() == []


@pytest.mark.parametrize("inside", [False, True])
def test_a_project_that_is_offered_is_opened(session, project, inside):
    session.offer_files([project.folder / FILE if inside else project.folder])
    assert session.project.current.folder == project.folder


def test_jobs_are_handed_on(session, qtbot):
    with qtbot.waitSignal(session.jobs.submit("echo", {"x": 1}).done) as done:
        pass
    assert done.args == [{"x": 1}]
    with qtbot.waitSignal(session.failure) as card:
        session.jobs.submit("fail", {}, title="Reading")
    assert card.args == ["Reading failed", "It did not work.", "Traceback …"]


def test_an_import_makes_the_data_current(session, project, monkeypatch, qtbot):
    """The job itself is tested with the jobs; here its answer arrives."""
    session.open_project(project.folder)
    session.project.current.data, session.project.current.split = None, None
    session._load_data()
    assert session.data is None
    with qtbot.waitSignals([session.data_changed, session.project.split_changed]):
        session._imported(session.project.current, "small", {})
    assert len(session.data) == 16
    assert session.project.split == {"name": "last-n", "settings": {}}
    assert Project.open(project.folder) is not None


def test_own_files_judge_as_soon_as_they_are_there_and_no_longer(opened, project, qtbot):
    part = project.folder / "data" / "small" / "part.npy"
    opened.project.set_split("random", {})
    opened._imported(opened.project.current, "small", {})
    assert opened.project.split["name"] == "random"
    np.save(part, np.repeat(np.array([0, 2], np.uint8), 8))
    opened._imported(opened.project.current, "small", {})
    assert opened.project.split == {"name": "files", "settings": {}}
    part.unlink()
    opened._imported(opened.project.current, "small", {})
    assert opened.project.split == {"name": "last-n", "settings": {}}


def test_no_process_stands_by_for_a_session_that_is_closed(session, project):
    session.open_project(project.folder)
    session.close()
    session.runs.prepare()  # as a timer does some time after a run began
    assert session.runs.standby.pid is None


def test_closing_leaves_no_process(session, project, qtbot):
    import psutil

    session.open_project(project.folder)
    session.runs.prepare()
    with qtbot.waitSignal(session.jobs.submit("pid", {}).done) as done:
        pass
    pids = [done.args[0], session.runs.standby.pid]
    session.close()
    assert not any(map(psutil.pid_exists, pids))


def test_the_figure_beside_a_run_is_that_of_the_epoch_that_is_kept(session, project):
    from tests.app.fake_runs import make_run, set_status

    last, best = {"epoch": 9, "validation": {"ndcg@10": 0.1}}, {"epoch": 4, "validation": {"ndcg@10": 0.3}}
    set_status(make_run(project, "a-bpr", "bpr"), "done", last=last, best=best)
    set_status(make_run(project, "b-biased-svd", "biased-svd"), "done", last={"validation": {"rmse": 0.965}})
    session.open_project(project.folder)
    assert [run_state(info) for info in session.runs.all()] == [".300 val", "RMSE .965 val"]


@pytest.mark.parametrize(
    "odd",
    [
        {"split": "last-n"},
        {"split": {"name": "nothing like it"}},
        {"split": {"name": "last-n", "settings": {"n": 1 << 40}}},
        {"filters": [{"name": "core", "settings": {"k": "many"}}]},
        {"version": 99},
    ],
)
def test_a_project_that_cannot_be_understood_is_not_opened_and_not_touched(session, project, odd):
    path = project.folder / "project.json"
    path.write_text(text := json.dumps(json.loads(path.read_text()) | odd))
    told = []
    session.failure.connect(lambda *words: told.append(words))
    assert not session.open_project(project.folder)
    assert len(told) == 1
    assert str(path) in told[0][1]
    assert path.read_text() == text
    assert not (project.folder / "lock.json").exists()
