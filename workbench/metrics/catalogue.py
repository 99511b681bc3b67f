"""Metrics of all lists together: how much of the catalogue is shown, and how evenly."""

import numpy as np

from workbench.metrics import Array, Ranked, catalogue_metric


@catalogue_metric(
    "Coverage", "different items among the first k of all users / items that could be recommended", usual=True
)
def coverage(ranked: Ranked, k: int) -> Array:
    """Share of the catalogue that is recommended to anybody. float64 ()."""
    return np.asarray(np.count_nonzero(ranked.exposure(k)) / ranked.n_items)


@catalogue_metric(
    "User coverage",
    {"any": "users with at least one recommendation / users", "full": "users with k recommendations / users"},
)
def user_coverage(ranked: Ranked, k: int) -> Array:
    """Share of the users who get anything (full: a whole list). float64 ()."""
    least = k if ranked.variants.get("user_coverage") == "full" else 1
    return np.asarray((ranked.upto(ranked.lengths, k) >= least).mean())


@catalogue_metric(
    "Gini",
    {
        "concentration": "sum of (2i - n - 1) × c(i) / (n × sum of c): c(i) is how often an item is among the first k of "
        "anybody, in rising order, of all n items; 0 where all are shown alike",
        "scaled": "sum of (2i - n - 1) × c(i) / ((n - 1) × sum of c), c(i) in rising order of all n items; 0 where all are "
        "shown alike, 1 where one item is",
        "equality": "1 - sum of (2i - n - 1) × c(i) / ((n - 1) × sum of c), c(i) in rising order of all n items; 1 where "
        "all are shown alike",
    },
    higher_is_better=None,
)
def gini(ranked: Ranked, k: int) -> Array:
    """How unevenly items are shown. float64 (); NaN where nothing is.

    Source: Adomavicius & Kwon, "Improving aggregate recommendation diversity", TKDE 24(5), 2012.
    """
    shown = np.sort(ranked.exposure(k)).astype(np.float64)
    n, total = len(shown), shown.sum()
    if not total:
        return np.asarray(np.nan)
    weighted = ((2 * np.arange(1, n + 1) - n - 1) * shown).sum() / total
    variant = ranked.variants.get("gini", "concentration")
    if variant == "concentration":
        return np.asarray(weighted / n)
    scaled = weighted / max(1, n - 1)
    return np.asarray(1 - scaled if variant == "equality" else scaled)


@catalogue_metric(
    "Entropy",
    {
        "bits": "-sum of p(i) × log2 p(i): p(i) is the item's share of all first k",
        "nats": "-sum of p(i) × ln p(i)",
        "nats-per-item": "-sum of p(i) × ln p(i) / different items among the first k",
    },
    bounds=(0.0, np.inf),
)
def entropy(ranked: Ranked, k: int) -> Array:
    """Evenness of what is shown: log2 n where n items are shown equally often. float64 ()."""
    shown = ranked.exposure(k)
    share = shown[shown > 0] / max(1, shown.sum())
    variant = ranked.variants.get("entropy", "bits")
    nats = -(share * np.log(share)).sum()
    if variant == "nats-per-item":
        return np.asarray(nats / max(1, len(share)))
    return np.asarray(nats if variant == "nats" else nats / np.log(2))
