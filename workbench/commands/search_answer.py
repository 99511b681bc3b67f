"""What ``workbench search`` answers."""

from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.commands.output import Answer, table

if TYPE_CHECKING:
    from workbench.searching.search_folder import Search


def answer_of(found: "Search", final: Any, seconds: float) -> Answer:
    """What a search has found so far; `final` is the run of the best on train and validation, where that was trained."""
    from workbench.searching.standing import best_of, front_of
    from workbench.training.trials import TrialState

    trials = found.trials()
    best = best_of(trials, found.spec)
    ended = {
        state.value: sum(trial.state is state for trial in trials) for state in (TrialState.PRUNED, TrialState.FAILED)
    }
    value = {
        "search": str(found.folder),
        "status": found.status().state.value,
        "metric": found.spec.metric,
        "trials": len(trials),
        **ended,
        "best": None if best is None else _told(found, best),
        "front": [_told(found, trial) for trial in front_of(trials, found.spec)] if found.spec.second else None,
        "seconds": round(sum(trial.seconds for trial in trials), 4),
        "session_seconds": round(seconds, 4),
        "epochs": sum(trial.epochs for trial in trials),
        "final": None if final is None else str(final.folder),
    }
    return Answer(value, _words(found, value))


def _told(found: "Search", trial: Any) -> dict[str, Any]:
    return {
        "run": str(found.runs_as_named / trial.run),
        "trial": trial.number,
        "algorithm": trial.algorithm,
        "value": trial.value,
        "figures": trial.figures,
        "hyperparameters": trial.hyperparameters,
    }


def _words(found: "Search", value: dict[str, Any]) -> str:
    metric, best = found.spec.metric, value["best"]
    told = [
        counted(value["trials"], "trial"),
        f"{value['pruned']} given up early",
        *([f"{value['failed']} failed"] if value["failed"] else []),
        counted(value["epochs"], "epoch"),
        f"{value['seconds']:.1f} s",
    ]
    lines = [" · ".join(told)]
    if best is None:
        return "\n".join([*lines, "No trial has ended well and within the limits yet."])
    shown = value["front"] or [best]
    second = found.spec.second
    rows = [("trial", "algorithm", metric, *([second] if second else []), "hyperparameters")]
    for one in shown:
        chosen = ", ".join(
            f"{name} {each:.4g}" if isinstance(each, float) else f"{name} {each}"
            for name, each in one["hyperparameters"].items()
        )
        figures = [f"{one['figures'][second]:.4g}"] if second else []
        rows.append((str(one["trial"] + 1), one["algorithm"], f"{one['value']:.4f}", *figures, chosen))
    run = value["final"] or best["run"]
    lines += ["", table(rows), "", _honest(value, metric), f"Next: workbench evaluate {run}"]
    return "\n".join(lines)


def _honest(value: dict[str, Any], metric: str) -> str:
    n = counted(value["trials"], "trial")
    return f"The best of {n} on validation: its {metric} there is optimistic. Open the test once, for this run alone."
