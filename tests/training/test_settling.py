"""What nobody chose is chosen on validation before the training begins, and written down with the reason."""

import json

import numpy as np
import pytest

from tests.training.test_train import StopAfter
from workbench.algorithms import all_algorithms, find
from workbench.declaring import rules_of, schema_of, tried_of
from workbench.errors import Cancelled
from workbench.training import settling
from workbench.training.run import Run
from workbench.training.train import train_run

TRIED = {name: kind for name, kind in all_algorithms().items() if tried_of(kind)}


@pytest.mark.parametrize("name", TRIED)
def test_whatever_is_tried_is_in_range_and_no_schema_hides_it(name):
    schema = json.loads(json.dumps(schema_of(TRIED[name])))["properties"]
    for field, values in tried_of(TRIED[name]).items():
        assert len(values) == 3
        assert schema[field]["tried"] == values
        for value in values:
            TRIED[name].make({field: value})
    for field in rules_of(TRIED[name]):
        assert schema[field]["from_data"]


def test_the_best_on_validation_is_taken_and_the_same_the_next_time(make_run):
    runs = [make_run("pure-svd") for _ in range(2)]
    for run in runs:
        train_run(run.folder)
    one, other = (Run.open(run.folder).spec for run in runs)
    assert one.hyperparameters == other.hyperparameters
    assert one.from_data == other.from_data
    why = one.from_data["factors"]
    reached = {float(part.split(": ")[0]): float(part.split(": ")[1]) for part in why[12 : why.index(" (")].split(", ")}
    assert list(reached) == tried_of(find("pure-svd"))["factors"]
    assert reached[one.hyperparameters["factors"]] == max(reached.values())
    said = runs[0].records()[-1]["validation"]["ndcg@10"]
    assert said == pytest.approx(max(reached.values()), abs=1e-4)


def test_what_has_learned_with_the_chosen_value_learns_no_second_time(make_run, monkeypatch):
    run, times = make_run("pure-svd"), []
    kind = find("pure-svd")
    train = kind.train
    monkeypatch.setattr(kind, "train", lambda self, *given: times.append(self.factors) or train(self, *given))
    train_run(run.folder)
    chosen = run.trained_algorithm()
    assert times == tried_of(kind)["factors"]
    alone = kind.make({"factors": chosen.factors})
    list(train(alone, run.fold.learned_from, run.spec.seed))
    assert {name: value.tobytes() for name, value in chosen.state().items()} == {
        name: value.tobytes() for name, value in alone.state().items()
    }
    assert run.records()[-1]["seconds"] > 0


@pytest.mark.parametrize(
    ("options", "most", "why"),
    [
        ({"split_settings": {"validation": 0}}, 6000, "there is no validation"),
        ({}, 3, "would take long"),
    ],
)
def test_where_nothing_can_be_tried_it_is_as_declared(make_run, monkeypatch, options, most, why):
    monkeypatch.setattr(settling, "MOST_SIDE", most)
    run = make_run("ease", **options)
    train_run(run.folder)
    spec = Run.open(run.folder).spec
    assert spec.hyperparameters == find("ease").make({}).model_dump()
    assert why in spec.from_data["regularization"]


@pytest.mark.parametrize(
    ("reached", "best", "told"),
    [
        ({2: 0.1, 16: 0.3, 64: 0.2}, 16, "the best of 2: 0.1000, 16: 0.3000, 64: 0.2000 (NDCG)"),
        ({2: 0.1, 16: 0.29999, 64: 0.30001}, 16, "the first of 2 that are level, 16, of 2: 0.1000, "),
        ({0.0: -np.inf, 0.4: -np.inf}, 0.0, "the first of 2 that are level, 0, of 0: -inf, "),
    ],
)
def test_of_values_that_are_level_the_first_is_taken_and_called_so(reached, best, told):
    value, words = settling._chosen(reached, "NDCG")
    assert value == best
    assert words.startswith(told)


def test_whatever_was_chosen_is_not_tried(make_run):
    run = make_run("slim", {"l2": 40.0})
    train_run(run.folder)
    assert run.trained_algorithm().l1 == 2.0  # whoever made it need not open it again
    spec = run.spec
    assert (spec.hyperparameters["l1"], spec.hyperparameters["l2"]) == (2.0, 40.0)
    assert spec.from_data == {"l1": "5% of the L2 weight"}


def test_a_cancel_while_values_are_tried_leaves_all_to_the_next_time(make_run):
    run = make_run("item-knn")
    with pytest.raises(Cancelled):
        train_run(run.folder, StopAfter(2))
    assert Run.open(run.folder).spec.from_data == {"shrinkage": ""}
    train_run(run.folder)
    assert Run.open(run.folder).spec.from_data["shrinkage"].startswith("the ")
