"""A part of what a person did is hidden, the rest shown."""

from typing import Any, Literal

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import SHOWN, TRAIN, UNUSED
from workbench.data.splitting.base.shuffling import shuffled
from workbench.declaring import hyperparameter

Hidden = Literal["random", "last"]


def shown_share(when: dict[str, Any] | None = None) -> Any:
    """Declare how much of a history is shown."""
    text = "Share of their interactions used as history for scoring; the rest, at least one, is held out."
    return hyperparameter(0.8, "Shown", text, gt=0, lt=1, when=when)


def hidden_which(when: dict[str, Any] | None = None) -> Any:
    """Declare which interactions are hidden."""
    return hyperparameter(
        "random", "Hidden", "Which of their interactions are held out: random ones, or the last.", when=when
    )


def hide(data: Interactions, role: Array, shown: float, hidden: Hidden, seed: int) -> Array:
    """Places where users have roles (`TRAIN`, `VALIDATION` or `TEST`, int8 (n_users,)): some of theirs is hidden."""
    from workbench.data.kernels.masks import dealt

    lengths = data.by_user.lengths
    # Rounded down, as Liang et al. do; the first rounding takes away what a share such as 1 - 0.8 lacks.
    n_hidden = np.clip(np.floor(np.round((1 - shown) * lengths, 6)), 1, np.maximum(1, lengths - 1)).astype(np.int32)
    place = np.repeat(role, lengths)
    rows = np.flatnonzero(place != TRAIN)
    user = data.user[rows]
    if hidden == "last":
        shows = data.by_user.indptr[1:][user] - rows > n_hidden[user]  # 1 for a user's last
    else:
        order = shuffled(np.arange(len(rows), dtype=np.int32), seed, 37)
        shows = dealt(order, user, n_hidden, n_hidden, np.array([False, True, True], np.int8)).view(bool)
    place[rows[shows]] = SHOWN
    return place


def only_known_items(place: Array, data: Interactions) -> Array:
    """Leave out interactions with items that training has not seen."""
    known = np.bincount(data.item[place == TRAIN], minlength=data.n_items) > 0
    place[~known[data.item]] = UNUSED
    return place
