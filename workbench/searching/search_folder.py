"""A search: what is asked of it, who is at work on it, and its trials, by what its folder holds.

::

    search.json    what is asked                         journal.log   what was decided, by the library's own format
    status.json    where it stands, as that of a run     trials.jsonl  its trials, for whoever watches
    control.json   what is asked of the process

In a project it lies in ``searches/NAME`` and its trials are runs of the project; elsewhere the folder has ``data`` and
``runs`` of its own.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ValidationError

from workbench.algorithms import find
from workbench.algorithms.hybrid.blend import Blend
from workbench.data import filtering
from workbench.data.interactions import Interactions, data_hash
from workbench.data.splitting import DEFAULT, make_split
from workbench.declaring import explain
from workbench.errors import WorkbenchError
from workbench.files import alone, readable_errors
from workbench.owned import remove_file, sweep
from workbench.searching.measuring import check_metric
from workbench.searching.search_spec import FILE, Range, SearchSpec
from workbench.searching.space import chosen_space, usual_ranges
from workbench.stored import Choice, StoredFile, read_stored, write_stored
from workbench.training.fits_split import why_not
from workbench.training.run import package_versions
from workbench.training.run_status import FILE as STATUS_FILE
from workbench.training.run_status import RunStatus, read_status
from workbench.training.status import StatusWriter, now
from workbench.training.trials import TrialLine, read_trials

CONTROL = "control.json"
LOCK_SECONDS = 2.0  # that another process has to take the search up


class SearchRequest(StoredFile):
    """What is asked of the process that searches: ``control.json``."""

    way_out: ClassVar[str] = "Nothing is asked then."

    command: Literal["stop"]


class Search:
    """A search folder that exists."""

    def __init__(self, folder: Path, spec: SearchSpec) -> None:
        self.folder, self.spec = folder, spec

    @classmethod
    def create(cls, folder: Path, data: Path, runs: Path, algorithms: list[str], **asked: Any) -> "Search":
        """Write a new search folder in state "queued".

        Parameters
        ----------
        folder
            The new folder.
        data, runs
            The data folder and the folder of the runs, both in the search folder or in its project.
        algorithms
            Those of which the best is looked for, within one budget.
        asked
            Further fields of `SearchSpec`. Where ``ranges`` has none for an algorithm, those that are declared are taken,
            which ``narrowed`` replaces one by one; with ``advanced`` also those that are not searched as a rule.

        Raises
        ------
        WorkbenchError
            If a value is out of what is allowed.
        """
        refuse_taken(folder)
        spec = _spec(
            algorithms,
            data=Path(os.path.relpath(data, folder)).as_posix(),
            runs=Path(os.path.relpath(runs, folder)).as_posix(),
            data_hash=data_hash(data),
            lacking=_lacking(Interactions.open(data)),
            **asked,
        )
        search = cls(folder, spec)
        _ = search.runs_folder, search.data()
        with readable_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            runs.mkdir(parents=True, exist_ok=True)
        write_stored(SearchSpec, folder / FILE, spec.model_dump(mode="json"), new=True)
        StatusWriter(folder).queue()
        return search

    @classmethod
    def open(cls, folder: Path) -> "Search":
        """Open a search folder; raises WorkbenchError where it is none, or damaged."""
        sweep(folder)
        if not (folder / FILE).exists():
            message = f"{folder} is not the folder of a search: it has no {FILE}. Choose another one."
            raise WorkbenchError(message)
        return cls(folder, read_stored(SearchSpec, folder / FILE))

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def data_folder(self) -> Path:
        """The data folder; raises WorkbenchError where it would lie outside the search and its project."""
        return self._inside(self.spec.data)

    @property
    def runs_folder(self) -> Path:
        """The folder of its runs; raises WorkbenchError as `data_folder`."""
        return self._inside(self.spec.runs)

    @property
    def runs_as_named(self) -> Path:
        """The folder of its runs, as one gets there from the search folder."""
        return Path(os.path.normpath(self.folder / self.spec.runs))

    def check_same(self, algorithms: Sequence[str], data_identity: str, **asked: Any) -> None:
        """Raise WorkbenchError where `create` would make another search than this one; another budget does not matter."""
        places = {"data": self.spec.data, "runs": self.spec.runs, "data_hash": self.spec.data_hash}
        other = _spec(algorithms, lacking=_lacking(Interactions.open(self.data_folder)), **places, **asked)
        free = ("version", "created", "versions", "trials", "minutes", "workers")
        names = [name for name in SearchSpec.model_fields if name not in free]
        unlike = [name.replace("_", " ") for name in names if getattr(self.spec, name) != getattr(other, name)]
        unlike += ["data"] if filtering.identity(self.spec.data_hash, self.filters) != data_identity else []
        if unlike:
            message = f"{self.folder} already holds a search, and not this one: it differs in {', '.join(unlike)}. "
            raise WorkbenchError(message + "Name another folder.")

    def change_budget(self, **budget: Any) -> None:
        """Let it go on for another number of ``trials`` or ``minutes``, or with other ``workers``."""
        if budget:
            self.spec = _checked(self.spec.model_dump() | budget)
            write_stored(SearchSpec, self.folder / FILE, self.spec.model_dump(mode="json"))

    def _inside(self, place: str) -> Path:
        home = self.folder.resolve()
        found = (home / place).resolve()
        if not any(found.is_relative_to(above) for above in (home, home.parent.parent)):
            raise WorkbenchError(
                f"The search {self.name} names a folder outside its project ({place}). It was not opened."
            )
        return found

    def data(self) -> Interactions:
        """The interactions that its filters leave.

        Raises
        ------
        WorkbenchError
            If they have changed since, an algorithm cannot learn from them, or the split holds nothing for validation.
        """
        if data_hash(self.data_folder) != self.spec.data_hash:
            message = (
                f"The data in {self.data_folder} has changed since the search {self.name} was made. Begin a new one."
            )
            raise WorkbenchError(message)
        found = filtering.apply(filtering.make_filters(self.filters), Interactions.open(self.data_folder))[0]
        for name in self.spec.algorithms:
            if reason := find(name).unsuited(found):
                raise WorkbenchError(reason)
        if make_split(self.spec.split, self.spec.split_settings).split(found).validation is None:
            message = "A search compares its trials on validation, and this split holds nothing for that. "
            raise WorkbenchError(message + "Choose a split with validation.")
        return found

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The filters as a run has them."""
        return [chosen.model_dump() for chosen in self.spec.filters]

    def status(self) -> RunStatus:
        """Where the search stands, as a run tells it: its epochs are trials here."""
        return read_status(self.folder)

    def trials(self) -> list[TrialLine]:
        """Its trials so far."""
        return read_trials(self.folder)

    def stop(self) -> None:
        """Ask the process that searches to end; the search can go on later."""
        write_stored(SearchRequest, self.folder / CONTROL, {"command": "stop"})

    def take(self, pid: int) -> RunStatus:
        """Let a process be the one that goes on with the search; no old request is left.

        Raises
        ------
        WorkbenchError
            If another one is at work on it.
        """
        with self.alone(LOCK_SECONDS):
            status = self.status()
            if status.state.is_active and status.pid not in (pid, os.getpid()):
                message = f"The search {self.name} is at work in process {status.pid}. Stop that first."
                raise WorkbenchError(message)
            remove_file(self.folder / CONTROL)
            return StatusWriter(self.folder, status).take(pid)

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Hold the folder for a moment against other processes."""
        busy = f"The search {self.name} is being taken up by another process. Try again when that has ended."
        with alone(self.folder, busy, seconds):
            yield


def _spec(algorithms: Sequence[str], **asked: Any) -> SearchSpec:
    """What is asked of a search, with everything written out that was left to it."""
    names = list(dict.fromkeys(find(name).name for name in algorithms))
    rule = make_split(asked.pop("split", DEFAULT), asked.pop("split_settings", None))
    ranges, filters = asked.pop("ranges", {}), filtering.make_filters(asked.pop("filters", ()))
    fixed = {name: _plain(name, values) for name, values in asked.pop("fixed", {}).items()}
    usual = {"advanced": asked.pop("advanced", False), "lacking": asked.pop("lacking", ())}
    narrowed = asked.pop("narrowed", {})
    for name in names:
        if name not in ranges:
            declared = _free(usual_ranges(name, **usual), fixed.get(name, {}))
            ranges = {**ranges, name: declared | narrowed.get(name, {})}
    return _checked({
        "algorithms": names,
        "ranges": ranges,
        "fixed": fixed,
        "filters": [Choice(**made.recipe()) for made in filters],
        "split": rule.name,
        "split_settings": rule.model_dump(),
        "created": now(),
        "versions": {**package_versions(), "optuna": version("optuna")},
        **asked,
    })  # fmt: skip


def _checked(values: dict[str, Any]) -> SearchSpec:
    try:
        spec = SearchSpec(**values)
    except ValidationError as error:
        raise WorkbenchError(explain(error, "The search", SearchSpec)) from error
    check_spec(spec)
    return spec


def check_asked(algorithms: Sequence[str], **asked: Any) -> None:
    """Raise WorkbenchError where `Search.create` would, before there are data."""
    _spec(algorithms, data="data", runs="runs", data_hash="", **asked)


def _plain(algorithm: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the algorithm understands them, such as 4 for "4"."""
    made = find(algorithm).make(dict(values)).model_dump()
    return {name: made[name] for name in values}


