"""How good lists and predictions are, with everything that the number depends on.

All items are ranked for every user: nothing is sampled, unless that is asked for. One pass over blocks of users gives all
metrics at all cutoffs, and keeps the memory small.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, Interactions
from workbench.data.splitting import Part, Split
from workbench.declaring import meant, nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.comparable import MASKED, relevance_words
from workbench.evaluation.intervals import WORDS, bootstrap
from workbench.evaluation.lists import (
    Negatives,
    co_matrix,
    compare_lists,
    find_hits,
    has_genres,
    only_relevant,
    rank_all,
)
from workbench.evaluation.segments import attribute
from workbench.metrics import Metric, Ranked, all_metrics
from workbench.metrics.fairness import gap_formula

__all__ = [
    "CUTOFFS",
    "Evaluation",
    "choose_metrics",
    "describe_protocol",
    "evaluate",
    "evaluate_lists",
    "find_hits",
    "rank_all",
]

CUTOFFS = (5, 10, 20)
# Scores up to which metrics of where every hidden item stands among all (AUC, R-precision) are measured unasked: lists of
# factors are made without scores of all items, and these would cost many times as much as the lists.
FEW_SCORES = 50_000_000
# Cutoffs up to here are taken even where there are fewer items: the usual ones on a tiny catalogue.
SHORT_LIST = 1_000
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
FALLBACK = "the most popular items, for people of whom nothing is known"
Means = dict[str, dict[str, float | None]]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Numbers for each user, and their means.

    Attributes
    ----------
    metrics : dict
        Name such as ``ndcg@10``, ``rmse`` or ``coverage@10`` to ``mean``, ``low``, ``high`` (95 % interval of the mean
        over users; None where there is none), and ``users`` where the metric is not defined for all of them.
    per_user : dict of str to float64 (n_users,)
        Every metric of each user, NaN where it is not defined; for errors the user's own.
    who : int32 (n_users,)
        Their indices in ``user_ids``.
    users : int
        How many of them have a relevant item, so that their lists were judged.
    lists : int32 (n_users, K) or None
        Their lists, as far as the longest cutoff.
    protocol : dict
        What the numbers depend on; ``undefined`` says of what was asked for, or is infinite, why it has no number.
    """

    metrics: Means
    per_user: dict[str, Array]
    who: Array
    users: int
    protocol: dict[str, Any]
    seconds: float
    lists: Array | None = None


