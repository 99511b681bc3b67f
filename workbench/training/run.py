"""A run: what is asked of it, who trains it, its data and its algorithm, by what its folder holds (`run_folder`)."""

import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from workbench.algorithms import Algorithm, find
from workbench.algorithms.base import budget
from workbench.algorithms.base.learned import check
from workbench.algorithms.hybrid.blend import Blend
from workbench.data import filtering
from workbench.data.data_file import read_about
from workbench.data.importing.recipes import known_recipe
from workbench.data.interactions import Interactions, data_hash
from workbench.data.splitting import DEFAULT, Fold, Split, make_split
from workbench.declaring import explain, rules_of, tried_of
from workbench.errors import WorkbenchError
from workbench.files import alone
from workbench.owned import remove_file, sweep
from workbench.stored import read_stored, write_stored
from workbench.training.blending import check_member, named
from workbench.training.fits_split import why_not
from workbench.training.not_ratings import taken_for_ratings
from workbench.training.records import read_records
from workbench.training.run_folder import WRITTEN, refuse_taken
from workbench.training.run_notes import FILE as NOTES
from workbench.training.run_number import next_number, numbers_in
from workbench.training.run_spec import Adjustment, Change, Request, RunSpec
from workbench.training.run_status import RunStatus, read_status
from workbench.training.status import StatusWriter, now
from workbench.training.weights import load_weights
from workbench.uninterrupted import load_whole

LOCK_SECONDS = 2.0  # that a process has to take up a run before another one gives up


