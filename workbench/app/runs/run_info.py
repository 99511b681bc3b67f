"""What the window knows of one run."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.app.runs.run_follower import OVER
from workbench.errors import WorkbenchError
from workbench.training.run_notes import Facts

if TYPE_CHECKING:
    from workbench.training.run import Run


@dataclass
class RunInfo:
    """What a list of runs shows of one run.

    Attributes
    ----------
    number : int
        Its number in the project, for life; fixes colour, dashes and marker (``theme().series(number)``).
    state : str
        queued, running, paused, done, stopped, cancelled, failed or lost.
    validation : dict
        Last validation metrics, such as ``{"ndcg@10": 0.12}``.
    metrics : dict
        Test metrics after evaluation: name such as "ndcg@10" to ``{"mean", "low", "high"}``.
    """

    id: str
    folder: Path
    number: int
    title: str
    algorithm: str
    spec: dict[str, Any]
    status: dict[str, Any] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] | None = None
    facts: Facts = field(default_factory=Facts)
    own_title: str = ""
    """What it is called where nobody gave it a name."""

    @property
    def state(self) -> str:
        """Where it stands, in one word."""
        return str(self.status.get("state", "queued"))

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state in OVER

    @property
    def usable(self) -> bool:
        """Whether it has a model to recommend with."""
        return self.state in ("done", "stopped") and (self.folder / "model.safetensors").exists()

    @property
    def resumable(self) -> bool:
        """Whether training can go on where it ended."""
        return self.state in ("stopped", "cancelled", "failed", "lost")

    @property
    def epoch(self) -> int:
        """Epochs finished."""
        return int(self.status.get("epoch") or 0)

    @property
    def epochs(self) -> int:
        """Epochs asked for; 0 where the algorithm has none."""
        return int(self.status.get("epochs") or self.spec.get("hyperparameters", {}).get("epochs") or 0)

    @property
    def fraction(self) -> float:
        """Share that is done, 0 to 1; negative where it is not known."""
        if not self.epochs:
            return -1.0
        return min(1.0, (self.epoch + float(self.status.get("part") or 0.0)) / self.epochs)

    @property
    def seconds_left(self) -> float | None:
        """Estimate while it runs."""
        return self.status.get("seconds_left")

    @property
    def memory(self) -> int | None:
        """Bytes held now, or the most that were held."""
        return self.status.get("memory_bytes") or self.status.get("peak_memory_bytes")

    @property
    def device(self) -> str:
        """Where it computes: cpu or cuda."""
        return str(self.status.get("device") or self.spec.get("device") or "")

    @property
    def created(self) -> str:
        """ISO 8601, UTC."""
        return str(self.spec.get("created", ""))

    @property
    def reason(self) -> str:
        """Why it failed or was lost, in a sentence."""
        return str(self.status.get("reason", ""))

    @property
    def details(self) -> str:
        """What lies behind the reason, for who wants to look."""
        return str(self.status.get("details", ""))

    def headline(self) -> tuple[str, float] | None:
        """The one number to show beside the title: NDCG@10 or RMSE of the test, else of the validation.

        The validation is that of the best epoch, whose model is kept, where one is known.
        """
        best = self.status.get("best")
        best = best.get("validation") if isinstance(best, dict) else None
        for source in (self.metrics, best if isinstance(best, dict) else {}, self.validation):
            for name in ("ndcg@10", "rmse"):
                value = source.get(name)
                value = value.get("mean") if isinstance(value, dict) else value
                if value is not None:
                    return name, float(value)
        return None

    def read_evaluation(self) -> None:
        """Take up what the test has said; nothing where it was not opened, or cannot be read."""
        try:
            evaluation = json.loads((self.folder / "evaluation.json").read_text(encoding="utf-8"))
            self.metrics, self.evaluation = dict(evaluation["metrics"]), evaluation
        except (OSError, ValueError, KeyError, TypeError):
            self.metrics, self.evaluation = {}, None


def read_info(run: "Run", status: dict[str, Any], number: int, others: Iterable[RunInfo]) -> RunInfo:
    """What there is to know of a run; it is told apart from others of its kind by a number behind its title."""
    from workbench.algorithms import find

    spec = run.spec
    try:
        title = find(spec.algorithm).title
    except WorkbenchError:  # an algorithm that was removed since
        title = spec.algorithm
    alike = sum(one.algorithm == spec.algorithm for one in others)
    title = f"{title} {alike + 1}" if alike else title
    facts = Facts.read(run.folder)
    info = RunInfo(run.name, run.folder, number, facts.title or title, spec.algorithm, spec.model_dump(), status)
    info.facts, info.own_title = facts, title
    info.validation = (status.get("last") or {}).get("validation") or {}
    info.read_evaluation()
    return info
