"""What a trial tries: hyperparameters that the library draws from the ranges of a search."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.algorithms import find
from workbench.data.interactions import Interactions
from workbench.declaring import applies, from_data
from workbench.searching.journal import give, quiet, set_sampler
from workbench.searching.search_spec import SearchSpec
from workbench.searching.space import Dimension, chosen_space

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial


class Asker:
    """Draws hyperparameters for the trials of one search.

    The first trial of each algorithm has its defaults, so that no search ends with less than nobody's choice.
    """

    def __init__(self, spec: SearchSpec, study: "Study", data: Interactions) -> None:
        self.spec, self.study = spec, study
        self.spaces = {
            name: chosen_space(name, spec.ranges.get(name, {}), self._fixed(name)) for name in spec.algorithms
        }
        self.defaults = {name: defaults(name, self._fixed(name), data) for name in spec.algorithms}

    def ask(self, trial: "Trial") -> tuple[str, dict[str, Any]]:
        """The algorithm and the hyperparameters of a trial: the same whenever it is asked again."""
        names, first = self.spec.algorithms, trial.number < len(self.spec.algorithms)
        with quiet():
            self._draw_by(trial, 0, names[trial.number] if first else None)
            together = trial.relative_params  # drawn before any of them is used
            algorithm = str(trial.suggest_categorical("algorithm", names)) if len(names) > 1 else names[0]
            given = dict(self._fixed(algorithm))
            for place, dimension in enumerate(self.spaces[algorithm], 1):
                known = self.defaults[algorithm] | given
                default = known[dimension.name]
                if _matters(dimension, known) and not (first and not _holds(dimension, default)):
                    name = f"{algorithm}.{dimension.name}"
                    if name not in together:
                        self._draw_by(trial, place, _asked_as(dimension, default) if first else None)
                    given[dimension.name] = _suggested(trial, name, dimension)
        return algorithm, given

    def _draw_by(self, trial: "Trial", place: int, value: Any) -> None:
        """Give a trial a sampler for what stands at one place; so nothing depends on what was drawn before a kill."""
        if value is None:
            set_sampler(self.study, self.spec.seed, trial.number, place, workers=self.spec.workers)
        else:
            give(self.study, value)

    def _fixed(self, algorithm: str) -> Mapping[str, Any]:
        return self.spec.fixed.get(algorithm, {})


def defaults(algorithm: str, fixed: Mapping[str, Any], data: Interactions) -> dict[str, Any]:
    """The value of every hyperparameter where nobody chooses more than what is fixed."""
    kind = find(algorithm)
    found = kind.make(dict(fixed)).model_dump()
    return found | {name: value for name, (value, _) in from_data(kind, fixed, data.facts).items()}


def middle(dimensions: Sequence[Dimension], known: Mapping[str, Any]) -> dict[str, Any]:
    """Values in the middle of each range, of choices those that are known or the first: what a usual trial has."""
    found: dict[str, Any] = {}
    for dimension in dimensions:
        if not _matters(dimension, {**known, **found}):
            continue
        centre = np.sqrt(dimension.low * dimension.high) if dimension.log else (dimension.low + dimension.high) / 2
        found[dimension.name] = _nearest(dimension, known.get(dimension.name) if dimension.kind == "choice" else centre)
    return found


def _matters(dimension: Dimension, values: Mapping[str, Any]) -> bool:
    return applies({"when": dimension.when}, dict(values))


def _nearest(dimension: Dimension, value: Any) -> Any:
    """A value of the dimension that is, or is near, the one given."""
    values = dimension.choices
    if dimension.kind == "choice":
        return value if value in values else values[0]
    number = dimension.low if value is None else float(np.clip(value, dimension.low, dimension.high))
    if dimension.kind == "number":
        return number
    return min(values, key=lambda other: abs(other - number)) if values else round(number)


def _holds(dimension: Dimension, value: Any) -> bool:
    """Whether a value can be drawn."""
    if dimension.choices:
        return value in dimension.choices
    return value is not None and dimension.low <= value <= dimension.high


def _suggested(trial: "Trial", name: str, dimension: Dimension) -> Any:
    values = dimension.choices
    if dimension.kind == "choice":
        return trial.suggest_categorical(name, values)
    if dimension.kind == "number":
        return trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)
    if values:  # not all of the range: the place of one among them is drawn
        return values[trial.suggest_int(name, 0, len(values) - 1)]
    return trial.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)


def _asked_as(dimension: Dimension, value: Any) -> Any:
    """A value as the library knows it."""
    return dimension.choices.index(value) if dimension.kind == "whole" and dimension.choices else value