class Run:
    """A run folder that exists."""

    def __init__(self, folder: Path, spec: RunSpec) -> None:
        self.folder = folder
        self.spec = spec

    @classmethod
    def create(
        cls,
        folder: Path,
        data: Path,
        algorithm: str,
        hyperparameters: dict[str, Any] | None = None,
        split: str = DEFAULT,
        split_settings: dict[str, Any] | None = None,
        *,
        filters: filtering.Recipe = (),
        trainer: int | None = None,
        **options: Any,
    ) -> "Run":
        """Write a new run folder in state "queued", or "running" where it has a trainer.

        Every value is checked first, and defaults are written out, so that the run means the same when they change.

        Parameters
        ----------
        folder
            The new folder; must not hold a run.
        data
            The data folder; inside the run folder or in the same project.
        filters
            Names and settings of filters (`workbench.data.filtering`), applied to the data before it is split.
        trainer
            The process that will train it at once; None: it waits, and whoever goes on with the queue may take it.
        options
            ``seed``, ``device``, ``threads``, ``patience``, ``validation_users``, ``include_seen``, ``number``, ``trial``,
            ``learns_validation`` of `RunSpec`.
        """
        refuse_taken(folder)
        kind = find(algorithm)
        rule = make_split(split, split_settings)
        if reason := why_not(kind, rule):
            raise WorkbenchError(reason)
        try:
            spec = RunSpec(
                algorithm=kind.name,
                hyperparameters=kind.make(hyperparameters or {}).model_dump(),
                data=Path(os.path.relpath(data, folder)).as_posix(),
                data_hash=data_hash(data),
                split=split,
                split_settings=rule.model_dump(),
                filters=[made.recipe() for made in filtering.make_filters(filters)],
                created=now(),
                versions=package_versions(),
                from_data=dict.fromkeys(_follows(kind, hyperparameters or {}, options), ""),
                **{"number": next_number(folder.parent), **options},
            )
        except ValidationError as error:
            raise WorkbenchError(explain(error, "The run", RunSpec)) from error
        run = cls(folder, spec)
        if kind is Blend:
            run._take_members()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"The run folder {folder} could not be made: {error.strerror}. Choose another place."
            raise WorkbenchError(message) from error
        if trainer is not None:  # told before the run is there, so that nobody sees it wait
            StatusWriter(folder).take(trainer)
        try:
            write_stored(RunSpec, folder / "run.json", spec.model_dump(), new=True)
        except WorkbenchError:
            refuse_taken(folder)  # since we looked
            raise
        if trainer is None:
            StatusWriter(folder).queue()
        return run

    def doubts(self) -> list[str]:
        """What was in doubt when the data were read, and what is taken for ratings; none where nobody knows."""
        try:
            about = read_about(self.data_folder)
        except WorkbenchError:
            return []
        told = [doubt["sentence"] for doubt in (about.get("report") or {}).get("doubts") or []]
        taken = taken_for_ratings(find(self.spec.algorithm), about)
        return [*told, *([taken] if taken else [])]

    def feedback(self) -> str:
        """What events are worth by the rules with which the data were read, such as ``click: like=1, seen=0``."""
        about = read_about(self.data_folder)
        told = known_recipe(about, self.data_folder).feedback if about.get("recipe") else []
        return "; ".join(f"{each.column}: {', '.join(each.written())}" for each in told)

    @classmethod
    def create_blend(cls, folder: Path, hyperparameters: dict[str, Any], **options: Any) -> "Run":
        """Write a new blend with the data, the filters and the split of the first run that it names (see `create`)."""
        first = _members(folder, str(hyperparameters.get("runs") or ""))[0]
        return cls.create(
            folder,
            first.data_folder,
            Blend.name,
            hyperparameters,
            first.spec.split,
            first.spec.split_settings,
            filters=first.spec.filters,
            **{"include_seen": first.spec.include_seen, **options},
        )

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """Open a run folder; raises WorkbenchError where it is none, or damaged."""
        sweep(folder)
        if not (folder / "run.json").exists():
            message = f"{folder} is not a run folder (any more): it has no run.json. Was the run moved or deleted? "
            raise WorkbenchError(message + "Choose another one.")
        return cls(folder, read_stored(RunSpec, folder / "run.json"))

    @property
    def name(self) -> str:
        """The folder's name, unique in a project."""
        return self.folder.name

    @property
    def number(self) -> int:
        """Its number in the project, which gives it its colour."""
        if self.spec.number is not None:
            return self.spec.number
        return numbers_in(self.folder.resolve().parent).get(self.name, 0)

    @property
    def kind(self) -> type[Algorithm]:
        """Its algorithm; raises WorkbenchError where this version knows none of that name."""
        with self._as_asked():
            return find(self.spec.algorithm)

    @contextmanager
    def _as_asked(self) -> Iterator[None]:
        """Name ``run.json`` where what it asks for is refused: it was checked when it was written."""
        try:
            yield
        except WorkbenchError as error:
            message = f"{self.folder / 'run.json'} asks for what cannot be done here: {error} {RunSpec.way_out}"
            raise WorkbenchError(message) from error

    @property
    def has_learned(self) -> bool:
        """Whether there is anything to go on from, or anything that a person has noted."""
        return any(self.folder.glob("*.safetensors")) or (self.folder / NOTES).exists()

    def remove_trace(self) -> None:
        """Remove a run that has learned nothing from its folder, so that another one can be made there."""
        for name in (*WRITTEN, "run.json"):  # as long as this is there, it is a run
            remove_file(self.folder / name)

    def status(self) -> RunStatus:
        """Where the run stands (see `read_status`)."""
        return read_status(self.folder)

    def queue(self) -> None:
        """Get ready to be trained (on): the state is "queued", and no old request is left."""
        with self._unless_trained() as status:
            StatusWriter(self.folder, status).queue()

    def take(self, pid: int) -> RunStatus:
        """Let a process be the one that trains the run (on); no old request is left.

        Parameters
        ----------
        pid
            Of this process, or of one that waits for its orders.

        Raises
        ------
        WorkbenchError
            If another one trains it, however short a time.
        """
        with self._unless_trained(pid) as status:
            return StatusWriter(self.folder, status).take(pid)

    @contextmanager
    def _unless_trained(self, pid: int | None = None) -> Iterator[RunStatus]:
        """The status, while no other process can take the run; raises WorkbenchError where one has done so."""
        busy = f"The run {self.name} is being taken up by another process. Try again when that has ended."
        with alone(self.folder, busy, LOCK_SECONDS):
            status = self.status()
            if status.state.is_active and status.pid not in (pid, os.getpid()):
                message = f"The run {self.name} is being trained by process {status.pid}. Stop that first."
                raise WorkbenchError(message)
            for request in ("control.json", "adjust.json"):
                remove_file(self.folder / request)
            yield status

    def control(self, command: Literal["pause", "resume", "stop", "cancel"]) -> None:
        """Ask the training process for something; it answers through ``status.json``."""
        write_stored(Request, self.folder / "control.json", {"command": command})

    def adjust(self, name: str, value: float) -> None:
        """Ask the training process to go on with another value of one of the algorithm's `adjustable` hyperparameters."""
        kind = self.kind
        check_adjustable(kind, name)
        kind.make({**self.spec.hyperparameters, name: value})
        write_stored(Adjustment, self.folder / "adjust.json", {"name": name, "value": value})

    def note_change(self, change: Change) -> None:
        """Write down that a hyperparameter has changed."""
        self.spec.changes.append(change)
        write_stored(RunSpec, self.folder / "run.json", self.spec.model_dump())

    def note_settled(self, found: Mapping[str, tuple[Any, str]]) -> None:
        """Write down what nobody chose and what depends on the data, each value with the reason."""
        self.spec.patience = found.get("patience", (self.spec.patience, ""))[0]
        chosen = {name: value for name, (value, _) in found.items() if name in self.spec.hyperparameters}
        self.spec.hyperparameters.update(chosen)
        self.spec.from_data = {name: why for name, (_, why) in found.items()}
        write_stored(RunSpec, self.folder / "run.json", self.spec.model_dump())

    def note_threads(self, number: int, why: str) -> None:
        """Write down how many threads were found to be quickest, as if they had been asked for, with the reason."""
        self.spec.threads, self.spec.from_data = number, self.spec.from_data | {"threads": why}
        write_stored(RunSpec, self.folder / "run.json", self.spec.model_dump())

    def extend(self, epochs: int) -> None:
        """Let a run that has ended go on for more epochs than were asked for at first: it waits to be trained then."""
        kind = self.kind
        if not kind.iterative:
            message = f"{kind.title} learns in one step, so there are no more epochs to train."
            raise WorkbenchError(message)
        done = self.status().epoch
        asked = kind.make({**self.spec.hyperparameters, "epochs": done + epochs}).model_dump()
        self.queue()
        for outdated in ("evaluation.json", "users.parquet"):
            remove_file(self.folder / outdated)
        self.spec.hyperparameters.update(asked)
        self.spec.from_data.pop("epochs", None)  # somebody has chosen now
        self.note_change(Change(since=done, name="epochs", value=done + epochs))

    def records(self) -> list[dict[str, Any]]:
        """All whole records; a line cut short by a kill is left out."""
        return read_records(self.folder / "records.jsonl")

    @property
    def data_folder(self) -> Path:
        """The data folder; raises WorkbenchError where it would lie outside the run and its project."""
        folder = (self.folder / self.spec.data).resolve()
        home = self.folder.resolve()
        if not any(folder.is_relative_to(place) for place in (home, home.parent.parent)):
            message = f"The run {self.name} names data outside its project ({self.spec.data}). It was not opened."
            raise WorkbenchError(message)
        return folder

    @cached_property
    def data(self) -> Interactions:
        """The interactions that its filters leave; raises WorkbenchError where the data is not that of the run.

        Without filters they are memory-mapped. With filters users and items have indices of their own: those that were
        filtered away are nowhere in the run.
        """
        if data_hash(self.data_folder) != self.spec.data_hash:
            message = f"The data in {self.data_folder} has changed since the run {self.name} was made. Train a new run."
            raise WorkbenchError(message)
        with self._as_asked():
            filters = filtering.make_filters(self.spec.filters)
        return filtering.apply(filters, Interactions.open(self.data_folder))[0]

    @property
    def data_identity(self) -> str:
        """SHA-256 of the data with the filters: equal for runs that worked with the same interactions."""
        return filtering.identity(self.spec.data_hash, self.spec.filters)

    @property
    def split(self) -> Split:
        """The rule that divides the data."""
        with self._as_asked():
            return make_split(self.spec.split, self.spec.split_settings)

    @cached_property
    def fold(self) -> Fold:
        """The division itself, drawn again, as the algorithm reads it."""
        fold = self.split.split(self.data)
        if self.spec.learns_validation:
            fold = fold.learning_validation()
        return fold.read_by(self.kind.feedback, include_seen=self.spec.include_seen)

    def new_algorithm(self) -> Algorithm:
        """The algorithm with its hyperparameters, untrained."""
        if "" in self.spec.from_data.values():  # another process may have settled it since
            self.spec = read_stored(RunSpec, self.folder / "run.json")
        with self._as_asked():
            return find(self.spec.algorithm).make(self.spec.hyperparameters)

    def trained_algorithm(self) -> Algorithm:
        """The algorithm as it came out of the run."""
        algorithm = self.new_algorithm()
        if algorithm.uses_torch:
            load_whole("torch")
        self.restore(algorithm, self.folder / "model.safetensors")
        self.join_members(algorithm)
        if algorithm.uses_torch:
            import torch

            # Scoring, like training, is many times slower where the library takes all cores for small steps.
            torch.set_num_threads(self.spec.threads or algorithm.best_threads or 1)
        return algorithm

    def restore(self, algorithm: Algorithm, path: Path) -> int:
        """Let an algorithm be as a file of this run has it; returns the epoch.

        Raises
        ------
        WorkbenchError
            If the file is missing or damaged, or what it holds is not what the algorithm learns from this data.
        """
        state, epoch = load_weights(path)
        broken = algorithm.broken(state)
        if broken:
            message = (
                f"The model of the run {self.name} holds values that are not numbers ({', '.join(broken)}), so it "
            )
            raise WorkbenchError(message + "cannot recommend anything. Train it again as a new run.")
        try:
            check(state, algorithm.shapes_of(state), self.data.n_users, self.data.n_items)
            algorithm.restore(state)
        except (KeyError, ValueError, RuntimeError, IndexError, TypeError) as error:  # torch says RuntimeError
            told = " ".join(str(error).split())[:300]
            message = f"The model in {path} does not fit {algorithm.title} and this data ({told}). "
            raise WorkbenchError(message + "Train it again as a new run.") from error
        return epoch

    def members(self) -> "list[Run]":
        """The runs that a blend refers to, none for anything else; raises WorkbenchError where one has no model."""
        if self.kind is not Blend:
            return []
        return _members(self.folder, self.spec.hyperparameters["runs"])

    def join_members(self, algorithm: Algorithm, *, learns: bool = False) -> None:
        """Give a blend the algorithms that its members have trained; anything else is left as it is."""
        if isinstance(algorithm, Blend):
            found = [member.trained_algorithm() for member in _members(self.folder, algorithm.runs)]
            algorithm.join(found, self.fold.validation if learns else None)

    def _take_members(self) -> None:
        """Write the members' names down; refuse those that learned from something else."""
        names = named(self.folder, self.spec.hyperparameters["runs"])
        self.spec.hyperparameters["runs"] = ",".join(names)
        for run in _members(self.folder, ",".join(names)):
            check_member(self.spec, run.name, run.spec)


