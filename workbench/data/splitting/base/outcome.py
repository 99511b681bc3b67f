"""What lands where under a split, as plain JSON values."""

from typing import Any

import numpy as np

from workbench.data.dates import written
from workbench.data.interactions import Interactions
from workbench.data.splitting.base import checks
from workbench.data.splitting.base.fold import SHOWN, TEST, TRAIN, UNUSED, VALIDATION, Fold
from workbench.data.splitting.base.split import Split


def outcome(split: Split, fold: Fold) -> dict[str, Any]:
    """Sizes of the parts of a fold that a split has made, what to mind, and a picture of some users."""
    data, test, train = fold.data, fold.test, fold.train
    sizes = [int(np.count_nonzero(fold.places == place)) for place in range(UNUSED + 1)]
    hidden_items, unknown_items = checks.hidden_items(test, train)
    first_hidden = checks.first_hidden(fold) if split.by_time else None
    return {
        "words": split.describe(),
        "interactions": len(data),
        "train": sizes[TRAIN],
        "validation": sizes[VALIDATION],
        "test": sizes[TEST],
        "test_users": len(test),
        "users": int((data.by_user.lengths > 0).sum()),
        "cold_users": checks.without_history(test),
        "cold_items": unknown_items,
        "test_items": hidden_items,
        "shown": sizes[SHOWN],
        "unused": sizes[UNUSED],
        "test_starts": None if first_hidden is None else written(first_hidden),
        "by_order": split.by_order,
        "equal_times": checks.equal_times(data),
        "picture": _picture(data, fold.places),
    }


def _picture(data: Interactions, places: np.ndarray, users: int = 24, newest: int = 40) -> list[str]:
    """For some users, spread over all: the place (0, 1, 2) of each of their newest interactions, the newest last."""
    starts = data.by_user.indptr
    lively = np.flatnonzero(data.by_user.lengths >= 3)  # noqa: PLR2004 - fewer show nothing
    chosen = np.unique(lively[np.linspace(0, len(lively) - 1, users).astype(int)]) if len(lively) else lively
    return ["".join(map(str, places[max(starts[u], starts[u + 1] - newest) : starts[u + 1]])) for u in chosen]
