"""Which metrics apply to an algorithm and its data, and why others do not."""

from collections.abc import Mapping, Sequence

from workbench.algorithms import Algorithm
from workbench.data.interactions import Interactions, UserItems
from workbench.declaring import meant, nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import has_genres
from workbench.metrics import Metric, all_metrics

# Hidden ratings above this are amounts, such as plays, and no grades of a scale.
HIGHEST_GRADE = 20
# What a metric may need, and what to say where it is not there.
LACKING = {
    "genres": "the items have no genres",
    "counts": "the training data is not available",
    "co": "the training data is not available",
    "ratings": "the hidden interactions have no ratings",
    "ranks": "lists alone do not give the ranks of all other items",
    "history": "the histories of the users are not known",
    "scale": f"its gain doubles with each step of a rating, as on a scale from 1 to 5, and some hidden ratings are above "
    f"{HIGHEST_GRADE}, as amounts are. The linear formula has a number (in a command: --formula {{name}}=linear)",
}


def choose_metrics(
    names: Sequence[str] | None,
    algorithm: Algorithm | type[Algorithm] | None,
    truth: UserItems,
    there: frozenset[str],
    variants: Mapping[str, str],
) -> tuple[list[Metric], dict[str, str]]:
    """Metrics by name; all that apply where none is named.

    Parameters
    ----------
    algorithm
        None for lists that were made elsewhere.
    truth
        What is hidden.
    there
        What metrics that need more than lists can look at.
    variants
        Formulas by metric, where not the default.

    Returns
    -------
    metrics
    undefined : dict of str to str
        Metrics whose formula makes no sense for these ratings, and why; they take no other metric with them.

    Raises
    ------
    WorkbenchError
        If a name or formula is unknown, a metric needs what this algorithm or data does not have, or none is left.
    """
    known = all_metrics()
    check_variants(variants)
    rated = truth.rating is not None
    fits = algorithm is not None and algorithm.predicts_ratings and rated
    if truth.rating is None or truth.rating.max(initial=0.0) <= HIGHEST_GRADE:
        there |= {"scale"}
    there = there | {"ratings"} if rated else there

    def lacking(metric: Metric) -> str | None:
        if metric.kind == "rating" and not fits:
            predicts = algorithm is not None and algorithm.predicts_ratings
            return LACKING["ratings"] if predicts else "it only ranks items"
        return next((LACKING[need] for need in metric.needs_of(variants) if need not in there), None)

    chosen, undefined = [], {}
    for name in known if names is None else dict.fromkeys(names):
        if name not in known:
            raise WorkbenchError(nearest("metric", name, list(known)))
        reason = lacking(known[name])
        if reason is None:
            chosen.append(known[name])
        elif reason == LACKING["scale"]:
            undefined[name] = f"{known[name].title} has no number here: {reason.format(name=name)}."
        elif names is not None:
            who = algorithm.title if algorithm is not None else "This file of lists"
            raise WorkbenchError(f"{who} has no {known[name].title}: {reason}. Choose other metrics.")
    if not chosen and undefined:
        raise WorkbenchError(" ".join(undefined.values()))
    return chosen, undefined


def check_variants(variants: Mapping[str, str]) -> None:
    """Refuse formulas that there are not, in a sentence."""
    known = all_metrics()
    for name, variant in variants.items():
        if name not in known:
            raise WorkbenchError(nearest("metric", name, list(known)))
        if variant not in known[name].formulas:
            hint = meant(variant, list(known[name].formulas))
            raise WorkbenchError(f"{known[name].title} has no formula '{variant}'. {hint}")


def shown_by(train: Interactions | None) -> frozenset[str]:
    """What metrics can look at besides lists: histories, and of training what is known of its items."""
    if train is None:
        return frozenset(("history",))
    return frozenset(("history", "counts", "co", *(["genres"] if has_genres(train) else [])))
