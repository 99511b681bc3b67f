"""What another policy would have earned, from a log of what was shown, clicked, and how probable it was to be shown.

Each estimator is a function of sums over impressions, so that it can be found of any share of a log, and of each resample
of a bootstrap. With a weight w = policy(item) / propensity of what was shown, a click r, and a model q of clicks.

Dudík, Erhan, Langford & Li, "Doubly robust policy evaluation and optimization", Statistical Science 29 (2014).
Swaminathan & Joachims, "The self-normalized estimator for counterfactual learning", NeurIPS 2015. Wang, Agarwal & Dudík,
"Optimal and adaptive off-policy evaluation in contextual bandits", ICML 2017.
"""

from collections.abc import Callable

import numpy as np

from workbench.metrics.inputs import Array

# What is added up of each impression, in this order.
SUMS = ("one", "click", "weight", "weighted", "expected", "correction", "small")

Estimator = Callable[[Array], Array]


def terms(weight: Array, click: Array, expected: Array, foretold: Array, limit: float) -> Array:
    """What each impression adds to `SUMS`, float64 (n, 7).

    Parameters
    ----------
    weight : float64 (n,)
        Probability of what was shown under the policy that is judged, by that under the one that logged.
    click : float64 (n,)
        1 where it was clicked.
    expected : float64 (n,)
        What the model of clicks foretells of whatever the policy would show there.
    foretold : float64 (n,)
        What it foretells of what was shown.
    limit : float
        Largest weight that the switch estimator corrects by.
    """
    correction = weight * (click - foretold)
    small = np.where(weight <= limit, correction, 0.0)
    return np.stack([np.ones(len(weight)), click, weight, weight * click, expected, correction, small], axis=1)


def _column(name: str) -> int:
    return SUMS.index(name)


def _mean(sums: Array, *names: str, by: str = "one") -> Array:
    added = sum(sums[..., _column(name)] for name in names)
    number = sums[..., _column(by)]
    return np.divide(added, number, out=np.full(np.shape(added), np.nan), where=np.asarray(number) > 0)


def logged(sums: Array) -> Array:
    """Clicks per impression of the log itself."""
    return _mean(sums, "click")


def ips(sums: Array) -> Array:
    """Inverse propensity scoring: the mean of w r."""
    return _mean(sums, "weighted")


def snips(sums: Array) -> Array:
    """The same, divided by the mean of w."""
    return _mean(sums, "weighted", by="weight")


def dm(sums: Array) -> Array:
    """Direct method: what the model of clicks foretells of the policy. As wrong as the model is."""
    return _mean(sums, "expected")


def dr(sums: Array) -> Array:
    """Doubly robust: the direct method, corrected by the weighted mistakes of the model."""
    return _mean(sums, "expected", "correction")


def sndr(sums: Array) -> Array:
    """The same, the correction divided by the mean of w."""
    return _mean(sums, "expected") + _mean(sums, "correction", by="weight")


def switch_dr(sums: Array) -> Array:
    """Doubly robust where the weight is small, the direct method where it is large."""
    return _mean(sums, "expected", "small")


ESTIMATORS: dict[str, Estimator] = {
    "ips": ips,
    "snips": snips,
    "dm": dm,
    "dr": dr,
    "sndr": sndr,
    "switch_dr": switch_dr,
}


def effective_sample(weight: Array) -> float:
    """How many impressions of equal weight would say as much (Kish): (Σ w)² / Σ w²."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def needed_impressions(rate: float, share: float = 0.1) -> int | None:
    """Impressions of each of two policies that show a difference of `share` of the rate, at 5 % with a power of 80 %."""
    if not 0 < rate < 1:
        return None
    quantiles = 1.959964 + 0.841621  # of the normal distribution at 97.5 % and 80 %
    return int(np.ceil(2 * quantiles**2 * rate * (1 - rate) / (share * rate) ** 2))
