import numpy as np
import pytest

from workbench.evaluation.overlap import rank_biased_overlap


def by_hand(a, b, p):
    """Webber et al., equation 23, by sets."""
    k = min(len(a), len(b))
    agreed = [len({*a[:d]} & {*b[:d]}) / d for d in range(1, k + 1)]
    return agreed[-1] * p**k + (1 - p) / p * sum(x * p**d for d, x in enumerate(agreed, 1))


@pytest.mark.parametrize("p", [0.5, 0.9, 0.98])
def test_equals_the_formula_on_sets(p):
    rng = np.random.default_rng(0)
    a, b = (np.array([rng.permutation(15)[:10] for _ in range(20)], np.int32) for _ in range(2))
    expected = [by_hand(x.tolist(), y.tolist(), p) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_biased_overlap(a, b, p), expected)


def test_same_lists_are_1_and_disjoint_ones_0_whatever_their_length():
    a = np.array([[1, 2, 3], [4, 5, -1], [-1, -1, -1]], np.int32)
    np.testing.assert_allclose(rank_biased_overlap(a, a), [1, 1, np.nan])
    np.testing.assert_allclose(rank_biased_overlap(a, np.where(a >= 0, a + 10, -1)), [0, 0, np.nan])


def test_an_exchange_at_the_top_weighs_more_than_one_at_the_end():
    a = np.arange(10, dtype=np.int32)[None]
    top, end = a.copy(), a.copy()
    top[0, :2], end[0, -2:] = [1, 0], [9, 8]
    assert rank_biased_overlap(a, top)[0] < rank_biased_overlap(a, end)[0] < 1
