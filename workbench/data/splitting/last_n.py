"""The newest interactions of each user."""

import numpy as np
from pydantic import Field

from workbench.data.interactions import Array, Interactions
from workbench.data.splitting.base.fold import TEST, TRAIN, VALIDATION
from workbench.data.splitting.base.split import Split


class LastN(Split):
    """The last interactions of each user are the test, those before them validation."""

    name, title, short, order = "last-n", "Last of each user", "last {split.n}", 1
    sentence = "Holds out each user's newest interactions, and trains on those before: what comes next?"
    by_order = True

    n: int = Field(
        default=1, ge=1, le=1000, title="Test", description="Last interactions of each user, held out for the test."
    )
    validation: int = Field(
        default=1, ge=0, le=1000, title="Validation", description="Interactions before those, to choose the best epoch."
    )

    def places(self, data: Interactions) -> Array:
        lengths = data.by_user.lengths
        place = np.full(len(data), TRAIN, np.int8)
        # Users with nothing left to learn from stay in training whole. No array is as long as the data but the answer.
        ends = data.by_user.indptr[1:][lengths > self.n + self.validation]
        for back in range(1, self.n + self.validation + 1):
            place[ends - back] = TEST if back <= self.n else VALIDATION
        return place

    def describe(self) -> str:
        order = f"last {self.n} of each user test, {self.validation} before validation"
        return order + f"; users with fewer than {self.n + self.validation + 1} interactions only in training"
