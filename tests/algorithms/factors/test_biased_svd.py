import dataclasses

import numpy as np
import pytest

from tests.algorithms.movielens import explicit_fold
from tests.golden import low_rank
from workbench.algorithms.factors import biased_svd
from workbench.algorithms.factors.biased_svd import BiasedSVD
from workbench.data.interactions import UserItems


def train(data, seed=0, **hyperparameters):
    algorithm = BiasedSVD(**hyperparameters)
    return algorithm, list(algorithm.train(data, seed))


def slow_sgd(data, start, order, rate, weight):
    """Run one epoch in plain Python, float64, number by number."""
    bu, bi, p, q = (one.astype(np.float64).tolist() for one in start)
    ratings = data.rating.astype(np.float64)
    mean, scale = ratings.mean(), ratings.std()
    squares = 0.0
    for n in order:
        u, i, r = data.user[n], data.item[n], (ratings[n] - mean) / scale
        error = r - bu[u] - bi[i] - sum(a * b for a, b in zip(p[u], q[i], strict=True))
        squares += error**2
        bu[u] += rate * (error - weight * bu[u])
        bi[i] += rate * (error - weight * bi[i])
        p[u], q[i] = (
            [a + rate * (error * b - weight * a) for a, b in zip(p[u], q[i], strict=True)],
            [b + rate * (error * a - weight * b) for a, b in zip(p[u], q[i], strict=True)],
        )
    return bu, bi, p, q, scale * np.sqrt(squares / len(order))


