"""The Pareto front against every point held against every other."""

import numpy as np
import pytest

from workbench.evaluation.pareto import front


def brute(x, y, x_higher, y_higher):
    a, b = (x if x_higher else -x), (y if y_higher else -y)
    beaten = lambda i: any(a[j] >= a[i] and b[j] >= b[i] and (a[j] > a[i] or b[j] > b[i]) for j in range(len(a)))  # noqa: E731
    return {i for i in range(len(x)) if not np.isnan(x[i] + y[i]) and not beaten(i)}


@pytest.mark.parametrize("x_higher", [True, False])
@pytest.mark.parametrize("y_higher", [True, False])
def test_front_is_what_no_other_point_beats(x_higher, y_higher):
    rng = np.random.default_rng(0)
    for _ in range(40):
        x, y = (rng.integers(0, 6, 12).astype(float) for _ in range(2))  # with many ties
        x[rng.integers(0, 12)] = np.nan
        found = front(x, y, x_higher=x_higher, y_higher=y_higher)
        assert set(found.tolist()) == brute(x, y, x_higher, y_higher)
        assert (np.diff(x[found]) >= 0).all()


def test_nothing_and_one_point():
    assert front(np.empty(0), np.empty(0)).tolist() == []
    assert front(np.array([1.0]), np.array([2.0])).tolist() == [0]
    assert front(np.array([np.nan]), np.array([2.0])).tolist() == []
