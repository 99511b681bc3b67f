import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.statuses import living, set_status
from workbench.algorithms import find
from workbench.errors import WorkbenchError
from workbench.training.records import read_records
from workbench.training.run import Run
from workbench.training.run_folder import new_run_name, refuse_taken


def test_a_new_run_writes_out_every_default_and_waits(make_run):
    run = make_run("ease")
    asked = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    assert asked["hyperparameters"] == {"regularization": 500.0}
    assert asked["split_settings"]["n"] == 1
    assert asked["data"] == "../../data/small"
    assert Run.open(run.folder).status().state == "queued"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"algorithm": "eaze"}, "Did you mean 'ease'"),
        ({"hyperparameters": {"regularization": 0}}, "regularization must be a number above 0"),
        ({"split": "last"}, "Did you mean 'last-n'"),
        ({"split_settings": {"n": 0}}, "n must be a whole number at least 1"),
        ({"seed": -1}, "seed"),
        ({"filters": [{"name": "cor"}]}, "Did you mean 'core'"),
        ({"filters": [{"name": "core", "settings": {"k": 0}}]}, "k must be a whole number at least 1"),
    ],
)
def test_what_is_asked_is_checked_before_anything_is_written(project, tmp_path, changes, says):
    asked = {"algorithm": "ease", **changes}
    with pytest.raises(WorkbenchError, match=says):
        Run.create(tmp_path / "new", project / "data" / "small", **asked)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_a_run_is_not_taken_twice(make_run, project):
    run = make_run("popularity")
    with pytest.raises(WorkbenchError, match="already holds a run"):
        Run.create(run.folder, project / "data" / "small", "ease")


def test_of_several_that_make_a_run_in_one_folder_one_wins(project, tmp_path):
    def make(algorithm):
        try:
            return Run.create(tmp_path / "new", project / "data" / "small", algorithm).spec.algorithm
        except WorkbenchError as error:
            return str(error)

    with ThreadPoolExecutor(8) as several:
        ended = list(several.map(make, ["popularity", "average"] * 4))
    won = [said for said in ended if said in ("popularity", "average")]
    assert len(won) == 1
    assert all("already holds" in said for said in ended if said not in won)
    assert Run.open(tmp_path / "new").spec.algorithm == won[0]
    # And of two that would train it, such as two windows with one queue.
    Run.open(tmp_path / "new").take(os.getppid())
    with pytest.raises(WorkbenchError, match=f"is being trained by process {os.getppid()}"):
        Run.open(tmp_path / "new").take(os.getpid())


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"algorithm": 1}'])
def test_a_damaged_run_is_refused_in_a_sentence(make_run, content):
    run = make_run("popularity")
    (run.folder / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(WorkbenchError, match="was not written by this program" if content == "{}" else "damaged"):
        Run.open(run.folder)
    taken = rf"^{re.escape(str(run.folder))} already holds something else \(run\.json\)"
    with pytest.raises(WorkbenchError, match=taken):
        refuse_taken(run.folder)


@pytest.mark.parametrize(
    "odd",
    [{"algorithm": "of a later version"}, {"algorithm": "bpr"}, {"hyperparameters": {"sort": "up"}}],
    ids=str,
)
def test_what_cannot_be_done_as_it_was_asked_names_the_file(make_run, odd):
    run = make_run("popularity")
    path = run.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"hyperparameters": {"none": 1}} | odd))
    with pytest.raises(
        WorkbenchError, match=rf"^{re.escape(str(path))} asks for what cannot be done here: .*new folder.$"
    ):
        Run.open(run.folder).new_algorithm()
    for wrong in ({"split": "halves"}, {"split_settings": {"n": -1}}, {"filters": [{"name": "none", "settings": {}}]}):
        path.write_text(json.dumps(run.spec.model_dump() | wrong))
        with pytest.raises(WorkbenchError, match=rf"^{re.escape(str(path))} asks for what cannot be done here: "):
            _ = Run.open(run.folder).fold


