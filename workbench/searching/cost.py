"""What a search will take, before it starts: a usual trial of each algorithm is measured, and counted for all."""

from typing import Any

from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.data.splitting import DEFAULT
from workbench.searching.asking import defaults, middle
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
