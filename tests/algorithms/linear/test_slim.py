import warnings

import numpy as np
import pytest
import scipy.sparse as sp

from tests.algorithms.movielens import last_held_out
from tests.golden import interactions
from workbench.algorithms.linear import slim
from workbench.algorithms.linear.slim import SLIM
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate


def random_data(n_users=60, n_items=20):
    user, item = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < 0.4)
    return interactions(user, item, n_users, n_items)


def train(data, **hyperparameters):
    algorithm = SLIM(**hyperparameters)
    list(algorithm.train(data))
    return algorithm


def dense(algorithm, n_items):
    arrays = (algorithm._data, algorithm._indices, algorithm._indptr)
    return sp.csr_matrix(arrays, shape=(n_items, n_items)).toarray()


def elastic_nets(x, l1, l2, positive):
    """One elastic net of scikit-learn per item, whose loss is ours divided by the number of rows."""
    from sklearn.linear_model import ElasticNet

    n, n_items = x.shape
    weights = np.zeros((n_items, n_items))
    share = l1 / (l1 + l2)
    for j in range(n_items):
        others = x.copy()
        others[:, j] = 0
        net = ElasticNet(
            alpha=(l1 + l2) / n, l1_ratio=share, positive=positive, fit_intercept=False, tol=1e-12, max_iter=100_000
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of targets that are all zero
            weights[:, j] = net.fit(others, x[:, j]).coef_
    return weights


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize(("l1", "l2"), [(0.5, 1), (3, 20), (0, 5)])
@pytest.mark.parametrize("block", [1, 2**16])
def test_equals_one_elastic_net_per_item(positive, l1, l2, block, monkeypatch):
    monkeypatch.setattr(slim, "BATCH_ENTRIES", block)
    data = random_data()
    x = data.matrix().toarray().astype(np.float64)
    algorithm = train(data, l1=l1, l2=l2, positive=positive, tolerance=1e-9)
    expected = elastic_nets(x, l1, l2, positive)
    np.testing.assert_allclose(dense(algorithm, data.n_items), expected, atol=1e-5)
    assert positive == (not (expected < 0).any()) or l1 == 3  # a weight of 3 leaves nothing below 0
    scores = algorithm.score(np.full(data.n_users, -1, np.int32), data.by_user)
    np.testing.assert_allclose(scores, x @ expected, atol=1e-4)


def test_the_default_tolerance_is_close_enough():
    data = random_data()
    rough, fine = (dense(train(data, l1=1, l2=5, **more), data.n_items) for more in ({}, {"tolerance": 1e-9}))
    np.testing.assert_allclose(rough, fine, atol=1e-3)


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr(slim, "BATCH_ENTRIES", 1)
    states = []
    for threads in (1, 3):
        monkeypatch.setattr(slim, "allowed", lambda n=threads: n)
        states.append(train(random_data(), l1=1).state())
    for key, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][key])


def test_what_does_not_fit_is_refused_before_and_while_training(monkeypatch):
    class Memory:
        available = 1000

    monkeypatch.setattr(slim.psutil, "virtual_memory", Memory)
    assert "22 items" in SLIM.unsuited(random_data())
    with pytest.raises(WorkbenchError, match="choose RP3beta"):
        train(random_data())


# irspack 0.5.2 with alpha 0.05 and l1_ratio 0.5, which are 151 people each: HR@10 0.0945, NDCG@10 0.0479.
@pytest.mark.parametrize("hyperparameters", [{"l1": 151, "l2": 151}, {"tolerance": 0.01}])
def test_reaches_the_peer_on_movielens_1m(hyperparameters, shared_data):
    fold = last_held_out(shared_data("ml-1m"))
    algorithm = train(fold.train, **hyperparameters)
    result = evaluate(algorithm, fold.test, fold.train.n_items, metrics=["hit", "ndcg"], cutoffs=[10])
    assert result.metrics["hit@10"]["mean"] >= 0.0945
    assert round(result.metrics["ndcg@10"]["mean"], 4) >= 0.0479
