"""Metrics of the order of a list, with binary relevance: an item is in the truth or not.

R is the number of relevant items of a user, hit(i) is 1 where the item at rank i is relevant. Definitions as in Järvelin &
Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002, and Manning, Raghavan & Schütze,
"Introduction to Information Retrieval", chapter 8.
"""

import numpy as np

from workbench.metrics import Array, Ranked, ranking_metric


@ranking_metric("Precision", "hits among the first k / k")
def precision(ranked: Ranked, k: int) -> Array:
    """Share of the first `k` that are relevant; a shorter list still divides by `k`. float64 (n_users,)."""
    return ranked.hits_at(k) / k


@ranking_metric("Recall", "hits among the first k / R")
def recall(ranked: Ranked, k: int) -> Array:
    """Share of the relevant items among the first `k` (not truncated). float64 (n_users,)."""
    return ranked.hits_at(k) / ranked.relevant


@ranking_metric("Hit rate", "1 where any of the first k is relevant, else 0")
def hit(ranked: Ranked, k: int) -> Array:
    """Whether any of the first `k` is relevant. float64 (n_users,)."""
    return (ranked.hits_at(k) > 0).astype(np.float64)


@ranking_metric("NDCG", "sum of hit(i) / log2(i + 1) over the first k / the same for min(R, k) hits in front")
def ndcg(ranked: Ranked, k: int) -> Array:
    """Normalized discounted cumulative gain. float64 (n_users,)."""
    discounts = 1 / np.log2(np.arange(2, k + 2))  # (k,)
    hits = ranked.hits[:, :k]
    ideal = np.cumsum(discounts)[np.minimum(ranked.relevant, k) - 1]
    return hits @ discounts[: hits.shape[1]] / ideal


@ranking_metric("MAP", "mean over min(R, k) of the precision at each hit among the first k")
def map(ranked: Ranked, k: int) -> Array:  # noqa: A001 - the field's word
    """Average precision. float64 (n_users,)."""
    hits = ranked.hits[:, :k]
    precisions = ranked.hit_counts[:, :k] / np.arange(1, hits.shape[1] + 1)
    return (precisions * hits).sum(axis=1) / np.minimum(ranked.relevant, k)


@ranking_metric("MRR", "1 / rank of the first hit among the first k, 0 where there is none")
def mrr(ranked: Ranked, k: int) -> Array:
    """Reciprocal rank. float64 (n_users,)."""
    hits = ranked.hits[:, :k]
    if not hits.shape[1]:
        return np.zeros(len(hits))
    return np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0)
