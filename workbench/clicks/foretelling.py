"""How well clicks are foretold on a log without propensities: by a run's scores, or by how often each item was clicked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workbench.clicks.estimating import PARTS, click_model
from workbench.clicks.impressions import Impressions
from workbench.clicks.policies import scores_of_run
from workbench.data.interactions import Array
from workbench.metrics.click_prediction import auc, ece, gauc, logloss, reliability

Json = dict[str, Any]
# Newton steps of the two numbers that turn scores into probabilities; it ends before where nothing changes.
MAX_STEPS = 50
ENOUGH = 1e-10


def foretell(log: Impressions, run: Path | None = None) -> Json:
    """Judge how well clicks are foretold.

    Returns
    -------
    dict
        ``by`` in words, ``impressions``, ``clicks``, ``logloss``, ``auc``, ``gauc`` (None without users), ``ece``,
        ``reliability`` (``foretold``, ``clicked``, ``impressions`` of each bin).
    """
    model = click_model(log)
    if run is None:
        score = probability = model.rate[model.part, log.item]
        by = (
            "how often each item was clicked by the other half of the users"
            if log.user is not None
            else ("how often each item was clicked in the other half of the rows")
        )
    else:
        score = scores_of_run(log, run)
        probability = calibrated(score, log.click, model.part)
        by = f"scores of {run.name}, turned into probabilities by a logistic curve through the other half of the log"
    return {
        "by": by,
        "impressions": len(log),
        "clicks": int(log.click.sum()),
        "logloss": logloss(probability, log.click),
        "auc": _number(auc(score, log.click)),
        "gauc": None if log.user is None else _number(gauc(score, log.click, log.user)),
        "ece": ece(probability, log.click),
        "reliability": [
            {"impressions": int(n), "foretold": foretold, "clicked": clicked}
            for n, foretold, clicked in reliability(probability, log.click).tolist()
        ],
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def calibrated(score: Array, click: Array, part: Array) -> Array:
    """Probabilities of scores (Platt, 1999), by a curve through the parts that an impression is not of. float64 (n,)."""
    found = np.zeros(len(score))
    for at in range(PARTS):
        others, mine = part != at, part == at
        if others.any() and mine.any():
            found[mine] = _curve(score[others], click[others])(score[mine])
    return found


def _curve(score: Array, click: Array) -> Callable[[Array], Array]:
    """Maximum likelihood of 1 / (1 + exp(-(a s + b))), with Platt's targets, which keep it finite."""
    middle, spread = float(score.mean()), float(score.std()) or 1.0
    x = np.stack([(score - middle) / spread, np.ones(len(score))], axis=1)
    positive = float(click.sum())
    high, low = (positive + 1) / (positive + 2), 1 / (len(click) - positive + 2)
    target = np.where(click > 0, high, low)
    mean = float(target.mean())
    beta = np.array([0.0, np.log(mean / (1 - mean))])
    for _ in range(MAX_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, x.T @ (target - p))
        beta = beta + step
        if np.abs(step).max() < ENOUGH:
            break

    def probability(of: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-np.clip((of - middle) / spread * beta[0] + beta[1], -500, 500))))

    return probability
