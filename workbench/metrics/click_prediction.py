"""How well clicks are foretold: probabilities, or scores, beside what was clicked."""

import numpy as np

from workbench.metrics.inputs import Array

BINS = 15
# Nearest that a probability comes to 0 or 1 in a logarithm.
NEAREST = 1e-12


def logloss(probability: Array, click: Array) -> float:
    """Mean of - r ln p - (1 - r) ln(1 - p)."""
    p = np.clip(probability, NEAREST, 1 - NEAREST)
    return float(-np.where(click > 0, np.log(p), np.log1p(-p)).mean()) if len(p) else float("nan")


def auc(score: Array, click: Array) -> float:
    """Probability that what was clicked has the higher score, equal ones counted by half; NaN without both kinds."""
    positive = int((click > 0).sum())
    negative = len(click) - positive
    if not positive or not negative:
        return float("nan")
    ranks = _middle_ranks(score)[click > 0].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def gauc(score: Array, click: Array, user: Array) -> float:
    """AUC of each user with both kinds, weighted by their impressions (Zhu et al., KDD 2017); NaN where nobody has both."""
    order = np.argsort(user, kind="stable")
    bounds = np.flatnonzero(np.diff(user[order])) + 1
    total = weight = 0.0
    for rows in np.split(order, bounds):
        value = auc(score[rows], click[rows])
        if not np.isnan(value):
            total, weight = total + value * len(rows), weight + len(rows)
    return total / weight if weight else float("nan")


def reliability(probability: Array, click: Array, bins: int = BINS) -> Array:
    """Impressions in bins of equal number by what was foretold: number, mean foretold, share clicked. float64 (b, 3)."""
    order = np.argsort(probability, kind="stable")
    pieces = [rows for rows in np.array_split(order, bins) if len(rows)]
    return np.array([[len(rows), probability[rows].mean(), (click[rows] > 0).mean()] for rows in pieces]).reshape(-1, 3)


def ece(probability: Array, click: Array, bins: int = BINS) -> float:
    """Expected calibration error: mean over bins of |share clicked - mean foretold|, each by its number."""
    table = reliability(probability, click, bins)
    return float((table[:, 0] * np.abs(table[:, 2] - table[:, 1])).sum() / max(table[:, 0].sum(), 1))


def _middle_ranks(score: Array) -> Array:
    """Ranks from 1, equal ones sharing their mean, float64 (n,)."""
    values, which, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[which]) if len(values) else np.zeros(0)