def refuse_taken(folder: Path) -> None:
    """Raise WorkbenchError where a folder holds a search already, or a file that a search would write."""
    if (folder / FILE).exists():
        message = (
            f"{folder} already holds a search. Go on with it (workbench search --search {folder}), or name another."
        )
        raise WorkbenchError(message)
    taken = next((name for name in ("journal.log", STATUS_FILE, "trials.jsonl") if (folder / name).exists()), None)
    if taken is not None:
        raise WorkbenchError(
            f"{folder} already holds something else ({taken}). Name another folder; nothing was changed."
        )


def check_spec(spec: SearchSpec) -> None:
    """Raise WorkbenchError where what is asked cannot be searched."""
    check_metric(spec.metric)
    rule = make_split(spec.split, spec.split_settings)
    for name in (*spec.ranges, *spec.fixed):
        if name not in spec.algorithms:
            raise WorkbenchError(f"There is a range or a value for {name}, which is not searched.")
    for name in spec.algorithms:
        kind = find(name)
        if kind is Blend:
            raise WorkbenchError("A blend weighs runs by itself and cannot be searched. Leave it out.")
        if reason := why_not(kind, rule):
            raise WorkbenchError(reason)
        chosen_space(name, spec.ranges.get(name, {}), spec.fixed.get(name, {}))
    if len(spec.algorithms) == 1 and not spec.ranges.get(spec.algorithms[0]):
        title = find(spec.algorithms[0]).title
        raise WorkbenchError(f"{title} has nothing to search for. Give a range, or choose another algorithm.")


def _lacking(data: Interactions) -> list[str]:
    """What the data have not, of what hyperparameters may need."""
    vectors = (data.item_features.vectors if data.item_features is not None else None) or None
    known = (("time", data.time), ("ratings", data.rating), ("vectors", vectors))
    return [name for name, there in known if there is None]


def _free(ranges: Mapping[str, Range], fixed: Mapping[str, Any]) -> dict[str, Range]:
    """The ranges of what is not fixed."""
    return {name: wanted for name, wanted in ranges.items() if name not in fixed}