@pytest.mark.parametrize("factors", [1, 8, 13])
def test_equals_slow_steps_one_by_one(factors):
    data, epochs = low_rank(12, 10).train, 3
    algorithm = BiasedSVD(factors=factors, epochs=epochs, learning_rate=0.05, initial_spread=0.3)
    algorithm._begin(data, 4)
    model = algorithm._user_bias, algorithm._item_bias, algorithm._user_factors, algorithm._item_factors
    losses = []
    for epoch in range(epochs):
        users = np.random.default_rng([4, epoch + 1]).permutation(data.n_users)
        order = np.concatenate([np.flatnonzero(data.user == user) for user in users])
        *model, loss = slow_sgd(data, [np.array(one) for one in model], order, 0.05, algorithm.regularization)
        losses.append(loss)
    records = list(algorithm.train(data, 4))
    np.testing.assert_allclose([record.loss for record in records], losses, rtol=1e-5)
    np.testing.assert_allclose(algorithm._user_bias, model[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(algorithm._item_bias, model[1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(algorithm._user_factors, model[2], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(algorithm._item_factors, model[3], rtol=1e-4, atol=1e-6)


def objective(data, algorithm):
    """Sum over all ratings of squared error and weighted squares, in the units inside."""
    rating = (data.rating - algorithm._mean) / algorithm._scale
    bu, bi = algorithm._user_bias[data.user], algorithm._item_bias[data.item]
    p, q = algorithm._user_factors[data.user], algorithm._item_factors[data.item]
    error = rating - bu - bi - (p * q).sum(axis=1)
    squares = bu**2 + bi**2 + (p**2).sum(axis=1) + (q**2).sum(axis=1)
    return float((error**2 + algorithm.regularization * squares).sum())


def alternating_least_squares(data, algorithm, sweeps=300):
    """The exact minimum over one side at a time, from where `algorithm` stands."""
    rating = (data.rating.astype(np.float64) - algorithm._mean) / algorithm._scale
    sides = [data.user, data.item]
    tables = [
        np.column_stack([bias, factors]).astype(np.float64)
        for bias, factors in (
            (algorithm._user_bias, algorithm._user_factors),
            (algorithm._item_bias, algorithm._item_factors),
        )
    ]
    for sweep in range(2 * sweeps):
        here, there = sweep % 2, 1 - sweep % 2
        for index in np.unique(sides[here]):
            rows = sides[here] == index
            other = tables[there][sides[there][rows]]
            x = np.column_stack([np.ones(len(other)), other[:, 1:]])
            gram = x.T @ x + algorithm.regularization * rows.sum() * np.eye(x.shape[1])
            tables[here][index] = np.linalg.solve(gram, x.T @ (rating[rows] - other[:, 0]))
    result = algorithm.model_copy()
    result._user_bias, result._user_factors = tables[0][:, 0], tables[0][:, 1:]
    result._item_bias, result._item_factors = tables[1][:, 0], tables[1][:, 1:]
    return result


def test_comes_close_to_the_minimum_that_alternating_least_squares_finds():
    data = low_rank(20, 15).train
    algorithm, _ = train(data, factors=2, epochs=1500, learning_rate=0.01, initial_spread=0.3)
    best = objective(data, alternating_least_squares(data, algorithm))
    assert best <= objective(data, algorithm) < 1.02 * best


def test_long_epochs_report_between_blocks_without_changing_the_result(monkeypatch):
    data = low_rank(12, 10).train
    whole, _ = train(data, epochs=2)
    monkeypatch.setattr(biased_svd, "BATCH_RATINGS", 25)
    blocks, records = train(data, epochs=2)
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
    inside = [record for record in records if not record.ends_epoch]
    assert len(inside) >= 2 * ((len(data) - 1) // 25)
    assert [record.epoch for record in inside[:2]] == [0, 0]
    assert 0 < inside[0].part <= 25 / len(data)  # people are not cut in two


def test_left_inside_an_epoch_the_last_whole_one_stands(monkeypatch):
    data = low_rank(12, 10).train
    one_epoch, _ = train(data, epochs=1)
    monkeypatch.setattr(biased_svd, "BATCH_RATINGS", 25)
    left = BiasedSVD(epochs=2)
    for record in left.train(data):
        if record.epoch == 1 and not record.ends_epoch:
            break
    for key, value in one_epoch.state().items():
        np.testing.assert_array_equal(value, left.state()[key], err_msg=key)


def test_hyperparameters_mean_the_same_on_every_scale():
    data = low_rank().train
    large = dataclasses.replace(data, rating=data.rating * 100 - 50)
    (one, _), (other, _) = train(data), train(large)
    pairs = data.user[:50], data.item[:50]
    np.testing.assert_allclose(other.predict(*pairs), one.predict(*pairs) * 100 - 50, rtol=1e-3)


def test_equal_ratings_are_no_trouble():
    data = low_rank().train
    algorithm, records = train(dataclasses.replace(data, rating=np.full(len(data), 3, np.float32)), epochs=2)
    assert records[-1].loss < 0.05
    assert algorithm.predict(data.user[:5], data.item[:5]).tolist() == [3] * 5


def test_unknown_users_and_items_get_what_is_known_of_the_rest():
    data = low_rank().train
    algorithm, _ = train(data)
    user, item = data.user[:1], data.item[:1]
    unknown = np.array([-1], np.int32)
    mean, scale = algorithm._mean, algorithm._scale
    for new_user in (unknown, np.array([data.n_users - 1], np.int32)):
        expected = np.clip(mean + scale * algorithm._item_bias[item], 1, 5)
        np.testing.assert_allclose(algorithm.predict(new_user, item), expected, rtol=1e-5)
    for new_item in (unknown, np.array([data.n_items - 1], np.int32)):
        expected = np.clip(mean + scale * algorithm._user_bias[user], 1, 5)
        np.testing.assert_allclose(algorithm.predict(user, new_item), expected, rtol=1e-5)


def test_people_fold_in_by_ridge_regression():
    data = low_rank().train
    algorithm, _ = train(data)
    history = data.by_user.rows(np.array([3]))
    x = np.column_stack([np.ones(len(history.item)), algorithm._item_factors[history.item]])
    target = (history.rating - algorithm._mean) / algorithm._scale - algorithm._item_bias[history.item]
    # The L2 weight, once for each rating, enters least squares as extra rows.
    extra = np.sqrt(algorithm.regularization * len(x)) * np.eye(x.shape[1])
    solution = np.linalg.lstsq(np.vstack([x, extra]), np.concatenate([target, np.zeros(len(extra))]))[0]
    scaled = solution[0] + algorithm._item_bias + algorithm._item_factors @ solution[1:]
    scores = algorithm.score(np.array([-1], np.int32), history)
    np.testing.assert_allclose(scores[0], algorithm._mean + algorithm._scale * scaled, rtol=1e-5)


def test_liked_items_without_ratings_raise_what_is_like_them():
    data = low_rank().train
    algorithm, _ = train(data, epochs=200)
    favourite = int(np.argmax(algorithm._item_factors[:, 0]))
    scores = algorithm.score(np.array([-1, -1], np.int32), UserItems.from_lists([[], [favourite]]))
    likeness = algorithm._item_factors @ algorithm._item_factors[favourite]
    assert np.corrcoef(scores[1] - scores[0], likeness)[0, 1] > 0.99


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    known, folded = [], []
    for number in range(1, 6):
        data, test = explicit_fold(shared_data("ml-100k"), number)
        algorithm, _ = train(data)
        user, item, rating = (test[name].to_numpy() for name in ("user", "item", "rating"))
        known.append(np.sqrt(np.mean((algorithm.predict(user, item) - rating) ** 2)))
        people, row = np.unique(user, return_inverse=True)
        scores = algorithm.score(np.full(len(people), -1, np.int32), data.by_user.rows(people))
        folded.append(np.sqrt(np.mean((scores[row, item].clip(1, 5) - rating) ** 2)))
    # Surprise's SVD with its defaults: 0.938.
    assert np.mean(known) == pytest.approx(0.910, abs=0.003)
    assert np.mean(folded) == pytest.approx(np.mean(known), abs=0.003)
