"""The worker process as the window meets it: lines in, lines out."""

import io
import json
import os
import subprocess
import sys

import pytest

from tests.data.test_interactions import build
from workbench import worker
from workbench.jobs import Job, all_jobs
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import train_run

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained run on a small data set."""
    folder = tmp_path_factory.mktemp("project")
    rows = [(user, (user + 2 * step) % 9, 1 + step, 10 * step) for user in range(8) for step in range(5)]
    build(rows).save(folder / "data" / "small")
    made = Run.create(folder / "runs" / "one", folder / "data" / "small", "item-knn")
    train_run(made.folder)
    return made


def answers(*requests):
    """What `serve` answers to these requests."""
    out = io.StringIO()
    worker.serve(io.StringIO("".join(json.dumps(one) + "\n" for one in requests)), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def declare(monkeypatch):
    """Let a function be a job for the length of a test."""
    return lambda name, function: monkeypatch.setitem(all_jobs(), name, Job(name, name, "interactive", function))


def test_a_job_is_answered_with_progress_and_a_result(declare):
    def job(control, number):
        control.progress(0.5, "half")
        return {"twice": 2 * number}

    declare("double", job)
    assert answers({"id": 3, "job": "double", "args": {"number": 4}}) == [
        {"id": 3, "event": "progress", "fraction": 0.5, "text": "half"},
        {"id": 3, "event": "done", "result": {"twice": 8}},
    ]


def test_long_lists_of_a_result_go_before_it_in_parts(declare):
    found = {"users": [str(number) for number in range(2 * worker.PART_VALUES + 1)], "short": [1], "mean": 0.5}
    declare("find", lambda control: found)
    *parts, done = answers({"id": 3, "job": "find", "args": {}})
    assert [(one["event"], one["name"], len(one["values"])) for one in parts] == [
        ("part", "users", worker.PART_VALUES), ("part", "users", worker.PART_VALUES), ("part", "users", 1),
    ]  # fmt: skip
    assert [value for one in parts for value in one["values"]] == found["users"]
    assert done == {"id": 3, "event": "done", "result": {"users": None, "short": [1], "mean": 0.5}}


def test_a_job_that_fails_is_told_and_the_next_is_answered(declare):
    def out_of_memory(control):
        raise MemoryError

    def broken(control):
        return 1 / 0

    declare("greedy", out_of_memory)
    declare("broken", broken)
    told = answers(
        {"id": 1, "job": "evaluate", "args": {"run": "nowhere"}},
        {"id": 2, "job": "greedy", "args": {}},
        {"id": 3, "job": "broken", "args": {}},
        {"id": 4, "job": "warm_up", "args": {}},
    )
    assert [one["event"] for one in told] == ["failed", "failed", "failed", "done"]
    assert "not a run folder" in told[0]["sentence"]
    assert "not enough memory" in told[1]["sentence"]
    assert "division by zero" in told[2]["sentence"]
    assert "Traceback" in told[2]["details"]


def test_a_user_gets_a_history_and_a_list(run):
    [answer] = answers({"id": 1, "job": "recommend", "args": {"run": str(run.folder), "user": "u3", "k": 4}})
    result = answer["result"]
    known = [entry["item"] for entry in result["history"]]
    listed = [entry["item"] for entry in result["items"]]
    assert len(known) == 4  # five interactions, of which the last is hidden
    assert result["history"][0]["time"] == 30
    assert not set(known) & set(listed)
    assert [entry["rank"] for entry in result["items"]] == [1, 2, 3, 4]
    scores = [entry["score"] for entry in result["items"]]
    assert scores == sorted(scores, reverse=True)
    assert result["hidden"] == 1


def test_users_are_found_by_a_part_of_their_id(run):
    data = str(run.data_folder)
    everybody = answers({"id": 1, "job": "find_users", "args": {"data": data, "query": ""}})[0]["result"]
    assert len(everybody) == 8
    assert everybody[0]["interactions"] == 5
    assert [
        one["user"]
        for one in answers({"id": 1, "job": "find_users", "args": {"data": data, "query": "3"}})[0]["result"]
    ] == ["u3"]


def test_a_split_is_described_with_what_lands_where(run):
    args = {"data": str(run.data_folder), "name": "last-n", "settings": {"n": 1, "validation": 1}}
    facts = answers({"id": 1, "job": "split", "args": args})[0]["result"]
    assert (facts["train"], facts["validation"], facts["test"]) == (24, 8, 8)
    assert facts["leaks"] == []
    assert facts["equal_times"] == 0


def test_a_split_has_the_leaks_that_its_runs_will_have(tmp_path):
    """One check for both pages: order that the file decides was red in Compare, and no leak before training."""
    build([(user, (user + step) % 9, 1.0, 10) for user in range(8) for step in range(5)]).save(
        tmp_path / "data" / "tied"
    )
    run = Run.create(tmp_path / "runs" / "one", tmp_path / "data" / "tied", "popularity")
    train_run(run.folder)
    args = {"data": str(run.data_folder), "name": run.spec.split, "settings": run.spec.split_settings}
    told = answers({"id": 1, "job": "split", "args": args})[0]["result"]["leaks"]
    assert [leak["name"] for leak in told] == ["last-by-file-order"]
    assert told == evaluate_run(run)["leaks"]


LIKES = {"name": "rating", "settings": {"low": 2}}


def test_the_matrix_is_counted_as_a_whole_and_in_part(run):
    ask = {"data": str(run.data_folder), "fields": 4}
    first, second = answers(
        {"id": 1, "job": "density", "args": ask},
        {"id": 2, "job": "density", "args": ask | {"users": [0, 3], "items": [1, 1]}},
    )[-2:]
    whole = first["result"]
    assert sum(map(sum, whole["counts"])) == len(run.data)
    assert (len(whole["user_edges"]), len(whole["item_edges"])) == (5, 5)
    assert (whole["user_edges"][-1], whole["item_edges"][-1]) == (whole["users"], whole["items"])
    assert second["result"]["counts"] == [[], [], []]


def test_filters_tell_what_each_leaves_and_the_split_takes_that(run):
    data = str(run.data_folder)
    steps = [LIKES, {"name": "min-item", "settings": {"n": 4}}]
    told = answers({"id": 1, "job": "filter", "args": {"data": data, "filters": steps}})[0]["result"]
    assert told["before"] == {"interactions": 40, "users": 8, "items": 9}
    assert [one["interactions"] for one in told["steps"]] == [32, 20]
    args = {"data": data, "name": "last-n", "settings": {}, "filters": steps}
    facts = answers({"id": 1, "job": "split", "args": args})[0]["result"]
    assert facts["interactions"] == facts["train"] + facts["validation"] + facts["test"] == 20
    failed = answers(
        {"id": 1, "job": "filter", "args": {"data": data, "filters": [{"name": "core", "settings": {"k": 99}}]}}
    )
    assert "'99-core' leaves nothing of 40 interactions" in failed[0]["sentence"]


@pytest.mark.parametrize(
    ("name", "settings", "more"),
    [
        (
            "time",
            {"test": 0.2},
            {"test_starts": "1970-01-01 00:00:00.040", "shown": 0, "unused": 0},
        ),
        ("time-series", {"windows": 2, "test": 0.2, "validation": 0}, {"unused": 8}),
        ("held-out-users", {"test": 2, "validation": 1}, {"test_users": 2, "shown": 12, "validation": 1}),
        ("k-fold", {"k": 4, "fold": 3}, {"test": 10, "test_starts": None}),
    ],
)
def test_every_split_is_described(run, name, settings, more):
    args = {"data": str(run.data_folder), "name": name, "settings": settings}
    facts = answers({"id": 1, "job": "split", "args": args})[0]["result"]
    assert facts | more == facts
    assert facts["leaks"] == []
    assert sum(facts[one] for one in ("train", "validation", "test", "shown", "unused")) == 40


def test_somebody_whom_the_filters_left_out_is_told_so(run, tmp_path):
    some = [{"name": "users", "settings": {"size": 4}}]
    other = Run.create(run.folder.parent / "filtered", run.data_folder, "popularity", filters=some)
    train_run(other.folder)
    left = Run.open(other.folder).data.user_ids.to_pylist()
    assert len(left) == 4
    gone = next(f"u{user}" for user in range(8) if f"u{user}" not in left)
    requests = [
        {"id": 1, "job": "recommend", "args": {"run": str(other.folder), "user": one}} for one in (left[0], gone, "x")
    ]
    listed, out, nobody = answers(*requests)
    assert listed["result"]["items"]
    assert "was left out by the filters of this run (4 users at random, seed 0)" in out["sentence"]
    assert "There is no user 'x' in the data" in nobody["sentence"]


def test_the_process_answers_on_its_own_channel_and_ends_with_its_input():
    done = subprocess.run(
        [sys.executable, "-m", "workbench.worker"],
        input='{"id": 1, "job": "evaluate", "args": {"run": "nowhere"}}\n',
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["ready", "failed"]


def test_standing_by_trains_the_run_it_is_given_and_outlives_its_giver(run):
    other = Run.create(run.folder.parent / "two", run.data_folder, "popularity")
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.worker", "--standby"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert json.loads(process.stdout.readline())["event"] == "ready"
    process.stdin.write(json.dumps({"run": str(other.folder)}) + "\n")
    process.stdin.close()
    process.stdout.close()  # nobody listens any more
    assert process.wait(60) == 0
    assert other.status().state == "done"


def test_standing_by_ends_when_nobody_is_left():
    command = [sys.executable, "-m", "workbench.worker", "--standby"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, check=True, timeout=60
    )
    assert json.loads(done.stdout)["event"] == "ready"
