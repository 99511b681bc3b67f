"""What nobody chose and what depends on the data, settled before a training begins and written down with the reason.

Some defaults follow from the size of the data by a rule. For others no size tells: of two sets with as many people and as
long histories one may want a hundred times the weight of the other, because one is full of taste and the other of fashion.
Where learning takes a moment, a few values are tried on validation, and the best one stays.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from workbench.algorithms import Algorithm, find
from workbench.algorithms.base import budget
from workbench.data.splitting import Part
from workbench.declaring import DataFacts, from_data, tried_of
from workbench.evaluation.evaluate import evaluate
from workbench.training.remarks import validated_on
from workbench.training.run import Run

# Above these, trying takes longer than a moment: interactions, and the items or users that are compared with each other.
MOST_INTERACTIONS, MOST_SIDE = 2_000_000, 6_000
Found = dict[str, tuple[Any, str]]


class Learned(NamedTuple):
    """What has learned while values were tried, and the seconds that took."""

    algorithm: Algorithm
    seconds: float


def settle(run: Run, check: Callable[[], None]) -> Learned | None:
    """Settle what waits for the data: once, so that it stays whatever becomes of the rules.

    Parameters
    ----------
    check
        Is called now and then, and may raise.

    Returns
    -------
    Learned or None
        The algorithm with what was settled, where it learns all at once and has done so, so that it need not again.
    """
    spec = run.spec
    if "" not in spec.from_data.values():
        return None
    kind, facts = find(spec.algorithm), run.data.facts
    given = {name: value for name, value in spec.hyperparameters.items() if name not in spec.from_data}
    found, learned = _tried(run, kind, given, check)
    found |= from_data(kind, given | {name: value for name, (value, _) in found.items()}, facts)
    # A rule is held to the declared range and type like a person.
    made = kind.make(given | {name: value for name, (value, _) in found.items()}).model_dump()
    found = {name: (made[name], why) for name, (_, why) in found.items()}
    if "patience" in spec.from_data and budget.has_steps(kind):
        found["patience"] = budget.patience(kind, facts, made)
    run.note_settled(found)
    return learned


def is_tried(facts: DataFacts) -> bool:
    """Whether values can be tried on data of this size in a moment."""
    return facts.interactions <= MOST_INTERACTIONS and min(facts.items, 2 * facts.users) <= MOST_SIDE


def _tried(
    run: Run, kind: type[Algorithm], given: Mapping[str, Any], check: Callable[[], None]
) -> tuple[Found, Learned | None]:
    """The best of some values of what nobody chose and is worth trying, and what has learned with it."""
    part, found, learned = validated_on(run), Found(), None
    for name, values in tried_of(kind).items():
        if name in given:
            continue
        default = kind.model_fields[name].default
        if part is None:
            found[name] = default, "as declared: there is no validation to try others on"
        elif not is_tried(run.data.facts):
            found[name] = default, "as declared: trying others would take long"
        else:
            reached: dict[Any, float] = {}
            for value in values:
                other, reached[value] = _reached(run, kind, {**given, name: value}, part, check)
                if not kind.iterative and _level(reached)[0] == value:
                    learned = other
            found[name] = _chosen(reached, f"NDCG@10 of {len(part):,} users on validation")
    return found, learned


def _chosen(reached: Mapping[Any, float], measured: str) -> tuple[Any, str]:
    """The first of the values that are best in all digits that are told, and the words for it."""
    level = _level(reached)
    told = ", ".join(f"{value:g}: {figure:.4f}" for value, figure in reached.items())
    choice = "the best" if len(level) == 1 else f"the first of {len(level)} that are level, {level[0]:g},"
    return level[0], f"{choice} of {told} ({measured})"


def _level(reached: Mapping[Any, float]) -> list[Any]:
    digits = {value: f"{figure:.4f}" for value, figure in reached.items()}
    return [value for value in reached if digits[value] == digits[max(reached, key=reached.__getitem__)]]


def _reached(
    run: Run, kind: type[Algorithm], given: dict[str, Any], part: Part, check: Callable[[], None]
) -> tuple[Learned, float]:
    """What has learned with these values, and its NDCG@10 on validation."""
    rest = from_data(kind, given, run.data.facts)
    algorithm = kind.make(given | {name: value for name, (value, _) in rest.items()})
    began = time.perf_counter()
    for _ in algorithm.train(run.fold.learned_from, run.spec.seed):
        check()
    learned = Learned(algorithm, time.perf_counter() - began)
    check()
    how: Any = {"metrics": ["ndcg"], "cutoffs": [10], "intervals": False, "train": run.fold.train}
    result = evaluate(algorithm, part, run.data.n_items, **how)
    mean = result.metrics["ndcg@10"]["mean"]
    return learned, -np.inf if mean is None else float(mean)
