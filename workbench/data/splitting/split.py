"""The base of all splits."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.fold import TEST, TRAIN, Fold
from workbench.declaring import hyperparameter
from workbench.errors import WorkbenchError


class Split(BaseModel):
    """Base of all splits: gives every interaction a place.

    Class facts: `name` on the command line, `title` in the window, `many` the setting that says how many folds there are
    where it is more than one (then the setting ``fold`` chooses), and `by_time`, whether nothing is learned from what
    happened after something hidden.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: ClassVar[str]
    title: ClassVar[str]
    many: ClassVar[str] = ""
    by_time: ClassVar[bool] = False

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

    def places(self, data: Interactions) -> Array:
        """Place of each interaction, int8 (n,)."""
        raise NotImplementedError

    def split(self, data: Interactions) -> Fold:
        """Divide the data.

        Raises
        ------
        WorkbenchError
            If nothing is left to learn from or to test on.
        """
        places = self.places(data)
        for place, what in ((TRAIN, "learn from"), (TEST, "test on")):
            if not (places == place).any():
                message = f"The split '{self.title}' leaves nothing to {what} in {len(data):,} interactions. "
                raise WorkbenchError(message + "Choose another split, or smaller test and validation parts.")
        return Fold(data, places, self.show_validation)

    def folds(self) -> list[Self]:
        """All folds, each as a split of its own; most splits have but one."""
        if not self.many:
            return [self]
        return [self.model_copy(update={"fold": fold}) for fold in range(getattr(self, self.many))]

    def describe(self) -> str:
        """One sentence for the protocol."""
        raise NotImplementedError


def validation_share(default: float = 0.1) -> Any:
    """Declare how much chooses the best epoch."""
    return hyperparameter(default, "Validation", "Share of interactions that choose the best epoch.", ge=0, lt=1)


def split_seed() -> Any:
    """Declare the seed of a division."""
    return hyperparameter(0, "Seed", "Another seed draws another division.", ge=0)


def chosen_fold(many: str) -> Any:
    """Declare which of several folds is meant."""
    return hyperparameter(0, "Fold", f"Which of the {many}, counted from 0.", ge=0)


def in_range(fold: int, number: int | None, what: str) -> int:
    """`fold`, checked against the number of folds (None where that is wrong itself)."""
    if number is not None and fold >= number:
        message = f"must be below {number}, the number of {what}, not {fold}"
        raise ValueError(message)
    return fold
