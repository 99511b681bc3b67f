"""What the difference of two runs means, in words: the window, the command line and the report all say this.

Two questions have two answers: whether the difference is more than chance, and whether it is large enough to matter. With
many users a difference that nobody would notice is more than chance; with few, a large one may not be.

How large it is, is said of the means, by the rule of Spärck Jones ("Automatic indexing", Journal of Documentation 30(4),
1974): from 5 % on a difference can be noticed, from 10 % on it is material. Cohen's d stands beside it without a name:
where one item of each user is hidden most users have no hit by either run, and twice as many hits come to a d of 0.1, which
is called negligible elsewhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from workbench.amounts import percent
from workbench.evaluation.significance import ALPHA, Difference
from workbench.metrics import higher_is_better, metric_title

NOTICED, LARGE = 0.05, 0.10  # parts of the mean
SMALLEST_P = 0.0001  # of those that are written out
TESTS = {"wilcoxon": "Wilcoxon", "t": "t test", "permutation": "permutation test"}


@dataclass(frozen=True)
class Verdict:
    """A pair of runs in words.

    Attributes
    ----------
    answer : str
        Whether the difference is more than chance, in two or three words.
    fact : str
        How far the runs are apart, the better one first.
    size : {"none", "small", "noticeable", "large"}
        Whether it is large enough to matter.
    extent : str
        The same in a sentence, with the users.
    evidence : list of str
        Interval, Cohen's d, and p.
    """

    more_than_chance: bool
    answer: str
    fact: str
    size: str
    extent: str
    evidence: list[str]

    @property
    def sentence(self) -> str:
        """The first answer with the runs, in a sentence."""
        return f"{self.answer}: {self.fact}"

    def in_full(self) -> str:
        """Everything, in one line."""
        behind = f"({'; '.join(self.evidence)})" if self.evidence else ""
        return " ".join(filter(None, [self.sentence, self.extent, behind]))


def verdict_of(found: Difference, a: str, b: str, metric: str, *, tr: Callable[[str], str] = str) -> Verdict:
    """What to say of a difference.

    Parameters
    ----------
    a, b
        What the runs are called.
    metric
        Such as ``ndcg@10``.
    tr
        Translates a sentence.
    """
    if not found.users:
        fact = tr("{a} and {b} have no users in common.").format(a=a, b=b)
        return Verdict(False, tr("Nothing can be said"), fact, "none", "", [])
    higher = higher_is_better(metric)
    first, second = (b, a) if _b_first(found, higher) else (a, b)
    share = _share(found, higher)
    by = f"{abs(found.difference):.4f}" + ("" if share == math.inf else f" ({percent(share)})")
    fact = _fact(found, higher, tr).format(a=first, b=second, by=by, metric=metric_title(metric), n=found.users)
    size = _size(found, share)
    return Verdict(
        found.more_than_chance, _answer(found, tr), fact, size, _extent(found, size, higher, tr), _evidence(found, tr)
    )


def _b_first(found: Difference, higher: bool | None) -> bool:
    return (found.difference > 0) == (higher is not False)


def _answer(found: Difference, tr: Callable[[str], str]) -> str:
    if found.nowhere:
        return tr("No difference")
    return tr("More than chance") if found.more_than_chance else tr("Could be chance")


def _fact(found: Difference, higher: bool | None, tr: Callable[[str], str]) -> str:
    if found.nowhere:
        return tr("{a} and {b} are equal in {metric} for each of {n:,} users.")
    if not found.difference:
        return tr("{a} and {b} have the same mean in {metric}, though not for each user.")
    if not found.more_than_chance:
        return tr("{a} and {b} differ by {by} in {metric}.")
    if higher is None:
        return tr("{a} is higher than {b} by {by} in {metric}.")
    return tr("{a} is better than {b} by {by} in {metric}.")


def _share(found: Difference, higher: bool | None) -> float:
    """What part the difference is of the run that is named second, the worse one."""
    if not found.difference:
        return 0.0
    second = abs(found.mean_a if _b_first(found, higher) else found.mean_b)
    return abs(found.difference) / second if second else math.inf


def _size(found: Difference, share: float) -> str:
    if found.nowhere:
        return "none"
    return "small" if share < NOTICED else "noticeable" if share < LARGE else "large"


def _extent(found: Difference, size: str, higher: bool | None, tr: Callable[[str], str]) -> str:
    """Whether it is large enough to matter, and for how many users the run that is named first is the better one."""
    sizes = {
        "none": "",
        "small": tr("hardly noticeable"),
        "noticeable": tr("noticeable"),
        "large": tr("large"),
    }
    if not sizes[size]:
        return ""
    told = tr("Size: {size}") if found.more_than_chance else tr("Size, if it is not chance: {size}")
    more, fewer = (found.gain, found.lose) if found.difference > 0 else (found.lose, found.gain)
    counts = tr("{size}; better for {more:,} users, worse for {fewer:,}, equal for {rest:,}.")
    if higher is None:
        counts = tr("{size}; higher for {more:,} users, lower for {fewer:,}, equal for {rest:,}.")
    return counts.format(size=told.format(size=sizes[size]), more=more, fewer=fewer, rest=found.users - more - fewer)


def _evidence(found: Difference, tr: Callable[[str], str]) -> list[str]:
    """The interval of the distance as it was said (of the better run from the other), and chance."""
    if found.nowhere:
        return []
    said = []
    if found.low is not None and found.high is not None:
        low, high = (found.low, found.high) if found.difference >= 0 else (-found.high, -found.low)
        said.append(tr("95 %: {low:.4f} to {high:.4f}").format(low=low, high=high))
        if found.more_than_chance and low <= 0 <= high:
            said.append(tr("surer for how many users than by how much"))
    if found.effect is None:
        said.append(tr("the same for every user"))
    else:
        said.append(tr("Cohen's d {effect:.2f}").format(effect=abs(found.effect)))
    p = p_words(found.p_adjusted, tr)
    how = tr("{p}, {test}")
    if found.pairs > 1:
        how = tr("{p}, {test}, corrected for the {pairs:,} pairs of {runs:,} runs that were tested alike")
    return [*said, how.format(p=p, test=tr(TESTS[found.test]), pairs=found.pairs, runs=found.runs)]


def p_words(p: float, tr: Callable[[str], str] = str) -> str:
    """A p-value, as far as its digits mean something."""
    return tr("p < 0.0001") if p < SMALLEST_P else tr("p = {p}").format(p=p_digits(p))


def p_digits(p: float) -> str:
    """A p-value of two digits, or as many as tell it from the level that it is held against."""
    texts = (f"{p:.{digits}g}" for digits in range(2, 18))
    return next((text for text in texts if (float(text) < ALPHA) == (p < ALPHA)), f"{p:.2g}")
