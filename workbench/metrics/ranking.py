"""Metrics of the order of a list: how well it finds what the user chose.

R is the number of relevant items of a user, hit(i) is 1 where the item at rank i is relevant, grade(i) its hidden rating.
Definitions as in Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002, and Manning,
Raghavan & Schütze, "Introduction to Information Retrieval", chapter 8, where no other source is named.
"""

import numpy as np

from workbench.metrics import Array, Ranked, ranking_metric, safe_divide


@ranking_metric(
    "Precision",
    {"k": "hits among the first k / k", "listed": "hits among the first k / items among the first k"},
    usual=True,
)
def precision(ranked: Ranked, k: int) -> Array:
    """Share of the first `k` that are relevant; a shorter list still divides by `k`. float64 (n_users,)."""
    if ranked.variants.get("precision") == "listed":
        return np.nan_to_num(safe_divide(ranked.hits_at(k), ranked.upto(ranked.lengths, k)))
    return ranked.hits_at(k) / k


@ranking_metric(
    "Recall",
    {"plain": "hits among the first k / R", "truncated": "hits among the first k / min(R, k)"},
    usual=True,
)
def recall(ranked: Ranked, k: int) -> Array:
    """Share of the relevant items among the first `k` (truncated: of those that fit there). float64 (n_users,)."""
    truncated = ranked.variants.get("recall") == "truncated"
    return ranked.hits_at(k) / (np.minimum(ranked.relevant, k) if truncated else ranked.relevant)


@ranking_metric("F1", "2 × hits among the first k / (k + R): harmonic mean of precision and recall, user by user")
def f1(ranked: Ranked, k: int) -> Array:
    """Harmonic mean of precision (hits / k) and recall (hits / R). float64 (n_users,)."""
    return 2 * ranked.hits_at(k) / (k + ranked.relevant)


@ranking_metric("Hit rate", "1 where any of the first k is relevant, else 0", usual=True)
def hit(ranked: Ranked, k: int) -> Array:
    """Whether any of the first `k` is relevant. float64 (n_users,)."""
    return (ranked.hits_at(k) > 0).astype(np.float64)


GAINS = {
    "binary": "sum of hit(i) / log2(i + 1) over the first k / the same for min(R, k) hits in front",
    "linear": "sum of grade(i) / log2(i + 1) over the first k / the same for the highest grades in front",
    "exponential": "sum of (2^grade(i) - 1) / log2(i + 1) over the first k / the same for the highest grades in front",
    "shifted": "sum of (2^(grade(i) - t + 1) - 1) / log2(i + 1) over the first k / the same for the highest grades in "
    "front; t is the lowest relevant rating, 0 where every interaction is relevant",
    "plus-one": "sum of (2^(grade(i) + 1) - 1) / log2(i + 1) over the first k / the same for the highest grades in front",
}


@ranking_metric("NDCG", GAINS, usual=True)
def ndcg(ranked: Ranked, k: int) -> Array:
    """Normalized discounted cumulative gain, all relevant items worth the same. float64 (n_users,)."""
    variant = ranked.variants.get("ndcg", "binary")
    if variant != "binary" and ranked.grades is not None:
        return _graded(ranked, k, variant)
    discounts = _discounts(k)
    hits = ranked.hits[:, :k]
    ideal = np.cumsum(discounts)[np.minimum(ranked.relevant, k) - 1]
    return ranked.sum_of(hits * discounts[: hits.shape[1]], k) / ideal


@ranking_metric(
    "NDCG, graded",
    {formula: GAINS[formula] for formula in ("exponential", "linear", "shifted", "plus-one")},
    needs=("ratings",),
)
def ndcg_graded(ranked: Ranked, k: int) -> Array:
    """Normalized discounted cumulative gain, higher ratings worth more. float64 (n_users,).

    NaN where all ratings of a user give no gain. Source of the exponential gain: Burges et al., "Learning to rank using
    gradient descent", ICML 2005.
    """
    return _graded(ranked, k, ranked.variants.get("ndcg_graded", "exponential"))


