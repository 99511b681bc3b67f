import numpy as np
import pytest

from tests.algorithms.linear.test_ease import random_data
from workbench.algorithms.base import gram
from workbench.algorithms.linear.admm_slim import AdmmSLIM
from workbench.algorithms.linear.ease import EASE
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError


def train(data, **hyperparameters):
    algorithm = AdmmSLIM(**{"iterations": 5000, "tolerance": 1e-6, "penalty": 10.0} | hyperparameters)
    return algorithm, list(algorithm.train(data))


def weights(algorithm, n_items):
    one_each = np.arange(n_items + 1), np.arange(n_items, dtype=np.int32)
    histories = UserItems(*one_each)
    return algorithm.score(np.full(n_items, -1), histories)


def elastic_net(x, l1, l2, positive):
    from sklearn.linear_model import ElasticNet

    n, n_items = x.shape
    b = np.zeros((n_items, n_items))
    for j in range(n_items):
        others = np.delete(np.arange(n_items), j)
        share = {"alpha": (l1 + l2) / n, "l1_ratio": l1 / (l1 + l2)}
        model = ElasticNet(**share, fit_intercept=False, positive=positive, max_iter=100_000, tol=1e-10)
        b[others, j] = model.fit(x[:, others], x[:, j]).coef_
    return b


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("few", [True, False])
def test_equals_one_elastic_net_per_item(positive, few, monkeypatch):
    monkeypatch.setattr(gram, "few_people", lambda data: few)
    data = random_data(n_users=60)
    x = data.matrix().toarray().astype(np.float64)
    algorithm, _ = train(data, l1=1.5, l2=4.0, non_negative=positive)
    expected = elastic_net(x, 1.5, 4.0, positive)
    found = weights(algorithm, data.n_items)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert (expected < 0).any() != positive
    assert 0.05 < np.mean(found != 0) < 0.9


def test_without_l1_it_is_ease():
    data = random_data(n_users=60)
    ease = EASE(regularization=4.0)
    list(ease.train(data))
    algorithm, _ = train(data, l1=0.0, l2=4.0, non_negative=False)
    np.testing.assert_allclose(weights(algorithm, data.n_items), ease._weights, atol=1e-4)


def test_tells_of_each_round_and_ends_when_nothing_changes():
    _, records = train(random_data(n_users=60), tolerance=1e-3)
    assert 1 < len(records) < 1000
    assert max(records[-1].values["disagreement"], records[-1].values["change"]) < 1e-3
    assert max(records[-2].values["disagreement"], records[-2].values["change"]) >= 1e-3
    _, records = train(random_data(n_users=60), tolerance=0, iterations=7)
    assert [record.part for record in records] == [n / 7 for n in range(1, 8)]


def test_a_catalogue_that_does_not_fit_is_refused(monkeypatch):
    class Memory:
        available = 1000

    monkeypatch.setattr(gram.psutil, "virtual_memory", Memory)
    with pytest.raises(WorkbenchError, match="choose SLIM"):
        train(random_data())
