"""What a training says of itself when it ends, in sentences: the window, the command line and the report all repeat it.

Three things are worth saying. What was learned otherwise than it was asked (`Algorithm.shortfall`). A model that validation
cannot tell from popularity has learned nothing of anybody's taste, whatever its figure looks like. One whose best epoch is
among the last was still learning when its epochs ran out.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.algorithms import Algorithm
from workbench.algorithms.baseline.popularity import Popularity
from workbench.amounts import counted
from workbench.data.interactions import Array
from workbench.data.splitting import Part
from workbench.declaring import applies, schema_of
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.significance import compare_pair
from workbench.evaluation.verdict import verdict_of
from workbench.training.run import Run
from workbench.training.run_status import Remark

FEW = 2  # hyperparameters that are named
LAST_SHARE = 0.1  # of the epochs: where the best one is among these, more might be better


def remarks_of(run: Run, algorithm: Algorithm, values: Array | None, best_epoch: int, epoch: int) -> list[Remark]:
    """What is to be said of a training that has ended.

    Parameters
    ----------
    algorithm
        As it came out of it.
    values
        NDCG@10 of each user of validation by the model that is kept, float64 (n_users,); None where there is none.
    best_epoch, epoch
        The epoch that is kept, and the last one; 0 without validation or epochs.
    """
    rising = _still_rising(algorithm, best_epoch, epoch)
    found = _popularity(run, algorithm, values, rising=rising) if values is not None else []
    asked = [Remark(about="asked", sentence=told)] if (told := algorithm.shortfall()) else []
    return [*asked, *found, *(_more(best_epoch, epoch) if rising else [])]


def validated_on(run: Run) -> Part | None:
    """The part on which the epochs of a run are judged: always the same users."""
    part = run.fold.validation
    return part and part.sample(run.spec.validation_users, run.spec.seed)


def _still_rising(algorithm: Algorithm, best_epoch: int, epoch: int) -> bool:
    asked = int(getattr(algorithm, "epochs", 0))
    return bool(best_epoch) and epoch >= asked and asked - best_epoch <= LAST_SHARE * asked


def _more(best_epoch: int, epoch: int) -> list[Remark]:
    sentence = (
        f"It ended at its limit of {counted(epoch, 'epoch')}, and validation was best at epoch {best_epoch}: it was still "
        "learning. "
        "Train on for more (workbench train --run DIR --more-epochs N)."
    )
    return [Remark(about="limit", sentence=sentence)]


def _popularity(run: Run, algorithm: Algorithm, values: Array, *, rising: bool) -> list[Remark]:
    """Whether it is above popularity by more than chance, for the users of validation one by one."""
    part = validated_on(run)
    if isinstance(algorithm, Popularity) or part is None:
        return []
    found = compare_pair(_of_popularity(run, part), values, test="permutation")
    if found.more_than_chance and found.difference > 0:
        return []
    said = verdict_of(found, Popularity.title, algorithm.title, "ndcg@10")
    sentence = (
        f"On validation it is not better than popularity by more than chance, so it may have learned nothing. "
        f"{said.sentence} {' '.join(_what_to_try(algorithm, rising=rising))}"
    )
    return [Remark(about="popularity", sentence=sentence)]


def _of_popularity(run: Run, part: Part) -> Array:
    """Popularity's NDCG@10 for each user of a part: counting takes a moment."""
    fold = run.fold
    if run.data.weight is not None:  # what this algorithm reads of it may be no choices at all
        fold = run.split.split(run.data).read_by(Popularity.feedback, include_seen=run.spec.include_seen)
    counted = Popularity()
    for _ in counted.train(fold.learned_from):
        pass
    how: Any = {"metrics": ["ndcg"], "cutoffs": [10], "intervals": False, "train": run.fold.train}
    result = evaluate(counted, part, run.data.n_items, **how)
    return np.asarray(result.per_user["ndcg@10"])


def _what_to_try(algorithm: Algorithm, *, rising: bool) -> Iterator[str]:
    """What may help: more epochs, the hyperparameters that a search looks at first, another algorithm."""
    if rising:
        return  # that is the next sentence
    values, schemas = algorithm.model_dump(), schema_of(type(algorithm))["properties"]
    worth = [entry for entry in schemas.values() if entry.get("search") and not entry.get("advanced")]
    ranges = [
        f"{entry['title']} ({entry['search'][0]:g} to {entry['search'][1]:g})"
        for entry in worth
        if applies(entry, values)
    ]
    if ranges:
        yield f"Try other values of {' and '.join(ranges[:FEW])}."
    yield "Try an algorithm that is suggested for this data, too, or data with longer histories."
