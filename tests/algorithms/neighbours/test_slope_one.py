import numpy as np
import psutil
import pytest

from tests.algorithms.movielens import interactions
from tests.algorithms.rated import dense, errors, every_pair, small, trained
from workbench.algorithms.base import rating_scale
from workbench.algorithms.neighbours import slope_one
from workbench.algorithms.neighbours.slope_one import SlopeOne
from workbench.errors import WorkbenchError


def slow(data, user, item, *, weighted):
    """Calculate one rating in plain Python."""
    ratings, mean = dense(data), float(data.rating.mean())
    of_user = ratings[user] if user >= 0 else np.full(data.n_items, np.nan)
    of_item = ratings[:, item] if item >= 0 else np.full(data.n_users, np.nan)
    own = [j for j in range(data.n_items) if not np.isnan(of_user[j])]
    says, weights = [], []
    for j in own:
        both = [u for u in range(data.n_users) if not np.isnan(of_item[u]) and not np.isnan(ratings[u, j])]
        if j == item or not both:
            continue
        difference = sum(of_item[u] - ratings[u, j] for u in both) / len(both)
        says.append(difference + (of_user[j] if weighted else np.nanmean(of_user)))
        weights.append(len(both) if weighted else 1)
    if says:
        return float(np.clip(np.average(says, weights=weights), 1, 5))
    if own:
        return float(np.nanmean(of_user))
    return mean if np.isnan(of_item).all() else float(np.nanmean(of_item))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [25, 120])
def test_equals_plain_python(weighted, n):
    _, data = small(n=n)
    algorithm, _ = trained(SlopeOne(weighted=weighted), data)
    users, items = every_pair(data)
    expected = [slow(data, user, item, weighted=weighted) for user, item in zip(users, items, strict=True)]
    np.testing.assert_allclose(algorithm.predict(users, items), expected, rtol=1e-5)


def test_the_example_of_the_paper():
    # Figure 1: A rated the items 1 and 1.5, B rated the first 2.
    import pandas as pd

    frame = pd.DataFrame({"user": [0, 0, 1], "item": [0, 1, 0], "rating": np.array([1, 1.5, 2], np.float32)})
    algorithm, _ = trained(SlopeOne(), interactions(frame, 2, 2))
    scores = algorithm.score(np.array([1], np.int32), interactions(frame, 2, 2).by_user.rows(np.array([1])))
    assert scores[0, 1] == pytest.approx(2.5)


@pytest.mark.parametrize("block", [1, 40])
def test_blocks_do_not_matter(block, monkeypatch):
    _, data = small()
    algorithm, _ = trained(SlopeOne(), data)
    people = np.arange(data.n_users, dtype=np.int32), data.by_user
    whole = algorithm.score(*people)
    monkeypatch.setattr(slope_one, "BATCH_PREDICTIONS", block)
    np.testing.assert_array_equal(algorithm.score(*people), whole)


def test_scores_are_predictions_that_are_not_clipped():
    _, data = small()
    algorithm, _ = trained(SlopeOne(), data)
    users, items = (grid.ravel().astype(np.int32) for grid in np.indices((data.n_users, data.n_items)))
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user).ravel()
    np.testing.assert_allclose(scores.clip(1, 5), algorithm.predict(users, items), rtol=1e-6)


def test_too_large_a_catalogue_is_refused_in_a_sentence(monkeypatch):
    _, data = small()
    monkeypatch.setattr(psutil, "virtual_memory", type("Memory", (), {"available": 8 * 17**2 - 1}))
    with pytest.raises(WorkbenchError, match=r"17 items.*choose Biased SVD"):
        trained(SlopeOne(), data)


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, mae = errors(shared_data("ml-100k"), lambda: SlopeOne(weighted=False), cold_is_mean=True)
    assert rmse == pytest.approx(0.9470, abs=0.001)  # Surprise's SlopeOne
    assert mae == pytest.approx(0.7439, abs=0.001)
    # Its own way with items that nobody rated, and weights.
    rmse, mae = errors(shared_data("ml-100k"), SlopeOne)
    assert rmse == pytest.approx(0.9403, abs=0.001)
    assert mae == pytest.approx(0.7399, abs=0.001)


def test_blocks_report_without_changing_the_result(monkeypatch):
    _, data = small()
    whole, blocks = SlopeOne(), SlopeOne()
    list(whole.train(data))
    monkeypatch.setattr(rating_scale, "BATCH_PAIRS", 50)
    records = list(blocks.train(data))
    assert len(records) > 1
    assert [record.part for record in records] == sorted({record.part for record in records})
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
