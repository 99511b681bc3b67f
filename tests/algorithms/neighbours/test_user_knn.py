import numpy as np
import pytest

from tests.algorithms.movielens import last_held_out
from tests.algorithms.neighbours.test_item_knn import AGED, aged_by_hand, dated_data
from tests.golden import interactions
from workbench.algorithms.neighbours import similarity
from workbench.algorithms.neighbours.user_knn import UserKNN
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate


def random_data(n_users=25, n_items=18):
    user, item = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < 0.3)
    return interactions(user, item, n_users, n_items)


def train(data, **hyperparameters):
    algorithm = UserKNN(**hyperparameters)
    list(algorithm.train(data))
    return algorithm


def brute_force(x, history, neighbours, shrinkage):
    """Scores of one history (set of items): every person is met, in order."""
    similarity = []
    for row in x:
        theirs = set(np.flatnonzero(row))
        below = np.sqrt(len(theirs)) * np.sqrt(len(history)) + shrinkage
        similarity.append(np.float32(len(theirs & history) / below) if below else np.float32(0))
    scores = np.zeros(x.shape[1])
    for other in sorted(range(len(x)), key=lambda v: (-similarity[v], v))[:neighbours]:
        scores += similarity[other] * x[other]
    return scores


@pytest.mark.parametrize("neighbours", [1, 4, 1000])
@pytest.mark.parametrize("shrinkage", [0, 10])
@pytest.mark.parametrize("block", [1, 2**24])
def test_equals_brute_force(neighbours, shrinkage, block, monkeypatch):
    monkeypatch.setattr(similarity, "BATCH_MULTIPLICATIONS", block)
    data = random_data()
    x = data.matrix().toarray()
    algorithm = train(data, neighbours=neighbours, shrinkage=shrinkage)
    lists = [[0, 3, 5], [], [17], *(np.flatnonzero(row).tolist() for row in x[:6])]
    scores = algorithm.score(np.full(len(lists), -1, np.int32), UserItems.from_lists(lists))
    expected = [brute_force(x, set(items), neighbours, shrinkage) for items in lists]
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["tf-idf", "bm25"])
def test_popular_items_count_less(kind):
    # The newcomer shares the popular item 0 with user 1 and the rare item 1 with user 0.
    data = interactions(np.array([0, 0, 1, 1, 2, 3]), np.array([1, 2, 0, 3, 0, 0]), 4, 4)
    algorithm = train(data, similarity=kind, shrinkage=0)
    scores = algorithm.score(np.array([-1]), UserItems.from_lists([[0, 1]]))[0]
    assert scores[2] > scores[3] > 0
    plain = train(data, shrinkage=0).score(np.array([-1]), UserItems.from_lists([[0, 1]]))[0]
    assert plain[2] == plain[3]


def test_all_neighbours_give_the_full_sum():
    data = random_data()
    x = data.matrix().toarray().astype(np.float64)
    lengths = np.sqrt(x.sum(axis=1))
    cosine = x @ x.T / np.maximum(np.outer(lengths, lengths), 1e-9)
    scores = train(data, neighbours=10_000, shrinkage=0).score(np.arange(data.n_users), data.by_user)
    np.testing.assert_allclose(scores, cosine @ x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", AGED)
def test_what_lies_back_counts_less(kind):
    data = dated_data()
    x = aged_by_hand(data, 20)
    alike = np.zeros((data.n_users, data.n_users))
    for u, v in np.argwhere(x @ x.T > 0):
        alike[u, v] = AGED[kind](x[u], x[v], 2)
    algorithm = train(data, neighbours=10_000, similarity=kind, shrinkage=2, asymmetry=0.7, half_life=20)
    scores = algorithm.score(np.full(data.n_users, -1, np.int32), data.by_user)
    np.testing.assert_allclose(scores, alike @ x, rtol=1e-5, atol=1e-6)
    if kind != "jaccard":  # which is no sum
        apart = [algorithm.contributions(data.by_user.rows(np.array([3])), item).sum() for item in range(data.n_items)]
        np.testing.assert_allclose(apart, scores[3], rtol=1e-5, atol=1e-6)
    with pytest.raises(WorkbenchError, match="User kNN needs time for a half-life"):
        train(random_data(), half_life=20)


def test_known_result_on_movielens_1m_comes_out(shared_data):
    fold = last_held_out(shared_data("ml-1m"))
    result = evaluate(train(fold.train), fold.test, fold.train.n_items, metrics=["hit", "ndcg"], cutoffs=[10])
    assert result.metrics["hit@10"]["mean"] == pytest.approx(0.0836, abs=0.001)
    assert result.metrics["ndcg@10"]["mean"] == pytest.approx(0.0431, abs=0.001)
