import itertools

import numpy as np
import pytest

from tests.algorithms.linear.test_ease import random_data, ridge_columns
from workbench.algorithms.linear.ease import EASE
from workbench.algorithms.linear.edlae import EDLAE
from workbench.data.interactions import UserItems


def train(data, regularization, dropout):
    algorithm = EDLAE(regularization=regularization, dropout=dropout)
    list(algorithm.train(data))
    return algorithm


def every_way_to_drop(x, weight, dropout):
    """Each item, always dropped itself, regressed on the others over all ways to drop some of those."""
    import scipy.linalg

    n_items = x.shape[1]
    b = np.zeros((n_items, n_items))
    for j in range(n_items):
        others = np.delete(np.arange(n_items), j)
        rows, targets = [np.sqrt(weight) * np.eye(n_items - 1)], [np.zeros(n_items - 1)]
        for kept in itertools.product([0, 1], repeat=n_items - 1):
            chance = np.prod(np.where(kept, 1 - dropout, dropout))
            rows.append(np.sqrt(chance) * x[:, others] * kept / (1 - dropout))
            targets.append(np.sqrt(chance) * x[:, j])
        b[others, j] = scipy.linalg.lstsq(np.vstack(rows), np.concatenate(targets))[0]
    return b


def test_equals_the_regression_over_every_way_to_drop_items():
    data = random_data(n_users=12, n_items=5)
    data_x = data.matrix().toarray().astype(np.float64)
    expected = np.zeros((7, 7))
    expected[:5, :5] = every_way_to_drop(data_x[:, :5], 1.5, 0.4)
    np.testing.assert_allclose(train(data, 1.5, 0.4)._weights, expected, atol=1e-6)


def test_without_dropout_it_is_ease():
    data = random_data()
    ease = EASE(regularization=10)
    list(ease.train(data))
    np.testing.assert_array_equal(train(data, 10, 0)._weights, ease._weights)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_few_people_give_the_same_scores_without_a_matrix_of_items(dropout):
    data = random_data(n_users=12, n_items=40)
    x = data.matrix().toarray().astype(np.float64)
    extra = np.sqrt(dropout / (1 - dropout) * data.item_counts)
    expected = ridge_columns(np.vstack([x, np.diag(extra)]), 2.0)  # the same as rows with one item each
    algorithm = train(data, 2.0, dropout)
    assert not algorithm._weights.size
    newcomer = UserItems.from_lists([[3, 8, 17]])
    history = newcomer.matrix(data.n_items).toarray()
    np.testing.assert_allclose(algorithm.score(np.array([-1]), newcomer), history @ expected, atol=1e-5)
