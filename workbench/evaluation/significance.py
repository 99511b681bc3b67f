"""Whether a difference between two runs is real: paired tests by user, corrected for their number, and said in words.

All tests look at the differences of the users that both runs have. Sources: Wilcoxon, Biometrics Bulletin 1(6), 1945; Holm,
Scandinavian Journal of Statistics 6(2), 1979; Benjamini & Hochberg, JRSS B 57(1), 1995; of their use for lists, Smucker,
Allan & Carterette, "A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.intervals import LEVEL, RESAMPLES, SEED, bootstrap

ALPHA = 0.05
PERMUTATIONS = 10_000
# Effects below these are called negligible, small, medium; above, large (Cohen, 1988).
SIZES = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"))
# Signs drawn at once.
AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Difference:
    """How two runs differ in one metric.

    Attributes
    ----------
    difference, low, high : float
        Mean over users of b - a, and its bootstrap interval.
    p, p_adjusted : float
        Chance of such a difference if there were none; adjusted for all pairs that are compared.
    effect : float
        Mean / standard deviation of the differences (Cohen's d for pairs); 0 where all are alike.
    gain, lose : int
        Users for whom b is better, worse in number; the others are equal.
    """

    difference: float
    low: float | None
    high: float | None
    p: float
    p_adjusted: float
    test: str
    effect: float
    gain: int
    lose: int
    users: int


def wilcoxon(differences: Array) -> float:
    """Signed-rank test, two-sided; users without a difference are left out (as Wilcoxon did), 1 where none is left."""
    from scipy import stats

    if not np.any(differences):
        return 1.0
    return float(stats.wilcoxon(differences, zero_method="wilcox", method="auto").pvalue)


def paired_t(differences: Array) -> float:
    """Student's t of the mean difference, two-sided; 1 where all differences are 0."""
    from scipy import stats

    if len(differences) < 2 or not np.any(differences):  # noqa: PLR2004 - one has no spread
        return 1.0
    if np.ptp(differences) == 0:
        return 0.0
    return float(stats.ttest_1samp(differences, 0.0).pvalue)


def permutation(differences: Array, resamples: int = PERMUTATIONS, seed: int = SEED) -> float:
    """Share of random signs under which the mean is at least as far from 0, the observed one counted in; two-sided.

    Exact (all signs) where there are no more than `resamples` of them.
    """
    moved = differences[differences != 0]
    n = len(moved)
    if not n:
        return 1.0
    observed = abs(moved.sum()) * (1 - 1e-12)
    if 2**n <= resamples:
        signs = 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1
        return float(np.mean(np.abs(signs @ moved) >= observed))
    rng = np.random.default_rng([seed, n])
    far, rows = 0, max(1, AT_ONCE // n)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        bits = np.unpackbits(rng.integers(0, 256, (count, -(-n // 8)), dtype=np.uint8), axis=1, count=n)
        far += int(np.count_nonzero(np.abs(2 * (bits @ moved) - moved.sum()) >= observed))
    return (far + 1) / (resamples + 1)


TESTS = {"wilcoxon": wilcoxon, "t": paired_t, "permutation": permutation}


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted so that the chance of any false alarm among all stays below the level."""
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted.tolist()


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Adjusted so that the expected share of false alarms among all alarms stays below the level."""
    from scipy import stats

    return stats.false_discovery_control(p).tolist()


def uncorrected(p: Sequence[float]) -> list[float]:
    """As they are."""
    return list(p)


CORRECTIONS = {"holm": holm, "bh": benjamini_hochberg, "none": uncorrected}


def compare_pairs(
    pairs: Sequence[tuple[Array, Array]], test: str = "wilcoxon", correction: str = "holm"
) -> list[Difference]:
    """Compare pairs of runs by the values of the same users; p is adjusted over all of them together.

    Parameters
    ----------
    pairs
        Values of run a and run b, float64 (n_users,) each, users in the same order; NaN where not defined.
    """
    for name, known, what in ((test, TESTS, "test"), (correction, CORRECTIONS, "correction")):
        if name not in known:
            raise WorkbenchError(f"There is no {what} '{name}'. There are: {', '.join(known)}.")
    moved = [_differences(a, b) for a, b in pairs]
    p = [TESTS[test](one) if len(one) else 1.0 for one in moved]
    adjusted = CORRECTIONS[correction](p)
    return [_difference(*one, test) for one in zip(moved, p, adjusted, strict=True)]


def _differences(a: Array, b: Array) -> Array:
    difference = b - a
    return difference[~np.isnan(difference)]


def _difference(moved: Array, p: float, adjusted: float, test: str) -> Difference:
    if not len(moved):
        return Difference(0.0, None, None, 1.0, 1.0, test, 0.0, 0, 0, 0)
    low, high = (float(end[0]) for end in bootstrap(moved[:, None])) if len(moved) > 1 else (None, None)
    gain, lose = int((moved > 0).sum()), int((moved < 0).sum())
    return Difference(float(moved.mean()), low, high, p, adjusted, test, effect_size(moved), gain, lose, len(moved))


def effect_size(differences: Array) -> float:
    """Mean / standard deviation of paired differences; 0 where they do not differ. float."""
    spread = differences.std(ddof=1) if len(differences) > 1 else 0.0
    return float(differences.mean() / spread) if spread > 0 else 0.0


def in_words(
    a: str, b: str, metric: str, found: Difference, *, higher_is_better: bool | None = True, correction: str = "holm"
) -> str:
    """What a difference means, in two sentences for people who do not read p-values."""
    if not found.users:
        return f"{a} and {b} have no users in common, so nothing can be said."
    users = f"{found.users:,} users"
    if found.p_adjusted >= ALPHA:
        return (
            f"Probably just noise: {b} differs from {a} by {found.difference:+.4f} in {metric}, and over {users} a "
            f"difference like that often comes by chance ({_p(found, correction)})."
        )
    better = found.difference > 0 if higher_is_better in (True, None) else found.difference < 0
    verb = (
        ("higher" if found.difference > 0 else "lower")
        if higher_is_better is None
        else ("better" if better else "worse")
    )
    size = next((word for limit, word in SIZES if abs(found.effect) < limit), "large")
    more, fewer = (found.gain, found.lose) if higher_is_better is not False else (found.lose, found.gain)
    unsure = found.low is not None and found.high is not None and found.low <= 0 <= found.high
    but = (
        " The interval of the mean difference includes 0: surer is for how many users than by how much."
        if unsure
        else ""
    )
    return (
        f"{b} is {verb} than {a} by {abs(found.difference):.4f} in {metric}; over {users} chance alone hardly explains it "
        f"({_p(found, correction)}).{but} For one user the effect is {size}: better for {more:,}, worse for {fewer:,}, "
        f"equal for {found.users - more - fewer:,}."
    )


def _p(found: Difference, correction: str) -> str:
    p = "p < 0.0001" if found.p_adjusted < 0.0001 else f"p = {found.p_adjusted:.2g}"  # noqa: PLR2004 - four digits
    words = {"holm": ", adjusted by Holm", "bh": ", adjusted by Benjamini and Hochberg"}.get(correction, "")
    return p + words


def about(test: str, correction: str) -> dict[str, Any]:
    """How it was tested, for the protocol."""
    interval = f"{LEVEL:.0%}, percentile bootstrap over users, {RESAMPLES:,} resamples, seed {SEED}"
    told = {"test": test, "correction": correction, "interval": interval, "level": ALPHA, "paired_by": "user"}
    return told | ({"permutations": PERMUTATIONS, "seed": SEED} if test == "permutation" else {})
