import numpy as np
import pytest

from tests.algorithms.movielens import last_held_out
from tests.golden import checkerboard, interactions
from workbench.algorithms.factors import pure_svd
from workbench.algorithms.factors.pure_svd import PureSVD
from workbench.data.interactions import UserItems
from workbench.evaluation.evaluate import evaluate


def random_data(n_users=60, n_items=40):
    user, item = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < 0.2)
    return interactions(user, item, n_users, n_items)


def train(data, seed=0, **hyperparameters):
    algorithm = PureSVD(**hyperparameters)
    list(algorithm.train(data, seed))
    return algorithm


@pytest.mark.parametrize("factors", [1, 5, 15])
@pytest.mark.parametrize(("short", "n_users"), [(3000, 60), (3000, 34), (0, 60)])
def test_equals_the_decomposition_of_numpy(factors, short, n_users, monkeypatch):
    monkeypatch.setattr(pure_svd, "MAX_SHORT_SIDE", short)
    data = random_data(n_users)
    algorithm = train(data, factors=factors)
    _, strengths, vt = np.linalg.svd(data.matrix().toarray().astype(np.float64), full_matrices=False)
    np.testing.assert_allclose(algorithm._strengths, strengths[:factors], rtol=1e-5)
    v = vt[:factors].T
    signs = np.sign((v * algorithm._item_factors).sum(axis=0))
    np.testing.assert_allclose(algorithm._item_factors, v * signs, atol=1e-4)
    newcomer = UserItems.from_lists([[1, 5, 30], []])
    scores = algorithm.score(np.array([-1, -1]), newcomer)
    np.testing.assert_allclose(scores, newcomer.matrix(data.n_items) @ (v @ v.T), atol=1e-4)


def test_all_seeds_find_the_same_directions_with_the_same_signs():
    one, other = (train(random_data(), seed, factors=5) for seed in (0, 1))
    np.testing.assert_allclose(one._item_factors, other._item_factors, atol=1e-4)
    assert (one._item_factors[np.abs(one._item_factors).argmax(axis=0), np.arange(5)] > 0).all()


@pytest.mark.parametrize(("n_users", "short"), [(20, 3000), (90, 3000), (90, 0)])
def test_directions_that_are_not_there_are_nothing(n_users, short, monkeypatch):
    monkeypatch.setattr(pure_svd, "MAX_SHORT_SIDE", short)
    user = np.arange(n_users)
    data = interactions(user, user % 3, n_users, 40)  # three tastes
    algorithm = train(data, factors=10)
    assert (algorithm._strengths > 0).sum() == 3
    assert (algorithm._item_factors[:, 3:] == 0).all()
    scores = algorithm.score(np.array([0]), UserItems.from_lists([[0]]))
    np.testing.assert_allclose(scores, np.eye(data.n_items)[:1], atol=1e-6)


def test_never_keeps_all_directions():
    # With all of them nothing would be recommended but what the history has already.
    data = checkerboard().train
    assert train(data, factors=2000)._item_factors.shape == (data.n_items, data.n_items // 2)


def test_equals_scipy_on_movielens_1m_where_neighbouring_values_are_close(shared_data):
    from scipy.sparse.linalg import svds

    fold = last_held_out(shared_data("ml-1m"))
    algorithm = train(fold.train, factors=50)
    strengths = svds(fold.train.matrix().astype(np.float64), k=50, return_singular_vectors=False)
    np.testing.assert_allclose(algorithm._strengths, np.sort(strengths)[::-1], rtol=1e-4)
    result = evaluate(algorithm, fold.test, fold.train.n_items, metrics=["hit", "ndcg"], cutoffs=[10])
    # Better than popularity, 0.0364 and 0.0179.
    assert result.metrics["hit@10"]["mean"] == pytest.approx(0.0965, abs=0.001)
    assert result.metrics["ndcg@10"]["mean"] == pytest.approx(0.0485, abs=0.001)
