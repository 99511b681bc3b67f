import numpy as np
import pytest

from tests.algorithms.rated import errors, small, trained
from tests.golden import low_rank
from workbench.algorithms.factors import svdpp
from workbench.algorithms.factors.svdpp import SVDPlusPlus
from workbench.data.interactions import UserItems


def slow_epoch(data, model, order, rate, weight):
    """One epoch as in the paper: after each rating, every factor of every item of the user steps. Plain float64."""
    bu, bi, p, q, y = (np.array(one, np.float64) for one in model)
    ratings = data.rating.astype(np.float64)
    scaled = (ratings - ratings.mean()) / ratings.std()
    squares = 0.0
    for u in order:
        rows = np.flatnonzero(data.user == u)
        items = data.item[rows]
        for row in rows:
            i, norm = data.item[row], 1 / np.sqrt(len(rows))
            z = norm * sum(y[j] for j in items)
            error = scaled[row] - (bu[u] + bi[i] + q[i] @ (p[u] + z))
            squares += error**2
            bu[u] += rate * (error - weight * bu[u])
            bi[i] += rate * (error - weight * bi[i])
            before = np.array(q[i])
            q[i] += rate * (error * (p[u] + z) - weight * q[i])
            p[u] += rate * (error * before - weight * p[u])
            for j in items:
                y[j] += rate * (error * norm * before - weight * y[j])
    return (bu, bi, p, q, y), ratings.std() * np.sqrt(squares / len(data))


def parts(algorithm):
    names = ("user_bias", "item_bias", "user_factors", "item_factors", "implicit_factors")
    return [getattr(algorithm, f"_{name}") for name in names]


@pytest.mark.parametrize("factors", [1, 8, 13])
def test_equals_the_steps_of_the_paper_one_by_one(factors):
    _, data = small()
    epochs, rate, weight = 3, 0.05, 0.3
    algorithm = SVDPlusPlus(
        factors=factors, epochs=epochs, learning_rate=rate, regularization=weight, initial_spread=0.3
    )
    algorithm.learn_scale(data)
    algorithm._begin(data, 4)
    model, losses = parts(algorithm), []
    for epoch in range(epochs):
        order = np.random.default_rng([4, epoch + 1]).permutation(data.n_users)
        model, loss = slow_epoch(data, model, order, rate, weight)
        losses.append(loss)
    _, records = trained(algorithm, data, seed=4)
    np.testing.assert_allclose([record.loss for record in records], losses, rtol=1e-5)
    for fast, slow in zip(parts(algorithm), model, strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-4, atol=1e-6)
    y = model[-1]
    sums = [
        y[row].sum(axis=0) / np.sqrt(max(len(row), 1)) for row in map(data.by_user.__getitem__, range(data.n_users))
    ]
    np.testing.assert_allclose(algorithm._user_sums, sums, rtol=1e-4, atol=1e-6)


def test_blocks_report_without_changing_the_result(monkeypatch):
    _, data = small()
    whole, _ = trained(SVDPlusPlus(epochs=2), data)
    monkeypatch.setattr(svdpp, "BATCH_RATINGS", 25)
    blocks, records = trained(SVDPlusPlus(epochs=2), data)
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
    inside = [record for record in records if not record.ends_epoch]
    assert len(inside) == 2 * 4  # 120 ratings
    assert all(0 < record.part < 1 for record in inside)


def test_left_inside_an_epoch_the_last_whole_one_stands(monkeypatch):
    _, data = small()
    one_epoch, _ = trained(SVDPlusPlus(epochs=1), data)
    monkeypatch.setattr(svdpp, "BATCH_RATINGS", 25)
    left = SVDPlusPlus(epochs=2)
    for record in left.train(data):
        if record.epoch == 1 and not record.ends_epoch:
            break
    for key, value in one_epoch.state().items():
        np.testing.assert_array_equal(value, left.state()[key], err_msg=key)


def test_what_people_rated_counts_whatever_the_ratings():
    data = low_rank().train
    algorithm, _ = trained(SVDPlusPlus(), data)
    histories = UserItems(np.array([0, 2, 4]), np.array([1, 2, 7, 8], np.int32), np.full(4, data.rating.mean()))
    one, other = algorithm._sums(histories)
    q, y = algorithm._item_factors, algorithm._implicit_factors
    np.testing.assert_allclose(one, (y[1] + y[2]) / np.sqrt(2), rtol=1e-5, atol=1e-7)
    scores = algorithm.score(np.full(2, -1, np.int32), histories)
    # The rest of a fold-in is ridge regression on what the items' biases and the sum leave over.
    for row, items, total in ((0, [1, 2], one), (1, [7, 8], other)):
        x = np.column_stack([np.ones(2), q[items]]).astype(float)
        target = (
            (data.rating.mean() - algorithm._mean) / algorithm._scale - algorithm._item_bias[items] - q[items] @ total
        )
        extra = np.sqrt(algorithm.regularization * 2) * np.eye(x.shape[1])
        solution = np.linalg.lstsq(np.vstack([x, extra]), np.concatenate([target, np.zeros(len(extra))]))[0]
        scaled = solution[0] + algorithm._item_bias + q @ (total + solution[1:])
        np.testing.assert_allclose(scores[row], algorithm._mean + algorithm._scale * scaled, rtol=1e-4)


def test_unknown_users_and_items_get_what_is_known_of_the_rest():
    _, data = small()
    algorithm, _ = trained(SVDPlusPlus(), data)
    one, unknown = np.array([3], np.int32), np.array([-1], np.int32)
    mean, scale = algorithm._mean, algorithm._scale
    assert algorithm.predict(unknown, one)[0] == pytest.approx(mean + scale * algorithm._item_bias[3], rel=1e-5)
    assert algorithm.predict(one, unknown)[0] == pytest.approx(mean + scale * algorithm._user_bias[3], rel=1e-5)


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, _ = errors(shared_data("ml-100k"), SVDPlusPlus)
    assert rmse <= 0.9218 + 0.003  # Surprise's SVDpp
    assert rmse == pytest.approx(0.911, abs=0.003)


def test_with_the_settings_of_the_peer_it_is_as_good(shared_data):
    def make():
        return SVDPlusPlus(factors=20, epochs=20, learning_rate=0.007, regularization=0.02, initial_spread=0.1)

    rmse, _ = errors(shared_data("ml-100k"), make, numbers=[1])
    assert rmse == pytest.approx(0.933, abs=0.003)  # Surprise's SVDpp on the first fold
