"""Metrics of how different the items of one list are from each other, and how they fit the user's genres."""

import numpy as np

from workbench.metrics import Array, Ranked, ranking_metric, safe_divide


@ranking_metric(
    "Diversity of genres",
    "mean over all pairs among the first k of 1 - cosine of their genres",
    needs=("genres",),
)
def diversity(ranked: Ranked, k: int) -> Array:
    """Intra-list diversity by genres; NaN for lists of one. float64 (n_users,).

    Source: Smyth & McClave, "Similarity vs. diversity", ICCBR 2001.
    """
    return _over_pairs(ranked, ranked.genre_distances, k)


@ranking_metric(
    "Diversity of audiences",
    "mean over all pairs among the first k of 1 - cosine of who interacted with them in training",
    needs=("co",),
)
def diversity_co(ranked: Ranked, k: int) -> Array:
    """Intra-list diversity by co-ratings; NaN for lists of one. float64 (n_users,)."""
    assert ranked.co is not None
    return _over_pairs(ranked, ranked.co, k)


def _over_pairs(ranked: Ranked, distances: Array, k: int) -> Array:
    n = ranked.upto(ranked.lengths, k)
    return safe_divide(ranked.sum_of(distances, k), n * (n - 1) / 2)


@ranking_metric(
    "Miscalibration",
    {
        "JS": "Jensen-Shannon divergence (in bits) of the genres of the history and of the first k; 0 where they agree",
        "KL": "Kullback-Leibler divergence (in nats) of the genres of the first k, mixed with 1 % of those of the history, "
        "from those of the history",
    },
    needs=("genres", "history"),
    higher_is_better=False,
    bounds=(0.0, np.inf),
)
def calibration(ranked: Ranked, k: int) -> Array:
    """How far the genres of a list are from the user's; NaN where either has none. float64 (n_users,).

    An item's genres share it equally. Source: Steck, "Calibrated recommendations", RecSys 2018.
    """
    shown = ranked.genres_at(k)
    p, total = ranked.history_genres, shown.sum(axis=1, keepdims=True)
    q = shown / np.where(total > 0, total, 1.0)
    if ranked.variants.get("calibration") == "KL":
        far = _divergence(p, 0.99 * q + 0.01 * p)
    else:
        middle = (p + q) / 2
        far = (_divergence(p, middle) + _divergence(q, middle)) / (2 * np.log(2))
    return np.where((p.sum(axis=1) > 0) & (total[:, 0] > 0), np.maximum(far, 0.0), np.nan)


def _divergence(p: Array, q: Array) -> Array:
    """Kullback-Leibler divergence of the rows, in nats."""
    there = p > 0
    ratio = np.where(there, p, 1.0) / np.where(there, q, 1.0)
    return (p * np.log(ratio)).sum(axis=1)
