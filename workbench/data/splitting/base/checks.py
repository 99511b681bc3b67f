"""What to know of a fold before its numbers are believed."""

import numpy as np

from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.splitting.base.fold import TEST, VALIDATION, Fold, Part


def shown_and_hidden(part: Part, n_items: int) -> int:
    """Interactions that are hidden and yet in the history or among the seen items; must be none."""
    from workbench.data.kernels.masks import shared_items

    def shared(with_: UserItems) -> int:
        return int(shared_items(part.truth.indptr, part.truth.item, with_.indptr, with_.item, n_items))

    known = {id(part.seen): part.seen, id(part.histories): part.histories}  # mostly the same, and looked at once
    return max(shared(user_items) for user_items in known.values())


def learned_later(fold: Fold) -> int | None:
    """Training interactions that are not before all hidden ones; 0 where the split is by time, None without times."""
    if fold.data.time is None:
        return None
    hidden = (fold.places == TEST) | (fold.places == VALIDATION)
    return int(np.count_nonzero(fold.train.time >= fold.data.time[hidden].min()))


def first_hidden(fold: Fold) -> int | None:
    """Time of the first hidden interaction of the test, in milliseconds since 1970; None without times."""
    return None if fold.test.truth.time is None else int(fold.test.truth.time.min())


def without_history(part: Part) -> int:
    """Judged people of whom nothing is shown."""
    return int(np.count_nonzero(part.histories.lengths == 0))


def hidden_items(part: Part, train: Interactions) -> tuple[int, int]:
    """Different items in the truth, and how many of them training has not seen."""
    there = np.bincount(part.truth.item, minlength=train.n_items) > 0
    return int(np.count_nonzero(there)), int(np.count_nonzero(there & (train.item_counts == 0)))


def equal_times(data: Interactions) -> float | None:
    """Share of interactions at the very time of the one before, by the same user: their order is the file's."""
    if data.time is None or len(data) < 2:  # noqa: PLR2004 - one has none before it
        return None
    same: Array = (data.time[1:] == data.time[:-1]) & (data.user[1:] == data.user[:-1])
    return float(np.count_nonzero(same) / len(same))
