import numpy as np
import pytest
from scipy import stats

from workbench.errors import WorkbenchError
from workbench.evaluation import significance
from workbench.evaluation.significance import (
    benjamini_hochberg,
    compare_pairs,
    effect_size,
    holm,
    in_words,
    paired_t,
    permutation,
    wilcoxon,
)

RNG = np.random.default_rng(2)
A = RNG.random(80)
B = A + RNG.normal(0.04, 0.1, 80)
B[:20] = A[:20]  # many users do not differ


def test_tests_equal_scipy():
    assert wilcoxon(B - A) == stats.wilcoxon(B, A).pvalue
    assert paired_t(B - A) == pytest.approx(stats.ttest_rel(B, A).pvalue)
    theirs = stats.permutation_test(
        (B[20:], A[20:]), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=9999, rng=1
    )
    assert permutation(B - A) == pytest.approx(theirs.pvalue, abs=0.01)


def test_few_users_are_permuted_exactly_as_scipy_does():
    moved = np.array([0.3, -0.1, 0.2, 0.4, 0.25, 0.0])
    theirs = stats.permutation_test((moved,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert permutation(moved) == pytest.approx(theirs.pvalue)


def test_corrections_equal_a_calculation_by_hand_and_a_loop():
    p = [0.01, 0.04, 0.03, 0.005, 0.2, 1.0]
    # .005·6/1 and .01·6/2, .03·6/3 and .04·6/4, .2·6/5, 1: each the least of itself and those after it
    np.testing.assert_allclose(benjamini_hochberg(p), [0.03, 0.06, 0.06, 0.03, 0.24, 1.0])
    assert benjamini_hochberg([]) == []
    ordered, so_far, expected = sorted(p), 0.0, {}
    for at, one in enumerate(ordered):
        so_far = max(so_far, min(1, one * (len(p) - at)))
        expected[one] = so_far
    np.testing.assert_allclose(holm(p), [expected[one] for one in p])


def test_no_difference_has_no_evidence_in_any_test():
    for test in significance.TESTS:
        (one,) = compare_pairs([(A, A)], test)
        assert (one.difference, one.p, one.effect, one.gain, one.lose) == (0, 1, 0, 0, 0)
        assert in_words("a", "b", "ndcg@10", one).startswith("Probably just noise")


def test_a_pair_is_described_and_adjusted_for_all_pairs():
    noise = A + RNG.normal(0, 0.1, 80)
    first, second = compare_pairs([(A, B), (A, noise)])
    assert first.difference == pytest.approx((B - A).mean())
    assert first.low < first.difference < first.high
    assert (first.gain, first.lose) == ((B > A).sum(), (B < A).sum())
    assert first.effect == pytest.approx((B - A).mean() / (B - A).std(ddof=1)) == pytest.approx(effect_size(B - A))
    assert first.p_adjusted == pytest.approx(min(1, 2 * first.p))
    assert second.p_adjusted >= second.p


def test_what_is_not_defined_for_a_user_is_left_out():
    a, b = A.copy(), B.copy()
    a[3], b[7] = np.nan, np.nan
    (one,) = compare_pairs([(a, b)])
    assert one.users == 78
    (none,) = compare_pairs([(np.full(5, np.nan), A[:5])])
    assert none.users == 0
    assert "no users in common" in in_words("a", "b", "ndcg@10", none)


def test_words_say_who_is_better_and_for_how_many():
    (one,) = compare_pairs([(A, A + 0.1 + RNG.random(80) / 100)])
    words = in_words("pop", "ease", "ndcg@10", one)
    assert words.startswith("ease is better than pop by 0.1")
    assert "the effect is large: better for 80, worse for 0, equal for 0" in words
    assert "p < 0.0001, adjusted by Holm" in words
    lower = in_words("pop", "ease", "rmse", one, higher_is_better=False)
    assert lower.startswith("ease is worse than pop")
    assert "better for 0, worse for 80" in lower
    assert in_words("a", "b", "arp@10", one, higher_is_better=None).startswith("b is higher than a")


def test_a_test_and_an_interval_that_disagree_are_both_told():
    moved = np.concatenate([np.full(60, 0.01), [-0.9, -0.8]])  # nearly all gain a little, two lose much
    (one,) = compare_pairs([(np.ones(62), 1 + moved)])
    assert one.p < 0.05
    assert one.low < 0 < one.high
    assert "includes 0: surer is for how many users than by how much" in in_words("a", "b", "ndcg@10", one)


def test_chance_is_called_chance_as_often_as_promised():
    alarms = 0
    for _ in range(200):
        a = RNG.random(60)
        alarms += compare_pairs([(a, a + RNG.normal(0, 0.1, 60))], "t")[0].p < 0.05
    assert alarms <= 20  # 10 are expected


def test_unknown_tests_are_refused():
    with pytest.raises(WorkbenchError, match="There are: wilcoxon, t, permutation"):
        compare_pairs([(A, B)], "chi")
