"""For whom a number holds: users by activity, items by age and genre. The parts add up to the whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.people import Users
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.metrics import Metric, Ranked, shared_out

# Metrics to which each hit adds its own amount, whatever the others are: those can be divided by items.
BY_HITS = ("precision", "recall", "f1", "ndcg", "rbp", "serendipity")
DECILES = 10
# Values of an attribute that are groups of their own; numbers with more values are divided into bands.
MAX_GROUPS, BANDS = 24, 5
ERRORS = ("rmse", "mae")


@dataclass(frozen=True)
class Segment:
    """A part of the users, or of the items.

    Attributes
    ----------
    name : str
    count : float
        Users in it; with items: relevant items in it (an item of two genres counts half in each).
    mean : float or None
        The metric within; with items what they add to each relevant item in it. None where nobody is in it.
    part : float
        What it adds to the number of all: the parts of all segments sum to that number (for RMSE to its square).
    """

    name: str
    count: float
    mean: float | None
    part: float


def deciles(lengths: Array, n: int = DECILES) -> tuple[Array, list[str]]:
    """Users by activity: tenths as even as whole histories of equal length allow.

    Returns
    -------
    group : int64 (n_users,)
    names : list of str
        Such as "3 to 7 interactions", of each group that has somebody, the least active first.
    """
    edges = np.unique(np.quantile(lengths, np.arange(1, n) / n, method="inverted_cdf"))
    _, group = np.unique(np.searchsorted(edges, lengths), return_inverse=True)
    names = []
    for segment in range(int(group.max()) + 1 if len(group) else 0):
        least, most = int(lengths[group == segment].min()), int(lengths[group == segment].max())
        span = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        names.append(f"{span} interaction{'' if most == 1 else 's'}")
    return group, names


def attribute(people: Users | None, name: str) -> tuple[Array, list[str]]:
    """Users by what is known of them, such as their gender; of numbers with many values, fifths.

    Returns
    -------
    group : int64 (n_users,)
        -1 where nothing is known.
    names : list of str
        The commonest values, the most common first, and "others" where there are more than `MAX_GROUPS`; numbers in order.

    Raises
    ------
    WorkbenchError
        If no such attribute is known.
    """
    known = people.names if people is not None else []
    found = next((value for value in known if value.casefold() == name.casefold()), None)
    if people is None or found is None:
        if not known:
            raise WorkbenchError("The users have no attributes. Import a user file, or choose other groups.")
        raise WorkbenchError(nearest("attribute of users", name, known))
    coded = people.attributes[found].combine_chunks().dictionary_encode()
    values = coded.dictionary.to_pylist()
    group = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    numbers = np.array([_number(value) for value in values], float)
    numeric = bool(np.isfinite(numbers).all())
    if numeric and len(values) > MAX_GROUPS:
        return _bands(group, numbers)
    sizes = np.bincount(group[group >= 0], minlength=len(values))
    order = np.argsort(numbers if numeric else -sizes, kind="stable")
    place = np.full(len(values) + 1, -1)  # the last one is that of -1
    place[order] = np.minimum(np.arange(len(values)), MAX_GROUPS)
    shown = [values[at] for at in order[:MAX_GROUPS].tolist()]
    return place[group], [*shown, "others"] if len(values) > MAX_GROUPS else shown


def _bands(group: Array, numbers: Array) -> tuple[Array, list[str]]:
    """Fifths by a number, as even as equal numbers allow."""
    known = group >= 0
    mine = numbers[group[known]]
    edges = np.unique(np.quantile(mine, np.arange(1, BANDS) / BANDS, method="inverted_cdf"))
    found = np.full(len(group), -1)
    _, found[known] = np.unique(np.searchsorted(edges, mine), return_inverse=True)
    ends = [
        (mine[found[known] == segment].min(), mine[found[known] == segment].max())
        for segment in range(int(found.max()) + 1)
    ]
    return found, [f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in ends]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def by_users(values: Array, group: Array, names: Sequence[str], weights: Array | None = None) -> list[Segment]:
    """Segments of users for a metric that is a mean over users.

    Parameters
    ----------
    values : float64 (n_users,)
        The metric of each user, NaN where it is not defined. For RMSE give the squares, and roots are yours to draw.
    group : int (n_users,)
        Which of `names` each user belongs to.
    weights : float64 (n_users,), optional
        How much each counts, such as the number of ratings behind an error.
    """
    weight = np.where(np.isnan(values), 0.0, np.ones(len(values)) if weights is None else weights)
    total = math.fsum(weight)
    found = []
    for at, name in enumerate(names):
        inside = (group == at) & (weight > 0)
        amount, count = math.fsum(values[inside] * weight[inside]), math.fsum(weight[inside])
        users = int(inside.sum())
        found.append(Segment(name, users, amount / count if count else None, amount / total if total else 0.0))
    return found


def ages(data: Interactions, train: Interactions, n: int = 5) -> tuple[Array, list[str]]:
    """Items by age: fifths by the time of their first interaction in training, and those that training has not seen.

    Returns
    -------
    shares : float64 (n_items, n_groups)
    names : list of str
    """
    if train.time is None:
        raise WorkbenchError("Items have no age, because the data has no times. Choose other segments.")
    first = np.full(train.n_items, np.iinfo(np.int64).max)
    np.minimum.at(first, train.item, train.time)
    known = train.item_counts > 0
    edges = np.unique(np.quantile(first[known], np.arange(1, n) / n, method="inverted_cdf"))
    groups = len(edges) + 1
    group = np.where(known, np.searchsorted(edges, first), groups)
    shares = np.zeros((train.n_items, groups + 1))
    shares[np.arange(train.n_items), group] = 1
    words = ["oldest", *[f"{at} of {groups} by age" for at in range(2, groups)], "newest"] if groups > 1 else ["known"]
    return shares, [*words, "new to training"]


def by_items(ranked: Ranked, metric: Metric, k: int, shares: Array, names: Sequence[str]) -> list[Segment]:
    """Segments of items for a metric to which each hit adds its own amount.

    Parameters
    ----------
    shares : float64 (n_items, n_groups)
        Share of each item in each group; rows sum to 1. What is missing to 1 goes to a last group, "unknown".

    Raises
    ------
    WorkbenchError
        If the metric is not a sum over hits.
    """
    if metric.name not in BY_HITS:
        told = f"{metric.title} cannot be divided by items: it is not a sum over hits. "
        raise WorkbenchError(told + f"Choose one of {', '.join(BY_HITS)}.")
    missing = 1 - shares.sum(axis=1)
    if (missing > 1e-9).any():  # noqa: PLR2004 - what rounding leaves
        shares, names = np.concatenate([shares, missing[:, None]], axis=1), [*names, "unknown"]
    assert ranked.truth is not None
    there = shared_out(np.bincount(ranked.truth.item, minlength=ranked.n_items), shares)
    added = _added(ranked, metric, k)  # (n_users, k)
    items = np.maximum(ranked.items[:, :k], 0)
    n = len(ranked.items)
    found = []
    for at, name in enumerate(names):
        amount = math.fsum((added * shares[items, at]).ravel())
        found.append(Segment(name, float(there[at]), amount / there[at] if there[at] > 0 else None, amount / n))
    return found


def _added(ranked: Ranked, metric: Metric, k: int) -> Array:
    """What each rank adds to the metric of its user: the metric of a list whose only hit is there."""
    width = min(k, ranked.items.shape[1])
    added = np.zeros((len(ranked.items), width))
    for rank in range(width):
        alone = np.zeros_like(ranked.hits)
        alone[:, rank] = ranked.hits[:, rank]
        grades = None if ranked.grades is None else np.where(alone, ranked.grades, 0.0)
        added[:, rank] = metric.function(replace(ranked, hits=alone, grades=grades), k)
    return added
