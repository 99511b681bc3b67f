import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import numpy as np
import psutil
import pytest

from tests.statuses import set_status
from workbench.algorithms import find
from workbench.algorithms.base import budget
from workbench.algorithms.factors.biased_svd import BiasedSVD
from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Run
from workbench.training.train import _choose_device, train_run
from workbench.training.weights import load_weights, save_weights

SVD = {"epochs": 12, "factors": 4}


def model(run):
    return load_weights(run.folder / "model.safetensors")[0]


def last(run):
    return load_weights(run.folder / "checkpoint.safetensors")[0]


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


class StopAfter(Control):
    """Ends the training from inside after some looks."""

    def __init__(self, looks):
        self.looks = looks

    def check(self):
        self.looks -= 1
        if self.looks <= 0:
            raise Cancelled


def test_a_closed_form_run_is_done_with_a_model_a_record_and_a_validation(make_run):
    run = make_run("ease")
    status = train_run(run.folder)
    assert status.state == "done"
    assert status.peak_memory_bytes > 0
    [record] = run.records()
    assert 0 < record["validation"]["ndcg@10"] <= 1
    assert not (run.folder / "checkpoint.safetensors").exists()


def test_an_iterative_run_records_every_epoch(make_run):
    run = make_run("biased-svd", SVD)
    train_run(run.folder)
    epochs = [record for record in run.records() if "part" not in record]
    assert [record["epoch"] for record in epochs] == list(range(1, 13))
    assert epochs[-1]["loss"] < epochs[0]["loss"]
    assert all("rmse" in record["validation"] for record in epochs)


def test_a_cancelled_run_goes_on_and_ends_like_one_that_was_not(make_run):
    whole, broken = make_run("biased-svd", SVD), make_run("biased-svd", SVD)
    train_run(whole.folder)
    for looks in (3, 4):
        with pytest.raises(Cancelled):
            train_run(broken.folder, StopAfter(looks))
        assert broken.status().state == "cancelled"
    train_run(broken.folder)
    assert same(model(whole), model(broken))
    assert [r["loss"] for r in whole.records()] == [r["loss"] for r in broken.records()]


def test_with_validation_the_best_epoch_is_kept_and_patience_ends_the_run(make_run, monkeypatch):
    run = make_run("biased-svd", {**SVD, "epochs": 50, "learning_rate": 0.5}, patience=3)
    train_run(run.folder)
    values = [record["validation"]["rmse"] for record in run.records() if "part" not in record]
    best = int(np.argmin(values)) + 1
    assert len(values) == best + 3
    assert load_weights(run.folder / "model.safetensors")[1] == best
    assert run.status().best.epoch == best


class AskToStop(Control):
    """Asks the training to stop and keep what there is, at its so manieth look."""

    def __init__(self, run, look):
        self.run, self.looks = run, look

    def check(self):
        self.looks -= 1
        if self.looks == 0:
            self.run.control("stop")
            time.sleep(0.03)  # longer than the trainer waits between two looks at the folder


def test_stopping_keeps_the_last_finished_epoch(make_run):
    run = make_run("biased-svd", SVD, split_settings={"validation": 0})
    status = train_run(run.folder, AskToStop(run, 5))
    assert status.state == "stopped"
    assert load_weights(run.folder / "model.safetensors")[1] == status.epoch == 5
    assert not (run.folder / "control.json").exists()


def test_of_half_a_solution_nothing_is_kept(make_run):
    run = make_run("slim", {"l1": 1.0, "l2": 20.0})
    with pytest.raises(Cancelled):
        train_run(run.folder, AskToStop(run, 1))
    assert run.status().state == "cancelled"
    assert not (run.folder / "model.safetensors").exists()


PAUSE = 1.5  # seconds


def test_a_paused_run_waits_and_goes_on(make_run):
    run = make_run("biased-svd", SVD)
    run.control("pause")
    set_status(run, "queued")
    seen = []

    def resume_when_paused():
        for _ in range(500):
            state = run.status().state
            if state == "paused":
                seen.append(len(run.records()))
                time.sleep(PAUSE)
                run.control("resume")
                return
            time.sleep(0.01)

    class PauseFirst(Control):
        asked = False

        def check(self):
            if not self.asked:
                self.asked = True
                run.control("pause")

    watcher = threading.Thread(target=resume_when_paused)
    watcher.start()
    status = train_run(run.folder, PauseFirst())
    watcher.join()
    assert seen == [1]
    assert status.state == "done"
    assert status.last.seconds < PAUSE  # waiting is not training


