"""Metrics of what is new: rare, not expected, and yet right. Chances and counts are those of training."""

import numpy as np

from workbench.metrics import Array, Ranked, ranking_metric, safe_divide


@ranking_metric(
    "Novelty (EPC)",
    {
        "plain": "sum of (1 - p(i)) / log2(i + 1) over the first k / sum of 1 / log2(i + 1): p(i) is the share of people "
        "in training who have the item",
        "relevant": "sum of hit(i) × (1 - p(i)) / log2(i + 1) over the first k / sum of 1 / log2(i + 1)",
    },
    needs=("counts",),
)
def epc(ranked: Ranked, k: int) -> Array:
    """Expected popularity complement: chance that a listed item is unknown. float64 (n_users,).

    Source: Vargas & Castells, "Rank and relevance in novelty and diversity metrics", RecSys 2011.
    """
    assert ranked.catalogue is not None
    shown = ranked.listed[:, :k]
    discounts = 1 / np.log2(np.arange(2, shown.shape[1] + 2))
    new = ranked.of_items(1 - ranked.catalogue.chance, unknown=1.0)[:, :k]
    if ranked.variants.get("epc") == "relevant":
        new = new * ranked.hits[:, :k]
    return safe_divide(ranked.sum_of(new * discounts, k), ranked.sum_of(shown * discounts, k))


@ranking_metric(
    "Novelty (MIUF)",
    "mean of -log2 p(i) over the first k: p(i) is the share of people in training who have the item, one person where none "
    "has",
    needs=("counts",),
    bounds=(0.0, np.inf),
)
def miuf(ranked: Ranked, k: int) -> Array:
    """Mean inverse user frequency, in bits. float64 (n_users,).

    Source: Castells, Vargas & Wang, "Novelty and diversity metrics for recommender systems", DDR 2011. That what nobody
    has counts as if one person had it, and that the logarithm is of base 2, is as in RecTools (`MeanInvUserFreq`), where
    an item that is not in the data is such an item, too. RecTools takes the people and counts of the interactions that it
    is given: for the same number these must be those of training, without validation.
    """
    assert ranked.catalogue is not None
    people = max(1, ranked.catalogue.n_people)
    rarity = np.log2(people) - np.log2(np.maximum(ranked.catalogue.counts, 1))
    return ranked.mean_of(ranked.of_items(rarity, unknown=np.log2(people)), k)


@ranking_metric(
    "Unexpectedness",
    "share of the first k that are not among the k most popular items that the user has not seen",
    needs=("counts", "history"),
)
def unexpectedness(ranked: Ranked, k: int) -> Array:
    """How much of a list the most obvious list does not have. float64 (n_users,).

    Source: Murakami, Mori & Orihara, "Metrics for evaluating the serendipity of recommendation lists", JSAI 2007, with
    popularity as the primitive method.
    """
    return ranked.mean_of(ranked.listed & ~ranked.obvious(k), k)


@ranking_metric(
    "Serendipity",
    "hits among the first k that are not among the k most popular items that the user has not seen / k",
    needs=("counts", "history"),
)
def serendipity(ranked: Ranked, k: int) -> Array:
    """Relevant and not obvious. float64 (n_users,).

    Source: Ge, Delgado-Battenfeld & Jannach, "Beyond accuracy", RecSys 2010, with popularity as the primitive method.
    """
    return (ranked.hits & ~ranked.obvious(k))[:, :k].sum(axis=1) / k
