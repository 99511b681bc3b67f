import dataclasses
import itertools

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.algorithms.movielens import interactions
from tests.algorithms.rated import dense, errors, every_pair, small, trained
from workbench.algorithms.base import rating_scale
from workbench.algorithms.baseline.biases import Biases
from workbench.algorithms.neighbours import rating_knn
from workbench.algorithms.neighbours.rating_knn import RatingKNN
from workbench.errors import WorkbenchError

BY = ["item", "user"]
CENTRES = ["none", "mean", "z-score", "baseline"]
SIMILARITIES = ["msd", "cosine", "pearson", "pearson-baseline"]


def similarity(a, b, measure, shrinkage):
    """Compare two rows of ratings (for pearson-baseline: of what the biases leave over), NaN where there is none."""
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b, n = a[both], b[both], both.sum()
    if not n:
        return 0.0
    if measure == "msd":
        return 1 / (np.mean((a - b) ** 2) + 1)
    if measure == "pearson":
        return float(np.corrcoef(a, b)[0, 1]) if n > 1 and a.std() > 0 and b.std() > 0 else 0.0
    below = np.linalg.norm(a) * np.linalg.norm(b)
    value = a @ b / below if below else 0.0
    return (
        value * (n - 1) / (n - 1 + shrinkage)
        if measure == "pearson-baseline" and n > 1
        else value * (measure == "cosine")
    )


def slow(data, algorithm):
    """All ratings in plain numpy, with a row and a column of the unknown at the beginning; neighbours are rows."""
    biases, _ = trained(Biases(), data)
    bias = biases._mean + biases._user_bias[:, None] + biases._item_bias
    ratings, mean = dense(data), data.rating.mean(dtype=np.float64)
    if algorithm.by == "item":
        ratings, bias = ratings.T, bias.T
    compared = ratings - bias if algorithm.similarity == "pearson-baseline" else ratings
    n, m = ratings.shape
    similar = np.array(
        [[similarity(a, b, algorithm.similarity, algorithm.shrinkage) for b in compared] for a in compared]
    )
    means = np.array([np.nanmean(row) if (~np.isnan(row)).any() else np.nan for row in ratings])
    spread = np.array([np.nanstd(row) if (~np.isnan(row)).any() else np.nan for row in ratings])
    spread[spread == 0] = data.rating.std(dtype=np.float64)
    others = np.array([np.nanmean(column) if (~np.isnan(column)).any() else mean for column in ratings.T])
    result = np.empty((n, m))
    for x, y in itertools.product(range(n), range(m)):
        near = [z for z in range(n) if not np.isnan(ratings[z, y]) and np.float32(similar[x, z]) > 0]
        near = sorted(near, key=lambda z: (-np.float32(similar[x, z]), z))[: algorithm.neighbours]
        centre = np.where(np.isnan(means), others[y], means)
        take_off, stretch = {
            "none": (np.zeros(n), np.ones(n)),
            "mean": (centre, np.ones(n)),
            "z-score": (centre, spread),
            "baseline": (bias[:, y], np.ones(n)),
        }[algorithm.centre]
        if len(near) < algorithm.min_neighbours:
            result[x, y] = bias[x, y] if algorithm.centre == "baseline" else centre[x]
        else:
            said = [(ratings[z, y] - take_off[z]) / stretch[z] for z in near]
            result[x, y] = take_off[x] + stretch[x] * np.average(said, weights=similar[x, near])
    return result.T if algorithm.by == "item" else result


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("centre", CENTRES)
@pytest.mark.parametrize("measure", SIMILARITIES)
@pytest.mark.parametrize(("neighbours", "fewest"), [(3, 1), (40, 2)])
def test_equals_plain_numpy(by, centre, measure, neighbours, fewest):
    _, data = small(n_users=12, n_items=9, n=60)
    algorithm = RatingKNN(
        by=by, centre=centre, similarity=measure, shrinkage=5, neighbours=neighbours, min_neighbours=fewest
    )
    trained(algorithm, data)
    expected = slow(data, algorithm)
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)
    np.testing.assert_allclose(scores, expected, rtol=2e-5)
    users, items = (grid.ravel().astype(np.int32) for grid in np.indices(expected.shape))
    predicted = algorithm.predict(users, items)
    np.testing.assert_allclose(predicted, expected.ravel().clip(1, 5), rtol=2e-5)


@pytest.mark.parametrize("by", BY)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_with_all_for_neighbours_it_is_the_full_weighted_sum(by, seed):
    _, data = small(seed, n_users=8, n_items=8, n=40)
    algorithm, _ = trained(RatingKNN(by=by, centre="none", similarity="msd", neighbours=8), data)
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)
    r = dense(data) if by == "user" else dense(data).T
    scores = scores if by == "user" else scores.T
    with np.errstate(invalid="ignore", divide="ignore"):
        known = ~np.isnan(r)
        zeros = np.nan_to_num(r)
        squares = (zeros**2) @ known.T + known @ (zeros**2).T - 2 * zeros @ zeros.T
        n = known.astype(float) @ known.T
        similar = np.nan_to_num(1 / (squares / n + 1))
        full = (similar @ zeros) / (similar @ known)
    answered = ~np.isnan(full)
    assert answered.any()
    np.testing.assert_allclose(scores[answered], full[answered], rtol=1e-5)


