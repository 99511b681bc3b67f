"""The worker process as the window meets it: lines in, lines out."""

import io
import json
import os
import subprocess
import sys

import pytest

from tests.data.test_interactions import build
from workbench import jobs, worker
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


def test_a_job_is_answered_with_progress_and_a_result(monkeypatch):
    def job(control, number):
        control.progress(0.5, "half")
        return {"twice": 2 * number}

    monkeypatch.setitem(jobs.JOBS, "double", job)
    assert answers({"id": 3, "job": "double", "args": {"number": 4}}) == [
        {"id": 3, "event": "progress", "fraction": 0.5, "text": "half"},
        {"id": 3, "event": "done", "result": {"twice": 8}},
    ]


def test_a_job_that_fails_is_told_and_the_next_is_answered(monkeypatch):
    def out_of_memory(control):
        raise MemoryError

    def broken(control):
        return 1 / 0

    monkeypatch.setitem(jobs.JOBS, "greedy", out_of_memory)
    monkeypatch.setitem(jobs.JOBS, "broken", broken)
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
    assert facts["leaked"] == 0
    assert facts["equal_times"] == 0


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
    assert other.status()["state"] == "done"


def test_standing_by_ends_when_nobody_is_left():
    command = [sys.executable, "-m", "workbench.worker", "--standby"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, check=True, timeout=60
    )
    assert json.loads(done.stdout)["event"] == "ready"
