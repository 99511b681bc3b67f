"""What a search will take, before it starts: a usual trial of each algorithm is measured, and counted for all."""

from typing import Any

from workbench.amounts import counted
from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.data.splitting import DEFAULT
from workbench.searching.asking import defaults, middle
from workbench.searching.search_folder import Search
from workbench.searching.search_spec import Range
from workbench.searching.space import chosen_space, usual_ranges
from workbench.training.estimating import estimate_training


def estimate_search(data: Interactions, asked: dict[str, Any], control: Control | None = None) -> dict[str, Any]:
    """Measure what a search would take, in a process like those that train.

    Parameters
    ----------
    data
        What the filters leave.
    asked
        ``algorithms``, and where chosen ``ranges``, ``fixed``, ``trials``, ``minutes``, ``workers``, ``split``,
        ``split_settings``, ``options``: as in `SearchSpec`, or as JSON values.

    Returns
    -------
    dict
        ``seconds``: of the whole search at most, for pruning takes some away; ``trial_seconds``: of a trial in the middle
        of all ranges, by algorithm; ``trials``: about how many the budget allows; ``memory_bytes``: the most that one
        process takes; ``problem``: why it will not fit into what is free, or None.
    """
    found = {name: estimate_training(data, _usual(name, asked, data), control) for name in asked["algorithms"]}
    mean = sum(one.seconds for one in found.values()) / len(found)
    workers, minutes, trials = asked.get("workers") or 1, asked.get("minutes"), asked.get("trials")
    within = None if minutes is None else max(1, int(60 * minutes * workers / max(mean, 1e-3)))
    count = min(number for number in (trials, within) if number is not None)
    return {
        "seconds": count * mean / min(workers, count),
        "trial_seconds": {name: one.seconds for name, one in found.items()},
        "trials": count,
        "memory_bytes": max(one.memory_bytes for one in found.values()),
        "problem": next((one.problem for one in found.values() if one.problem), None),
    }


def cost_left(search: Search, control: Control | None = None) -> str | None:
    """What a search will still take, in a sentence; None where nothing is left to do."""
    spec, trials = search.spec, search.trials()
    over = [trial for trial in trials if trial.state.is_over and trial.same_as is None]
    if over:
        mean, problem = sum(trial.seconds for trial in over) / len(over), None
    else:
        found = estimate_search(search.data(), spec.model_dump(), control)
        mean, problem = found["seconds"] * min(spec.workers, found["trials"]) / found["trials"], found["problem"]
    left = None if spec.trials is None else spec.trials - sum(trial.state.is_over for trial in trials)
    seconds = [] if left is None else [left * mean / spec.workers]
    if spec.minutes is not None:
        seconds.append(60 * spec.minutes - sum(trial.seconds for trial in trials) / spec.workers)
    if min(seconds) <= 0:
        return None
    what = f"{counted(left, 'trial')} to do" if left is not None else "As many trials as fit in"
    told = f"{what}, about {in_words(min(seconds))} at most; a usual trial takes {in_words(mean)}."
    return f"{told} {problem}" if problem else told


def in_words(seconds: float) -> str:
    """A span of time: "0.4 s", "12 s", "3 min", "2.5 h"."""
    if seconds < 10:  # noqa: PLR2004 - below, tenths matter
        return f"{seconds:.1f} s"
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"


def _usual(algorithm: str, asked: dict[str, Any], data: Interactions) -> dict[str, Any]:
    """What `estimate_training` is asked for a trial with hyperparameters in the middle of their ranges."""
    fixed = (asked.get("fixed") or {}).get(algorithm, {})
    wanted = (asked.get("ranges") or {}).get(algorithm)
    if wanted is None:
        wanted = {name: one for name, one in usual_ranges(algorithm).items() if name not in fixed}
    ranges = {name: one if isinstance(one, Range) else Range(**one) for name, one in wanted.items()}
    known = defaults(algorithm, fixed, data)
    options = asked.get("options") or {}
    return {
        "algorithm": algorithm,
        "hyperparameters": {**fixed, **middle(chosen_space(algorithm, ranges, fixed), known)},
        "split": asked.get("split") or DEFAULT,
        "settings": asked.get("split_settings"),
        **{name: options[name] for name in ("validation_users", "threads") if name in options},
    }