def test_an_old_wish_does_not_touch_a_new_training(make_run):
    run = make_run("popularity")
    run.control("cancel")
    assert train_run(run.folder).state == "done"


NET = {"epochs": 4, "factors": 4, "batch_size": 64}


class AdjustAt(Control):
    """Asks for another learning rate from inside after some looks, and ends the training after others."""

    def __init__(self, run, looks, value, last=10**9):
        self.run, self.looks, self.value, self.last = run, looks, value, last

    def check(self):
        self.looks, self.last = self.looks - 1, self.last - 1
        if self.looks == 0:
            self.run.adjust("learning_rate", self.value)
        if self.last <= 0:
            raise Cancelled


def test_the_learning_rate_changes_while_it_trains_and_the_run_says_so(make_run, monkeypatch):
    monkeypatch.setattr("workbench.training.train.POLL_SECONDS", 0)
    run = make_run("gmf", NET)
    train_run(run.folder, AdjustAt(run, 12, 0.03))
    [change] = Run.open(run.folder).spec.changes
    assert (change.name, change.value) == ("learning_rate", 0.03)
    assert 0 < change.since < 4
    for record in run.records():
        reached = record["epoch"] + record.get("part", 0)
        wanted = 0.03 if reached > change.since + 1e-4 else run.spec.hyperparameters["learning_rate"]
        assert record["values"]["learning_rate"] == wanted
    # Killed at once after the change, and taken up again, it goes the same way.
    again = make_run("gmf", NET)
    looks = 12
    with pytest.raises(Cancelled):
        train_run(again.folder, AdjustAt(again, looks, 0.03, last=looks + 2))
    train_run(again.folder)
    assert Run.open(again.folder).spec.changes == [change]
    assert same(last(run), last(again))
    plain = make_run("gmf", NET)
    train_run(plain.folder)
    assert not same(last(run), last(plain))


def test_what_cannot_be_changed_says_so(make_run):
    run = make_run("gmf", NET)
    with pytest.raises(WorkbenchError, match="only learning_rate can"):
        run.adjust("factors", 8)
    with pytest.raises(WorkbenchError, match="learning_rate must be"):
        run.adjust("learning_rate", -1)
    with pytest.raises(WorkbenchError, match="nothing can"):
        make_run("ease").adjust("regularization", 3)
    assert not (run.folder / "adjust.json").exists()


def test_more_epochs_end_like_a_run_that_had_them_from_the_start(make_run):
    run = make_run("biased-svd", SVD | {"epochs": 3}, patience=0)
    train_run(run.folder)
    evaluate_run(run)
    run.extend(2)
    assert run.status().state == "queued"
    assert not (run.folder / "evaluation.json").exists()
    train_run(run.folder)
    longer = make_run("biased-svd", SVD | {"epochs": 5}, patience=0)
    train_run(longer.folder)
    assert same(model(run), model(longer))
    assert Run.open(run.folder).spec.hyperparameters["epochs"] == 5
    assert [one["epoch"] for one in run.records() if "part" not in one] == [1, 2, 3, 4, 5]
    with pytest.raises(WorkbenchError, match="learns in one step"):
        make_run("ease").extend(5)


def test_more_epochs_are_trained_though_patience_had_ended_the_run(make_run, monkeypatch):
    worse = iter([{"ndcg@10": 1 / at} for at in range(1, 100)])
    monkeypatch.setattr("workbench.training.validation.Validator.validate", lambda *_: next(worse))
    monkeypatch.setattr("workbench.training.validation.Validator.key", "ndcg@10", raising=False)
    run = make_run("gmf", NET | {"epochs": 9}, patience=2)
    train_run(run.folder)
    assert run.status().epoch == 3
    run.extend(5)
    train_run(run.folder)
    assert run.status().epoch == 5  # two more without a better one
    assert run.status().best.epoch == 1


