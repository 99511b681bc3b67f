"""Interactions by chance."""

import numpy as np

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TEST, TRAIN, VALIDATION
from workbench.data.splitting.base.shuffling import shuffled
from workbench.data.splitting.base.split import Split, split_seed, validation_share
from workbench.declaring import hyperparameter


class Random(Split):
    """Every interaction falls at random, whoever it belongs to."""

    name, title, short, order = "random", "Random", "random {split.percent:.0f} %", 2
    sentence = "Holds out random interactions of any user: the usual test of predicted ratings."

    test: float = hyperparameter(0.2, "Test", "Share of interactions held out for the test.", gt=0, lt=1)
    validation: float = validation_share()
    per_user: bool = hyperparameter(
        False,
        "Of each user",
        "Take the shares from each user separately, so that no user is left out or held out whole.",
    )
    seed: int = split_seed()

    @property
    def percent(self) -> float:
        """How much is hidden for the test."""
        return 100 * self.test

    def places(self, data: Interactions) -> Array:
        if self.per_user:
            return self._per_user(data)
        n = len(data)
        n_test, n_validation = round(self.test * n), round(self.validation * n)
        place = np.full(n, TRAIN, np.int8)
        place[:n_test] = TEST
        place[n_test : n_test + n_validation] = VALIDATION
        return shuffled(place, self.seed, 11)

    def _per_user(self, data: Interactions) -> Array:
        from workbench.data.kernels.masks import dealt

        lengths = data.by_user.lengths
        n_test = np.minimum(np.round(self.test * lengths), lengths - 1).astype(np.int32)  # one is learned from
        n_known = np.minimum(np.round(self.validation * lengths), lengths - 1 - n_test).astype(np.int32)
        order = shuffled(np.arange(len(data), dtype=np.int32), self.seed, 11)
        return dealt(order, data.user, n_test, n_test + n_known, np.array([TEST, VALIDATION, TRAIN], np.int8))

    def describe(self) -> str:
        whose = "random interactions of each user" if self.per_user else "random interactions"
        return f"{whose}, {self.test:.0%} test, {self.validation:.0%} validation, seed {self.seed}"