def _follows(kind: type[Algorithm], given: dict[str, Any], options: dict[str, Any]) -> list[str]:
    """What nobody chose of what depends on the data."""
    found = [name for name in (*tried_of(kind), *rules_of(kind)) if name not in given]
    return [*found, "patience"] if budget.has_steps(kind) and "patience" not in options else found


_OF_ITSELF = "The run '{name}' is the blend itself, or made of it. Blend other runs."


def _members(folder: Path, runs: str) -> list[Run]:
    """Open the runs that a blend in `folder` refers to; raises WorkbenchError where one is gone or has no model."""
    found = []
    for name in named(folder, runs):
        place = folder.parent / name
        if place.resolve() == folder.resolve():
            raise WorkbenchError(_OF_ITSELF.format(name=name))
        if not (place / "run.json").exists():
            message = (
                f"The run '{name}', which the blend {folder.name} refers to, is not in {folder.parent} (any more). "
            )
            raise WorkbenchError(message + "Put it back, or train a blend of other runs.")
        run = Run.open(place)
        if _is_blended_in(folder, run):
            raise WorkbenchError(_OF_ITSELF.format(name=name))
        if not run.status().state.is_usable or not (place / "model.safetensors").exists():
            raise WorkbenchError(f"The run '{name}' has no model to blend yet. Train it to its end first.")
        found.append(run)
    return found


def _is_blended_in(folder: Path, run: Run) -> bool:
    """Whether a run is the one in `folder`, or a blend that it is part of, however deep."""
    waiting, known = [run], set()
    while waiting:
        run = waiting.pop()
        if run.folder.resolve() == folder.resolve():
            return True
        if run.spec.algorithm == Blend.name and run.folder.resolve() not in known:
            known.add(run.folder.resolve())
            places = [run.folder.parent / name for name in named(run.folder, str(run.spec.hyperparameters.get("runs")))]
            waiting += [Run.open(place) for place in places if (place / "run.json").exists()]
    return False


def check_adjustable(kind: type[Algorithm], name: str) -> None:
    """Raise WorkbenchError where a hyperparameter cannot be changed while an algorithm trains."""
    if name not in kind.adjustable:
        can = f"only {' and '.join(kind.adjustable)} can" if kind.adjustable else "nothing can"
        message = f"{kind.title}: {name} cannot be changed while it trains; {can}. Start a new run with another value."
        raise WorkbenchError(message)


@cache
def package_versions() -> dict[str, str]:
    """What a run is trained with; read once, for it takes 25 ms and does not change while the program runs."""
    found = {"python": platform.python_version()}
    for package in ("numpy", "scipy", "numba", "torch"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found
