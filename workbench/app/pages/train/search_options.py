"""What is asked of a search beside its ranges, declared as hyperparameters are."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from workbench.app.widgets.translate import translate
from workbench.declaring import hyperparameter
from workbench.searching.search_spec import MAX_TRIALS

TRIALS = 30
NO_GOAL = "none"
SECOND = {
    NO_GOAL: translate("SearchOptions", "nothing"),
    "seconds": translate("SearchOptions", "training time"),
    "list-seconds": translate("SearchOptions", "list time"),
    "megabytes": translate("SearchOptions", "model size"),
    "novelty": translate("SearchOptions", "novelty"),
    "coverage": translate("SearchOptions", "coverage"),
}


class SearchOptions(BaseModel):
    """Budget, goals and limits."""

    model_config = ConfigDict(extra="forbid")

    trials: int = hyperparameter(
        TRIALS, "Trials", "How many runs are tried. The first has the defaults.", ge=1, le=MAX_TRIALS
    )
    minutes: float | None = hyperparameter(
        None, "Minutes", "Ends after so long, with fewer trials; empty: all are made.", gt=0, le=100_000
    )
    metric: Literal["ndcg@10", "recall@10", "map@10", "mrr@10", "hit@10", "precision@10", "rmse", "mae"] = (
        hyperparameter("ndcg@10", "Looks for", "The metric on validation that is to be good.")
    )
    second: Literal["none", "seconds", "list-seconds", "megabytes", "novelty", "coverage"] = hyperparameter(
        NO_GOAL, "And for", "A second goal, with the front of both."
    )
    pruning: bool = hyperparameter(
        True,
        "Give up hopeless trials",
        "Ends a trial when others were better after as many epochs.",
        when={"second": NO_GOAL},
    )
    most_megabytes: float | None = hyperparameter(
        None, "Largest model", "What the best may take on the disk; empty: any.", gt=0, le=1e9, unit="MB", advanced=True
    )
    most_seconds: float | None = hyperparameter(
        None, "Longest training", "What the best may take to train; empty: any.", gt=0, le=1e9, unit="s", advanced=True
    )
    most_list_seconds: float | None = hyperparameter(
        None, "Slowest list", "What the best may take for a list; empty: any.", gt=0, le=1e6, unit="s", advanced=True
    )


def asked_of(values: dict[str, Any]) -> dict[str, Any]:
    """The values of that form as fields of `SearchSpec`."""
    limits = {
        name: values[f"most_{name.replace('-', '_')}"]
        for name in ("megabytes", "seconds", "list-seconds")
        if values.get(f"most_{name.replace('-', '_')}") is not None
    }
    return {
        "trials": values["trials"],
        "minutes": values["minutes"],
        "metric": values["metric"],
        "second": None if values["second"] == NO_GOAL else values["second"],
        "pruner": "median" if values["pruning"] else "none",
        "limits": limits,
    }
