import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.evaluation import significance
from workbench.evaluation.significance import (
    TESTS,
    about,
    compare_pair,
    effect_size,
    paired_t,
    pairs_of,
    permutation,
    wilcoxon,
)

RNG = np.random.default_rng(2)
A = RNG.random(80)
B = A + RNG.normal(0.04, 0.1, 80)
B[:20] = A[:20]  # many users do not differ


def test_tests_equal_scipy():
    from scipy import stats

    assert wilcoxon(B - A) == stats.wilcoxon(B, A).pvalue
    assert paired_t(B - A) == pytest.approx(stats.ttest_rel(B, A).pvalue)
    theirs = stats.permutation_test(
        (B[20:], A[20:]), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=9999, rng=1
    )
    assert permutation(B - A) == pytest.approx(theirs.pvalue, abs=0.01)


def test_few_users_are_permuted_exactly_as_scipy_does():
    from scipy import stats

    moved = np.array([0.3, -0.1, 0.2, 0.4, 0.25, 0.0])
    theirs = stats.permutation_test((moved,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert permutation(moved) == pytest.approx(theirs.pvalue)
    assert permutation(moved, resamples=2**5) == pytest.approx(theirs.pvalue)  # as many as there are signs


def test_level_ranks_of_few_users_are_tried_with_all_signs_as_scipy_does():
    from scipy import stats

    rng = np.random.default_rng(5)
    for n in range(1, 8):
        whole = rng.integers(-3, 4, n)
        for moved in (np.append(whole, 1.0), np.append(whole, [2.0, 0.0]), rng.normal(size=n)):
            assert wilcoxon(moved) == stats.wilcoxon(moved).pvalue, moved
    assert (
        wilcoxon(np.append(whole, [0.0] * 9)) == stats.wilcoxon(np.append(whole, [0.0] * 9)).pvalue
    )  # not exact there


@pytest.mark.parametrize("test", TESTS)
def test_no_difference_has_no_evidence_in_any_test(test):
    one = compare_pair(A, A, test=test)
    assert (one.difference, one.p, one.effect, one.gain, one.lose) == (0, 1, 0, 0, 0)
    assert one.nowhere
    assert not one.more_than_chance


def test_one_user_with_a_difference_is_one():
    assert not compare_pair(A, np.concatenate([[A[0] + 0.1], A[1:]])).nowhere
    assert not compare_pair(A, np.concatenate([[A[0] - 0.1], A[1:]])).nowhere


@pytest.mark.parametrize("test", TESTS)
def test_one_user_proves_nothing(test):
    one = compare_pair(np.array([0.1]), np.array([0.9]), test=test)
    assert one.p == one.p_adjusted == 1
    assert (one.low, one.high, one.effect, one.gain, one.users) == (None, None, None, 1, 1)
    assert not one.more_than_chance


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("n", [2, 5, 12])
def test_users_who_all_differ_by_the_same_are_as_many_coins(test, n):
    """Without a spread there is no t: two who agree were 0 and "p < 0.0001"; that both fall on one side has one half."""
    a = np.linspace(0.1, 0.7, n)
    one = compare_pair(a, a + 0.1, test=test)  # but for rounding
    assert one.p == pytest.approx(2 / 2**n)
    assert one.effect is None
    assert one.more_than_chance == (n > 5)


def test_two_users_who_differ_unlike_each_other_have_a_t():
    from scipy import stats

    moved = np.array([0.1, 0.3])
    assert paired_t(moved) == stats.ttest_1samp(moved, 0).pvalue
    assert effect_size(moved) == pytest.approx(0.2 / np.std(moved, ddof=1))


def test_a_pair_is_described_and_corrected_for_all_pairs_of_the_runs():
    one = compare_pair(A, B)
    assert one.difference == pytest.approx((B - A).mean()) == pytest.approx(one.mean_b - one.mean_a)
    assert (one.mean_a, one.mean_b) == (pytest.approx(A.mean()), pytest.approx(B.mean()))
    assert one.low < one.difference < one.high
    assert (one.gain, one.lose, one.users) == ((B > A).sum(), (B < A).sum(), 80)
    assert one.effect == pytest.approx((B - A).mean() / (B - A).std(ddof=1))
    assert (one.runs, one.pairs, one.p_adjusted) == (2, 1, one.p)
    ten = compare_pair(A, B, runs=10)
    assert (ten.runs, ten.pairs) == (10, 45)
    assert ten.p_adjusted == pytest.approx(min(1, 45 * one.p))
    assert compare_pair(A, B, runs=10_000).p_adjusted == 1
    assert [pairs_of(n) for n in (2, 3, 10, 200)] == [1, 3, 45, 19_900]


def test_the_correction_can_turn_an_answer():
    a = RNG.random(40)
    b = a + RNG.normal(0.03, 0.08, 40)
    p = compare_pair(a, b).p
    runs = next(n for n in range(2, 1000) if pairs_of(n) * p >= 0.05)
    assert compare_pair(a, b, runs=runs - 1).more_than_chance
    assert not compare_pair(a, b, runs=runs).more_than_chance


def test_the_order_of_a_pair_turns_the_sign_and_nothing_else():
    there, back = compare_pair(A, B, runs=5), compare_pair(B, A, runs=5)
    assert back.p_adjusted == there.p_adjusted
    assert (back.difference, back.gain, back.lose) == (-there.difference, there.lose, there.gain)
    assert (back.low, back.high) == (pytest.approx(-there.high), pytest.approx(-there.low))


@pytest.mark.parametrize("test", ["wilcoxon", "permutation"])
@pytest.mark.parametrize("users", [9, 90])
def test_rounding_changes_no_answer(test, users):
    moved = RNG.integers(-4, 6, users) / 10  # many are equal, and so are many of their sums
    rounded = moved * (1 + 2.0**-50 * RNG.integers(-3, 4, users))
    assert (rounded != moved).any()
    assert TESTS[test](rounded) == TESTS[test](moved)
    for order in (RNG.permutation(users) for _ in range(5)):
        assert test == "permutation" or TESTS[test](rounded[order]) == TESTS[test](moved)


@pytest.mark.parametrize("users", [6, 9, 30])
def test_what_cancels_out_but_for_rounding_has_no_evidence(users):
    assert permutation(np.resize([0.1, 0.2, -0.3], users)) == permutation(np.resize([0.3, -0.2, -0.1], users)) == 1


def test_what_is_not_defined_for_a_user_is_left_out():
    a, b = A.copy(), B.copy()
    a[3], b[7] = np.nan, np.nan
    kept = np.delete(np.arange(80), [3, 7])
    assert compare_pair(a, b) == compare_pair(A[kept], B[kept])
    none = compare_pair(np.full(5, np.nan), A[:5])
    assert (none.users, none.p, none.low, none.difference) == (0, 1, None, 0)


@pytest.fixture
def without_intervals(monkeypatch):
    """Intervals take most of the time, and nothing here looks at them."""
    monkeypatch.setattr(significance, "bootstrap", lambda values: (np.zeros(1), np.zeros(1)))


@pytest.mark.usefixtures("without_intervals")
def test_chance_is_called_chance_as_often_as_promised():
    alarms = 0
    for _ in range(200):
        a = RNG.random(60)
        alarms += compare_pair(a, a + RNG.normal(0, 0.1, 60), test="t").more_than_chance
    assert alarms <= 20  # 10 are expected


@pytest.mark.usefixtures("without_intervals")
def test_among_ten_runs_that_are_alike_a_false_alarm_is_rare():
    """The chance of any at all is at most 5 %, however many pairs are looked at."""
    alarms = 0
    for _ in range(25):
        runs = RNG.random(50) + RNG.normal(0, 0.1, (10, 50))
        found = [compare_pair(a, b, runs=10, test="t") for at, a in enumerate(runs) for b in runs[at + 1 :]]
        alarms += any(one.more_than_chance for one in found)
    assert alarms <= 4  # at most 1 is expected; without a correction nearly all have some


def test_unknown_tests_are_refused():
    with pytest.raises(WorkbenchError, match="There are: wilcoxon, t, permutation"):
        compare_pair(A, B, test="chi")


def test_how_it_was_tested_is_told():
    assert about() == about("wilcoxon")
    assert about()["test"] == "wilcoxon"
    assert "Bonferroni" in about()["correction"]
    assert "permutations" not in about()
    assert about("permutation")["permutations"] == 10_000
