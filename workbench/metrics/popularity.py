"""Metrics of the pull towards what everybody knows. Popularity is the number of training interactions.

Source: Abdollahpouri, Burke & Mobasher, "Managing popularity bias in recommender systems with personalized re-ranking",
FLAIRS 2019, and Abdollahpouri et al., "The unfairness of popularity bias in recommendation", RMSE 2019.
"""

import numpy as np

from workbench.metrics import Array, Ranked, ranking_metric, safe_divide

TAILS = {
    "interactions": "the head being the most popular items that have 80 % of the interactions",
    "items": "the head being the most popular 20 % of the items",
    "last-tenth": "the tail being the least popular tenth of the items in training",
}


@ranking_metric(
    "Popularity of lists (ARP)",
    "mean training interactions of the first k",
    needs=("counts",),
    higher_is_better=None,
    bounds=(0.0, np.inf),
)
def arp(ranked: Ranked, k: int) -> Array:
    """Average recommendation popularity, in interactions. float64 (n_users,)."""
    assert ranked.catalogue is not None
    return ranked.mean_of(ranked.of_items(ranked.catalogue.counts), k)


@ranking_metric(
    "Long tail (APLT)",
    {name: f"share of the first k that are of the long tail, {words}" for name, words in TAILS.items()},
    needs=("counts",),
    higher_is_better=None,
)
def aplt(ranked: Ranked, k: int) -> Array:
    """Average percentage of long-tail items, as a share. float64 (n_users,)."""
    assert ranked.catalogue is not None
    by = ranked.variants.get("aplt", "interactions")
    return ranked.mean_of(ranked.of_items(ranked.catalogue.tail(by), unknown=by != "last-tenth"), k)


@ranking_metric(
    "Popularity lift",
    "(mean popularity of the first k - that of the history) / that of the history",
    needs=("counts", "history"),
    higher_is_better=None,
    bounds=(-1.0, np.inf),
)
def lift(ranked: Ranked, k: int) -> Array:
    """How much more popular a list is than what the user knows; NaN without a history. float64 (n_users,)."""
    own = ranked.history_popularity
    return safe_divide(arp(ranked, k) - own, own)


@ranking_metric(
    "Cold items", "share of the first k that training has not seen", needs=("counts",), higher_is_better=None
)
def cold(ranked: Ranked, k: int) -> Array:
    """Share of items without any training interaction. float64 (n_users,)."""
    assert ranked.catalogue is not None
    return ranked.mean_of(ranked.of_items(ranked.catalogue.counts == 0, unknown=1.0), k)
