"""How long whatever learns in steps learns: in steps, not in passes over data of any size.

A pass over a thousand people in batches of five hundred is two steps, and ten such passes without a better validation tell
nothing. So a batch is at most so much of the data that a pass has some dozens of steps, all passes together have some
thousand, and patience lasts some hundred; fewer where a step costs as much as a pass. On large data all three are what the
algorithm declares.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from workbench.declaring import DataFacts, DataRule


class Steps(NamedTuple):
    """How many steps little data is learned in, at least.

    Attributes
    ----------
    epoch, all, patience
        Of a pass over the data, of all passes that are asked for, and without a better validation.
    """

    epoch: int
    all: int
    patience: int


# Found on small sets of seven kinds (`tests/benchmarks/defaults`); on data of more than these many batches nothing changes.
USUAL = Steps(32, 1500, 300)
# Each step goes over the whole graph, however small its batch, and teaches every vector.
WHOLE_GRAPH = Steps(8, 300, 80)
SMALLEST = {"interactions": 128, "users": 16}  # batch: below, a step is mostly overhead and chance
EPOCHS_MOST, PATIENCE_MOST = 300, 60
PATIENCE = 10  # epochs, where they are long enough


def batch_size(largest: int) -> DataRule:
    """The rule of a batch that is `largest` where there is plenty of data."""

    def value(kind: Any, facts: DataFacts, _: Mapping[str, Any]) -> tuple[int, str]:
        rows, what = _rows(kind, facts)
        share = 1 << max(0, (rows // kind.least_steps.epoch).bit_length() - 1)
        batch = min(largest, max(SMALLEST[kind.batch_of], share))
        return batch, f"{rows:,} {what} are {_steps(rows, batch):,} steps an epoch"

    return DataRule("the size of the data", value)


def epochs(declared: int) -> DataRule:
    """The rule of epochs that are `declared` where each has many steps."""

    def value(kind: Any, facts: DataFacts, values: Mapping[str, Any]) -> tuple[int, str]:
        rows, _ = _rows(kind, facts)
        steps = _steps(rows, int(values["batch_size"]))
        number = max(declared, min(EPOCHS_MOST, math.ceil(kind.least_steps.all / steps)))
        return number, f"{number * steps:,} steps, {steps:,} an epoch"

    return DataRule("the steps of an epoch", value, last=True)


def has_steps(kind: Any) -> bool:
    """Whether an algorithm learns in batches."""
    return hasattr(kind, "batch_of")


def patience(kind: Any, facts: DataFacts, values: Mapping[str, Any]) -> tuple[int, str]:
    """Epochs without a better validation before training stops, and why so many."""
    rows, _ = _rows(kind, facts)
    steps = _steps(rows, int(values["batch_size"]))
    number = max(PATIENCE, min(PATIENCE_MOST, math.ceil(kind.least_steps.patience / steps)))
    return number, f"{number * steps:,} steps, {steps:,} an epoch"


def _rows(kind: Any, facts: DataFacts) -> tuple[int, str]:
    return max(1, int(getattr(facts, kind.batch_of))), kind.batch_of


def _steps(rows: int, batch: int) -> int:
    return max(1, math.ceil(rows / batch))
