"""The base of all splits."""

from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from workbench.amounts import counted
from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.feedback import places_of_all
from workbench.data.splitting.base.fold import TEST, TRAIN, UNUSED, VALIDATION, Fold
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError

# What a split may need of the data, and what to say where it is not there.
NEEDS = {
    "time": "times, and the data has none. Choose the time column, or another split.",
    "test file": "a test file beside the training file. Add one, or choose another split.",
}


class Split(BaseModel):
    """Base of all splits: gives every interaction a place.

    Class attributes (declared by each file)
    -----------------------------------
    name : its name on the command line, lower case with hyphens
    title : its name in the window
    sentence : what it does, and what for
    short : the split in two or three words, such as ``"last {split.n}"``; `split` has its settings and properties
    order : its place among the splits, the usual ones first
    needs : what the data must have, of `NEEDS`
    many : the setting that says how many folds there are, where it is more than one; then the setting ``fold`` chooses,
        and runs that differ in nothing else are summed up
    by_time : whether nothing is learned from what happened after something hidden
    hides_items : whether nothing is learned from the items that are judged, so that an algorithm must know what items are
    row_by_row : whether the place of an interaction says nothing of the user's others, so that what is no positive has one
        of its own
    by_order : whether a user's newest interactions are hidden, so that the order of equal times decides what is hidden
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    short: ClassVar[str]
    order: ClassVar[int] = 100
    needs: ClassVar[tuple[str, ...]] = ()
    many: ClassVar[str] = ""
    by_time: ClassVar[bool] = False
    by_order: ClassVar[bool] = False
    row_by_row: ClassVar[bool] = False
    hides_items: ClassVar[bool] = False

    show_validation: bool = Field(
        default=True,
        title="Show validation at test",
        description="Let the algorithm see the validation interactions in the history when the test is scored. "
        "They are never recommended again either way.",
        json_schema_extra={"advanced": True},
    )

    @property
    def holds_out(self) -> bool:
        """Whether nothing is learned from the people who are judged."""
        return False

    @property
    def part(self) -> int:
        """Which of the folds this is, counted from 1."""
        return int(getattr(self, "fold", 0)) + 1

    @property
    def parts(self) -> int:
        """How many folds there are."""
        return int(getattr(self, self.many)) if self.many else 1

    @classmethod
    def lacking(cls, data: Interactions) -> str:
        """What the data does not have that the split needs, of `NEEDS`; empty where it has all."""
        has = {"time": data.time is not None, "test file": data.part is not None}
        return next((NEEDS[need] for need in cls.needs if not has[need]), "")

    def places(self, data: Interactions) -> Array:
        """Place of each interaction, int8 (n,), of data that has what is needed."""
        raise NotImplementedError

    def split(self, data: Interactions) -> Fold:
        """Divide the data.

        Raises
        ------
        WorkbenchError
            If the data lacks what is needed, or nothing is left to learn from or to test on.
        """
        lacking = self.lacking(data)
        if lacking:
            raise WorkbenchError(f"The split '{self.title}' needs {lacking}")
        places = self._placed(data)
        for place, what in ((TRAIN, "learn from"), (TEST, "test on")):
            found = places == place
            if not (found if data.weight is None else found & (data.weight > 0)).any():
                message = f"The split '{self.title}' leaves nothing to {what} in {counted(len(data), 'interaction')}. "
                raise WorkbenchError(message + "Choose another split, or smaller test and validation parts.")
        return Fold(data, places, self.show_validation)

    def _placed(self, data: Interactions) -> Array:
        """Places of all interactions, of which only positives are hidden."""
        if data.weight is None:
            return self.places(data)
        if not self.row_by_row:
            return places_of_all(self.places(data.positives), data, by_order=self.by_order)
        places = self.places(data)
        return np.where((data.weight <= 0) & np.isin(places, (VALIDATION, TEST)), np.int8(UNUSED), places)

    def folds(self) -> list[Self]:
        """All folds, each as a split of its own; most splits have but one."""
        if not self.many:
            return [self]
        return [self.model_copy(update={"fold": fold}) for fold in range(self.parts)]

    def describe(self) -> str:
        """One sentence for the protocol."""
        raise NotImplementedError


def validation_share(default: float = 0.1) -> Any:
    """Declare how much chooses the best epoch."""
    return hyperparameter(
        default, "Validation", "Share of interactions for validation, to choose the best epoch.", ge=0, lt=1
    )


def split_seed() -> Any:
    """Declare the seed of a division."""
    return hyperparameter(0, "Seed", "Another seed gives another random split.", ge=0)


def chosen_fold(many: str) -> Any:
    """Declare which of several folds is meant."""
    return hyperparameter(0, "Fold", f"Which of the {many}; 0 is the first.", ge=0)


def in_range(fold: int, number: int | None, what: str) -> int:
    """`fold`, checked against the number of folds (None where that is wrong itself)."""
    if number is not None and fold >= number:
        message = f"must be below {number}, the number of {what}, not {fold}"
        raise ValueError(message)
    return fold
