import numpy as np
import pytest

import workbench.algorithms.linear.ease as module
from tests.algorithms.movielens import last_held_out, rated_from_three
from tests.golden import interactions
from workbench.algorithms import find
from workbench.algorithms.base import gram
from workbench.algorithms.base.learned import check
from workbench.algorithms.linear.ease import EASE
from workbench.data.interactions import UserItems
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate


def random_data(n_users=25, n_items=18):
    user, item = np.nonzero(np.random.default_rng(0).random((n_users, n_items)) < 0.3)
    return interactions(user, item, n_users, n_items)


def train(data, regularization=500.0):
    algorithm = EASE(regularization=regularization)
    list(algorithm.train(data))
    return algorithm


def ridge_columns(x, weight):
    """Each item regressed on all others by least squares; the weight enters as extra rows (n_users + n_items)."""
    import scipy.linalg

    n_items = x.shape[1]
    b = np.zeros((n_items, n_items))
    for j in range(n_items):
        others = np.delete(np.arange(n_items), j)
        above, below = x[:, others], np.sqrt(weight) * np.eye(n_items - 1)
        target = np.concatenate([x[:, j], np.zeros(n_items - 1)])
        b[others, j] = scipy.linalg.lstsq(np.vstack([above, below]), target)[0]
    return b


@pytest.mark.parametrize("weight", [0.5, 10.0])
@pytest.mark.parametrize("block", [1, 7, 1024])
def test_equals_one_ridge_regression_per_item_whatever_the_block(weight, block, monkeypatch):
    monkeypatch.setattr(gram, "BATCH_ROWS", block)
    data = random_data()
    x = data.matrix().toarray().astype(np.float64)
    algorithm = train(data, weight)
    np.testing.assert_allclose(algorithm._weights, ridge_columns(x, weight), atol=1e-6)
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)
    np.testing.assert_allclose(scores, x @ ridge_columns(x, weight), atol=1e-5)


@pytest.mark.parametrize("words", [0, 0.15, 8, 1e9])
@pytest.mark.parametrize("n_users", [3, 64, 150])
def test_meetings_are_counted_the_same_bit_by_bit_and_one_by_one(words, n_users, monkeypatch):
    monkeypatch.setattr(gram, "WORDS", words)
    monkeypatch.setattr(gram, "FEWEST_LONG", 1)
    x = random_data(n_users, 90).matrix()
    expected = np.tril((x.T @ x).toarray())
    np.testing.assert_array_equal(np.tril(gram.gram_of(x)), expected)
    x.data[:] = np.arange(len(x.data)) % 5
    np.testing.assert_allclose(np.tril(gram.gram_of(x)), np.tril((x.T @ x).toarray()))


@pytest.mark.parametrize("n", [1, 63, 64, 130, 200])
@pytest.mark.parametrize("block", [8, 1024])
def test_weights_come_from_the_lower_triangle_alone(n, block, monkeypatch):
    monkeypatch.setattr(gram, "BATCH_ROWS", block)
    values = np.random.default_rng(n).random((n, n)) + 1
    whole = np.tril(values) + np.tril(values, -1).T
    expected = -whole / whole.diagonal()
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(gram.weights_of(values), expected, rtol=1e-6)
    single = values.astype(np.float32)
    weights = gram.weights_of(single)
    np.testing.assert_allclose(weights, expected, rtol=1e-6)
    assert weights is single


@pytest.fixture
def large(monkeypatch):
    """Whatever has three items is large."""
    monkeypatch.setattr(module, "MANY_ITEMS", 2)


@pytest.mark.parametrize("weight", [0.5, 10.0, 500.0])
def test_many_items_are_solved_in_single_precision_which_says_how_far_it_is_off(weight, large):
    data = random_data(60, 40)
    expected = ridge_columns(data.matrix().toarray().astype(np.float64), weight)
    algorithm = train(data, weight)
    off = np.linalg.norm(algorithm._weights - expected) / np.linalg.norm(expected)
    told = algorithm.arithmetic()
    assert told.startswith("Single precision")
    estimate = float(told.split("about ")[1].split()[0])
    assert off / 3 < estimate < max(3 * off, 5e-6)  # where weights are small, the estimate rounds more than they do
    np.testing.assert_array_equal(train(data, weight)._weights, algorithm._weights)


