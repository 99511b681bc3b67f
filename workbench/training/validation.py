"""Validation: which epoch is best, and when to stop early."""

import math
from typing import Any

from workbench.algorithms import Algorithm
from workbench.data.splitting import Part
from workbench.evaluation.evaluate import evaluate
from workbench.training.run import Run


class Validator:
    """Evaluates the epochs of one run on a fixed sample of its validation users.

    Nothing is stored: all it knows follows from the records, so a resumed run continues where it was.
    """

    def __init__(self, run: Run, algorithm: Algorithm) -> None:
        self.run = run
        part = run.fold.validation
        self.part: Part | None = part and part.sample(run.spec.validation_users, run.spec.seed)
        # Only positives are hidden of weighed events: whoever foretells a like for everything errs least on them.
        rated = self.part is not None and self.part.truth.rating is not None and run.data.weight is None
        self.metric, self.cutoff, self.key = ("ndcg", 10, "ndcg@10")
        if algorithm.predicts_ratings and rated:
            self.metric, self.key = ("rmse", "rmse")
        self.sign = -1 if self.metric == "rmse" else 1
        self.best_epoch, self._best = 0, -math.inf
        self.best: dict[str, Any] | None = None  # record of that epoch
        for line in run.records():
            self.note(line)

    def validate(self, algorithm: Algorithm) -> dict[str, float]:
        """The validation metric of the algorithm as it is now; empty where there is no validation part."""
        if self.part is None:
            return {}
        how: Any = {"metrics": [self.metric], "cutoffs": [self.cutoff], "intervals": False}
        result = evaluate(algorithm, self.part, self.run.data.n_items, train=self.run.fold.train, **how)
        value = result.metrics[self.key]["mean"]
        return {} if value is None else {self.key: round(value, 6)}

    def note(self, line: dict[str, Any]) -> None:
        """Take note of an epoch's record."""
        value = (line.get("validation") or {}).get(self.key)
        if value is not None and self.sign * value > self._best:
            self._best, self.best_epoch, self.best = self.sign * value, line["epoch"], line

    def exhausted(self, epoch: int) -> bool:
        """Whether there was no better epoch for `patience` epochs, counted again from where more epochs were asked for."""
        patience = self.run.spec.patience
        extended = max((int(change.since) for change in self.run.spec.changes if change.name == "epochs"), default=0)
        return bool(patience and self.best_epoch and epoch - max(self.best_epoch, extended) >= patience)
