import itertools

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import non_negative_factorization

from tests.algorithms.movielens import interactions
from tests.algorithms.rated import dense, errors, every_pair, small, trained
from tests.golden import low_rank
from workbench.algorithms import nmf
from workbench.algorithms.nmf import NMF
from workbench.data.interactions import UserItems


def inside(algorithm, data):
    """Ratings as they are inside, (n_users, n_items), NaN where there is none."""
    return (dense(data) - algorithm._offset) / algorithm._scale


def objective(algorithm, data):
    """What is to be made least, in plain numpy."""
    r, weight = inside(algorithm, data), algorithm.regularization
    known = ~np.isnan(r)
    predicted = algorithm._user_factors @ algorithm._item_factors.T
    predicted += algorithm._user_bias[:, None] + algorithm._item_bias
    held_down = weight * known.sum(axis=1) @ ((algorithm._user_factors**2).sum(axis=1) + algorithm._user_bias**2)
    held_down += weight * known.sum(axis=0) @ ((algorithm._item_factors**2).sum(axis=1) + algorithm._item_bias**2)
    return np.nansum((r - predicted) ** 2) + held_down


def slow_update(r, p, q, my_bias, their_bias, weight, *, biased):
    """The multiplicative update of one side, by whole matrices."""
    known = ~np.isnan(r)
    n = known.sum(axis=1)
    if biased:
        rest = np.where(known, r - their_bias - p @ q.T, 0).sum(axis=1)
        my_bias = np.divide(rest, n * (1 + weight), out=np.zeros(len(p)), where=n > 0)
    target = np.where(known, r - my_bias[:, None] - their_bias, 0)
    above = np.maximum(target, 0) @ q
    below = np.where(known, p @ q.T + np.maximum(-target, 0), 0) @ q + weight * n[:, None] * p
    return np.where(below > 0, p * above / np.where(below > 0, below, 1), p), my_bias


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("factors", [1, 4, 9])
def test_equals_updates_by_whole_matrices(biased, factors):
    _, data = small()
    algorithm = NMF(factors=factors, epochs=3, regularization=0.1, biased=biased)
    algorithm._begin(data, algorithm.learn_scale(data), 5)
    r = inside(algorithm, data)
    p, q, bu, bi = algorithm._user_factors, algorithm._item_factors, algorithm._user_bias, algorithm._item_bias
    for _ in range(3):
        p, bu = slow_update(r, p, q, bu, bi, 0.1, biased=biased)
        q, bi = slow_update(r.T, q, p, bi, bu, 0.1, biased=biased)
    _, records = trained(algorithm, data, seed=5)
    np.testing.assert_allclose(algorithm._user_factors, p, rtol=1e-9)
    np.testing.assert_allclose(algorithm._item_factors, q, rtol=1e-9)
    np.testing.assert_allclose(algorithm._user_bias, bu, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(algorithm._item_bias, bi, rtol=1e-8, atol=1e-12)
    assert records[-1].loss == pytest.approx(algorithm._scale * np.sqrt(objective(algorithm, data) / len(data)))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    biased=st.booleans(),
    weight=st.sampled_from([0.0, 0.06, 2.0]),
    shift=st.sampled_from([-10.0, -3.0, 0.0]),
)
def test_factors_are_never_negative_and_the_loss_never_goes_up(seed, biased, weight, shift):
    frame, _ = small(seed, n_users=9, n_items=7, n=30)
    frame["rating"] += np.float32(shift)
    data = interactions(frame, 10, 8)
    algorithm, losses = NMF(factors=3, epochs=25, regularization=weight, biased=biased), []
    for record in algorithm.train(data, seed):
        if record.ends_epoch:
            losses.append(record.loss)
            assert (algorithm._user_factors >= 0).all()
            assert (algorithm._item_factors >= 0).all()
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in itertools.pairwise(losses))


def test_of_a_full_matrix_it_is_that_of_scikit_learn():
    """With every rating known and no weights: the multiplicative updates of scikit-learn, from the same start."""
    _, data = small(n=300, spare=0)
    algorithm = NMF(factors=4, epochs=30, regularization=0)
    algorithm._begin(data, algorithm.learn_scale(data), 5)
    p, q = np.array(algorithm._user_factors), np.array(algorithm._item_factors)
    trained(algorithm, data, seed=5)
    with pytest.warns(match="Maximum number of iterations"):
        p, q, _ = non_negative_factorization(
            inside(algorithm, data),
            W=p,
            H=q.T.copy(),
            init="custom",
            n_components=4,
            solver="mu",
            max_iter=30,
            tol=1e-300,
        )
    np.testing.assert_allclose(algorithm._user_factors @ algorithm._item_factors.T, p @ q, rtol=1e-6)


def test_people_fold_in_near_the_least_squares_without_negatives():
    data = low_rank().train
    algorithm, _ = trained(NMF(epochs=200), data)
    history = data.by_user.rows(np.array([3]))
    q = algorithm._item_factors[history.item]
    target = (history.rating - algorithm._offset) / algorithm._scale
    extra = np.sqrt(algorithm.regularization * len(q)) * np.eye(q.shape[1])
    best, _ = scipy.optimize.nnls(np.vstack([q, extra]), np.concatenate([target, np.zeros(len(extra))]))
    expected = algorithm._offset + algorithm._scale * (algorithm._item_factors @ best)
    scores = algorithm.score(np.array([-1], np.int32), history)[0]
    np.testing.assert_allclose(scores[:-2], expected[:-2], atol=0.05)


@pytest.mark.parametrize("biased", [False, True])
def test_the_unknown_get_what_is_known_of_the_rest(biased):
    frame, data = small()
    algorithm, _ = trained(NMF(biased=biased), data)
    one, unknown = np.array([3], np.int32), np.array([-1], np.int32)
    mean, scale = algorithm._mean, algorithm._scale
    of_user = mean + scale * algorithm._user_bias[3] if biased else frame.rating[frame.user == 3].mean()
    of_item = mean + scale * algorithm._item_bias[3] if biased else frame.rating[frame.item == 3].mean()
    assert algorithm.predict(one, unknown)[0] == pytest.approx(of_user, rel=1e-5)
    assert algorithm.predict(unknown, one)[0] == pytest.approx(of_item, rel=1e-5)
    assert np.isfinite(algorithm.predict(*every_pair(data))).all()


def test_a_history_of_items_that_nobody_rated_says_nothing():
    _, data = small()
    algorithm, _ = trained(NMF(), data)
    stranger = UserItems.from_lists([[data.n_items - 1], []])
    known, nothing = algorithm.score(np.full(2, -1, np.int32), stranger)
    np.testing.assert_array_equal(known, nothing)


def test_blocks_report_without_changing_the_result(monkeypatch):
    _, data = small()
    whole, _ = trained(NMF(epochs=2), data)
    monkeypatch.setattr(nmf, "BLOCK", 7)
    blocks, records = trained(NMF(epochs=2), data)
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
    parts = [record.part for record in records if record.epoch == 0 and not record.ends_epoch]
    assert parts == sorted(parts)
    assert len(parts) == 3 + 3  # 22 users, 17 items


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, _ = errors(shared_data("ml-100k"), NMF)
    assert rmse <= 0.9689 + 0.003  # Surprise's NMF
    assert rmse == pytest.approx(0.951, abs=0.003)
    rmse, _ = errors(shared_data("ml-100k"), lambda: NMF(biased=True))
    assert rmse == pytest.approx(0.930, abs=0.003)