@pytest.mark.parametrize(
    ("wanted", "cuda", "mps", "chosen", "why"),
    [
        ("auto", False, False, "cpu", "No graphics processor"),
        ("auto", True, True, "cuda", "was found"),
        ("auto", False, True, "mps", "was found"),
        ("cpu", True, True, "cpu", "asked for"),
        ("mps", True, True, "mps", "asked for"),
    ],
)
def test_the_device_is_chosen_and_the_reason_told(wanted, cuda, mps, chosen, why, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    device, reason = _choose_device(wanted, find("gmf").make({}))
    assert device == chosen
    assert why in reason
    assert _choose_device(wanted, find("ease").make({}))[0] == "cpu"


def test_a_device_that_is_not_there_is_refused(make_run, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for device in ("cuda", "mps"):
        with pytest.raises(WorkbenchError, match="Choose the device 'cpu'"):
            train_run(make_run("gmf", NET, device=device).folder)
    run = make_run("gmf", NET | {"epochs": 1})
    assert train_run(run.folder).device_reason.startswith("No graphics processor")


def test_a_loss_that_is_no_number_fails_with_what_to_try(make_run):
    run = make_run("biased-svd", SVD)
    original = BiasedSVD.train

    def diverge(self, data, seed=0):
        from dataclasses import replace

        for record in original(self, data, seed):
            yield replace(record, loss=float("nan")) if record.epoch == 3 else record

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BiasedSVD, "train", diverge)
        with pytest.raises(WorkbenchError, match="Lower the learning rate"):
            train_run(run.folder)
    status = run.status()
    assert status.state == "failed"
    assert "epoch 3" in status.reason
    assert load_weights(run.folder / "checkpoint.safetensors")[1] == 2


def test_a_model_that_is_no_numbers_is_told_and_not_served(make_run):
    run = make_run("pure-svd", {"factors": 2})
    with pytest.MonkeyPatch.context() as patch:
        state = type(run.new_algorithm()).state
        patch.setattr(
            type(run.new_algorithm()), "state", lambda self: {name: one * np.nan for name, one in state(self).items()}
        )
        with pytest.raises(WorkbenchError, match="what it learned is no longer numbers"):
            train_run(run.folder)
    assert run.status().state == "failed"
    assert not (run.folder / "model.safetensors").exists()
    train_run(run.folder)
    learned, epoch = load_weights(run.folder / "model.safetensors")
    save_weights(run.folder / "model.safetensors", {name: one * np.nan for name, one in learned.items()}, epoch)
    with pytest.raises(WorkbenchError, match="holds values that are not numbers"):
        run.trained_algorithm()


def test_a_learning_rate_that_is_too_high_fails_at_once(make_run):
    run = make_run("biased-svd", {**SVD, "learning_rate": 1.0, "regularization": 0.0})
    with pytest.raises(WorkbenchError, match="no longer a number in epoch 1"):
        train_run(run.folder)


@pytest.mark.parametrize(("error", "says"), [(MemoryError(), "ran out of memory"), (ZeroDivisionError("x"), "log.txt")])
def test_whatever_fails_is_told_in_the_folder(make_run, error, says):
    run = make_run("ease")

    def fail(self, data, seed=0):
        raise error
        yield

    with pytest.MonkeyPatch.context() as patch:
        from workbench.algorithms.linear.ease import EASE

        patch.setattr(EASE, "train", fail)
        with pytest.raises(WorkbenchError, match=says):
            train_run(run.folder)
    assert run.status().state == "failed"
    assert says in run.status().reason
    assert "Traceback" in (run.folder / "log.txt").read_text(encoding="utf-8")


def test_an_algorithm_that_does_not_suit_the_data_is_refused(make_run, project):
    data = project / "data" / "implicit"
    if not data.exists():
        from dataclasses import replace

        from workbench.data.interactions import Interactions

        replace(Interactions.open(project / "data" / "small"), rating=None).save(data)
    run = Run.create(project / "runs" / "unsuited", data, "biased-svd")
    with pytest.raises(WorkbenchError, match="needs ratings"):
        train_run(run.folder)


@pytest.mark.parametrize("name", ["model.safetensors", "checkpoint.safetensors"])
def test_a_damaged_model_is_refused_in_a_sentence(make_run, name):
    run = make_run("biased-svd", SVD)
    train_run(run.folder)
    (run.folder / name).unlink()
    (run.folder / name).write_bytes(b"garbage")
    with pytest.raises(WorkbenchError, match="damaged"):
        run.trained_algorithm() if name.startswith("model") else train_run(run.folder)


def test_an_evaluation_is_kept_with_every_user(make_run):
    import pyarrow.parquet as pq

    run = make_run("ease")
    train_run(run.folder)
    answer = evaluate_run(run)
    kept = json.loads((run.folder / "evaluation.json").read_text(encoding="utf-8"))
    assert set(kept.pop("files")) == {"lists.npy", "users.parquet"}
    assert answer == kept
    users = pq.read_table(run.folder / "users.parquet")
    assert users.num_rows == answer["users"] == 60
    assert np.mean(users["ndcg@10"].to_numpy()) == pytest.approx(answer["metrics"]["ndcg@10"]["mean"])
    assert answer["protocol"]["split"]["name"] == "last-n"
    with pytest.raises(WorkbenchError, match="no model yet"):
        evaluate_run(make_run("ease"))


# Imports what trains once, and forks a process for each run folder that it is told.
FORKING = """
import os, pathlib, sys
import numba
from workbench.training.train import train_run
for line in sys.stdin:
    process = os.fork()
    if process == 0:
        train_run(pathlib.Path(line.strip()))
        os._exit(0)
    print(process, flush=True)
    os.waitpid(process, 0)
    print("gone", flush=True)
"""


@pytest.fixture(scope="module")
def forking():
    """A process that trains runs in processes of their own, without the seconds that their imports take."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", FORKING], **pipes, env=os.environ | {"OMP_NUM_THREADS": "1"}) as made:
        yield made
        made.stdin.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX systems")
@pytest.mark.parametrize("algorithm", ["biased-svd", "bpr"])
def test_killed_at_random_moments_a_run_ends_like_one_that_was_not(make_run, algorithm, forking):
    settings = {"epochs": 30}
    whole, broken = make_run(algorithm, settings), make_run(algorithm, settings)
    train_run(whole.folder)
    moments = random.Random(4)
    for _ in range(3):
        print(broken.folder, file=forking.stdin, flush=True)
        process = int(forking.stdout.readline())
        _wait_for_epochs(broken, process)
        time.sleep(moments.random() * 0.1)  # the moment is the point
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(process, signal.SIGKILL)
        assert forking.stdout.readline() == "gone\n"
        assert broken.status().state in ("lost", "done")
        for file in broken.folder.glob("*.json"):
            json.loads(file.read_text(encoding="utf-8"))
    train_run(broken.folder)
    assert same(model(whole), model(broken))
    assert not list(broken.folder.glob("*.part"))


def _wait_for_epochs(run, process):
    """Until the process has finished an epoch of its own."""
    before = run.status().epoch
    while psutil.pid_exists(process):
        status = run.status()
        if status.pid == process and status.epoch > before:
            return
        time.sleep(0.005)


def test_what_follows_from_the_data_is_written_down_when_training_begins(make_run):
    run = make_run("gmf", {"epochs": 1}, patience=3)
    assert run.spec.from_data == {"batch_size": ""}
    train_run(run.folder)
    spec = Run.open(run.folder).spec
    assert (spec.hyperparameters["batch_size"], spec.patience) == (128, 3)
    assert spec.from_data == {"batch_size": "720 interactions are 6 steps an epoch"}
    chosen = make_run("gmf", {"epochs": 1, "batch_size": 128}, patience=3)
    train_run(chosen.folder)
    assert Run.open(chosen.folder).spec.from_data == {}
    assert same(model(run), model(chosen))


def test_what_followed_from_the_data_stays_when_the_rule_becomes_another(make_run, monkeypatch):
    run = make_run("gmf", patience=2)
    with pytest.raises(Cancelled):
        train_run(run.folder, StopAfter(30))
    before = Run.open(run.folder).spec
    monkeypatch.setattr(find("gmf"), "least_steps", budget.USUAL._replace(epoch=1))
    train_run(run.folder)
    assert Run.open(run.folder).spec == before