def test_of_equally_near_ones_the_first_in_the_data_are_asked():
    # Three users who rated item 0 alike; the last one is asked about item 1, which the others rated 5, 3 and 1.
    import pandas as pd

    rows = [(0, 0, 4), (0, 1, 5), (1, 0, 4), (1, 1, 3), (2, 0, 4), (2, 1, 1), (3, 0, 4)]
    frame = pd.DataFrame(rows, columns=["user", "item", "rating"]).astype({"rating": np.float32})
    for k, expected in ((1, 5), (2, 4), (3, 3)):
        algorithm = RatingKNN(by="user", centre="none", similarity="msd", neighbours=k)
        trained(algorithm, interactions(frame.iloc[::-1], 4, 2))
        assert algorithm.predict(np.array([3], np.int32), np.array([1], np.int32))[0] == expected


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("block", [1, 50])
def test_blocks_do_not_matter(by, block, monkeypatch):
    _, data = small()
    algorithm, _ = trained(RatingKNN(by=by, similarity="msd"), data)
    people, pairs = (np.arange(data.n_users, dtype=np.int32), data.by_user), every_pair(data)
    scores, predicted = algorithm.score(*people), algorithm.predict(*pairs)
    monkeypatch.setattr(rating_knn, "BATCH_PREDICTIONS", block)
    np.testing.assert_array_equal(algorithm.score(*people), scores)
    np.testing.assert_array_equal(algorithm.predict(*pairs), predicted)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("centre", CENTRES)
def test_the_unknown_get_what_is_known_of_the_rest(by, centre):
    frame, data = small()
    algorithm, _ = trained(RatingKNN(by=by, centre=centre), data)
    one, unknown = np.array([3], np.int32), np.array([-1], np.int32)
    mean = data.rating.mean(dtype=np.float64)
    biases, _ = trained(Biases(), data)
    of_user = biases.predict(one, unknown)[0] if centre == "baseline" else frame.rating[frame.user == 3].mean()
    of_item = biases.predict(unknown, one)[0] if centre == "baseline" else frame.rating[frame.item == 3].mean()
    assert algorithm.predict(unknown, one)[0] == pytest.approx(of_item, rel=1e-5)
    assert algorithm.predict(one, unknown)[0] == pytest.approx(of_user, rel=1e-5)
    assert algorithm.predict(unknown, unknown)[0] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("by", BY)
def test_scores_listen_to_what_was_rated_since(by):
    _, data = small()
    algorithm, _ = trained(RatingKNN(by=by), data)
    user = np.array([0], np.int32)
    history = data.by_user.rows(user)
    other = dataclasses.replace(history, rating=6 - history.rating)
    assert not np.allclose(algorithm.score(user, history), algorithm.score(user, other))


def test_too_large_a_catalogue_is_refused_in_a_sentence_by_item_only(monkeypatch):
    _, data = small()
    monkeypatch.setattr(psutil, "virtual_memory", type("Memory", (), {"available": 4 * 17**2 - 1}))
    with pytest.raises(WorkbenchError, match=r"17 items.*let neighbours be users"):
        trained(RatingKNN(), data)
    trained(RatingKNN(by="user"), data)


# Surprise's KNNBasic, KNNWithMeans, KNNBaseline (user, MSD) and KNNBaseline (item, pearson_baseline).
PUBLISHED = [
    ("user", "none", "msd", 0.9801, 0.7744),
    ("user", "mean", "msd", 0.9527, 0.7505),
    ("user", "baseline", "msd", 0.9323, 0.7345),
    ("item", "baseline", "pearson-baseline", 0.9204, 0.7214),
]


@pytest.mark.parametrize(("by", "centre", "measure", "rmse", "mae"), PUBLISHED)
def test_error_on_the_official_folds_of_movielens_100k(by, centre, measure, rmse, mae, shared_data):
    def make():
        return RatingKNN(by=by, centre=centre, similarity=measure)

    # Without biases Surprise predicts the mean of all ratings for an item that nobody rated; here the user's is.
    alike = errors(shared_data("ml-100k"), make, cold_is_mean=centre != "baseline")
    assert alike[0] == pytest.approx(rmse, abs=0.001)
    assert alike[1] == pytest.approx(mae, abs=0.001)
    if centre != "baseline":
        own = errors(shared_data("ml-100k"), make, numbers=[1])
        assert (own < errors(shared_data("ml-100k"), make, numbers=[1], cold_is_mean=True)).all()


@pytest.mark.parametrize("similarity", ["msd", "cosine", "pearson", "pearson-baseline"])
def test_blocks_report_without_changing_the_result(similarity, monkeypatch):
    _, data = small()
    whole, blocks = RatingKNN(similarity=similarity), RatingKNN(similarity=similarity)
    list(whole.train(data))
    monkeypatch.setattr(rating_scale, "BATCH_PAIRS", 50)
    records = list(blocks.train(data))
    assert len(records) > 12
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
