"""Some of the users."""

from typing import ClassVar

import numpy as np

from workbench.data.filtering.base.filter import Filter
from workbench.data.interactions import Array, Interactions
from workbench.declaring import hyperparameter


class SampleUsers(Filter):
    """Keeps some random users, with all their interactions."""

    name, title, order = "users", "Random users", 6
    sentence = "Keeps some random users, with all their interactions."
    keys: ClassVar[dict[str, str]] = {"users": "size"}

    size: float = hyperparameter(0.1, "Size", "Below 1 a share of the users, from 1 their number.", gt=0)
    seed: int = hyperparameter(0, "Seed", "Another seed draws other users.", ge=0)

    def keeps(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        lively = np.flatnonzero(lengths)
        n = min(len(lively), max(1, round(self.size if self.size >= 1 else self.size * len(lively))))
        chosen = np.zeros(data.n_users, bool)
        chosen[np.random.default_rng([self.seed, 23]).choice(lively, n, replace=False)] = True
        return np.repeat(chosen, lengths)

    def describe(self) -> str:
        how_many = f"{self.size:.4g} of the users" if self.size < 1 else f"{round(self.size):,} users"
        return f"{how_many} at random, seed {self.seed}"
