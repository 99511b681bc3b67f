import numpy as np
import pytest

from tests.algorithms.linear.test_ease import random_data
from workbench.algorithms.base import gram
from workbench.algorithms.linear.ease import EASE
from workbench.algorithms.linear.sparse_ease import SparseEASE
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError


def weights(algorithm, data, seed=0):
    list(algorithm.train(data, seed))
    n = data.n_items
    one_each = UserItems(np.arange(n + 1), np.arange(n, dtype=np.int32))
    return algorithm.score(np.full(n, -1), one_each)


def by_hand(x, k, weight):
    """The k best single predictors of each item, then least squares with the weight as extra rows."""
    n_items = x.shape[1]
    b = np.zeros((n_items, n_items))
    for j in range(n_items):
        meetings = x.T @ x[:, j]
        explained = meetings**2 / ((x**2).sum(0) + weight)
        explained[j] = -1
        near = [i for i in np.argsort(-explained, kind="stable")[:k] if meetings[i] > 0]
        above = np.vstack([x[:, near], np.sqrt(weight) * np.eye(len(near))])
        b[near, j] = np.linalg.lstsq(above, np.concatenate([x[:, j], np.zeros(len(near))]), rcond=None)[0]
    return b


@pytest.mark.parametrize("k", [1, 4, 9])
@pytest.mark.parametrize("n_users", [25, 300])
def test_equals_a_regression_on_the_neighbours(k, n_users):
    data = random_data(n_users=n_users)
    x = data.matrix().toarray().astype(np.float64)
    found = weights(SparseEASE(neighbours=k, regularization=3.0), data)
    np.testing.assert_allclose(found, by_hand(x, k, 3.0), atol=1e-5)


def test_with_all_items_as_neighbours_it_is_ease():
    data = random_data(n_users=80, n_items=60)
    ease = EASE(regularization=5.0)
    list(ease.train(data))
    assert ease._weights.size
    found = weights(SparseEASE(neighbours=10_000, regularization=5.0), data)
    np.testing.assert_allclose(found, ease._weights, atol=1e-5)


def test_blocks_change_nothing(monkeypatch):
    data = random_data(n_users=80, n_items=60)
    whole = weights(SparseEASE(neighbours=10), data)
    monkeypatch.setattr("workbench.algorithms.linear.sparse_ease.BATCH_OPERATIONS", 10_000)
    algorithm = SparseEASE(neighbours=10)
    assert len(list(algorithm.train(data))) > 3
    np.testing.assert_array_equal(weights(algorithm, data), whole)


@pytest.mark.parametrize(("n_users", "instead"), [(400, "choose EASE"), (3, "choose Item kNN")])
def test_what_does_not_fit_is_refused_and_says_which_other_way(n_users, instead, monkeypatch):
    class Memory:
        available = 1000

    monkeypatch.setattr(gram.psutil, "virtual_memory", Memory)
    with pytest.raises(WorkbenchError, match=instead):
        weights(SparseEASE(), random_data(n_users=n_users, n_items=40))
    monkeypatch.undo()
    monkeypatch.setattr(gram.psutil, "virtual_memory", Memory)
    assert "choose Sparse EASE" in EASE.unsuited(random_data(n_users=n_users, n_items=40))
