import numpy as np
import pytest

from tests.algorithms.movielens import interactions
from tests.algorithms.rated import dense, errors, small, trained
from workbench.algorithms.neighbours.co_clustering import CoClustering, _best


def slow_averages(ratings, users, items, k, m):
    def mean(rows):
        found = rows[~np.isnan(rows)]
        return found.mean() if len(found) else np.nanmean(ratings)

    return (
        [mean(ratings[users == g]) for g in range(k)],
        [mean(ratings[:, items == h]) for h in range(m)],
        [[mean(ratings[np.ix_(users == g, items == h)]) for h in range(m)] for g in range(k)],
    )


def slow_move(ratings, users, items, k, m):
    """Move each user to its best cluster, by trying all."""
    of_users, of_items, both = slow_averages(ratings, users, items, k, m)
    moved = []
    for row in ratings:
        own, errors_of = row[~np.isnan(row)], []
        for g in range(k):
            squares = 0.0
            for i in np.flatnonzero(~np.isnan(row)):
                above = own.mean() - of_users[g] + np.nanmean(ratings[:, i]) - of_items[items[i]]
                squares += (row[i] - both[g][items[i]] - above) ** 2
            errors_of.append(round(squares, 9))
        moved.append(int(np.argmin(errors_of)))
    return np.array(moved)


@pytest.mark.parametrize("m", [1, 3, 20])
def test_of_clusters_that_are_alike_the_first_one_is_taken_whoever_else_is_asked(m):
    rng = np.random.default_rng(m)
    says = rng.normal(size=(3, m))[[0, 1, 0, 2, 1, 2, 0]]
    row, other, rest = np.sort(rng.integers(0, 60, 900)), rng.integers(0, m, 900), rng.normal(size=900)
    found = _best(row, other, rest, says, 60)
    assert set(found.tolist()) <= {0, 1, 3}
    for one in range(60):
        mine = row == one
        assert _best(row[mine] - one, other[mine], rest[mine], says, 1).tolist() == found[[one]].tolist()


@pytest.mark.parametrize(("k", "m"), [(1, 1), (3, 3), (2, 4)])
def test_equals_moving_by_trying_all(k, m):
    _, data = small()
    ratings = dense(data)
    algorithm = CoClustering(user_clusters=k, item_clusters=m, epochs=4)
    algorithm._begin(data, data.rating.astype(np.float64), 7)
    users, items = np.array(algorithm._user_clusters), np.array(algorithm._item_clusters)
    assert users.max() == k - 1
    assert items.max() == m - 1
    for _ in range(4):
        users = slow_move(ratings, users, items, k, m)
        items = slow_move(ratings.T, items, users, m, k)
    _, records = trained(algorithm, data, seed=7)
    np.testing.assert_array_equal(algorithm._user_clusters, users)
    np.testing.assert_array_equal(algorithm._item_clusters, items)
    of_users, of_items, both = slow_averages(ratings, users, items, k, m)
    np.testing.assert_allclose(algorithm._of_users, of_users)
    np.testing.assert_allclose(algorithm._of_items, of_items)
    np.testing.assert_allclose(algorithm._of_both, both)
    squares = [
        (
            r
            - both[users[u]][items[i]]
            - np.nanmean(ratings[u])
            + of_users[users[u]]
            - np.nanmean(ratings[:, i])
            + of_items[items[i]]
        )
        ** 2
        for u, i, r in zip(data.user, data.item, data.rating, strict=True)
    ]
    assert records[-1].loss == pytest.approx(np.sqrt(np.mean(squares)))


def test_one_cluster_a_side_is_both_averages():
    frame, data = small()
    algorithm, _ = trained(CoClustering(user_clusters=1, item_clusters=1), data)
    mean, user, item = frame.rating.mean(), frame.groupby("user").rating.mean(), frame.groupby("item").rating.mean()
    expected = np.clip(user[frame.user].to_numpy() + item[frame.item].to_numpy() - mean, 1, 5)
    predicted = algorithm.predict(frame.user.to_numpy(np.int32), frame.item.to_numpy(np.int32))
    np.testing.assert_allclose(predicted, expected, rtol=1e-5)


def test_finds_clusters_that_are_there():
    import pandas as pd

    rng = np.random.default_rng(1)
    user, item = np.indices((40, 30)).reshape(2, -1)
    shown = rng.random(len(user)) < 0.5
    likes = np.where(user % 2 == item % 2, 5, 1).astype(np.float32)
    frame = pd.DataFrame({"user": user, "item": item, "rating": likes})[shown]
    algorithm, _ = trained(CoClustering(user_clusters=2, item_clusters=2), interactions(frame, 40, 30))
    predicted = algorithm.predict(user[~shown].astype(np.int32), item[~shown].astype(np.int32))
    assert np.corrcoef(predicted, likes[~shown])[0, 1] > 0.95
    for clusters in (algorithm._user_clusters[:40], algorithm._item_clusters[:30]):
        assert set(clusters[::2]) != set(clusters[1::2])
        assert len(set(clusters[::2])) == len(set(clusters[1::2])) == 1


def test_people_fold_in_to_the_cluster_that_they_are_in():
    _, data = small()
    algorithm, _ = trained(CoClustering(epochs=100), data)
    known = np.arange(20, dtype=np.int32)
    histories = data.by_user.rows(known)
    scores = algorithm.score(known, histories), algorithm.score(np.full_like(known, -1), histories)
    np.testing.assert_allclose(*scores, rtol=1e-5)  # nobody moves any more


def test_the_unknown_get_the_mean_of_the_other_side():
    frame, data = small()
    algorithm, _ = trained(CoClustering(), data)
    one, unknown = np.array([3], np.int32), np.array([-1], np.int32)
    assert algorithm.predict(one, unknown)[0] == pytest.approx(frame.rating[frame.user == 3].mean(), rel=1e-5)
    assert algorithm.predict(unknown, one)[0] == pytest.approx(frame.rating[frame.item == 3].mean(), rel=1e-5)


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, mae = errors(shared_data("ml-100k"), CoClustering)
    assert rmse <= 0.9629 + 0.003  # Surprise's CoClustering
    assert mae <= 0.7542 + 0.003
