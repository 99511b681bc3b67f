"""People who are kept out of training."""

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TEST, TRAIN, VALIDATION
from workbench.data.splitting.base.hiding import Hidden, hidden_which, hide, only_known_items, shown_share
from workbench.data.splitting.base.split import Split, split_seed
from workbench.declaring import hyperparameter


class HeldOutUsers(Split):
    """Some users are kept out of training whole, and judged by a part of what they did (strong generalisation)."""

    name, title, short, order = "held-out-users", "Held-out users", "held-out users", 5
    sentence = "Keeps some users out of training, and tests on part of their interactions."

    test: float = hyperparameter(0.1, "Test", "Test users: below 1 their share, from 1 their number.", gt=0)
    validation: float = hyperparameter(
        0.1, "Validation", "Other users, to choose the best epoch: below 1 their share, from 1 their number.", ge=0
    )
    shown: float = shown_share()
    hidden: Hidden = hidden_which()
    known_items: bool = hyperparameter(
        False, "Known items only", "Leave out their interactions with items that are not in training.", advanced=True
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
            f"{size:.0%} of users" if size < 1 else f"{size:,.0f} users" for size in (self.test, self.validation)
        )
        words = (
            f"{test} kept out of training for the test, {validation} for validation; of each {self.shown:.0%} shown, "
        )
        words += "random ones hidden" if self.hidden == "random" else "the last hidden"
        return words + (", of known items only" if self.known_items else "") + f", seed {self.seed}"
