"""Metrics of all lists together."""

import numpy as np

from workbench.metrics import Array, Ranked, catalogue_metric


@catalogue_metric("Coverage", "different items among the first k of all users / items that could be recommended")
def coverage(ranked: Ranked, k: int) -> Array:
    """Share of the catalogue that is recommended to anybody. float64 ()."""
    shown = ranked.items[:, :k]
    return np.asarray(len(np.unique(shown[shown >= 0])) / ranked.n_items)