@pytest.mark.parametrize(
    "odd",
    [
        {"version": 2},
        {"seed": 1 << 70},
        {"filters": [{"settings": {}}]},
        {"hyperparameters": [1]},
        {"data": "a\u0000b"},
        {"number": -1},
        {"device": "tpu"},
        {"changes": [{"since": 1, "name": "epochs", "value": "many"}]},
    ],
    ids=str,
)
def test_what_a_run_was_asked_is_of_its_shape_and_version(make_run, odd):
    path = make_run("popularity").folder / "run.json"
    path.write_text(text := json.dumps(json.loads(path.read_text(encoding="utf-8")) | odd), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="later version" if "version" in odd else r"is damaged \("):
        Run.open(path.parent)
    assert path.read_text(encoding="utf-8") == text


def test_a_folder_without_a_run_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(WorkbenchError, match="not a run folder"):
        Run.open(tmp_path)


def test_running_without_its_process_is_lost(make_run):
    run = make_run("popularity")
    set_status(run, "running", **living())
    assert run.status().state == "running"
    started = living()["process_started"]
    set_status(run, "running", pid=os.getpid(), process_started=started - 60)  # the number was given to another process
    assert run.status().state == "lost"
    (run.folder / "status.json").write_text("{", encoding="utf-8")
    assert run.status().state == "lost"


def test_a_run_at_work_elsewhere_is_not_taken(make_run):
    run = make_run("popularity")
    set_status(run, "running", **living(1))
    with pytest.raises(WorkbenchError, match="being trained by process 1"):
        run.queue()
    set_status(run, "running", **living())
    run.queue()
    assert run.status().state == "queued"


def test_data_outside_the_project_is_not_opened(make_run):
    run = make_run("popularity")
    asked = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    (run.folder / "run.json").write_text(json.dumps(asked | {"data": "../../../elsewhere"}), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="outside its project"):
        _ = Run.open(run.folder).data


def test_data_that_changed_is_not_used(make_run):
    run = make_run("popularity")
    asked = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    (run.folder / "run.json").write_text(json.dumps(asked | {"data_hash": "other"}), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="has changed"):
        _ = Run.open(run.folder).data


def test_a_record_cut_short_is_left_out(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text('{"epoch": 1}\n{"epoch": 2}\n{"epo', encoding="utf-8")
    assert read_records(path) == [{"epoch": 1}, {"epoch": 2}]


def test_names_of_runs_sort_by_time_and_differ():
    names = {new_run_name("ease") for _ in range(20)}
    assert len(names) > 15
    assert all("-ease-" in name for name in names)


CORE = {"name": "core", "settings": {"k": 7}}
LIKES = {"name": "rating", "settings": {"low": 3.0, "high": None}}


def test_filters_are_written_out_and_come_before_the_split(make_run):
    run = Run.open(make_run("popularity", filters=[LIKES, CORE]).folder)
    assert run.spec.filters == [LIKES, {"name": "core", "settings": {"k": 7, "items": None}}]
    whole = make_run("popularity")
    assert run.data.rating.min() >= 3
    assert run.data.by_user.lengths.min() >= 7
    assert run.data.n_users < whole.data.n_users
    assert run.fold.train.n_items == run.data.n_items <= whole.data.n_items
    assert run.data_identity != whole.data_identity == whole.spec.data_hash


def test_a_run_from_before_there_were_filters_opens(make_run):
    run = make_run("popularity")
    asked = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    del asked["filters"], asked["version"]
    (run.folder / "run.json").write_text(json.dumps(asked), encoding="utf-8")
    assert Run.open(run.folder).data_identity == run.spec.data_hash


def test_who_cannot_score_strangers_is_not_judged_by_strangers(make_run, monkeypatch):
    monkeypatch.setattr(find("popularity"), "fold_in", "none")
    with pytest.raises(WorkbenchError, match="cannot score users who were not in training"):
        make_run("popularity", split="held-out-users")
    assert make_run("popularity", split="k-fold").spec.split == "k-fold"
