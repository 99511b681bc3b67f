"""How good lists and predictions are, with everything that the number depends on.

All items are ranked for every user: nothing is sampled. One pass over blocks of users keeps the memory small.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.interactions import Array, UserItems
from workbench.data.splitting import Part, Split
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import blocks, top_k
from workbench.metrics import Metric, Ranked, all_metrics

CUTOFFS = (5, 10, 20)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Numbers for each user, and their means.

    Attributes
    ----------
    metrics : dict
        Name such as ``ndcg@10``, ``rmse`` or ``coverage@10`` to ``mean``, ``low``, ``high`` (95 % interval of the mean
        over users, or over ratings for errors; None where there is none).
    per_user : dict of str to float64 (n_users,)
        Ranking metrics of each evaluated user.
    who : int32 (n_users,)
        Their indices in ``user_ids``.
    protocol : dict
        What the numbers depend on.
    """

    metrics: dict[str, dict[str, float | None]]
    per_user: dict[str, Array]
    who: Array
    protocol: dict[str, Any]
    seconds: float


def choose_metrics(names: Sequence[str] | None, algorithm: Algorithm | type[Algorithm], *, rated: bool) -> list[Metric]:
    """Metrics by name; all that apply where none is named.

    Raises
    ------
    WorkbenchError
        If a name is unknown, or needs predicted ratings that this algorithm or data does not have.
    """
    known = all_metrics()
    fits = algorithm.predicts_ratings and rated
    if names is None:
        return [metric for metric in known.values() if fits or metric.kind != "rating"]
    for name in names:
        if name not in known:
            raise WorkbenchError(nearest("metric", name, list(known)))
        if known[name].kind == "rating" and not fits:
            reason = "the hidden interactions have no ratings" if algorithm.predicts_ratings else "it only ranks items"
            message = f"{algorithm.title} has no {known[name].title}: {reason}. Choose other metrics."
            raise WorkbenchError(message)
    return [known[name] for name in names]


def evaluate(
    algorithm: Algorithm,
    part: Part,
    n_items: int,
    *,
    metrics: Sequence[str] | None = None,
    cutoffs: Sequence[int] = CUTOFFS,
    relevant_from: float | None = None,
    control: Control | None = None,
) -> Evaluation:
    """Rank all items for every user of `part`, and compare with the truth.

    Parameters
    ----------
    metrics
        Names; None for all that apply.
    cutoffs
        Lengths at which ranking metrics look.
    relevant_from
        Lowest rating that counts as relevant; None: every hidden interaction is. Users without a relevant item are
        left out (and counted out of ``users``).
    """
    started = time.perf_counter()
    control = control or Control()
    if not cutoffs or min(cutoffs) < 1:
        message = f"Cutoffs are whole numbers from 1 up, not {list(cutoffs)}."
        raise WorkbenchError(message)
    chosen = choose_metrics(metrics, algorithm, rated=part.truth.rating is not None)
    ranked_part = _only_relevant(part, relevant_from)
    result: dict[str, dict[str, float | None]] = {}
    per_user: dict[str, Array] = {}
    if any(metric.kind != "rating" for metric in chosen):
        ranked = rank_all(algorithm, ranked_part, n_items, max(cutoffs), control)
        for metric in (m for m in chosen if m.kind != "rating"):
            for k in sorted(set(cutoffs)):
                values = metric.function(ranked, k)
                if metric.kind == "ranking":
                    per_user[f"{metric.name}@{k}"] = values
                    result[f"{metric.name}@{k}"] = _mean(values)
                else:
                    result[f"{metric.name}@{k}"] = {"mean": float(values), "low": None, "high": None}
    result |= _rating_errors(algorithm, part, [m for m in chosen if m.kind == "rating"])
    facts = {
        "candidates": f"all {n_items} items of the data set",
        "masked": "items of the person's training and validation interactions",
        "relevance": "every hidden interaction"
        if relevant_from is None
        else f"hidden ratings of {relevant_from:g} and more",
        "cutoffs": sorted(set(cutoffs)),
        "formulas": {metric.name: metric.formula for metric in chosen},
        "interval": "95 %, normal approximation over users (over ratings for RMSE and MAE)",
    }
    return Evaluation(result, per_user, ranked_part.who, facts, time.perf_counter() - started)


def rank_all(algorithm: Algorithm, part: Part, n_items: int, k: int, control: Control) -> Ranked:
    """Lists of length `k` for everybody in `part`, and which entries hit."""
    items = np.empty((len(part), k), np.int32)
    for block in blocks(len(part), n_items):
        control.check()
        scores = algorithm.score(part.users[block], part.histories.rows(block))
        items[block] = top_k(scores, k, part.seen.rows(block))
        control.progress(block.stop / len(part), "users")
    return Ranked(items, find_hits(items, part.truth, n_items), part.truth.lengths, n_items)


def find_hits(items: Array, truth: UserItems, n_items: int) -> Array:
    """Whether each recommended item is in its user's truth, bool (n, k)."""
    row = np.repeat(np.arange(len(truth), dtype=np.int64), truth.lengths)
    keys = np.sort(row * n_items + truth.item)
    wanted = np.arange(len(items), dtype=np.int64)[:, None] * n_items + items
    at = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
    return (keys[at] == wanted) & (items >= 0) if len(keys) else np.zeros(items.shape, bool)


def _only_relevant(part: Part, relevant_from: float | None) -> Part:
    if relevant_from is None or part.truth.rating is None:
        return part
    good = part.truth.rating >= relevant_from
    row = np.repeat(np.arange(len(part)), part.truth.lengths)[good]
    counts = np.bincount(row, minlength=len(part))
    left = np.flatnonzero(counts)
    if not len(left):
        message = f"No hidden rating reaches {relevant_from:g}, so nothing counts as relevant. Lower the threshold."
        raise WorkbenchError(message)
    truth = UserItems(np.concatenate([[0], np.cumsum(counts[left])]), part.truth.item[good], part.truth.rating[good])
    return Part(part.who[left], part.users[left], part.histories.rows(left), part.seen.rows(left), truth)


def _rating_errors(algorithm: Algorithm, part: Part, metrics: list[Metric]) -> dict[str, dict[str, float | None]]:
    if not metrics:
        return {}
    predicted = algorithm.predict(np.repeat(part.users, part.truth.lengths), part.truth.item)
    result = {}
    for metric in metrics:
        interval = _mean(metric.function(predicted, part.truth.rating))
        if metric.finish is not None:
            known = {key: np.maximum(value, 0.0) for key, value in interval.items() if value is not None}
            finished = {key: float(metric.finish(value)) for key, value in known.items()}
            interval = {**interval, **finished}
        result[metric.name] = interval
    return result


def _mean(values: Array) -> dict[str, float | None]:
    mean = float(values.mean())
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return {"mean": mean, "low": None, "high": None}
    half = float(1.959964 * values.std(ddof=1) / np.sqrt(len(values)))
    return {"mean": mean, "low": mean - half, "high": mean + half}


def describe_protocol(split: Split, evaluation: Evaluation, data_hash: str, seed: int) -> dict[str, Any]:
    """Everything that a number depends on, to stand beside it."""
    shown = "training and validation" if split.show_validation else "training"
    about = {
        "split": {"name": split.name, **split.model_dump()},
        "split_in_words": split.describe(),
        "history": f"{shown} interactions of the person",
        "seed": seed,
        "data_hash": data_hash,
        "users": len(evaluation.who),
    }
    return about | evaluation.protocol