def choose_metrics(
    names: Sequence[str] | None,
    algorithm: Algorithm | type[Algorithm] | None,
    *,
    rated: bool,
    there: frozenset[str] = frozenset(("history", "ranks")),
    variants: Mapping[str, str] | None = None,
    highest: float = 0.0,
) -> tuple[list[Metric], dict[str, str]]:
    """Metrics by name; all that apply where none is named.

    Parameters
    ----------
    algorithm
        None for lists that were made elsewhere.
    there
        What metrics that need more than lists can look at.
    highest
        The highest hidden rating.

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
    known, variants = all_metrics(), variants or {}
    check_variants(variants)
    fits = algorithm is not None and algorithm.predicts_ratings and rated
    there = there | {"scale"} if highest <= HIGHEST_GRADE else there
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


def evaluate(  # noqa: PLR0913 - what a number depends on
    algorithm: Algorithm,
    part: Part,
    n_items: int,
    *,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    train: Interactions | None = None,
    variants: Mapping[str, str] | None = None,
    negatives: Negatives | None = None,
    groups: str | None = None,
    intervals: bool = True,
    control: Control | None = None,
) -> Evaluation:
    """Rank all items for every user of `part`, and compare with the truth.

    Parameters
    ----------
    metrics
        Names; None for all that apply, but for those of where every hidden item stands where that takes over
        ``FEW_SCORES`` scores: these are measured when they are named.
    cutoffs
        Lengths at which ranking metrics look.
    relevant_from
        Lowest rating that counts as relevant; None: every hidden interaction is. Users without a relevant item are
        left out (and counted out of ``users``).
    train
        What was learned from; metrics of popularity, novelty, diversity and fairness look at it, and people of whom
        nothing is known get what is popular in it.
    variants
        Formulas by metric, where not the default.
    negatives
        Rank the truth among some other items only, drawn by chance. The protocol then says ``sampled``.
    groups
        An attribute of the users in `train`, such as ``gender``: the gap between users is that between its values.
    intervals
        Whether to say how sure the means are.
    """
    started = time.perf_counter()
    _check_cutoffs(cutoffs, n_items)
    if negatives is not None and part.among is not None:
        raise WorkbenchError("The split makes lists of a part of the items already. Leave out --negatives.")
    there = _there(train) | {"history"}
    if metrics is not None or len(part) * n_items <= FEW_SCORES:
        there |= {"ranks"}
    rated = part.truth.rating is not None
    highest = _highest(part)
    chosen, undefined = choose_metrics(metrics, algorithm, rated=rated, there=there, variants=variants, highest=highest)
    judged = only_relevant(part, relevant_from)
    errors = [metric for metric in chosen if metric.kind == "rating"]
    ranking = [metric for metric in chosen if metric.kind != "rating"]
    who = part.who if errors else judged.who
    result: Means = {}
    per_user: dict[str, Array] = {}
    lists = None
    unknown = None
    if ranking:
        needs = frozenset(need for metric in ranking for need in metric.needs_of(variants or {}))
        ranked = rank_all(
            algorithm,
            judged,
            n_items,
            max(cutoffs),
            control or Control(),
            train=train,
            needs=needs,
            negatives=negatives,
        )
        ranked = replace(ranked, variants=variants or {}, threshold=relevant_from or 0.0)
        if groups is not None:
            ranked = replace(ranked, groups=attribute(train.user_features if train else None, groups)[0][judged.who])
        result, per_user, infinite = measure(ranked, ranking, cutoffs, intervals=intervals)
        undefined |= infinite
        unknown = ranked.unknown
        per_user, lists = _of_all(per_user, ranked.items, judged.who, who)
    if errors:
        found, own, infinite = _rating_errors(algorithm, part, errors, intervals=intervals)
        result, per_user, undefined = found | result, own | per_user, infinite | undefined
    protocol = _facts(chosen, cutoffs, n_items, relevant_from, variants, negatives, train) | _said(undefined)
    protocol |= _instead(unknown, train)
    if part.among is not None:
        new = int(part.among.sum())
        protocol["candidates"] = f"the {new} items that were kept out of training, of {n_items}"
    if groups is not None and "user_gap" in protocol["formulas"]:
        of = (variants or {}).get("user_gap") or "ndcg"
        protocol["formulas"]["user_gap"] = gap_formula(of, f"groups of users by {groups.casefold()}")
    return Evaluation(result, per_user, who, len(judged), protocol, time.perf_counter() - started, lists)


def evaluate_lists(
    items: Array,
    part: Part,
    n_items: int,
    *,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    train: Interactions | None = None,
    variants: Mapping[str, str] | None = None,
) -> Evaluation:
    """The same for lists that were made elsewhere: int32 (people of `part`, K), -1 where a list is shorter."""
    started = time.perf_counter()
    _check_cutoffs(cutoffs, n_items)
    rated = part.truth.rating is not None
    chosen, undefined = choose_metrics(
        metrics, None, rated=rated, there=_there(train) | {"history"}, variants=variants, highest=_highest(part)
    )
    judged = only_relevant(part, relevant_from)
    items = items[np.searchsorted(part.who, judged.who), : max(cutoffs)]
    needs = frozenset(need for metric in chosen for need in metric.needs_of(variants or {}))
    ranked = compare_lists(items, judged, n_items, train=train, needs=needs)
    ranked = replace(ranked, variants=variants or {}, threshold=relevant_from or 0.0)
    result, per_user, infinite = measure(ranked, chosen, cutoffs)
    protocol = _facts(chosen, cutoffs, n_items, relevant_from, variants, None, train) | _said(undefined | infinite)
    return Evaluation(result, per_user, judged.who, len(judged), protocol, time.perf_counter() - started, items)


def measure(
    ranked: Ranked, metrics: Sequence[Metric], cutoffs: Sequence[int], *, intervals: bool = True
) -> tuple[Means, dict[str, Array], dict[str, str]]:
    """All metrics at all cutoffs, those of each user, and of what is infinite why it has no number.

    A metric that is defined for nobody is left out; one that is infinite for a user counts as not defined for them.
    """
    result: Means = {}
    per_user: dict[str, Array] = {}
    undefined: dict[str, str] = {}
    for metric in metrics:
        for k in sorted(set(cutoffs)) if metric.cut else [0]:
            key = f"{metric.name}@{k}" if metric.cut else metric.name
            values, infinite = _finite(metric, ranked, k)
            if infinite:
                undefined[key] = infinite
            if np.isnan(values).all():
                continue
            if metric.kind == "ranking":
                per_user[key] = values
                result[key] = {}
            else:
                result[key] = {"mean": float(values), "low": None, "high": None}
    for key, found in _means(per_user, intervals=intervals).items():
        result[key] = found
    return result, per_user, undefined


def _finite(metric: Metric, ranked: Ranked, k: int) -> tuple[Array, str]:
    """A metric, NaN where it is not a finite number, and what to say of that; "" where there is nothing to say."""
    title = f"{metric.title}@{k}" if metric.cut else metric.title
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(metric.function(ranked, k), np.float64)
    except ArithmeticError as error:
        return np.asarray(np.nan), f"{title} has no number: {error}."
    infinite = np.isinf(values)
    if not infinite.any():
        return values, ""
    whose = (
        "" if values.ndim == 0 else f" for {infinite.sum():,} of {len(values):,} users, who are left out of its mean"
    )
    return np.where(infinite, np.nan, values), f"{title} is infinite{whose}."


def _means(per_user: dict[str, Array], *, intervals: bool) -> Means:
    if not per_user:
        return {}
    values = np.stack(list(per_user.values()), axis=1)  # (n_users, n_metrics)
    defined = (~np.isnan(values)).sum(axis=0)
    low, high = bootstrap(values) if intervals else (defined, defined)
    found: Means = {}
    for at, (key, column) in enumerate(per_user.items()):
        sure = intervals and defined[at] > 1
        some = {} if defined[at] == len(values) else {"users": int(defined[at])}
        found[key] = {
            "mean": float(column.mean() if not some else column[~np.isnan(column)].mean()),
            "low": float(low[at]) if sure else None,
            "high": float(high[at]) if sure else None,
            **some,
        }
    return found


def _of_all(per_user: dict[str, Array], lists: Array, judged: Array, who: Array) -> tuple[dict[str, Array], Array]:
    """Rows for everybody in `who`: those who were not judged have no values and no list."""
    if len(judged) == len(who):
        return per_user, lists
    at = np.searchsorted(who, judged)

    def spread(values: Array, nothing: float) -> Array:
        full = np.full((len(who), *values.shape[1:]), nothing, values.dtype)
        full[at] = values
        return full

    return {key: spread(values, np.nan) for key, values in per_user.items()}, spread(lists, -1)


def _rating_errors(
    algorithm: Algorithm, part: Part, metrics: list[Metric], *, intervals: bool
) -> tuple[Means, dict[str, Array], dict[str, str]]:
    """Errors over all hidden ratings, each user's own, and why an error has no number.

    Ratings of one user hang together: users are drawn.
    """
    predicted = algorithm.predict(np.repeat(part.users, part.truth.lengths), part.truth.item)
    counts = part.truth.lengths.astype(np.float64)
    result: Means = {}
    own: dict[str, Array] = {}
    undefined: dict[str, str] = {}
    for metric in metrics:
        finish = metric.finish or (lambda value: value)
        with np.errstate(all="ignore"):
            values = metric.function(predicted, part.truth.rating)
        if not np.isfinite(values).all():
            wrong = int((~np.isfinite(values)).sum())
            undefined[metric.name] = f"{metric.title} has no number: {wrong:,} predicted ratings are no numbers."
            continue
        users = np.add.reduceat(values, part.truth.indptr[:-1]) / counts
        own[metric.name] = finish(users)
        low, high = (None, None)
        if intervals and len(users) > 1:
            ends = bootstrap(users[:, None], counts)
            low, high = (float(finish(np.maximum(end[0], 0.0))) for end in ends)
        result[metric.name] = {"mean": float(finish(values.mean())), "low": low, "high": high}
    own["ratings"] = counts
    return result, own, undefined


def _highest(part: Part) -> float:
    """The highest hidden rating; 0 where there are none."""
    return 0.0 if part.truth.rating is None else float(part.truth.rating.max(initial=0.0))


def _said(undefined: dict[str, str]) -> dict[str, dict[str, str]]:
    """For the protocol: what has no number and why, where there is such."""
    return {"undefined": undefined} if undefined else {}


def _instead(unknown: Array | None, train: Interactions | None) -> dict[str, Any]:
    """For the protocol: what is listed for people of whom nothing is known, and how many of the judged they are."""
    if train is None:
        return {}
    counts = {} if unknown is None else {"without_evidence": int(unknown.sum())}
    return {"fallback": FALLBACK, **counts}


def _there(train: Interactions | None) -> frozenset[str]:
    """What metrics can look at, of training."""
    if train is None:
        return frozenset()
    return frozenset(("counts", "co", *(["genres"] if has_genres(train) else [])))


def _check_cutoffs(cutoffs: Sequence[int], n_items: int) -> None:
    if not cutoffs or min(cutoffs) < 1:
        message = f"Cutoffs are whole numbers from 1 up, not {list(cutoffs)}."
        raise WorkbenchError(message)
    if max(cutoffs) > max(n_items, SHORT_LIST):  # lists are held as wide as the deepest cutoff
        message = (
            f"The cutoff {max(cutoffs):,} is deeper than any list: there are {n_items:,} items. Choose a smaller one."
        )
        raise WorkbenchError(message)


def _facts(
    chosen: list[Metric],
    cutoffs: Sequence[int],
    n_items: int,
    relevant_from: float | None,
    variants: Mapping[str, str] | None,
    negatives: Negatives | None,
    train: Interactions | None,
) -> dict[str, Any]:
    variants = variants or {}
    described: dict[str, Any] = {
        "candidates": negatives.describe() if negatives else f"all {n_items} items of the data set",
        "sampled": negatives is not None,
        "masked": MASKED["train+validation"],
        "relevance": relevance_words(relevant_from),
        "relevant_from": relevant_from,
        "cutoffs": sorted(set(cutoffs)),
        "formulas": {metric.name: metric.formula_of(variants) for metric in chosen},
        "definitions": {metric.name: variants[metric.name] for metric in chosen if metric.name in variants},
        "interval": WORDS,
    }
    if train is not None and any("co" in metric.needs for metric in chosen):
        kept, people = co_matrix(train).shape[0], train.n_users
        described["audiences"] = (
            "everybody in training" if kept == people else f"a fixed sample of {kept} of {people} people"
        )
    return described


def describe_protocol(split: Split, evaluation: Evaluation, data_hash: str, seed: int) -> dict[str, Any]:
    """Everything that a number depends on, to stand beside it."""
    shown = "training and validation" if split.show_validation else "training"
    about = {
        "split": {"name": split.name, **split.model_dump()},
        "split_in_words": split.describe(),
        "history": f"{shown} interactions of the person",
        "seed": seed,
        "data_hash": data_hash,
        "users": evaluation.users,
    }
    return about | evaluation.protocol
