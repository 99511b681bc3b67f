"""What is proposed after a failure follows from the sentence that the training itself left."""

import numpy as np
import pytest

from workbench.algorithms import find
from workbench.errors import WorkbenchError
from workbench.training.remedies import after_failure, to_fit
from workbench.training.train import train_run


def proposed(name, reason, **hyperparameters):
    return dict(after_failure(find(name), hyperparameters, reason))


def test_a_training_whose_loss_ran_away_is_tried_with_smaller_steps(make_run):
    run = make_run("gmf", {"epochs": 2, "learning_rate": 10.0, "optimizer": "sgd"})
    kind, wild = find("gmf"), run.spec.hyperparameters
    with pytest.MonkeyPatch.context() as patch, pytest.raises(WorkbenchError):
        patch.setattr(kind, "loss", lambda self, module, batch: sum(p.sum() for p in module.parameters()) * np.nan)
        train_run(run.folder)
    reason = run.status().reason
    assert proposed("gmf", reason, **wild) == {"learning_rate": 1.0, "clip": 1.0}


def test_a_training_without_memory_is_tried_smaller(make_run, monkeypatch):
    def full(*_):
        raise MemoryError

    run = make_run("gmf", {"epochs": 2})
    monkeypatch.setattr(find("gmf"), "loss", full)
    with pytest.raises(WorkbenchError):
        train_run(run.folder)
    found = proposed("gmf", run.status().reason, batch_size=1024, factors=64)
    assert found == {"batch_size": 512, "factors": 32}


def test_one_that_the_system_killed_for_its_memory_is_tried_with_fewer_items_at_once():
    reason = "The training process ended unexpectedly: it was killed by signal 9, perhaps because memory ran out."
    found = after_failure(find("sasrec"), {"objective": "softmax", "batch_size": 4096}, reason)
    assert found[:2] == [("objective", "sampled-softmax"), ("batch_size", 2048)]


def test_where_a_device_is_lacking_the_choice_is_left_to_the_program():
    reason = "There is no CUDA device here, or this torch cannot use it. Choose the device 'cpu' or 'auto'."
    assert proposed("gmf", reason) == {"device": "auto"}


@pytest.mark.parametrize("reason", ["", "It is broken."])
def test_nothing_is_proposed_where_nothing_is_known_to_help(reason):
    assert proposed("gmf", reason) == {}
    assert after_failure(find("gmf"), {"gone": 1}, "no longer a number") == []


def test_of_what_will_not_fit_the_part_that_is_large_is_made_smaller():
    large_batch = to_fit(find("gmf").make({"batch_size": 8192, "factors": 64}), state=100, work=1000, room=400)
    assert large_batch == [("batch_size", 2048)]
    large_model = to_fit(find("gmf").make({"batch_size": 8192, "factors": 64}), state=1000, work=100, room=400)
    assert large_model == [("factors", 16)]
    assert to_fit(find("popularity").make({}), state=1000, work=100, room=400) == []


def test_kept_neighbours_are_made_fewer():
    assert to_fit(find("item-knn").make({"neighbours": 100}), state=1000, work=100, room=400) == [("neighbours", 32)]
