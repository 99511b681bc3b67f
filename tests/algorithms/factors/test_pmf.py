import numpy as np
import pytest

from tests.algorithms.rated import errors, small, trained
from tests.golden import low_rank
from workbench.algorithms.factors import pmf
from workbench.algorithms.factors.pmf import PMF


def slow_epoch(data, p, q, order, rate, weights):
    """One epoch in plain Python, number by number."""
    ratings = data.rating.astype(np.float64)
    p, q, squares = p.astype(np.float64).tolist(), q.astype(np.float64).tolist(), 0.0
    for n in order:
        u, i = data.user[n], data.item[n]
        error = (ratings[n] - ratings.mean()) / ratings.std() - sum(a * b for a, b in zip(p[u], q[i], strict=True))
        squares += error**2
        p[u], q[i] = (
            [a + rate * (error * b - weights[0] * a) for a, b in zip(p[u], q[i], strict=True)],
            [b + rate * (error * a - weights[1] * b) for a, b in zip(p[u], q[i], strict=True)],
        )
    return np.array(p), np.array(q), ratings.std() * np.sqrt(squares / len(data))


@pytest.mark.parametrize("factors", [1, 8, 13])
def test_equals_slow_steps_one_by_one(factors):
    _, data = small()
    algorithm = PMF(
        factors=factors,
        epochs=3,
        learning_rate=0.05,
        user_regularization=0.3,
        item_regularization=0.1,
        initial_spread=0.3,
    )
    algorithm.learn_scale(data)
    algorithm._begin(data, 4)
    p, q, losses = algorithm._user_factors, algorithm._item_factors, []
    for epoch in range(3):
        order = np.random.default_rng([4, epoch + 1]).permutation(len(data))
        p, q, loss = slow_epoch(data, p, q, order, 0.05, (0.3, 0.1))
        losses.append(loss)
    _, records = trained(algorithm, data, seed=4)
    np.testing.assert_allclose([record.loss for record in records], losses, rtol=1e-5)
    np.testing.assert_allclose(algorithm._user_factors, p, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(algorithm._item_factors, q, rtol=1e-4, atol=1e-6)


def test_people_fold_in_by_ridge_regression():
    data = low_rank().train
    algorithm, _ = trained(PMF(), data)
    history = data.by_user.rows(np.array([3]))
    x = algorithm._item_factors[history.item].astype(float)
    target = (history.rating - algorithm._mean) / algorithm._scale
    extra = np.sqrt(algorithm.user_regularization * len(x)) * np.eye(x.shape[1])
    solution = np.linalg.lstsq(np.vstack([x, extra]), np.concatenate([target, np.zeros(len(extra))]))[0]
    expected = algorithm._mean + algorithm._scale * (algorithm._item_factors @ solution)
    np.testing.assert_allclose(algorithm.score(np.array([-1], np.int32), history)[0], expected, rtol=1e-4)


def test_the_unknown_get_the_mean():
    _, data = small()
    algorithm, _ = trained(PMF(), data)
    users, items = np.array([-1, 3, -1, data.n_users - 1], np.int32), np.array([3, -1, -1, 3], np.int32)
    np.testing.assert_allclose(algorithm.predict(users, items), data.rating.mean(dtype=np.float64), rtol=1e-6)


def test_blocks_report_without_changing_the_result(monkeypatch):
    _, data = small()
    whole, _ = trained(PMF(epochs=2), data)
    monkeypatch.setattr(pmf, "BATCH_RATINGS", 25)
    blocks, records = trained(PMF(epochs=2), data)
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
    assert [record.part for record in records if not record.ends_epoch][:2] == [25 / 120, 50 / 120]


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, mae = errors(shared_data("ml-100k"), PMF)
    assert rmse == pytest.approx(0.933, abs=0.003)
    assert mae == pytest.approx(0.738, abs=0.003)
