"""Data becomes a fold: what is learned from, what chooses, and what judges."""

from typing import Any

import pandas as pd

from workbench.data.splitting import TEST, TRAIN, VALIDATION, Split, make_split
from workbench.data.splitting import Fold as Division
from workbench.interface.reading import Data
from workbench.interface.values import check_kind, plain


class Fold:
    """One division of data into train, validation and test.

    `split` makes it.

    Attributes
    ----------
    data : Data
        What was divided.
    """

    def __init__(self, data: Data, rule: Split, division: Division) -> None:
        self.data = data
        self.rule, self._division = rule, division

    def __repr__(self) -> str:
        sizes = [f"{(self._division.places == place).sum():,}" for place in (TRAIN, VALIDATION, TEST)]
        return f"<Fold: {self.rule.describe()}; {sizes[0]} to learn from, {sizes[1]} validation, {sizes[2]} test>"

    @property
    def name(self) -> str:
        """The split's name."""
        return self.rule.name

    @property
    def settings(self) -> dict[str, Any]:
        """All settings of the split."""
        return self.rule.model_dump()

    @property
    def train(self) -> pd.DataFrame:
        """The interactions that are learned from."""
        return self._part(TRAIN)

    @property
    def validation(self) -> pd.DataFrame:
        """The interactions that choose the best epoch."""
        return self._part(VALIDATION)

    @property
    def test(self) -> pd.DataFrame:
        """The interactions that judge."""
        return self._part(TEST)

    def _part(self, place: int) -> pd.DataFrame:
        division = self._division
        return self.data.frame_of(division.data.take(division.places == place))


def split(data: Data, name: str = "last-n", /, **settings: Any) -> Fold:
    """Divide data into what is learned from and what judges.

    Parameters
    ----------
    data
        From `read_interactions`.
    name
        Such as ``last-n``, ``random``, ``time``, ``k-fold``; see `list_splits`.
    settings
        Those of the split, such as ``n=1`` or ``test=0.2, seed=3``.

    Raises
    ------
    WorkbenchError
        If there is no such split, a setting is out of its range, or nothing is left to learn from or to test on.

    Examples
    --------
    >>> fold = workbench.split(data, "random", test=0.2, seed=3)
    """
    check_kind(data, Data, "split takes what read_interactions gave")
    check_kind(name, str, "The name of a split is a text such as 'last-n'")
    rule = make_split(name, plain(settings))
    return Fold(data, rule, rule.split(data.interactions))
