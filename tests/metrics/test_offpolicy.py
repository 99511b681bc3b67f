"""Estimators against calculations by hand and against every log that could have been."""

from itertools import product

import numpy as np
import pytest

from workbench.metrics import offpolicy
from workbench.metrics.offpolicy import ESTIMATORS, SUMS, effective_sample, needed_impressions, terms

# Three users, two items: how likely a click is, what the log shows, what the policy shows, what a model foretells.
CLICK = np.array([[0.5, 0.1], [0.2, 0.6], [0.9, 0.3]])
LOGGED = np.array([[0.5, 0.5], [0.8, 0.2], [0.25, 0.75]])
POLICY = np.array([[1.0, 0.0], [0.3, 0.7], [0.5, 0.5]])
FORETOLD = np.array([[0.4, 0.2], [0.1, 0.5], [0.7, 0.7]])
TRUTH = (POLICY * CLICK).sum(axis=1).mean()


def every_log():
    """Each log of an impression a user with its probability: 2^3 items times 2^3 clicks."""
    users = np.arange(3)
    for item in product((0, 1), repeat=3):
        for click in product((0, 1), repeat=3):
            chance = LOGGED[users, item] * np.where(click, CLICK[users, item], 1 - CLICK[users, item])
            weight = POLICY[users, item] / LOGGED[users, item]
            yield chance.prod(), weight, np.array(click, float), FORETOLD[users, item]


def mean_over_logs(name, limit=np.inf):
    expected = (POLICY * FORETOLD).sum(axis=1)
    return sum(
        chance * ESTIMATORS[name](terms(weight, click, expected, foretold, limit).sum(axis=0))
        for chance, weight, click, foretold in every_log()
    )


@pytest.mark.parametrize("name", ["ips", "dr"])
def test_over_all_logs_the_mean_is_the_truth(name):
    assert mean_over_logs(name) == pytest.approx(TRUTH, abs=1e-12)


def test_the_direct_method_is_its_model_and_switch_lies_between():
    of_model = (POLICY * FORETOLD).sum(axis=1).mean()
    assert mean_over_logs("dm") == pytest.approx(of_model)
    assert mean_over_logs("switch_dr", limit=-1) == pytest.approx(of_model)
    assert mean_over_logs("switch_dr") == pytest.approx(TRUTH)


def test_by_hand():
    sums = terms(np.array([2.0, 0.0, 0.5]), np.array([1.0, 1, 0]), np.full(3, 0.2), np.full(3, 0.1), 1.0).sum(axis=0)
    assert dict(zip(SUMS, sums, strict=True)) == pytest.approx(
        {"one": 3, "click": 2, "weight": 2.5, "weighted": 2, "expected": 0.6, "correction": 1.75, "small": -0.05}
    )
    found = {name: float(estimator(sums)) for name, estimator in ESTIMATORS.items()}
    assert found == pytest.approx(
        {"ips": 2 / 3, "snips": 0.8, "dm": 0.2, "dr": 2.35 / 3, "sndr": 0.2 + 0.7, "switch_dr": 0.55 / 3}
    )
    assert offpolicy.logged(sums) == pytest.approx(2 / 3)
    assert np.isnan(offpolicy.snips(np.zeros(len(SUMS))))


def test_sizes():
    assert effective_sample(np.array([1.0, 1, 1, 0])) == 3
    assert effective_sample(np.zeros(3)) == 0
    assert needed_impressions(0.004) == pytest.approx(390_900, rel=0.001)
    assert needed_impressions(0.0) is None
