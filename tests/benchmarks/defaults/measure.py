"""One algorithm on one set: validation and test of the run, of popularity, and the seconds."""

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.defaults.sets import DataSet
from workbench.algorithms import find
from workbench.algorithms.base import budget
from workbench.control import Control
from workbench.data.interactions import Array
from workbench.declaring import from_data
from workbench.errors import Cancelled, WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.training.run import Run
from workbench.training.train import train_run

LIMIT_SECONDS = 25.0  # of the processor, after which a training is stopped and what it has is judged
Row = dict[str, Any]
WARM: set[str] = set()  # what this process has loaded


class Limit(Control):
    """Ends a training that has taken its time, as a person would: keeping what there is, where there is anything."""

    def __init__(self, run: Run) -> None:
        self.run, self.end, self.reached = run, time.process_time() + LIMIT_SECONDS, False

    def check(self) -> None:
        if not self.reached and time.process_time() > self.end:
            self.reached = True
            if not find(self.run.spec.algorithm).iterative:
                raise Cancelled
            self.run.control("stop")


def declared(algorithm: str) -> dict[str, Any]:
    """The defaults of an algorithm as they are declared, whatever the data are."""
    return find(algorithm).make({}).model_dump()


def in_steps(folder: Path, source: DataSet, algorithm: str, steps: budget.Steps) -> tuple[dict[str, Any], int]:
    """Hyperparameters and patience of an algorithm on a set if little data were learned in so many steps."""
    kind = find(algorithm)
    run = _opened(folder, source, "popularity", {}, None)
    facts = run.data.facts
    shutil.rmtree(run.folder)
    kept = kind.least_steps  # type: ignore[attr-defined]
    kind.least_steps = steps  # type: ignore[attr-defined]
    try:
        found = {name: value for name, (value, _) in from_data(kind, {}, facts).items()}
        return found, budget.patience(kind, facts, declared(algorithm) | found)[0]
    finally:
        kind.least_steps = kept  # type: ignore[attr-defined]


def measure(
    folder: Path,
    source: DataSet,
    algorithm: str,
    values: Mapping[str, Any],
    patience: int | None = None,
    *,
    test: bool = True,
) -> Row:
    """Train an algorithm on a set and judge what is kept.

    Parameters
    ----------
    values, patience
        Where not as it comes.
    test
        Whether its test is opened.
    """
    kind = find(algorithm)
    run = _opened(folder, source, algorithm, values, patience)
    reason = kind.unsuited(run.data)
    if reason:
        return {"skipped": reason}
    try:
        _warm(algorithm, run)
        started, limit = time.process_time(), Limit(run)
        status = train_run(run.folder, limit)
    except Cancelled:
        return {"skipped": f"{kind.title} took over {LIMIT_SECONDS:.0f} s."}
    except WorkbenchError as error:
        return {"skipped": str(error)}
    seconds = time.process_time() - started
    run = Run.open(run.folder)
    best = status.best or status.last
    row: Row = {"seconds": round(seconds, 2), "epochs": status.epoch, "cut": limit.reached, "facts": run.data.facts}
    row |= {"validation": best.validation.get("ndcg@10") if best is not None else None}
    row |= {"said": [remark.about for remark in status.remarks]}
    row |= {"from_data": {name: run.spec.hyperparameters.get(name, run.spec.patience) for name in run.spec.from_data}}
    if test:
        judged = _judged(run)
        row |= {"test": float(np.nanmean(judged))} | _beside_popularity(folder, source, judged)
    shutil.rmtree(run.folder)
    return row


def _opened(folder: Path, source: DataSet, algorithm: str, values: Mapping[str, Any], patience: int | None) -> Run:
    number = 0
    while (folder / "runs" / f"{algorithm}-{number}").exists():  # of a measurement that was ended
        number += 1
    split, settings = source.split
    return Run.create(
        folder / "runs" / f"{algorithm}-{number}",
        source.prepare(folder),
        algorithm,
        dict(values),
        split,
        settings,
        filters=source.filters(),
        threads=1,
        **({} if patience is None else {"patience": patience}),
    )


def _warm(algorithm: str, run: Run) -> None:
    """Load what it needs, which is not a part of its training."""
    if algorithm not in WARM:
        WARM.add(algorithm)
        next(iter(find(algorithm).make({}).train(run.fold.learned_from)), None)


def _judged(run: Run) -> Array:
    """NDCG@10 of each user of the test."""
    result = evaluate(
        run.trained_algorithm(), run.fold.test, run.data.n_items, metrics=["ndcg"], cutoffs=[10], intervals=False
    )
    return np.asarray(result.per_user["ndcg@10"])


def _beside_popularity(folder: Path, source: DataSet, values: Array) -> dict[str, float]:
    """Popularity's test, and how far this one is from it in standard errors of the paired difference."""
    kept = folder / "popularity.json"
    if not kept.exists():
        run = _opened(folder, source, "popularity", {}, None)
        train_run(run.folder)
        kept.write_text(json.dumps([float(value) for value in _judged(Run.open(run.folder))]))
    popular = np.array(json.loads(kept.read_text()))
    difference = (values - popular)[~np.isnan(values)]
    error = float(difference.std() / np.sqrt(len(difference))) or 1.0
    return {"popularity": float(np.nanmean(popular)), "errors": round(float(difference.mean()) / error, 2)}
