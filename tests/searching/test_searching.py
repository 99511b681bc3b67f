import io
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.searching.killing import what_came
from workbench import worker
from workbench.control import Control
from workbench.errors import Cancelled, WorkbenchError
from workbench.jobs.searching import search_estimate
from workbench.searching import helping, pruning, searching, trying
from workbench.searching.helping import Leader
from workbench.searching.search_folder import Search
from workbench.searching.search_spec import Range
from workbench.searching.searching import search, work_along
from workbench.searching.standing import best_of, front_of
from workbench.training import run as run_module
from workbench.training.run import Run
from workbench.training.run_state import RunState
from workbench.training.run_status import read_status
from workbench.training.trials import TrialState

BPR = {
    "ranges": {"bpr": {"factors": Range(low=4, high=16), "learning_rate": Range(low=0.01, high=0.5)}},
    "fixed": {"bpr": {"epochs": 6}},
    "options": {"patience": 0},
}


class EndAfter(Control):
    """Ends what it controls at its n-th look."""

    def __init__(self, looks):
        self.left = looks

    def check(self):
        self.left -= 1
        if self.left < 0:
            raise Cancelled


@pytest.fixture
def eager(monkeypatch):
    """Give trials up early."""
    monkeypatch.setattr(pruning, "STARTUP_TRIALS", 2)
    monkeypatch.setattr(pruning, "WARM_UP_EPOCHS", 2)


def test_a_search_finds_the_best_of_its_trials_and_tells_of_each(make_search):
    found = make_search("ease", "random", trials=5)
    status = search(found.folder)
    trials = found.trials()
    numbers = [Run.open(found.runs_folder / trial.run).number for trial in trials if trial.same_as is None]
    assert numbers == list(range(len(numbers)))
    assert status.state is RunState.DONE
    assert status == found.status()
    assert [trial.number for trial in trials] == list(range(5))
    assert [trial.algorithm for trial in trials[:2]] == ["ease", "random"]
    assert trials[0].hyperparameters == {"regularization": 500.0}  # the default comes first
    best = max(trials, key=lambda trial: (trial.value, -trial.number))
    assert (status.best.epoch, status.best.validation) == (best.number, {"ndcg@10": best.value})
    run = Run.open(found.runs_folder / best.run)
    assert run.status().last.validation["ndcg@10"] == best.value
    assert run.spec.trial.number == best.number
    assert (run.folder / run.spec.trial.search).resolve() == found.folder.resolve()
    repeated = [trial for trial in trials[2:] if trial.algorithm == "random"]
    assert repeated
    assert [trial.same_as for trial in repeated] == [1] * len(repeated), trials


def test_a_search_that_is_ended_again_and_again_is_the_one_that_never_was(make_search, eager):
    whole = make_search("bpr", trials=7, **BPR)
    search(whole.folder)
    assert {TrialState.DONE, TrialState.PRUNED} <= {trial.state for trial in whole.trials()}
    broken, ends = make_search("bpr", trials=7, **BPR), 0
    for looks in (0, 1, 2, 3, 5, 8, 4, 6, 9):
        try:
            search(broken.folder, EndAfter(looks))
        except Cancelled:
            ends += 1
            assert broken.status().state is RunState.CANCELLED
    search(broken.folder)
    assert ends >= 5
    assert what_came(broken) == what_came(whole)


