import math

import numpy as np
import pytest

from workbench.evaluation import intervals
from workbench.evaluation.intervals import bootstrap

RNG = np.random.default_rng(5)


def test_the_interval_is_that_of_scipy_up_to_chance():
    from scipy import stats

    values = RNG.exponential(size=(300, 3))
    low, high = bootstrap(values, resamples=8000)
    for at in range(3):
        theirs = stats.bootstrap(
            (values[:, at],), np.mean, method="percentile", n_resamples=8000, rng=1
        ).confidence_interval
        wide = theirs.high - theirs.low
        assert low[at] == pytest.approx(theirs.low, abs=0.05 * wide)
        assert high[at] == pytest.approx(theirs.high, abs=0.05 * wide)


def test_it_never_leaves_the_range_of_the_values_unlike_the_normal_one():
    values = np.zeros((50, 1))
    values[0] = 1
    low, high = bootstrap(values)
    assert 0 <= low[0] < values.mean() < high[0] <= 1
    assert values.mean() - 1.96 * values.std(ddof=1) / np.sqrt(50) < 0


def test_the_same_seed_gives_the_same_interval():
    values = RNG.random((40, 4))
    assert [one.tolist() for one in bootstrap(values)] == [one.tolist() for one in bootstrap(values)]


@pytest.mark.parametrize("n", [2, 41, 700])
@pytest.mark.parametrize("weighted", [False, True])
def test_an_interval_is_the_same_alone_as_beside_others(n, weighted):
    values = RNG.exponential(size=(n, 11))
    values[RNG.random(values.shape) < 0.1] = np.nan
    values[:, ::3] = np.nan_to_num(values[:, ::3])  # some are whole
    weights = RNG.random(n) if weighted else None
    together = np.array(bootstrap(values, weights))
    for some in ([0], [1], [4, 2], [0, 3, 6], range(10)):
        np.testing.assert_array_equal(bootstrap(values[:, list(some)], weights), together[:, list(some)])


@pytest.mark.parametrize("n", [3, 500])
def test_the_means_are_those_of_exact_sums(n):
    values, weights = RNG.exponential(size=n), RNG.random(n)
    means = []
    for drawn in intervals._drawn(n, 300, 4):
        for often in drawn.astype(int).tolist():
            of_each = [(at, times) for at, times in enumerate(often) if times]
            total = math.fsum(values[at] * weights[at] * times for at, times in of_each)
            means.append(total / math.fsum(weights[at] * times for at, times in of_each))
    found = np.array(bootstrap(values[:, None], weights, resamples=300, seed=4))[:, 0]
    np.testing.assert_allclose(found, np.quantile(means, [0.025, 0.975]), rtol=1e-11)


def test_users_without_a_value_do_not_count():
    values = np.full((60, 1), 2.0)
    values[::2] = np.nan
    assert [one.tolist() for one in bootstrap(values)] == [[2.0], [2.0]]
    assert np.isfinite(bootstrap(np.array([[np.nan], [1.0], [3.0]]))).all()


def test_users_count_by_their_weight():
    values, weights = RNG.random((80, 1)), RNG.integers(1, 50, 80).astype(float)
    low, high = bootstrap(values, weights, resamples=4000)
    chosen = RNG.integers(0, 80, (4000, 80))
    means = (values[chosen, 0] * weights[chosen]).sum(axis=1) / weights[chosen].sum(axis=1)
    np.testing.assert_allclose([low[0], high[0]], np.quantile(means, [0.025, 0.975]), rtol=0.02)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_every_user_is_drawn_as_often_as_any_other(n):
    from workbench.evaluation.kernels.metrics import draws

    counts = np.zeros((20_000, n), np.float32)
    draws(np.uint64(3), counts)
    assert (counts.sum(axis=1) == n).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.03)
    assert counts.var() == pytest.approx(1 - 1 / n, abs=0.03)
