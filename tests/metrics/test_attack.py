"""Against scikit-learn, and by hand."""

import numpy as np
import pytest

from workbench.metrics.attack import roc, tpr_at


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
