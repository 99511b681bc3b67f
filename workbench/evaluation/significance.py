"""How two runs differ: a paired test by user, corrected for the number of pairs that might have been asked.

All tests look at the differences of the users that both runs have. Sources: Wilcoxon, Biometrics Bulletin 1(6), 1945; Dunn,
"Multiple comparisons among means", JASA 56, 1961 (the correction called after Bonferroni); of their use for lists, Smucker,
Allan & Carterette, "A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007.

**One correction, and why this one.** The family of a test is every pair of the runs of a project that were tested alike,
whichever of them are looked at: whoever may choose a pair after seeing all numbers has made all these comparisons. So p
is multiplied by the number of these pairs. Holm's steps and false discovery rates find a little more, but what they say of
a pair depends on the p of all others. To correct for the selected ones alone gives two runs another answer with each
selection; to test all pairs of 200 runs is 19,900 tests, before two can be compared: 40 s with scipy for 6,000 users,
minutes for 140,000. This needs one test and one count, and the answer depends on the pair and the number of runs alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.intervals import LEVEL, RESAMPLES, SEED, bootstrap

ALPHA = 0.05
CORRECTION = "Bonferroni, over all pairs of the runs of the project that were tested alike"
PERMUTATIONS = 10_000
# Up to here SciPy tries the signs of all ranks where some are level, one after the other: the same number in 1.3 s for 12
# users, and in 1 ms here.
MAX_EXACT_USERS = 13
# Below this part of the largest, a difference or a spread is what rounding leaves of none.
ROUNDING = 1e-9
# Signs drawn at once.
BATCH_SIGNS = 4_000_000


@dataclass(frozen=True)
class Difference:
    """How two runs differ in one metric.

    Attributes
    ----------
    mean_a, mean_b : float
        Means over the users that both have.
    difference, low, high : float
        Mean over users of b - a, and its bootstrap interval.
    p, p_adjusted : float
        Chance of such a difference if there were none; times the pairs of the family, and at most 1.
    runs, pairs : int
        Runs of the family, and how many pairs of them there are.
    effect : float or None
        Mean / standard deviation of the differences (Cohen's d for pairs); None where every user differs by the same.
    gain, lose : int
        Users for whom b is greater, smaller; the others are equal.
    """

    mean_a: float
    mean_b: float
    difference: float
    low: float | None
    high: float | None
    p: float
    p_adjusted: float
    runs: int
    pairs: int
    test: str
    effect: float | None
    gain: int
    lose: int
    users: int

    @property
    def more_than_chance(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.p_adjusted < ALPHA

    @property
    def nowhere(self) -> bool:
        """Whether no user has a difference."""
        return not self.gain and not self.lose


def wilcoxon(differences: Array) -> float:
    """Signed-rank test, two-sided; users without a difference are left out (as Wilcoxon did), 1 where none is left."""
    from scipy import stats

    if not np.any(differences):
        return 1.0
    # In steps that are larger than rounding: differences that are equal but for their last digits share their rank.
    steps = np.rint(differences / (ROUNDING * np.abs(differences).max()))
    if len(steps) <= MAX_EXACT_USERS:
        moved = steps[steps != 0]
        return permutation(np.sign(moved) * stats.rankdata(np.abs(moved)))
    return float(stats.wilcoxon(steps, zero_method="wilcox", method="auto").pvalue)


def paired_t(differences: Array) -> float:
    """Student's t of the mean difference, two-sided; 1 where all differences are 0.

    Without a spread t is not defined (a single user, or everybody moved by the same). The share of signs, which needs no
    spread, then stands for it: 2 / 2^n for n users, so that two users who happen to agree prove nothing.
    """
    from scipy import stats

    if not np.any(differences):
        return 1.0
    if not has_spread(differences):
        return float(2.0 ** (1 - len(differences)))
    return float(stats.ttest_1samp(differences, 0.0).pvalue)


def permutation(differences: Array, resamples: int = PERMUTATIONS, seed: int = SEED) -> float:
    """Share of random signs under which the mean is at least as far from 0, the observed one counted in; two-sided.

    Exact (all signs) where there are no more than `resamples` of them.
    """
    moved = differences[differences != 0]
    n = len(moved)
    if not n:
        return 1.0
    # Sums that are equal but for rounding count as equal, so that no library changes the answer.
    observed = abs(moved.sum()) - ROUNDING * np.abs(moved).sum()
    if 2**n <= resamples:
        signs = 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1
        return float(np.mean(np.abs(signs @ moved) >= observed))
    rng = np.random.default_rng([seed, n])
    far, rows = 0, max(1, BATCH_SIGNS // n)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        bits = np.unpackbits(rng.integers(0, 256, (count, -(-n // 8)), dtype=np.uint8), axis=1, count=n)
        far += int(np.count_nonzero(np.abs(2 * (bits @ moved) - moved.sum()) >= observed))
    return (far + 1) / (resamples + 1)


TESTS = {"wilcoxon": wilcoxon, "t": paired_t, "permutation": permutation}


def compare_pair(a: Array, b: Array, *, runs: int = 2, test: str = "wilcoxon") -> Difference:
    """How run b differs from run a.

    Parameters
    ----------
    a, b
        Values of the same users in the same order, float64 (n_users,) each; NaN where not defined.
    runs
        How many runs there are of which any two might have been compared; for all their pairs p is corrected.
    """
    if test not in TESTS:
        raise WorkbenchError(f"There is no test '{test}'. There are: {', '.join(TESTS)}.")
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[both], b[both]
    moved, pairs, n = b - a, pairs_of(runs), len(a)
    p = TESTS[test](moved) if n else 1.0
    low, high = (float(end[0]) for end in bootstrap(moved[:, None])) if n > 1 else (None, None)
    return Difference(
        mean_a=float(a.mean()) if n else 0.0,
        mean_b=float(b.mean()) if n else 0.0,
        difference=float(moved.mean()) if n else 0.0,
        low=low,
        high=high,
        p=p,
        p_adjusted=min(1.0, p * pairs),
        runs=runs,
        pairs=pairs,
        test=test,
        effect=effect_size(moved),
        gain=int((moved > 0).sum()),
        lose=int((moved < 0).sum()),
        users=n,
    )


def pairs_of(runs: int) -> int:
    """How many pairs some runs make."""
    return runs * (runs - 1) // 2


def effect_size(differences: Array) -> float | None:
    """Mean / standard deviation of paired differences; 0 where there are none, None where all are the same."""
    if not np.any(differences):
        return 0.0
    return float(differences.mean() / differences.std(ddof=1)) if has_spread(differences) else None


def has_spread(differences: Array) -> bool:
    """Whether differences differ from each other by more than rounding."""
    return bool(np.ptp(differences) > ROUNDING * np.abs(differences).max())


def about(test: str = "wilcoxon") -> dict[str, Any]:
    """How it was tested, for the protocol."""
    interval = f"{LEVEL:.0%}, percentile bootstrap over users, {RESAMPLES:,} resamples, seed {SEED}"
    told = {"test": test, "correction": CORRECTION, "interval": interval, "level": ALPHA, "paired_by": "user"}
    return told | ({"permutations": PERMUTATIONS, "seed": SEED} if test == "permutation" else {})
