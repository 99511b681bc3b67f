"""Validation: which epoch is best, and when to stop early."""

import math
from typing import Any

from workbench.algorithms import Algorithm
from workbench.data.interactions import Array
from workbench.data.splitting import Part
from workbench.evaluation.evaluate import Evaluation, evaluate
from workbench.training.remarks import validated_on
from workbench.training.run import Run


class Validator:
    """Evaluates the epochs of one run on a fixed sample of its validation users.

    Nothing is stored: all it knows follows from the records, so a resumed run continues where it was.
    """

    def __init__(self, run: Run, algorithm: Algorithm) -> None:
        self.run = run
        self.part: Part | None = validated_on(run)
        self.key = validation_key(run)
        self.metric, self.cutoff = self.key.partition("@")[0], 10
        self.sign = -1 if self.metric == "rmse" else 1
        self.best_epoch, self._best = 0, -math.inf
        self.best: dict[str, Any] | None = None  # record of that epoch
        self._last: Array | None = None  # the metric of each user at the last validation of this process
        self._of_best: Array | None = None  # and of the best one
        for line in run.records():
            self.note(line)

    def validate(self, algorithm: Algorithm) -> dict[str, float]:
        """The validation metric of the algorithm as it is now; empty where there is no validation part."""
        if self.part is None:
            return {}
        result = self._evaluate(algorithm)
        self._last, value = result.per_user[self.key], result.metrics[self.key]["mean"]
        return {} if value is None else {self.key: round(value, 6)}

    def _evaluate(self, algorithm: Algorithm) -> Evaluation:
        assert self.part is not None
        how: Any = {"metrics": [self.metric], "cutoffs": [self.cutoff], "intervals": False}
        return evaluate(algorithm, self.part, self.run.data.n_items, train=self.run.fold.train, **how)

    def note(self, line: dict[str, Any]) -> None:
        """Take note of an epoch's record."""
        value = (line.get("validation") or {}).get(self.key)
        if value is not None and self.sign * value > self._best:
            self._best, self.best_epoch, self.best = self.sign * value, line["epoch"], line
            self._of_best = self._last

    def values(self) -> Array | None:
        """NDCG@10 of each user by the model that is kept; None where validation has no lists.

        An epoch that another process validated is validated again, from what was kept of it.
        """
        if self.part is None or self.metric != "ndcg":
            return None
        found = self._of_best if self.best_epoch else self._last
        if found is None:
            found = self._evaluate(self.run.trained_algorithm()).per_user[self.key]
        return found

    def exhausted(self, epoch: int) -> bool:
        """Whether there was no better epoch for `patience` epochs, counted again from where more epochs were asked for."""
        patience = self.run.spec.patience
        extended = max((int(change.since) for change in self.run.spec.changes if change.name == "epochs"), default=0)
        return bool(patience and self.best_epoch and epoch - max(self.best_epoch, extended) >= patience)


def validation_key(run: Run) -> str:
    """The metric by which a run is validated: ``rmse`` where it predicts ratings that there are, else ``ndcg@10``."""
    part = run.fold.validation
    # Only positives are hidden of weighed events: whoever foretells a like for everything errs least on them.
    rated = part is not None and part.truth.rating is not None and run.data.weight is None
    return "rmse" if run.kind.predicts_ratings and rated else "ndcg@10"