def test_what_cannot_be_searched_is_refused_in_a_sentence(make_search, project):
    refused = [
        ("random has nothing", ["random"], {}),
        ("no hyperparameter 'factor'. Did you mean", ["bpr"], {"ranges": {"bpr": {"factor": Range(low=1, high=2)}}}),
        ("logarithmic", ["ease"], {"ranges": {"ease": {"regularization": Range(low=0, high=2)}}}),
        ("factors must be", ["bpr"], {"ranges": {"bpr": {"factors": Range(low=0, high=20)}}}),
        ("whole number", ["bpr"], {"ranges": {"bpr": {"factors": Range(low=1.5, high=20)}}}),
        ("one of softmax", ["sasrec"], {"ranges": {"sasrec": {"objective": Range(choices=["x"])}}}),
        ("cannot look for 'ndgc@10'", ["ease"], {"metric": "ndgc@10"}),
        ("neither a number of trials nor minutes", ["ease"], {"trials": None}),
        ("holds nothing for that", ["ease"], {"split": "last-n", "split_settings": {"validation": 0}}),
        ("and the data has none", ["content"], {}),
        ("not searched", ["ease"], {"fixed": {"bpr": {"factors": 8}}}),
        ("a range and a fixed value", ["bpr"], {"ranges": BPR["ranges"], "fixed": {"bpr": {"factors": 8}}}),
    ]
    told = []
    for words, algorithms, asked in refused:
        try:
            make_search(*algorithms, **asked)
        except WorkbenchError as error:
            told += [] if words.lower() in str(error).lower() else [(words, str(error))]
        else:
            told.append((words, "not refused"))
    assert told == [], told
    outside = make_search("ease")
    outside.spec = outside.spec.model_copy(update={"runs": "../../../elsewhere"})
    with pytest.raises(WorkbenchError, match="outside its project"):
        _ = outside.runs_folder


@pytest.mark.parametrize(
    ("own", "others", "hopeless"),
    [
        ({1: 0.1, 2: 0.2}, [{1: 0.2, 2: 0.3}] * 5, False),  # too early
        ({1: 0.1, 2: 0.2, 3: 0.2}, [{1: 0.2, 2: 0.3}] * 5, True),  # they have stopped, and were better
        ({1: 0.1, 2: 0.2, 3: 0.2}, [{1: 0.2, 2: 0.3}] * 4, False),  # too few
        ({1: 0.1, 2: 0.3, 3: 0.2}, [{1: 0.2, 2: 0.1, 9: 0.9}] * 5, False),  # was better once; later ones do not count
    ],
)  # fmt: skip
def test_a_trial_is_given_up_where_others_were_better_by_then(own, others, hopeless):
    assert pruning.is_hopeless(own, others) is hopeless


def test_the_cost_of_a_search_counts_a_usual_trial_of_each_algorithm(project):
    data = str(project / "data" / "small")
    asked = {"algorithms": ["random", "ease"], "trials": 8, "workers": 2, "split": "last-n"}
    told = search_estimate(data, asked, Control())
    mean = sum(told["trial_seconds"].values()) / 2
    assert list(told["trial_seconds"]) == ["random", "ease"]
    assert (told["trials"], told["problem"]) == (8, None)
    assert told["seconds"] == pytest.approx(4 * mean)
    within = search_estimate(data, {**asked, "trials": None, "minutes": 1, "workers": 1}, Control())
    assert within["seconds"] <= 60


def test_two_goals_have_a_front_and_limits_keep_what_is_too_large_from_being_the_best(make_search):
    found = make_search("bpr", trials=8, second="megabytes", limits={"megabytes": 0.005}, **BPR)
    search(found.folder)
    trials, front = found.trials(), front_of(found.trials(), found.spec)
    sizes = [trial.figures["megabytes"] for trial in trials]
    assert min(sizes) < 0.005 < max(sizes)
    assert [trial.feasible for trial in trials] == [one <= 0.005 for one in sizes]
    fit = [trial for trial in trials if trial.feasible]
    beaten = {
        one.number
        for one in fit
        for other in fit
        if (other.value, -other.figures["megabytes"]) != (one.value, -one.figures["megabytes"])
        and other.value >= one.value
        and other.figures["megabytes"] <= one.figures["megabytes"]
    }
    assert {trial.number for trial in front} == {trial.number for trial in fit} - beaten
    assert best_of(trials, found.spec).value == max(trial.value for trial in fit)


@pytest.mark.parametrize(("second", "metric"), [("novelty", "recall@5"), ("list-seconds", "ndcg@10")])
def test_what_is_not_validated_by_itself_is_measured_on_validation(make_search, second, metric):
    found = make_search("ease", trials=1, second=second, metric=metric)
    search(found.folder)
    [trial] = found.trials()
    assert trial.value == trial.figures[metric]
    assert trial.figures[second] > 0


