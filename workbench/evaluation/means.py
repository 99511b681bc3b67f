"""Metrics of each user, and their means with intervals; of what is infinite, why it has no number."""

from collections.abc import Sequence

import numpy as np

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array
from workbench.data.splitting import Part
from workbench.evaluation.intervals import bootstrap
from workbench.metrics import Metric, Ranked

Means = dict[str, dict[str, float | None]]


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


def rating_errors(
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
