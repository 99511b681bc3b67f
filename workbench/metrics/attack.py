"""How well an attacker tells members from others, by what each of both scores: curves and rates."""

import numpy as np

from workbench.metrics.inputs import Array


def roc(members: Array, others: Array) -> tuple[Array, Array]:
    """False and true alarm rates at each threshold, from (0, 0) to (1, 1); float64 (m,) each. Equal scores are one."""
    scores = np.concatenate([members, others])
    label = np.concatenate([np.ones(len(members)), np.zeros(len(others))])
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    found = np.cumsum(label[order])[last]
    false = last + 1 - found
    zero = np.zeros(1)
    return np.concatenate([zero, false / max(len(others), 1)]), np.concatenate([zero, found / max(len(members), 1)])


def tpr_at(members: Array, others: Array, rate: float) -> float:
    """Share of the members that are found at a false alarm rate of at most `rate`."""
    false, true = roc(members, others)
    return float(true[np.searchsorted(false, rate, side="right") - 1])
