"""Metrics of how alike groups of items and groups of users are served; 0 is alike.

Source of the first two: Zhu, Wang & Caverlee, "Measuring and mitigating item under-recommendation bias in personalized
ranking systems", SIGIR 2020.
"""

import numpy as np

from workbench.metrics import Array, Ranked, catalogue_metric, shared_out
from workbench.metrics.ranking import ndcg, recall

GROUPS = {
    "popularity": "groups of items: head (80 % of the interactions) and tail",
    "genres": "groups of items: genres, in which an item counts by its share",
}
GAPS = {"ndcg": "NDCG", "recall": "recall"}
QUARTERS = 4


@catalogue_metric(
    "Unequal exposure (RSP)",
    {
        name: f"standard deviation / mean over groups of (times shown among the first k / times possible); {words}"
        for name, words in GROUPS.items()
    },
    needs=("counts", "history"),
    higher_is_better=False,
    bounds=(0.0, np.inf),
)
def rsp(ranked: Ranked, k: int) -> Array:
    """Ranking-based statistical parity over groups of items. float64 (); NaN where nothing is shown."""
    assert ranked.seen is not None
    groups = _groups(ranked, "rsp")
    shown = shared_out(ranked.exposure(k), groups)
    could = len(ranked.items) - np.bincount(ranked.seen.item, minlength=ranked.n_items)
    return _spread(shown, shared_out(could, groups))


@catalogue_metric(
    "Unequal opportunity (REO)",
    {
        name: f"standard deviation / mean over groups of (hits among the first k / relevant items); {words}"
        for name, words in GROUPS.items()
    },
    needs=("counts",),
    higher_is_better=False,
    bounds=(0.0, np.inf),
)
def reo(ranked: Ranked, k: int) -> Array:
    """Ranking-based equal opportunity over groups of items. float64 (); NaN where nothing hits."""
    assert ranked.truth is not None
    groups = _groups(ranked, "reo")
    hit = ranked.items[:, :k][ranked.hits[:, :k]]
    found, possible = (np.bincount(items, minlength=ranked.n_items) for items in (hit, ranked.truth.item))
    return _spread(shared_out(found, groups), shared_out(possible, groups))


def _groups(ranked: Ranked, metric: str) -> Array:
    """Share of each item in each group, (n_items, n_groups)."""
    assert ranked.catalogue is not None
    if ranked.variants.get(metric) == "genres" and ranked.catalogue.genres is not None:
        return ranked.catalogue.genres
    tail = ranked.catalogue.tail()
    return np.stack([~tail, tail], axis=1).astype(np.float64)


def _spread(found: Array, possible: Array) -> Array:
    there = possible > 0
    chances = found[there] / possible[there]
    return np.asarray(chances.std() / chances.mean() if len(chances) and chances.mean() > 0 else np.nan)


def gap_formula(of: str, groups: str = "quarters of the users by the length of their history") -> str:
    """The formula of `user_gap` in words: between which groups, and of what."""
    return f"greatest - least mean {GAPS[of]} among {groups}"


@catalogue_metric(
    "Gap between users",
    {of: gap_formula(of) for of in GAPS},
    needs=("history",),
    higher_is_better=False,
)
def user_gap(ranked: Ranked, k: int) -> Array:
    """Difference between the best and the worst served users. float64 (); NaN where there is but one group.

    Groups are those of `Ranked.groups`, such as genders; else quarters by the length of the history. Equally long histories
    stay together, so that there may be fewer than four. Source of the idea: Li et al., "User-oriented fairness in
    recommendation", WWW 2021.
    """
    values = (recall if ranked.variants.get("user_gap") == "recall" else ndcg)(ranked, k)
    group = _quarters(ranked) if ranked.groups is None else ranked.groups
    group, values = group[group >= 0], values[group >= 0]
    sizes = np.bincount(group)
    means = np.bincount(group, values)[sizes > 0] / sizes[sizes > 0]
    return np.asarray(means.max() - means.min() if len(means) > 1 else np.nan)


def _quarters(ranked: Ranked) -> Array:
    assert ranked.history is not None
    lengths = np.diff(ranked.history.indptr)
    return np.searchsorted(np.quantile(lengths, np.arange(1, QUARTERS) / QUARTERS, method="inverted_cdf"), lengths)
