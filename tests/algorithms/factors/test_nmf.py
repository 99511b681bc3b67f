import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.algorithms.movielens import interactions
from tests.algorithms.rated import dense, errors, every_pair, small, trained
from tests.golden import low_rank
from workbench.algorithms.factors import nmf
from workbench.algorithms.factors.nmf import NMF
from workbench.data.interactions import UserItems


def inside(algorithm, data):
    """Ratings as they are inside, (n_users, n_items), NaN where there is none."""
    return (dense(data) - algorithm._offset) / algorithm._scale


def objective(algorithm, data):
    """What is to be made least, in plain numpy."""
    r, weight = inside(algorithm, data), max(algorithm.regularization, nmf.LEAST_WEIGHT)
    known = ~np.isnan(r)
    predicted = algorithm._user_factors @ algorithm._item_factors.T
    predicted += algorithm._user_bias[:, None] + algorithm._item_bias
    held_down = weight * known.sum(axis=1) @ ((algorithm._user_factors**2).sum(axis=1) + algorithm._user_bias**2)
    held_down += weight * known.sum(axis=0) @ ((algorithm._item_factors**2).sum(axis=1) + algorithm._item_bias**2)
    return np.nansum((r - predicted) ** 2) + held_down


def least_squares(r, q, their_bias, weight, *, biased):
    """Factors and biases of each row of `r`, by scipy; a bias of either sign is the difference of two columns."""
    import scipy.optimize

    p, bias = np.zeros((len(r), q.shape[1])), np.zeros(len(r))
    for row, values in enumerate(r):
        known = ~np.isnan(values)
        if not known.any():
            continue
        root = np.sqrt(weight * known.sum())
        x, target = q[known], (values - their_bias)[known]
        held_down = root * np.eye(q.shape[1] + biased)
        if biased:
            x = np.column_stack([x, np.ones(known.sum())])
        x = np.vstack([x, held_down])
        if biased:
            x = np.column_stack([x, -x[:, -1]])
        found, _ = scipy.optimize.nnls(x, np.concatenate([target, np.zeros(len(held_down))]))
        p[row] = found[: q.shape[1]]
        bias[row] = found[-2] - found[-1] if biased else 0
    return p, bias


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("factors", [1, 4, 9])
def test_equals_least_squares_without_negatives_in_turn(biased, factors):
    _, data = small()
    algorithm = NMF(factors=factors, epochs=3, regularization=0.1, biased=biased)
    algorithm._begin(data, algorithm.learn_scale(data), 5)
    r = inside(algorithm, data)
    p, bu = algorithm._user_factors, algorithm._user_bias
    for _ in range(3):
        q, bi = least_squares(r.T, p, bu, 0.1, biased=biased)
        p, bu = least_squares(r, q, bi, 0.1, biased=biased)
    _, records = trained(algorithm, data, seed=5)
    assert (p == 0).any() or factors == 1  # or nothing would have kept them from falling below
    np.testing.assert_allclose(algorithm._user_factors, p, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(algorithm._item_factors, q, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(algorithm._user_bias, bu, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(algorithm._item_bias, bi, rtol=1e-7, atol=1e-9)
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


def test_of_a_full_matrix_it_comes_at_least_as_close_as_scikit_learn():
    """With every rating known and no weights, where many steps of either end."""
    from sklearn.decomposition import non_negative_factorization

    _, data = small(n=300, spare=0)
    algorithm, _ = trained(NMF(factors=4, epochs=200, regularization=0, biased=False), data)
    r = inside(algorithm, data)
    p, q, _ = non_negative_factorization(r, n_components=4, init="nndsvda", random_state=0, max_iter=2000)
    assert objective(algorithm, data) <= 1.02 * np.square(r - p @ q).sum()


@pytest.mark.parametrize("weight", [0.0, 0.06])
@pytest.mark.parametrize("biased", [False, True])
def test_people_stand_where_they_stood_in_training_after_each_epoch(biased, weight):
    data = low_rank().train
    algorithm = NMF(epochs=4, regularization=weight, biased=biased)
    everybody = np.arange(data.n_users, dtype=np.int32)
    for record in algorithm.train(data, 0):
        if record.ends_epoch:
            known, folded = (algorithm.score(users, data.by_user) for users in (everybody, np.full_like(everybody, -1)))
            np.testing.assert_array_equal(folded, known)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("weight", [0.001, 0.06, 5.0])
def test_newcomers_are_the_least_squares_without_negatives(biased, weight):
    data = low_rank().train
    algorithm, _ = trained(NMF(epochs=5, regularization=weight, biased=biased), data)
    history = data.by_user.rows(np.array([3, 4, 5])[::-1])
    target = np.full((3, data.n_items), np.nan)
    target[np.repeat(np.arange(3), history.lengths), history.item] = history.rating
    target = (target - algorithm._offset) / algorithm._scale
    best, bias = least_squares(target, algorithm._item_factors, algorithm._item_bias, weight, biased=biased)
    inside = bias[:, None] + algorithm._item_bias + best @ algorithm._item_factors.T
    scores = algorithm.score(np.full(3, -1, np.int32), history)
    np.testing.assert_allclose(scores[:, :-2], algorithm._offset + algorithm._scale * inside[:, :-2], rtol=1e-6)


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
    algorithm, _ = trained(NMF(biased=False), data)
    stranger = UserItems.from_lists([[data.n_items - 1], []])
    known, nothing = algorithm.score(np.full(2, -1, np.int32), stranger)
    np.testing.assert_array_equal(known, nothing)


def test_blocks_report_without_changing_the_result(monkeypatch):
    _, data = small()
    whole, _ = trained(NMF(epochs=2), data)
    # Ratings and factors of a block, times the square of the factors.
    monkeypatch.setattr(nmf, "BATCH_OPERATIONS", 15**2 * 150)
    blocks, records = trained(NMF(epochs=2), data)
    for key, value in whole.state().items():
        np.testing.assert_array_equal(value, blocks.state()[key], err_msg=key)
    parts = [record.part for record in records if record.epoch == 0 and not record.ends_epoch]
    assert parts == sorted(parts)
    assert len(parts) > 4  # two blocks a side at least
    assert all(0 < part < 1 for part in parts)


def test_threads_change_nothing(monkeypatch):
    _, data = small()
    monkeypatch.setattr(nmf, "BATCH_OPERATIONS", 15**2 * 150)
    one, _ = trained(NMF(epochs=2), data)
    monkeypatch.setattr(nmf, "allowed", lambda: 3)
    three, _ = trained(NMF(epochs=2), data)
    for key, value in one.state().items():
        np.testing.assert_array_equal(value, three.state()[key], err_msg=key)


def test_error_on_the_official_folds_of_movielens_100k(shared_data):
    rmse, _ = errors(shared_data("ml-100k"), lambda: NMF(biased=False))
    assert rmse <= 0.9689 + 0.003  # Surprise's NMF
    assert rmse == pytest.approx(0.936, abs=0.003)
    rmse, _ = errors(shared_data("ml-100k"), NMF)
    assert rmse == pytest.approx(0.927, abs=0.003)
