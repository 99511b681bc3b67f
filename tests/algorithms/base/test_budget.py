"""Defaults that follow from the data: enough steps on little of it, nothing changed on much."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.algorithms import all_algorithms, find
from workbench.algorithms.base import budget
from workbench.declaring import DataFacts, from_data, rules_of

STEPPED = {name: kind for name, kind in all_algorithms().items() if "batch_size" in rules_of(kind)}
SOME = {"interactions": st.integers(1, 10**8), "users": st.integers(1, 10**6), "items": st.integers(1, 10**6)}


def values(kind, facts, **chosen):
    return kind.make(chosen).model_dump() | {name: value for name, (value, _) in from_data(kind, chosen, facts).items()}


def test_all_neural_ones_follow_the_data():
    assert {name for name, kind in all_algorithms().items() if kind.uses_torch} == set(STEPPED)


@pytest.mark.parametrize("name", ["mult-dae", "sasrec", "lightgcn"])
@given(facts=st.builds(DataFacts, **SOME))
def test_little_data_is_passed_over_in_enough_steps_and_all_is_in_range(name, facts):
    kind = find(name)
    found = values(kind, facts)
    kind.make(found)
    declared = kind.make({})
    rows = getattr(facts, kind.batch_of)
    steps = math.ceil(rows / found["batch_size"])
    assert found["batch_size"] <= declared.batch_size
    assert steps >= kind.least_steps.epoch or found["batch_size"] == budget.SMALLEST[kind.batch_of]
    assert steps * found["epochs"] >= kind.least_steps.all or found["epochs"] == budget.EPOCHS_MOST
    patience, why = budget.patience(kind, facts, found)
    assert patience * steps >= kind.least_steps.patience or patience == budget.PATIENCE_MOST
    assert f"{patience * steps:,} steps" in why


@pytest.mark.parametrize("name", STEPPED)
def test_on_much_data_it_is_as_declared(name):
    kind, much = find(name), DataFacts(50_000_000, 500_000, 50_000)
    assert values(kind, much) == kind.make({}).model_dump()
    assert budget.patience(kind, much, kind.make({}).model_dump())[0] == budget.PATIENCE


def test_whatever_was_chosen_stays_and_the_rest_follows_it():
    kind, few = find("mult-dae"), DataFacts(24_933, 300, 1478)
    assert values(kind, few, batch_size=300)["epochs"] == budget.EPOCHS_MOST  # one step an epoch
    assert from_data(kind, {"batch_size": 300, "epochs": 7}, few) == {}
