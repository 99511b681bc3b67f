"""Everything is hidden once."""

from typing import Literal

import numpy as np
from pydantic import ValidationInfo, field_validator

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TEST, TRAIN, VALIDATION
from workbench.data.splitting.base.hiding import Hidden, hidden_which, hide, shown_share
from workbench.data.splitting.base.shuffling import shuffled
from workbench.data.splitting.base.split import Split, chosen_fold, in_range, split_seed
from workbench.declaring import hyperparameter


class KFold(Split):
    """The interactions (or the users) are dealt into k parts, and each part is the test once."""

    name, title, short, order = "k-fold", "k-fold", "part {split.part} of {split.parts}", 6
    sentence = "Splits everything into k parts, each the test of one run: every interaction is held out once."
    many = "k"

    k: int = hyperparameter(5, "Parts", "Number of parts, and of runs needed to test all of them.", ge=2, le=1000)
    fold: int = chosen_fold("parts")
    by: Literal["interactions", "users"] = hyperparameter(
        "interactions",
        "Deal",
        "Single interactions, or whole users, so that test users are not in training.",
    )
    validation: float = hyperparameter(
        0.1, "Validation", "Share of the other parts for validation, to choose the best epoch.", ge=0, lt=1
    )
    shown: float = shown_share({"by": "users"})
    hidden: Hidden = hidden_which({"by": "users"})
    seed: int = split_seed()

    @field_validator("fold")
    @classmethod
    def _one_of_them(cls, fold: int, info: ValidationInfo) -> int:
        return in_range(fold, info.data.get("k"), "parts")

    @property
    def holds_out(self) -> bool:
        return self.by == "users"

    def places(self, data: Interactions) -> Array:
        if self.by == "interactions":
            return self._dealt(len(data))
        able = np.flatnonzero(data.by_user.lengths > 1)  # of one interaction nothing is left to show
        role = np.full(data.n_users, TRAIN, np.int8)
        role[able] = self._dealt(len(able))
        return hide(data, role, self.shown, self.hidden, self.seed)

    def _dealt(self, n: int) -> Array:
        """A place for each of `n` things, int8 (n,); the deal is the same in every fold."""
        turn, part = np.divmod(np.arange(n, dtype=np.int32), np.int32(self.k))
        place = np.where(turn < round(self.validation * n / self.k), np.int8(VALIDATION), np.int8(TRAIN))
        place[part == self.fold] = TEST
        return shuffled(place, self.seed, 41)

    def describe(self) -> str:
        whole = f"part {self.part} of {self.k} random parts of the {self.by} test, {self.validation:.0%} of the others"
        whole += " validation"
        if self.holds_out:
            whole += f"; of each judged user {self.shown:.0%} shown, "
            whole += "random ones hidden" if self.hidden == "random" else "the last hidden"
        return f"{whole}, seed {self.seed}"
