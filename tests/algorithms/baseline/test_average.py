import numpy as np
import pytest

from tests.algorithms.movielens import explicit_fold, interactions
from workbench.algorithms.baseline.average import Average
from workbench.data.interactions import UserItems
from workbench.metrics.rating import mae, rmse


def small(seed=0):
    import pandas as pd

    rng = np.random.default_rng(seed)
    pairs = rng.choice(20 * 15, 100, replace=False)
    frame = pd.DataFrame(
        {"user": pairs // 15, "item": pairs % 15, "rating": rng.integers(1, 6, 100).astype(np.float32)}
    )
    return frame, interactions(frame, 22, 17)


def train(data, **hyperparameters):
    algorithm = Average(**hyperparameters)
    list(algorithm.train(data))
    return algorithm


@pytest.mark.parametrize("by", ["user", "item"])
def test_equals_groupby(by):
    frame, data = small()
    algorithm = train(data, by=by)
    size = {"user": 22, "item": 17}[by]
    expected = frame.groupby(by)["rating"].mean().reindex(range(size)).fillna(frame["rating"].mean())
    index = np.arange(size, dtype=np.int32)
    other = np.zeros(size, np.int32)
    pairs = (index, other) if by == "user" else (other, index)
    np.testing.assert_allclose(algorithm.predict(*pairs), expected, rtol=1e-6)


def test_of_all_is_one_number():
    frame, data = small()
    predicted = train(data, by="all").predict(np.array([0, -1], np.int32), np.array([0, 1], np.int32))
    np.testing.assert_allclose(predicted, frame["rating"].mean(), rtol=1e-6)


@pytest.mark.parametrize("by", ["user", "item", "all"])
def test_scores_are_the_predictions(by):
    _, data = small()
    algorithm = train(data, by=by)
    user, item = (grid.ravel().astype(np.int32) for grid in np.indices((data.n_users, data.n_items)))
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)
    np.testing.assert_array_equal(scores.ravel(), algorithm.predict(user, item))


@pytest.mark.parametrize("by", ["user", "item", "all"])
def test_a_history_folds_in_exactly(by):
    _, data = small()
    algorithm = train(data, by=by)
    known, folded = np.arange(data.n_users, dtype=np.int32), np.full(data.n_users, -1, np.int32)
    np.testing.assert_array_equal(algorithm.score(folded, data.by_user), algorithm.score(known, data.by_user))


def test_a_history_without_ratings_gets_the_mean():
    frame, data = small()
    scores = train(data, by="user").score(np.array([-1], np.int32), UserItems.from_lists([[1, 2]]))
    np.testing.assert_allclose(scores, frame["rating"].mean(), rtol=1e-6)


# RMSE and MAE on the official folds of MovieLens 100K; u1 by user as MyMediaLite documents it, the others measured with
# an independent program.
CONSTANTS = {
    ("user", 1): (1.0630, 0.85019),
    ("user", 2): (1.0467, 0.83834),
    ("user", 3): (1.0329, 0.82653),
    ("user", 4): (1.0367, 0.83078),
    ("user", 5): (1.0393, 0.83505),
    ("item", 1): (1.0334, 0.82757),
    ("item", 2): (1.0305, 0.82070),
    ("item", 3): (1.0197, 0.81161),
    ("item", 4): (1.0169, 0.81127),
    ("item", 5): (1.0223, 0.81595),
}


@pytest.mark.parametrize(("by", "number"), CONSTANTS)
def test_known_constants_come_out(by, number, shared_data):
    train_data, test = explicit_fold(shared_data("ml-100k"), number)
    predicted = train(train_data, by=by).predict(test["user"].to_numpy(), test["item"].to_numpy())
    truth = test["rating"].to_numpy()
    expected_rmse, expected_mae = CONSTANTS[by, number]
    assert round(float(np.sqrt(rmse(predicted, truth).mean())), 4) == expected_rmse
    assert round(float(mae(predicted, truth).mean()), 5) == expected_mae
