"""Whether the order of what people did tells anything: how often a step from one item to the next is seen again."""

from typing import Any

import numpy as np

from workbench.control import Control
from workbench.data.interactions import Array, Interactions

SAMPLE_ROWS = 300_000
"""Interactions that are looked at, those of whole users drawn at random."""


def sequential_signal(data: Interactions, control: Control | None = None) -> dict[str, Any] | None:
    """How much the order tells, as plain values for JSON; None without times.

    Returns
    -------
    dict
        ``repeated``: share of steps (from an item to the user's next one, at a later time) that somebody else takes too.
        ``by_chance``: the same after every history was shuffled. ``known``: share of neighbours in a history whose times
        differ; the order of the others is only that of the file.
    """
    if data.time is None:
        return None
    control = control or Control()
    control.check()
    rng = np.random.default_rng(0)
    lengths = data.by_user.lengths
    users = rng.permutation(np.flatnonzero(lengths > 1))
    users = np.sort(users[: max(1, int(np.searchsorted(np.cumsum(lengths[users]), SAMPLE_ROWS)))])
    control.check()
    rows = data.by_user.rows(users)
    who = np.repeat(np.arange(len(rows)), rows.lengths)
    neighbours = who[1:] == who[:-1]
    if rows.time is None or not neighbours.any():
        return {"repeated": 0.0, "by_chance": 0.0, "known": 0.0}
    steps = neighbours & (rows.time[1:] != rows.time[:-1])
    control.check()
    shuffled = rows.item[np.lexsort((rng.random(len(who)), who))]
    control.check()
    return {
        "repeated": _repeated(rows.item, steps, data.n_items),
        "by_chance": _repeated(shuffled, steps, data.n_items),
        "known": float(steps.sum() / neighbours.sum()),
    }


def _repeated(item: Array, steps: Array, n_items: int) -> float:
    """Share of the steps that were taken more than once."""
    if not steps.any():
        return 0.0
    pairs = item[:-1][steps].astype(np.int64) * n_items + item[1:][steps]
    _, counts = np.unique(pairs, return_counts=True)
    return float(counts[counts > 1].sum() / counts.sum())