def _graded(ranked: Ranked, k: int, variant: str) -> Array:
    assert ranked.grades is not None
    discounts, ideal = _discounts(k), ranked.best_grades(k)
    # In units of the user's largest gain, or high ratings would be infinite; by powers of two, so that no digit changes.
    top = np.floor(np.maximum(ideal.max(axis=1, initial=0.0), 0.0))[:, None]

    def cumulated(grades: Array, there: Array) -> Array:
        if variant == "linear":
            gains = np.maximum(grades, 0.0)
        else:
            plus = {"shifted": 1 - ranked.threshold, "plus-one": 1.0}.get(variant)
            exponent = np.where(there, np.maximum(grades, 0.0) if plus is None else grades + plus, 0.0)
            gains = np.exp2(exponent - top) - np.exp2(-top)
        return ranked.sum_of(np.where(there, gains, 0.0)[:, :k] * discounts[: min(k, grades.shape[1])], k)

    return safe_divide(
        cumulated(ranked.grades, ranked.hits),
        cumulated(ideal, np.arange(ideal.shape[1]) < ranked.relevant[:, None]),
    )


def _discounts(k: int) -> Array:
    """1 / log2(rank + 1) of the ranks 1 to `k`."""
    return 1 / np.log2(np.arange(2, k + 2))


@ranking_metric(
    "MAP",
    {
        "min(R,k)": "mean over min(R, k) of the precision at each hit among the first k",
        "R": "mean over R of the precision at each hit among the first k",
        "k": "mean over k of the precision at each hit among the first k",
        "every-rank": "mean of the precision at each of the first k ranks, hit or not",
    },
    usual=True,
)
def map(ranked: Ranked, k: int) -> Array:  # noqa: A001 - the field's word
    """Average precision. float64 (n_users,)."""
    variant = ranked.variants.get("map", "min(R,k)")
    hits = ranked.hits[:, :k]
    precisions = ranked.hit_counts[:, :k] / np.arange(1, hits.shape[1] + 1)
    if variant == "every-rank":
        behind = ranked.hits_at(k) * (1 / np.arange(hits.shape[1] + 1, k + 1)).sum()  # ranks that a short list has not
        return (ranked.sum_of(precisions, k) + behind) / k
    most = {"R": ranked.relevant, "k": k}.get(variant, np.minimum(ranked.relevant, k))
    return ranked.sum_of(precisions * hits, k) / most


@ranking_metric("MRR", "1 / rank of the first hit among the first k, 0 where there is none", usual=True)
def mrr(ranked: Ranked, k: int) -> Array:
    """Reciprocal rank. float64 (n_users,)."""
    hits = ranked.hits[:, :k]
    if not hits.shape[1]:
        return np.zeros(len(hits))
    return np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)


@ranking_metric(
    "Rank-biased precision",
    {
        "0.8": "0.2 × sum of hit(i) × 0.8^(i - 1) over the first k",
        "0.5": "0.5 × sum of hit(i) × 0.5^(i - 1) over the first k",
        "0.95": "0.05 × sum of hit(i) × 0.95^(i - 1) over the first k",
    },
)
def rbp(ranked: Ranked, k: int) -> Array:
    """Chance that a reader who goes on with probability p meets a relevant item next. float64 (n_users,).

    Source: Moffat & Zobel, "Rank-biased precision for measurement of retrieval effectiveness", TOIS 27(1), 2008.
    """
    p = float(ranked.variants.get("rbp", "0.8"))
    hits = ranked.hits[:, :k]
    return ranked.sum_of(hits * p ** np.arange(hits.shape[1]), k) * (1 - p)


@ranking_metric("R-precision", "relevant items among the first R of all candidates / R", needs=("ranks",), cut=False)
def r_precision(ranked: Ranked, k: int = 0) -> Array:
    """Precision at the rank where it equals recall, whatever the cutoff. float64 (n_users,)."""
    assert ranked.ranks is not None
    within = ranked.ranks.place <= np.repeat(ranked.relevant, ranked.relevant)
    return _per_user(within, ranked.relevant) / ranked.relevant


@ranking_metric(
    "AUC",
    "share of pairs of a relevant and another candidate in which the relevant one has the higher score; equal scores count "
    "half",
    needs=("ranks",),
    cut=False,
)
def auc(ranked: Ranked, k: int = 0) -> Array:
    """Area under the ROC curve over all candidates; NaN where all are relevant. float64 (n_users,).

    The Mann-Whitney statistic of the middle ranks. Source: Hanley & McNeil, Radiology 143(1), 1982.
    """
    assert ranked.ranks is not None
    n, others = ranked.relevant, ranked.ranks.candidates - ranked.relevant
    above = _per_user(ranked.ranks.middle, n) - n * (n + 1) / 2  # pairs in which the other is above
    return 1 - safe_divide(above, n * others)


def _per_user(values: Array, counts: Array) -> Array:
    """Sums of the entries of each user; every user has some."""
    return np.add.reduceat(values.astype(np.float64), np.cumsum(counts) - counts)
