"""Filters applied one after another, and what is left."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.amounts import counted
from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.data.side_files.people import Users
from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class Step:
    """What one filter left.

    Attributes
    ----------
    words : str
        The filter, in words.
    interactions, users, items : int
        How many are left behind it; users and items without an interaction do not count.
    """

    words: str
    interactions: int
    users: int
    items: int


def apply(filters: Sequence[Filter], data: Interactions) -> tuple[Interactions, list[Step]]:
    """Apply filters one after another.

    Returns
    -------
    data : Interactions
        What is left, with the users and items that are left; indices are new. Without filters, the data itself.
    steps : list of Step
        What each filter left.

    Raises
    ------
    WorkbenchError
        If the data lacks what a filter needs, or a filter leaves nothing.
    """
    steps, left = [], data
    for rule in filters:
        keeps = _keeps(rule, left)
        before = len(left)
        if not keeps.all():
            left = left.take(keeps)
        if not len(left):
            message = f"The filter '{rule.describe()}' leaves nothing of {counted(before, 'interaction')}."
            raise WorkbenchError(f"{message} Loosen or remove it.")
        steps.append(Step(rule.describe(), len(left), *_sizes(left)))
    return (compact(left) if filters else data), steps


def _keeps(rule: Filter, data: Interactions) -> Array:
    """Which interactions stay; a filter that counts looks at positives alone."""
    if data.weight is None or not rule.counts:
        return rule.keeps(data)
    positive = data.weight > 0
    of_positives = rule.keeps(data.positives)
    kept = data.positives.take(of_positives)
    stays = np.ones(len(data), bool)
    if "users" in rule.counts:
        stays &= (kept.by_user.lengths > 0)[data.user]
    if "items" in rule.counts:
        stays &= (kept.item_counts > 0)[data.item]
    stays[positive] = of_positives
    return stays


def compact(data: Interactions) -> Interactions:
    """The same interactions, with new indices for only those users and items that have any."""
    users, items = np.flatnonzero(data.by_user.lengths), np.flatnonzero(data.item_counts)
    left = data
    if len(users) < data.n_users:
        ids = data.user_ids.take(pa.array(users))
        user_features = data.user_features and Users(ids, data.user_features.attributes.take(pa.array(users)))
        left = replace(
            left, user=_renumbered(data.user, users, data.n_users), user_ids=ids, user_features=user_features
        )
    if len(items) < data.n_items:
        ids, item_features = (
            data.item_ids.take(pa.array(items)),
            data.item_features and data.item_features.take(items),
        )
        item = _renumbered(data.item, items, data.n_items)
        left = replace(left, item=item, item_ids=ids, item_features=item_features)
    return left


def step_counts(data: Interactions, steps: Sequence[Step]) -> dict[str, Any]:
    """What was there and what each step left, as JSON."""
    users, items = _sizes(data)
    return {
        "before": {"interactions": len(data), "users": users, "items": items},
        "steps": [asdict(step) for step in steps],
    }


def _sizes(data: Interactions) -> tuple[int, int]:
    return int(np.count_nonzero(data.by_user.lengths)), int(np.count_nonzero(data.item_counts))


def _renumbered(index: Array, left: Array, n: int) -> Array:
    new = np.empty(n, np.int32)
    new[left] = np.arange(len(left), dtype=np.int32)
    return new[index]
