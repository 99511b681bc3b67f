"""The number of threads is measured where that is worth it, noted, and kept."""

import numpy as np
import pytest

from workbench.algorithms import find
from workbench.training import step_threads
from workbench.training.run import Run
from workbench.training.step_threads import is_measured, quickest
from workbench.training.train import train_run

CASES = (
    ({1: 0.020, 2: 0.012, 4: 0.008, 8: 0.009}, 4, [1, 2, 4, 8]),
    ({1: 0.020, 2: 0.017}, 1, [1, 2]),
    ({1: 0.002}, 1, [1]),  # wakes nobody
    ({1: 0.020, 2: 0.004}, 2, [1, 2]),
    ({1: np.inf}, 1, [1]),
)


@pytest.mark.parametrize(("took", "best", "tried"), CASES)
def test_more_threads_are_tried_as_long_as_they_are_worth_it(took, best, tried, make_run, monkeypatch):
    import torch

    asked = []

    def step(steps, seconds, most):
        asked.append(torch.get_num_threads())
        return took[asked[-1]]

    monkeypatch.setattr(step_threads, "_step", step)
    before, run = torch.get_num_threads(), make_run("gmf")
    number, why = quickest(run.new_algorithm, run.fold.learned_from, 0, cores=8)
    assert (number, asked) == (best, tried)
    assert all(f"{n}: {1000 * took[n]:.3g} ms" in why for n in tried)
    assert torch.get_num_threads() == before


def test_steps_are_timed_and_thrown_away(make_run, monkeypatch):
    run = make_run("gmf")
    monkeypatch.setattr(step_threads, "SECONDS", 0.001)
    number, why = quickest(run.new_algorithm, run.fold.learned_from, 0, cores=1)
    assert number == 1
    assert 0 < float(why.split("1: ")[1].split()[0]) < 1000


def test_it_is_measured_where_nobody_knows_and_it_is_worth_it(make_run, monkeypatch):
    data = make_run("gmf").fold.learned_from
    asked = {name: find(name).make({}) for name in ("gmf", "ease", "ials")}
    assert not is_measured(asked["gmf"], data, "cpu", 2)  # so little is learned before it pays
    monkeypatch.setattr(step_threads, "FEW_INTERACTIONS", len(data))
    found = {(name, device, cores) for name in asked for device in ("cpu", "cuda") for cores in (1, 2)
             if is_measured(asked[name], data, device, cores)}  # fmt: skip
    assert found == {("gmf", "cpu", 2)}


def test_what_was_found_stands_in_the_run_and_stays(make_run, monkeypatch):
    import torch

    monkeypatch.setattr(step_threads, "FEW_INTERACTIONS", 0)
    monkeypatch.setattr(step_threads.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(step_threads, "_step", lambda steps, seconds, most: 0.02 / torch.get_num_threads())
    measured = make_run("gmf", {"epochs": 1})
    train_run(measured.folder)
    spec = Run.open(measured.folder).spec
    assert (spec.threads, spec.from_data["threads"]) == (2, "a step takes, by threads, 1: 20 ms, 2: 10 ms")
    monkeypatch.setattr(step_threads, "_step", None)  # would fail
    again = Run.open(measured.folder)
    again.extend(1)
    train_run(again.folder)
    asked = make_run("gmf", {"epochs": 2}, threads=2)
    train_run(asked.folder)
    one, other = (run.trained_algorithm().state() for run in (Run.open(measured.folder), asked))
    assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    ("took", "most", "least"), [([5, 2, 1, 9, 0.1], 6, 1), ([5, 2], 4, 5), ([5, 20, 1], 6, 20), ([], 6, np.inf)]
)
def test_the_quickest_step_counts_but_not_the_first_unless_it_takes_too_long(took, most, least, monkeypatch):
    now = [0.0]

    def steps():
        for seconds in took:
            now[0] += seconds
            yield seconds

    monkeypatch.setattr(step_threads.time, "perf_counter", lambda: now[0])
    assert step_threads._step(steps(), 15, most) == least
