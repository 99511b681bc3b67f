"""One algorithm on one set with its defaults: validation and test of the run, of popularity, and the seconds."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.defaults.sets import DataSet
from workbench.algorithms import find
from workbench.control import Control
from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.training.run import Run
from workbench.training.train import train_run

LIMIT_SECONDS = 240.0  # of the processor, after which a training is stopped and what it has is judged


class Limit(Control):
    """Stops a training that has taken its time, as a person would who keeps what there is."""

    def __init__(self, run: Run) -> None:
        self.run, self.end, self.reached = run, time.process_time() + LIMIT_SECONDS, False

    def check(self) -> None:
        if not self.reached and time.process_time() > self.end:
            self.reached = True
            self.run.control("stop")


def measure(folder: Path, source: DataSet, algorithm: str, form: str) -> dict[str, Any]:
    """Train an algorithm on a set and judge what is kept.

    Parameters
    ----------
    form : {"before", "now"}
        With the declared defaults, whatever the data are, or with those that follow from the data.
    """
    kind = find(algorithm)
    run = _run(folder, source, algorithm, form)
    reason = kind.unsuited(run.data)
    if reason:
        return {"skipped": reason}
    started, limit = time.process_time(), Limit(run)
    try:
        status = train_run(run.folder, limit)
    except WorkbenchError as error:
        return {"skipped": str(error)}
    seconds = time.process_time() - started
    run = Run.open(run.folder)
    values = _judged(run, run.trained_algorithm(), "test")
    best = status.best or status.last
    row: dict[str, Any] = {"seconds": round(seconds, 2), "epochs": status.epoch, "cut": limit.reached}
    row |= {"validation": best.validation if best is not None else {}}
    row |= {"test": float(np.nanmean(values)), "said": [remark.about for remark in status.remarks]}
    followed = {name: run.spec.hyperparameters.get(name, run.spec.patience) for name in run.spec.from_data}
    return row | {"from_data": followed} | _beside_popularity(folder, source, values)


def _run(folder: Path, source: DataSet, algorithm: str, form: str) -> Run:
    name, number = f"{algorithm}-{form}", 0
    while (folder / "runs" / f"{name}-{number}").exists():  # of a measurement that was ended
        number += 1
    split, settings = source.split
    plain = find(algorithm).make({}).model_dump() if form == "before" else {}
    fixed = {"patience": 10} if form == "before" else {}
    return Run.create(
        folder / "runs" / f"{name}-{number}",
        source.prepare(folder),
        algorithm,
        plain,
        split,
        settings,
        filters=source.filters(),
        threads=1,
        **fixed,
    )


def _judged(run: Run, algorithm: Any, part: str) -> Array:
    """NDCG@10 of each user of a part."""
    where = getattr(run.fold, part)
    result = evaluate(algorithm, where, run.data.n_items, metrics=["ndcg"], cutoffs=[10], intervals=False)
    return np.asarray(result.per_user["ndcg@10"])


def _beside_popularity(folder: Path, source: DataSet, values: Array) -> dict[str, float]:
    """Popularity's test, and how far this one is from it in standard errors of the paired difference."""
    kept = folder / "popularity.json"
    if not kept.exists():
        run = _run(folder, source, "popularity", "now")
        train_run(run.folder)
        kept.write_text(json.dumps([float(value) for value in _judged(run, run.trained_algorithm(), "test")]))
    popular = np.array(json.loads(kept.read_text()))
    difference = (values - popular)[~np.isnan(values)]
    error = float(difference.std() / np.sqrt(len(difference))) or 1.0
    return {"popularity": float(np.nanmean(popular)), "errors": round(float(difference.mean()) / error, 2)}
