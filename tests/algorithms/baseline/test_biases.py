import itertools

import numpy as np
import pytest

from tests.algorithms.rated import dense, errors, every_pair, small, trained
from workbench.algorithms.baseline.biases import Biases
from workbench.data.interactions import UserItems


def least_squares(data, user_weight, item_weight):
    """Both biases at once, by least squares; the weights enter as extra rows."""
    n, m = data.n_users, data.n_items
    x = np.zeros((len(data), n + m))
    x[np.arange(len(data)), data.user] = x[np.arange(len(data)), n + data.item] = 1
    below = np.diag(np.sqrt([user_weight] * n + [item_weight] * m))
    target = np.concatenate([data.rating - data.rating.mean(), np.zeros(n + m)])
    solution = np.linalg.lstsq(np.vstack([x, below]), target)[0]
    return solution[:n], solution[n:]


def test_comes_to_the_minimum_over_both_sides():
    _, data = small()
    algorithm, records = trained(Biases(epochs=200, user_regularization=3, item_regularization=2), data)
    users, items = least_squares(data, 3, 2)
    np.testing.assert_allclose(algorithm._user_bias, users, atol=1e-6)
    np.testing.assert_allclose(algorithm._item_bias, items, atol=1e-6)
    losses = [record.loss for record in records]
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(losses))
    predicted = algorithm._mean + users[data.user] + items[data.item]
    held_down = 3 * (users**2).sum() + 2 * (items**2).sum()
    assert losses[-1] == pytest.approx(np.sqrt((((data.rating - predicted) ** 2).sum() + held_down) / len(data)))


def test_one_epoch_by_hand():
    _, data = small()
    algorithm, _ = trained(Biases(epochs=1), data)
    rest = dense(data) - data.rating.mean()
    items = np.nansum(rest, axis=0) / (10 + (~np.isnan(rest)).sum(axis=0))
    rest -= items
    users = np.nansum(rest, axis=1) / (15 + (~np.isnan(rest)).sum(axis=1))
    np.testing.assert_allclose(algorithm._item_bias, items, atol=1e-6)
    np.testing.assert_allclose(algorithm._user_bias, users, atol=1e-6)


@pytest.mark.parametrize("of", ["user", "item"])
def test_one_side_alone_is_a_shrunk_mean(of):
    frame, data = small()
    algorithm, _ = trained(Biases(of=of, user_regularization=4, item_regularization=4), data)
    groups = (frame["rating"].astype(float) - frame["rating"].mean()).groupby(frame[of])
    expected = (groups.sum() / (groups.count() + 4)).to_dict()
    users, items = every_pair(data)
    index = users if of == "user" else items
    wanted = np.clip(frame["rating"].mean() + np.array([expected.get(one, 0) for one in index]), 1, 5)
    np.testing.assert_allclose(algorithm.predict(users, items), wanted, rtol=1e-5)


def test_without_weights_people_without_ratings_have_no_bias():
    _, data = small()
    algorithm, _ = trained(Biases(user_regularization=0, item_regularization=0), data)
    assert algorithm._user_bias[-1] == algorithm._item_bias[-1] == 0


def test_generous_people_get_higher_scores():
    _, data = small()
    algorithm, _ = trained(Biases(), data)
    histories = UserItems(np.array([0, 1, 2]), np.array([3, 3], np.int32), np.array([1, 5], np.float32))
    harsh, kind = algorithm.score(np.array([-1, -1], np.int32), histories)
    np.testing.assert_allclose(kind - harsh, 4 / 16, rtol=1e-5)


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, mae = errors(shared_data("ml-100k"), Biases)
    assert rmse == pytest.approx(0.9457, abs=0.001)  # Surprise's BaselineOnly
    assert mae == pytest.approx(0.7499, abs=0.001)