def test_when_the_minutes_are_spent_it_ends_with_what_there_is(make_search):
    found = make_search("bpr", trials=None, minutes=1e-4, **BPR)
    assert search(found.folder).state is RunState.DONE
    assert [trial.state for trial in found.trials()] == [TrialState.DONE]


def test_processes_share_one_search_and_each_trial_is_done_once(make_search, monkeypatch):
    threads = []

    class Process:
        """What another process does, in this one."""

        def __init__(self, command, log):
            assert command[-3:] == ["--trials", str(found.folder.resolve()), str(os.getpid())]
            threads.append(ThreadPoolExecutor(1))
            self.work = threads[0].submit(work_along, Path(command[-2]), os.getpid())
            self.stdin = io.StringIO()

        def wait(self):
            self.work.result()

    found = make_search("ease", trials=9, workers=2)
    monkeypatch.setattr(helping, "start_apart", Process)
    search(found.folder)
    threads[0].shutdown()
    trials = found.trials()
    assert [(trial.number, trial.state) for trial in trials] == [(number, TrialState.DONE) for number in range(9)]
    lines = (found.folder / "trials.jsonl").read_text().splitlines()
    assert len({trial.run for trial in trials}) == len(lines) == 9


def test_a_helper_ends_with_its_leader():
    Leader(os.getpid()).check()
    with pytest.raises(Cancelled):
        Leader(2**22 + 1).check()


def test_no_queue_sees_the_run_of_a_trial_wait(make_search, monkeypatch):
    found, states, plain = make_search("ease", trials=2), [], run_module.write_stored

    def write(kind, path, values, **how):
        if path.name == "run.json":
            states.append((read_status(path.parent).state, read_status(path.parent).process_is_alive))
            if len(states) == 2:  # a kill before the run is there
                raise Cancelled
        plain(kind, path, values, **how)

    monkeypatch.setattr(run_module, "write_stored", write)
    with pytest.raises(Cancelled):
        search(found.folder)
    search(found.folder)
    assert states == [(RunState.RUNNING, True)] * 3
    assert [trial.state for trial in found.trials()] == [TrialState.DONE] * 2


def test_what_nobody_foresaw_is_told_in_the_status(make_search, monkeypatch):
    found = make_search("ease")
    with monkeypatch.context() as patch, pytest.raises(WorkbenchError, match="ZeroDivisionError"):
        patch.setattr(trying, "figures_of", lambda run, spec: 1 / 0)
        search(found.folder)
    status = found.status()
    assert status.state is RunState.FAILED
    assert "ZeroDivisionError" in status.reason
    assert "figures_of" in status.details
    assert search(found.folder).state is RunState.DONE


def test_a_search_whose_trials_all_fail_ends_and_says_why(make_search, monkeypatch):
    def fail(folder, control):
        raise WorkbenchError("No memory.")

    monkeypatch.setattr(trying, "train_run", fail)
    found = make_search("ease", trials=9)
    with pytest.raises(WorkbenchError, match=r"The first 3 trials all failed. The last one: No memory."):
        search(found.folder)
    assert [trial.reason for trial in found.trials()] == ["No memory."] * 3


def test_a_request_stops_a_search_which_can_go_on(make_search):
    class Stops(Control):
        """Asks the search to stop when its first trial is over."""

        def progress(self, fraction, text=""):
            if fraction:
                found.stop()

    found = make_search("bpr", trials=3, **BPR)
    assert search(found.folder, Stops()).state is RunState.STOPPED
    assert found.trials()[0].state is TrialState.DONE
    assert len(found.trials()) < 3
    assert search(found.folder).state is RunState.DONE
    assert len(found.trials()) == 3
    Search.open(found.folder).change_budget(trials=4)
    assert search(found.folder).epoch == 4


def test_the_process_that_stands_by_takes_a_search(monkeypatch, tmp_path):
    taken = []
    monkeypatch.setattr(searching, "search", taken.append)
    monkeypatch.setattr(os, "nice", lambda by: None)
    (tmp_path / "line").write_text(json.dumps({"search": str(tmp_path)}) + "\n")
    with (tmp_path / "line").open() as requests:
        assert worker.stand_by(requests, io.StringIO()) == 0
    assert taken == [tmp_path]
