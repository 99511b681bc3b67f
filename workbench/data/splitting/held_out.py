"""People who are kept out of training."""

from typing import Any, Literal

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.fold import SHOWN, TEST, TRAIN, UNUSED, VALIDATION
from workbench.data.splitting.shuffling import shuffled
from workbench.data.splitting.split import Split, split_seed
from workbench.declaring import hyperparameter

Hidden = Literal["random", "last"]


def shown_share(when: dict[str, Any] | None = None) -> Any:
    """Declare how much of a history is shown."""
    text = "Share of their interactions that is shown when they are scored; the rest is hidden, at least one."
    return hyperparameter(0.8, "Shown", text, gt=0, lt=1, when=when)


def hidden_which(when: dict[str, Any] | None = None) -> Any:
    """Declare which interactions are hidden."""
    return hyperparameter("random", "Hidden", "Which of their interactions are hidden: any, or the last.", when=when)


class HeldOutUsers(Split):
    """Some users are kept out of training whole, and judged by a part of what they did (strong generalisation)."""

    name, title = "held-out-users", "Held-out users"

    test: float = hyperparameter(0.1, "Test", "Users to judge: below 1 their share, from 1 their number.", gt=0)
    validation: float = hyperparameter(
        0.1, "Validation", "Other users, to choose the best epoch: below 1 their share, from 1 their number.", ge=0
    )
    shown: float = shown_share()
    hidden: Hidden = hidden_which()
    known_items: bool = hyperparameter(
        False, "Known items only", "Leave out what they did with items of which nothing is learned.", advanced=True
    )
    seed: int = split_seed()

    @property
    def holds_out(self) -> bool:
        return True

    def places(self, data: Interactions) -> Array:
        n_users = int(np.count_nonzero(data.by_user.lengths))
        able = np.flatnonzero(data.by_user.lengths > 1)  # of one interaction nothing is left to show
        drawn = np.random.default_rng([self.seed, 31]).permutation(able)
        n_test, n_validation = (round(size if size >= 1 else size * n_users) for size in (self.test, self.validation))
        role = np.full(data.n_users, TRAIN, np.int8)
        role[drawn[:n_test]] = TEST
        role[drawn[n_test : n_test + n_validation]] = VALIDATION
        place = hide(data, role, self.shown, self.hidden, self.seed)
        return only_known_items(place, data) if self.known_items else place

    def describe(self) -> str:
        test, validation = (
            f"{one:.0%} of users" if one < 1 else f"{one:,.0f} users" for one in (self.test, self.validation)
        )
        words = (
            f"{test} kept out of training for the test, {validation} for validation; of each {self.shown:.0%} shown, "
        )
        words += "random ones hidden" if self.hidden == "random" else "the last hidden"
        return words + (", of known items only" if self.known_items else "") + f", seed {self.seed}"


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
