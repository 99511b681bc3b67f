"""What a policy would have earned on a log, how sure that is, and whether it can be believed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from workbench.clicks.impressions import Impressions
from workbench.clicks.policies import Judged, Model
from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.intervals import LEVEL, RESAMPLES, SEED, resampled_sums
from workbench.metrics.offpolicy import ESTIMATORS, effective_sample, logged, needed_impressions, terms

Json = dict[str, Any]
# An item's rate of clicks is held to that of all items by so many impressions.
PRIOR_IMPRESSIONS = 50
PARTS = 2
# The switch estimator does not correct by the largest weights, this share of those above 0.
LARGEST_WEIGHTS = 0.05
# Units are drawn anew in so many groups at most: more would take long and change nothing.
MAX_UNITS = 50_000
# An interval of the direct method would tell how sure the mean of a model is, not how wrong the model.
WITHOUT_INTERVAL = ("dm",)
MAX_ERRORS_OFF = 3.0
LEAST_EFFECTIVE_SHARE, LEAST_EFFECTIVE, MAX_SHARE, LEAST_CLICKS, MAX_UNSUPPORTED = 0.01, 100, 0.1, 30, 0.01


@dataclass(frozen=True)
class Light:
    """A sign by which an estimate can be believed or not.

    Attributes
    ----------
    red
        Whether it makes the numbers wrong or worthless.
    """

    name: str
    value: float
    red: bool
    sentence: str


def click_model(log: Impressions) -> Model:
    """How often each item is clicked by the other half of the users (or rows): nothing is judged that was learned from."""
    part = log.unit % PARTS
    rate = np.zeros((PARTS, log.n_items))
    for at in range(PARTS):
        others = part != at
        shown = np.bincount(log.item[others], minlength=log.n_items)
        clicks = np.bincount(log.item[others], log.click[others], minlength=log.n_items)
        mean = log.click[others].mean() if others.any() else 0.0
        rate[at] = (clicks + PRIOR_IMPRESSIONS * mean) / (shown + PRIOR_IMPRESSIONS)
    return Model(part, rate)


def estimate(log: Impressions, judge: Callable[[Impressions, Model], Judged]) -> Json:
    """Judge a policy on a log whose propensities are known.

    Returns
    -------
    dict
        ``policy``, ``impressions``, ``clicks``, ``logged`` (clicks per impression, with its interval), ``estimates`` (by
        name: ``value``, ``low``, ``high``; none for ``dm``), ``effective_sample``, ``mean_weight``, ``largest_share``,
        ``unsupported``, ``unknown_users`` (of the log, to a run), ``lights``, ``by_position`` (``position``,
        ``impressions``, ``logged``, ``estimates``), ``interval``, ``needed_impressions``.

    Raises
    ------
    WorkbenchError
        If the log has no propensities, or the policy shows nothing that the log has shown.
    """
    if log.propensity is None:
        raise WorkbenchError("The log has no propensities: what another policy would earn cannot be told from it.")
    model = click_model(log)
    judged = judge(log, model)
    weight = judged.probability / log.propensity
    if not weight.any():
        message = (
            f"Nothing of what the log has shown would be shown by {judged.words}: there is nothing to estimate from."
        )
        raise WorkbenchError(f"{message} Are the log and the policy of the same items and users?")
    limit = float(np.quantile(weight[weight > 0], 1 - LARGEST_WEIGHTS))
    foretold = model.rate[model.part, log.item]
    added = terms(weight, log.click, judged.expected, foretold, limit)
    units = _units(log)
    answer = _estimates(added, units)
    weighted = weight * log.click
    drawn = "rows" if log.user is None else "users"
    largest = float(weighted.max() / weighted.sum()) if weighted.any() else 0.0
    return {
        "policy": judged.words,
        "impressions": len(log),
        "clicks": int(log.click.sum()),
        **answer,
        "effective_sample": effective_sample(weight),
        "mean_weight": float(weight.mean()),
        "largest_weight": float(weight.max()),
        "largest_share": largest,
        "unsupported": judged.unsupported,
        "unknown_users": judged.unknown_users,
        "lights": [asdict(light) for light in _lights(log, weight, largest, judged, units)],
        "by_position": _by_position(log, added, units),
        "interval": f"{LEVEL:.0%}, bootstrap of {drawn}, {RESAMPLES:,} resamples, seed {SEED}",
        "needed_impressions": needed_impressions(float(log.click.mean())),
    }


def _units(log: Impressions) -> Array:
    """What is drawn anew together, int64 (n,) from 0."""
    _, units = np.unique(log.unit, return_inverse=True)
    number = int(units.max(initial=-1)) + 1
    if number <= MAX_UNITS:
        return units
    return np.random.default_rng(SEED).permutation(number)[units] % MAX_UNITS


def _summed(added: Array, units: Array) -> Array:
    """What each unit adds to each sum, float64 (n_units, m)."""
    number = int(units.max(initial=-1)) + 1
    return np.stack([np.bincount(units, column, minlength=number) for column in added.T], axis=1)


def _estimates(added: Array, units: Array) -> Json:
    sums, drawn = added.sum(axis=0), resampled_sums(_summed(added, units))
    tail = (1 - LEVEL) / 2

    def told(name: str, estimator: Callable[[Array], Array]) -> Json:
        found = {"value": float(estimator(sums))}
        if name in WITHOUT_INTERVAL:
            return found
        values = estimator(drawn)
        low, high = np.nanquantile(values, [tail, 1 - tail]) if not np.isnan(values).all() else (np.nan, np.nan)
        return found | {"low": float(low), "high": float(high)}

    return {
        "logged": told("logged", logged),
        "estimates": {name: told(name, estimator) for name, estimator in ESTIMATORS.items()},
    }


def _by_position(log: Impressions, added: Array, units: Array) -> list[Json]:
    if len(log.positions) == 1:
        return []
    rows = [np.flatnonzero(log.position == at) for at in range(len(log.positions))]
    return [
        {
            "position": name,
            "impressions": len(here),
            **_estimates(added[here], np.unique(units[here], return_inverse=True)[1]),
        }
        for name, here in zip(log.positions, rows, strict=True)
    ]


def _lights(log: Impressions, weight: Array, largest: float, judged: Judged, units: Array) -> list[Light]:
    effective, clicks = effective_sample(weight), int((log.click * (weight > 0)).sum())
    mean, error = float(weight.mean()), _error_of_mean(weight, units)
    # What the log never shows has no weight: then the mean is below 1 by that much.
    off = abs(mean - (1 - judged.unsupported))
    least = max(LEAST_EFFECTIVE, LEAST_EFFECTIVE_SHARE * len(log))
    return [
        Light(
            "support",
            judged.unsupported,
            judged.unsupported > MAX_UNSUPPORTED,
            f"{judged.unsupported:.1%} of what the policy would show was never shown there: nothing is known of it.",
        ),
        Light(
            "mean weight",
            mean,
            off > MAX_ERRORS_OFF * error,
            f"The mean weight is {mean:.3f} and should be {1 - judged.unsupported:.3f} ± {error:.3f}: further off than "
            "three errors, the propensities are not those by which was shown.",
        ),
        Light(
            "effective sample",
            effective,
            effective < least,
            f"The estimate rests on as much as {effective:,.0f} impressions of equal weight would tell, of {len(log):,}; "
            f"below {least:,.0f} it is not to be trusted.",
        ),
        Light(
            "largest share",
            largest,
            largest > MAX_SHARE,
            f"One click alone makes {largest:.1%} of the weighted clicks; above {MAX_SHARE:.0%} the estimate hangs on it.",
        ),
        Light(
            "clicks",
            clicks,
            clicks < LEAST_CLICKS,
            f"{clicks:,} clicks are on what the policy would show, too; fewer than {LEAST_CLICKS} tell next to nothing.",
        ),
    ]


def _error_of_mean(weight: Array, units: Array) -> float:
    """Standard error of the mean weight, rows of a unit being one."""
    n = len(weight)
    off = np.bincount(units, weight - weight.mean())
    return float(np.sqrt((off**2).sum()) / n) if n else 0.0
