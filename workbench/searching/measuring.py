"""What a trained trial reached: the figures that a search looks for, and those that it limits."""

import time
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.metrics import all_metrics, higher_is_better
from workbench.searching.search_spec import LIMITS, SearchSpec

if TYPE_CHECKING:
    from workbench.training.run import Run

BYTES = 1e6  # of a megabyte
METRICS = {"novelty": "epc@10", "coverage": "coverage@10"}  # that second goals are


def is_better_high(goal: str) -> bool:
    """Whether more of a goal is better."""
    return goal not in LIMITS and (goal in METRICS or higher_is_better(goal) is not False)


def check_metric(metric: str) -> None:
    """Raise WorkbenchError where there is no such metric, or neither more nor less of it is better."""
    name, _, cutoff = metric.partition("@")
    known = all_metrics().get(name)
    if known is None or known.higher_is_better is None or known.cut != bool(cutoff) or (cutoff and not _whole(cutoff)):
        names = [
            f"{one.name}@10" if one.cut else one.name
            for one in all_metrics().values()
            if one.higher_is_better is not None
        ]
        message = f"A search cannot look for '{metric}'. Name a metric with its cutoff, such as {', '.join(names)}."
        raise WorkbenchError(message)


def _whole(text: str) -> bool:
    return text.isdecimal() and int(text) > 0


def figures_of(run: "Run", spec: SearchSpec) -> dict[str, float | None]:
    """All that a search wants to know of a run that has ended; None where it is not defined for this run."""
    status = run.status()
    kept = status.best or status.last
    known: dict[str, float | None] = dict(kept.validation) if kept is not None else {}
    last = status.last
    known["seconds"] = last.seconds if last is not None else None
    known["megabytes"] = (run.folder / "model.safetensors").stat().st_size / BYTES
    second = METRICS.get(spec.second or "")
    missing = sorted({spec.metric, *([second] if second else [])} - set(known))
    if missing or "list-seconds" in (spec.second, *spec.limits):
        known |= _evaluated(run, missing)
    return known | ({str(spec.second): known[second]} if second else {})


def _evaluated(run: "Run", keys: list[str]) -> dict[str, float | None]:
    """Metrics of the validation users, and how long a list of one takes."""
    from workbench.evaluation.evaluate import evaluate  # the window asks for words alone, and need not load it
    from workbench.training.remarks import validated_on

    part = validated_on(run)
    assert part is not None  # the search looked before it began
    names = sorted({key.partition("@")[0] for key in keys or ["ndcg@10"]})
    cutoffs = sorted({int(key.partition("@")[2] or 10) for key in keys or ["ndcg@10"]})
    how: Any = {"metrics": names, "cutoffs": cutoffs, "intervals": False, "train": run.fold.train}
    algorithm = run.trained_algorithm()
    began = time.perf_counter()
    result = evaluate(algorithm, part, run.data.n_items, **how)
    seconds = (time.perf_counter() - began) / len(part)
    return {key: result.metrics[key]["mean"] for key in keys} | {"list-seconds": seconds}
