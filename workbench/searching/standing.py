"""How a search stands: its trials, the best of them, and the front of two goals."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.evaluation.pareto import front
from workbench.searching.measuring import is_better_high
from workbench.searching.search_spec import SearchSpec
from workbench.training.trials import TrialLine, TrialState

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def line_of(trial: "FrozenTrial", spec: SearchSpec) -> TrialLine:
    """What the journal knows of a trial."""
    from optuna.trial import TrialState as Told

    states = {Told.COMPLETE: TrialState.DONE, Told.PRUNED: TrialState.PRUNED, Told.FAIL: TrialState.FAILED}
    state, told = states.get(trial.state, TrialState.RUNNING), trial.user_attrs
    known = {"algorithm": spec.algorithms[0], **told.get("asked", {})}
    if state is not TrialState.RUNNING:
        known |= told.get("came", {})
    return TrialLine(number=trial.number, state=state, **known)


def best_of(trials: Iterable[TrialLine], spec: SearchSpec) -> TrialLine | None:
    """The trial that reached most, of those that keep the limits; of equal ones the first."""
    sign = 1 if is_better_high(spec.metric) else -1
    fit = [trial for trial in trials if _counts(trial)]
    return max(fit, key=lambda trial: (sign * (trial.value or 0.0), -trial.number), default=None)


def front_of(trials: Sequence[TrialLine], spec: SearchSpec) -> list[TrialLine]:
    """The trials that no other beats in both goals, the second one rising; with one goal, the best."""
    if spec.second is None:
        best = best_of(trials, spec)
        return [] if best is None else [best]
    fit = [trial for trial in trials if _counts(trial)]
    along = np.array([_number(trial.figures.get(spec.second)) for trial in fit])
    up = np.array([_number(trial.value) for trial in fit])
    places = front(along, up, x_higher=is_better_high(spec.second), y_higher=is_better_high(spec.metric))
    return [fit[int(at)] for at in places]


def _counts(trial: TrialLine) -> bool:
    return trial.state is TrialState.DONE and trial.feasible and trial.same_as is None and trial.value is not None


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
