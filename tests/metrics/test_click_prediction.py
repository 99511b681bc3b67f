"""Against scikit-learn, and by hand where it has nothing."""

import numpy as np
import pytest

from workbench.metrics.click_prediction import auc, ece, gauc, logloss, reliability


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(1)
    probability = np.round(rng.random(400), 2)  # with ties
    return probability, (rng.random(400) < probability).astype(float), rng.integers(0, 20, 400)


def test_equal_to_scikit_learn(drawn):
    from sklearn.metrics import log_loss, roc_auc_score

    probability, click, user = drawn
    assert auc(probability, click) == pytest.approx(roc_auc_score(click, probability), abs=1e-12)
    inside = np.clip(probability, 0.01, 0.99)
    assert logloss(inside, click) == pytest.approx(log_loss(click, inside), abs=1e-12)
    both = [at for at in range(20) if 0 < click[user == at].mean() < 1]
    weights = [(user == at).sum() for at in both]
    each = [roc_auc_score(click[user == at], probability[user == at]) for at in both]
    assert gauc(probability, click, user) == pytest.approx(np.average(each, weights=weights), abs=1e-12)


def test_calibration_by_hand():
    probability, click = np.array([0.1, 0.1, 0.7, 0.9]), np.array([0.0, 1, 1, 1])
    assert reliability(probability, click, bins=2) == pytest.approx(np.array([[2, 0.1, 0.5], [2, 0.8, 1.0]]))
    assert ece(probability, click, bins=2) == pytest.approx((2 * 0.4 + 2 * 0.2) / 4)


def test_what_is_not_defined_is_no_number():
    assert np.isnan(auc(np.array([0.1, 0.2]), np.array([1.0, 1])))
    assert np.isnan(gauc(np.array([0.1, 0.2]), np.array([1.0, 0]), np.array([0, 1])))
