"""How alike the lists of two runs are."""

import numpy as np

from workbench.data.interactions import Array

P = 0.9


def rank_biased_overlap(a: Array, b: Array, p: float = P) -> Array:
    """Rank-biased overlap of lists, extrapolated from their common length: 1 the same, 0 nothing in common.

    Parameters
    ----------
    a, b : int32 (n_users, K)
        Lists of the same users, best first; -1 where a list is shorter.
    p
        How far a reader looks: 0.9 gives the first ten ranks 86 % of the weight.

    Returns
    -------
    float64 (n_users,)
        NaN where either list is empty. Source: Webber, Moffat & Zobel, "A similarity measure for indefinite rankings",
        TOIS 28(4), 2010, equation 23, for lists of the shorter length.
    """
    width = min(a.shape[1], b.shape[1])
    a, b = a[:, :width], b[:, :width]
    same = (a[:, :, None] == b[:, None, :]) & (a[:, :, None] >= 0)  # (n, rank in a, rank in b)
    depth = np.maximum(np.arange(width)[:, None], np.arange(width))  # at which both have it
    new = (
        np.stack([same[:, depth == level].sum(axis=1) for level in range(width)], axis=1)
        if width
        else np.zeros((len(a), 0))
    )
    agreed = np.cumsum(new, axis=1) / np.arange(1, width + 1)
    length = np.minimum((a >= 0).sum(axis=1), (b >= 0).sum(axis=1))
    weight = np.where(np.arange(width) < length[:, None], p ** np.arange(1, width + 1), 0.0)
    last = np.take_along_axis(agreed, np.maximum(length - 1, 0)[:, None], axis=1)[:, 0] if width else np.zeros(len(a))
    found = (1 - p) / p * (agreed * weight).sum(axis=1) + last * p ** length.astype(np.float64)
    return np.where(length > 0, found, np.nan)
