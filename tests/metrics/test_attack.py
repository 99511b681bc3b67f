"""Against scikit-learn, and by hand."""

import numpy as np
import pytest

from workbench.metrics.attack import largest_tpr, roc, tpr_at


def test_the_curve_is_that_of_scikit_learn():
    from sklearn.metrics import roc_curve

    rng = np.random.default_rng(0)
    members, others = np.round(rng.normal(0.5, 1, 300), 1), np.round(rng.normal(0, 1, 200), 1)  # with ties
    false, true = roc(members, others)
    label, score = np.r_[np.ones(300), np.zeros(200)], np.r_[members, others]
    expected = roc_curve(label, score, drop_intermediate=False)
    assert false == pytest.approx(expected[0])
    assert true == pytest.approx(expected[1])


def test_members_found_at_few_false_alarms_by_hand():
    members, others = np.array([5.0, 4, 3, 1]), np.array([3.5, 2, 1, 0])
    assert tpr_at(members, others, 0.0) == 0.5
    assert tpr_at(members, others, 0.25) == 0.75
    assert tpr_at(np.ones(3), np.ones(3), 0.5) == 0


def test_the_bound_of_privacy():
    assert largest_tpr(0.01, 1.0, 0.0) == pytest.approx(np.e * 0.01)
    assert largest_tpr(0.9, 1.0, 0.0) == pytest.approx(1 - np.exp(-1) * 0.1)
    assert largest_tpr(0.0, 50.0, 1e-5) == pytest.approx(1e-5)
    assert largest_tpr(0.5, 0.0, 0.0) == pytest.approx(0.5)