def test_double_precision_is_taken_where_single_is_not_enough(large):
    # Two items that come together always, or almost, and a weight that single precision cannot see beside 3,000 meetings.
    for apart, why in (([1], "the weights would be off by about"), ([], "there is no solution")):
        user = np.concatenate([np.repeat(np.arange(3000), 2), [3000, *(3001 for _ in apart)]])
        data = interactions(user, np.concatenate([np.tile([0, 1], 3000), [2, *apart]]), 3002, 3)
        algorithm = train(data, 1e-5)
        assert algorithm.arithmetic().startswith(f"Double precision, because in single precision {why}")
        expected = ridge_columns(data.matrix().toarray().astype(np.float64), 1e-5)
        np.testing.assert_allclose(algorithm._weights, expected, atol=1e-6)


@pytest.mark.parametrize("weight", [0.5, 10.0, 500.0])
def test_few_people_give_the_same_scores_without_a_matrix_of_items(weight):
    data = random_data(n_users=12, n_items=40)
    x = data.matrix().toarray().astype(np.float64)
    algorithm = train(data, weight)
    assert not algorithm._weights.size
    scores = algorithm.score(np.arange(data.n_users, dtype=np.int32), data.by_user)
    np.testing.assert_allclose(scores, x @ ridge_columns(x, weight), atol=1e-5)
    earlier = algorithm.state() | {"spread": algorithm._spread}  # models of before have all of A X
    del earlier["inner"]
    for state in (algorithm.state(), earlier):
        again = EASE(regularization=weight)
        again.restore(state)
        assert np.array_equal(again.score(np.arange(data.n_users, dtype=np.int32), data.by_user), scores)
        check(state, again.shapes_of(state), data.n_users, data.n_items)
        assert again._spread.flags.c_contiguous  # else each list would copy it
    assert algorithm.state()["inner"].shape == (12 * 13 / 2,)
    assert not algorithm.state()["spread"].size
    newcomer = UserItems.from_lists([[3, 8, 17]])
    history = newcomer.matrix(data.n_items).toarray()
    np.testing.assert_allclose(algorithm.score(np.array([-1]), newcomer), history @ ridge_columns(x, weight), atol=1e-5)


def test_a_catalogue_that_does_not_fit_is_refused_before_and_while_training(monkeypatch):
    class Memory:
        available = 1000

    monkeypatch.setattr(gram.psutil, "virtual_memory", Memory)
    assert "20 items" in EASE.unsuited(random_data())
    with pytest.raises(WorkbenchError, match="choose Sparse EASE"):
        train(random_data())


def test_what_cannot_be_solved_says_what_to_do():
    # Two items that always come together, and a weight that vanishes beside 25 meetings.
    user = np.repeat(np.arange(25), 2)
    data = interactions(user, np.tile([0, 1], 25), 25, 2)
    with pytest.raises(WorkbenchError, match="Raise the L2 weight"):
        train(data, 1e-15)


KNOWN = {"ease": ({"regularization": 300.0}, 0.1083, 0.0535), "popularity": ({}, 0.0364, 0.0179)}


@pytest.mark.parametrize("name", KNOWN)
def test_known_results_on_movielens_1m_come_out(name, shared_data):
    hyperparameters, hit, ndcg = KNOWN[name]
    fold = last_held_out(shared_data("ml-1m"))
    algorithm = find(name).make(hyperparameters)
    list(algorithm.train(fold.train))
    result = evaluate(algorithm, fold.test, fold.train.n_items, metrics=["hit", "ndcg"], cutoffs=[10])
    assert result.metrics["hit@10"]["mean"] == pytest.approx(hit, abs=0.001)
    assert result.metrics["ndcg@10"]["mean"] == pytest.approx(ndcg, abs=0.001)


def test_known_row_of_the_table_comes_out(shared_data):
    fold = rated_from_three(shared_data("ml-1m"))
    result = evaluate(
        train(fold.train, 1000.0), fold.test, fold.train.n_items, metrics=["recall", "ndcg"], cutoffs=[10]
    )
    assert result.metrics["recall@10"]["mean"] == pytest.approx(0.2108, abs=0.001)
    assert result.metrics["ndcg@10"]["mean"] == pytest.approx(0.2853, abs=0.001)
