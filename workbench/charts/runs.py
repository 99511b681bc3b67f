"""What charts have to know of a run."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.charts.chart import Values

Translate = Callable[[str], str]
"""Gives a sentence in the language of who reads it."""


@dataclass(frozen=True)
class ChartRun:
    """A run as it stands in a chart.

    Attributes
    ----------
    key, name : str
        What it is told from others by, and what it is called; unlike the others beside it.
    number : int
        Of its series: colour, dashes and marker.
    algorithm, algorithm_title : str
        Its name in the program, and what people call it.
    metrics : dict
        Of its test, by name such as ``ndcg@10``, as it wrote them: ``mean``, ``low``, ``high``.
    seconds : float or None
        Of training.
    validated : (str, float) or None
        Name and value of the validation that chose its model.
    hyperparameters : dict
    """

    key: str
    name: str
    number: int
    algorithm: str = ""
    algorithm_title: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    validated: tuple[str, float] | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)

    def mean(self, metric: str) -> float | None:
        """Of a test metric; None where the test has not found it."""
        return figures_of(self.metrics, metric)[0]


@dataclass(frozen=True)
class RunCurve:
    """The validation of a run, float (n,) each: after which epochs, after how many seconds (NaN: not told), and how good.

    `flat` is a level without epochs.
    """

    run: ChartRun
    metric: str
    epochs: Values
    seconds: Values
    values: Values
    flat: bool = False


def figures_of(metrics: Any, metric: str) -> tuple[float | None, float | None, float | None]:
    """Mean and interval of a metric among those that a test wrote; None where there is none, or what is no number."""
    given = metrics.get(metric) if isinstance(metrics, Mapping) else None
    if not isinstance(given, Mapping):
        return finite(given), None, None
    return finite(given.get("mean")), finite(given.get("low")), finite(given.get("high"))


def finite(value: Any) -> float | None:
    """A number that is one, as a float."""
    there = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if there else None


def tested(runs: Sequence[ChartRun], metric: str) -> list[ChartRun]:
    """Those whose test found this metric."""
    return [run for run in runs if run.mean(metric) is not None]
