"""Interactions that count less the longer ago they were."""

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import Interactions, UserItems
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import scipy.sparse as sp


def declare_half_life() -> Any:
    """Declare how fast interactions lose weight."""
    text = "An interaction this many days before a user's latest one counts half. 0: all count the same. Needs times."
    return hyperparameter(
        0.0, "Half-life", text, ge=0, le=36_500, log=True, search=(7, 3650), unit="days", needs="time"
    )


def aged(histories: UserItems, n_items: int, half_life: float) -> "sp.csr_matrix":
    """What each interaction counts, float32 (n, n_items): 1 for the person's latest, half of it each `half_life` before.

    All count 1 where the half-life is 0 or times are not known (in training, `needs_times` refuses that).
    """
    ones = histories.matrix(n_items)
    if not half_life or histories.time is None:
        return ones
    row = np.repeat(np.arange(len(histories)), histories.lengths)
    latest = np.zeros(len(histories), np.int64)
    np.maximum.at(latest, row, histories.time)
    ones.data = np.exp2((histories.time - latest[row]) / (half_life * DAY_MS)).astype(np.float32)
    return ones


def needs_times(data: Interactions, title: str, half_life: float) -> None:
    """Refuse to let interactions age where nobody knows how old they are."""
    if half_life and data.time is None:
        message = f"{title} needs time for a half-life, and the data has none. Choose that column, or a half-life of 0."
        raise WorkbenchError(message)


def stays_here(title: str, half_life: float) -> None:
    """Refuse to take a model along that reads when each interaction was."""
    if half_life:
        message = (
            f"{title} with a half-life cannot be taken along: it reads when each interaction was, and a history for "
        )
        raise WorkbenchError(message + "use elsewhere is a list of items. Train it with a half-life of 0.")
