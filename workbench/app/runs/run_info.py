"""What the window knows of one run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from workbench.app.widgets.translate import translate
from workbench.errors import WorkbenchError
from workbench.training.answer import FILE, read_answer
from workbench.training.run_notes import RunNotes
from workbench.training.run_state import RunState

if TYPE_CHECKING:
    from workbench.training.run import Run
    from workbench.training.run_status import RunStatus


@dataclass
class RunInfo:
    """What a list of runs shows of one run.

    Attributes
    ----------
    number : int
        Its number in the project, for life; fixes colour, dashes and marker (``theme().series(number)``).
    metrics : dict
        Test metrics after evaluation: name such as "ndcg@10" to ``{"mean", "low", "high"}``.
    """

    id: str
    folder: Path
    number: int
    title: str
    algorithm: str
    spec: dict[str, Any]
    status: "RunStatus"
    metrics: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] | None = None
    notes: RunNotes = field(default_factory=RunNotes)
    damage: str = ""
    """Why what its test said cannot be read, in a sentence."""
    notes_damage: str = ""
    """The same of what a person has noted about it."""
    own_title: str = ""
    """What it is called where nobody gave it a name."""
    _modelled: "RunStatus | None" = field(default=None, repr=False, compare=False)
    """The status at which its model was there."""

    @property
    def state(self) -> RunState:
        """Where it stands."""
        return self.status.state

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state.is_over

    @property
    def usable(self) -> bool:
        """Whether it has a model to recommend with."""
        if not self.state.is_usable:
            return False
        if self._modelled is not self.status:  # the disk is asked once: pages ask of hundreds of runs at once
            self._modelled = self.status if (self.folder / "model.safetensors").exists() else None
        return self._modelled is not None

    def doubt_model(self) -> None:
        """Let the disk be asked again whether its model is there."""
        self._modelled = None

    @property
    def search(self) -> str:
        """Id of the search of which it is a trial, else ""; the best, trained once more, is a run like others."""
        trial = self.spec.get("trial")
        if not isinstance(trial, dict) or self.spec.get("learns_validation"):
            return ""
        return PurePosixPath(str(trial.get("search", ""))).name

    @property
    def resumable(self) -> bool:
        """Whether training can go on where it ended; a trial goes on with its search."""
        return self.state.is_resumable and not self.search

    @property
    def epoch(self) -> int:
        """Epochs finished."""
        return self.status.epoch

    @property
    def epochs(self) -> int:
        """Epochs asked for; 0 where the algorithm has none, or they follow from the data when the training begins."""
        if not self.status.epochs and (self.spec.get("from_data") or {}).get("epochs") == "":
            return 0
        return int(self.status.epochs or self.spec.get("hyperparameters", {}).get("epochs") or 0)

    @property
    def validation(self) -> dict[str, float]:
        """Metrics of the last validation, such as ``{"ndcg@10": 0.12}``."""
        return self.status.last.validation if self.status.last is not None else {}

    @property
    def fraction(self) -> float:
        """Share that is done, 0 to 1; negative where it is not known."""
        if not self.epochs:
            return -1.0
        return min(1.0, (self.epoch + self.status.part) / self.epochs)

    @property
    def seconds_left(self) -> float | None:
        """Estimate while it runs."""
        return self.status.seconds_left

    @property
    def memory(self) -> int | None:
        """Bytes held now, or the most that were held."""
        return self.status.memory_bytes or self.status.peak_memory_bytes

    @property
    def device(self) -> str:
        """Where it computes: cpu or cuda."""
        return str(self.status.device or self.spec.get("device") or "")

    @property
    def created(self) -> str:
        """ISO 8601, UTC."""
        return str(self.spec.get("created", ""))

    @property
    def reason(self) -> str:
        """Why it failed or was lost, in a sentence."""
        return self.status.reason

    @property
    def details(self) -> str:
        """What lies behind the reason, for who wants to look."""
        return self.status.details

    def headline(self) -> tuple[str, float, Literal["test", "validation"]] | None:
        """The one number to show beside the title, and of which part: NDCG@10 or RMSE of the test, else of validation.

        The validation is that of the best epoch, whose model is kept, where one is known.
        """
        best = self.status.best.validation if self.status.best is not None else {}
        parts: tuple[tuple[dict[str, Any], Literal["test", "validation"]], ...] = (
            (self.metrics, "test"), (best, "validation"), (self.validation, "validation"),
        )  # fmt: skip
        for source, part in parts:
            for name in ("ndcg@10", "rmse"):
                value = source.get(name)
                value = value.get("mean") if isinstance(value, dict) else value
                if value is not None:
                    return name, float(value), part
        return None

    def read_evaluation(self) -> None:
        """Take up what the test has said; nothing where it was not opened, or cannot be read."""
        try:
            evaluation = read_answer(self.folder) if (self.folder / FILE).exists() else None
            self.damage = ""
        except WorkbenchError as error:
            evaluation, self.damage = None, str(error)
        self.metrics, self.evaluation = dict((evaluation or {}).get("metrics") or {}), evaluation


def _notes(folder: Path) -> tuple[RunNotes, str]:
    """What a person has noted about a run, and why that cannot be read."""
    try:
        return RunNotes.open(folder), ""
    except WorkbenchError as error:
        return RunNotes(), str(error)


def read_info(run: "Run", status: "RunStatus", number: int, others: Iterable[RunInfo]) -> RunInfo:
    """What there is to know of a run; it is told apart from others of its kind by a number behind its title."""
    from workbench.algorithms import find

    spec = run.spec
    try:
        title = find(spec.algorithm).title
    except WorkbenchError:  # an algorithm that was removed since
        title = spec.algorithm
    alike = sum(info.algorithm == spec.algorithm and info.spec.get("trial") is None for info in others)
    if spec.trial is not None:
        words = translate("RunInfo", "{name}, best trial {n}") if spec.learns_validation else ""
        title = (words or translate("RunInfo", "{name}, trial {n}")).format(name=title, n=spec.trial.number + 1)
    elif alike:
        title = f"{title} {alike + 1}"
    notes, notes_damage = _notes(run.folder)
    info = RunInfo(run.name, run.folder, number, notes.title or title, spec.algorithm, spec.model_dump(), status)
    info.notes, info.own_title, info.notes_damage = notes, title, notes_damage
    info.read_evaluation()
    return info
