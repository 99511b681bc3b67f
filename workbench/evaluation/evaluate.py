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
from workbench.data.splitting import Part
from workbench.errors import WorkbenchError
from workbench.evaluation.lists import Negatives, compare_lists, only_relevant, rank_all
from workbench.evaluation.means import Means, measure, rating_errors
from workbench.evaluation.metric_choice import choose_metrics, shown_by
from workbench.evaluation.protocol import describe_fallback, describe_measuring
from workbench.evaluation.segments import attribute
from workbench.metrics import Metric

CUTOFFS = (5, 10, 20)
# Scores up to which metrics of where every hidden item stands among all (AUC, R-precision) are measured unasked: lists of
# factors are made without scores of all items, and these would cost many times as much as the lists.
FEW_SCORES = 50_000_000
# Cutoffs up to here are taken even where there are fewer items: the usual ones on a tiny catalogue.
SHORT_LIST = 1_000


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
    variants, there = variants or {}, shown_by(train)
    if metrics is not None or len(part) * n_items <= FEW_SCORES:
        there |= {"ranks"}
    chosen, undefined = choose_metrics(metrics, algorithm, part.truth, there, variants)
    errors = [metric for metric in chosen if metric.kind == "rating"]
    ranking = [metric for metric in chosen if metric.kind != "rating"]
    judged = only_relevant(part, relevant_from)
    who = part.who if errors else judged.who
    result: Means = {}
    per_user: dict[str, Array] = {}
    lists = unknown = None
    filled = 0
    if ranking:
        needs = _needs(ranking, variants)
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
        of = None if groups is None else attribute(train.user_features if train else None, groups)[0][judged.who]
        ranked = replace(ranked, variants=variants, threshold=relevant_from or 0.0, groups=of)
        result, per_user, infinite = measure(ranked, ranking, cutoffs, intervals=intervals)
        undefined |= infinite
        unknown, filled = ranked.unknown, ranked.filled
        per_user, lists = _of_all(per_user, ranked.items, judged.who, who)
    if errors:
        found, own, infinite = rating_errors(algorithm, part, errors, intervals=intervals)
        result, per_user, undefined = found | result, own | per_user, infinite | undefined
    protocol = describe_measuring(
        chosen,
        cutoffs,
        n_items,
        part,
        relevant_from=relevant_from,
        variants=variants,
        undefined=undefined,
        negatives=negatives,
        groups=groups,
        train=train,
    )
    protocol |= describe_fallback(unknown, filled, train)
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
    variants = variants or {}
    chosen, undefined = choose_metrics(metrics, None, part.truth, shown_by(train), variants)
    judged = only_relevant(part, relevant_from)
    items = items[np.searchsorted(part.who, judged.who), : max(cutoffs)]
    ranked = compare_lists(items, judged, n_items, train=train, needs=_needs(chosen, variants))
    ranked = replace(ranked, variants=variants, threshold=relevant_from or 0.0)
    result, per_user, infinite = measure(ranked, chosen, cutoffs)
    protocol = describe_measuring(
        chosen,
        cutoffs,
        n_items,
        part,
        relevant_from=relevant_from,
        variants=variants,
        undefined=undefined | infinite,
        train=train,
    )
    return Evaluation(result, per_user, judged.who, len(judged), protocol, time.perf_counter() - started, items)


def _needs(metrics: Sequence[Metric], variants: Mapping[str, str]) -> frozenset[str]:
    """What these metrics look at, besides lists."""
    return frozenset(need for metric in metrics for need in metric.needs_of(variants))


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


def _check_cutoffs(cutoffs: Sequence[int], n_items: int) -> None:
    if not cutoffs or min(cutoffs) < 1:
        message = f"Cutoffs are whole numbers from 1 up, not {list(cutoffs)}."
        raise WorkbenchError(message)
    if max(cutoffs) > max(n_items, SHORT_LIST):  # lists are held as wide as the deepest cutoff
        message = (
            f"The cutoff {max(cutoffs):,} is deeper than any list: there are {n_items:,} items. Choose a smaller one."
        )
        raise WorkbenchError(message)
