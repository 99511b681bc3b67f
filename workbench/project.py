"""A project is a folder: what was read, how it is split, which runs there are, and what was last looked at.

``project.json`` is replaced whole at each change, so that a kill leaves the old file or the new one. A small lock file
names the process that has the project open; a lock whose process is gone counts for nothing.
"""

import base64
import copy
import itertools
import os
import re
import socket
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator

from workbench.errors import WorkbenchError
from workbench.files import alone
from workbench.owned import is_owned, remove_empty, remove_empty_in, remove_file, sweep
from workbench.processes import is_alive, start_time
from workbench.stored import (
    Choice,
    FolderName,
    LaterVersionError,
    Place,
    Shape,
    StoredFile,
    Text,
    read_stored,
    values_or_none,
    write_stored,
)

FILE, LOCK, RECENT, SETTINGS = "project.json", "lock.json", "recent.json", "settings.json"
MAX_RECENT = 12
MAX_NAME = 100  # letters of the name of a folder that is made of that of a file


class VersionNotes(Shape):
    """What is kept of a version of the data besides its folder; all of it may be missing."""

    name: Text = Field("", description="What a person calls it; its files and the day where they have not said it.")
    added: Text = Field("", description="When it was read: ISO 8601, UTC.")
    filters: list[Choice] | None = Field(None, description="Those that were used with it last; None while it is used.")
    split: Choice | None = Field(None, description="The same of the split.")


class ProjectFile(StoredFile):
    """What ``project.json`` holds."""

    way_out: ClassVar[str] = "Restore it from a copy, or make a new project."

    name: Text
    created: Text
    data: FolderName | None = None
    filters: list[Choice] = Field([], description="Those that come before the split, in their order.")
    split: Choice | None = None
    versions: dict[FolderName, VersionNotes] = Field({}, description="By the folder of each version of the data.")
    view: dict[str, Any] = Field({}, description="What the window showed.")

    @field_validator("view", mode="before")
    @classmethod
    def _only_a_view(cls, view: Any) -> Any:
        """How the window looked is no reason to refuse a project."""
        return view if isinstance(view, dict) else {}


class RecentFile(StoredFile):
    """The content of ``recent.json``."""

    newest = 2

    projects: list[Any] = Field([], description="The last one first; one that is damaged is left out.")

    @classmethod
    def migrated(cls, content: Any) -> Any:
        """The first version was the list alone."""
        return {"projects": content} if isinstance(content, list) else content


class _RecentProject(Shape):
    folder: Place
    name: Text
    opened: Text
    facts: Text = ""


class LockFile(StoredFile):
    """Which process has a project open: ``lock.json``."""

    pid: int = Field(gt=0, le=1 << 31)
    host: Text
    started: float | None = None


class SettingsFile(StoredFile):
    """The content of ``settings.json``: each setting is looked at alone."""


class Settings(Shape):
    """What a person has set for all projects; each setting that is damaged counts as not set."""

    theme: Literal["system", "light", "dark"] = "system"
    at_once: int = Field(1, ge=1, le=1000, description="Runs that may train at once.")
    engine: str = Field("", max_length=300, description="Who makes the lists of everybody; empty: one process.")
    open: Place | None = Field(None, description="The project that was open last.")
    geometry: str = Field("", max_length=10_000, description="Of the window, base64.")
    projects_in: Place | None = Field(None, description="Folder in which the last new project was made.")
    files_in: Place | None = Field(None, description="Folder in which the last file was saved.")

    @field_validator("geometry")
    @classmethod
    def _decoded(cls, geometry: str) -> str:
        base64.b64decode(geometry, validate=True)  # its error is a ValueError
        return geometry


def home() -> Path:
    """Folder for settings and logs: ``RECWB_HOME`` where it is set, else the system's own place."""
    chosen = os.environ.get("RECWB_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("recommender-workbench", appauthor=False))


def log_folder() -> Path:
    """Folder of the log files; made where it is missing."""
    folder = home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def projects_folder() -> Path:
    """Where new projects lie: where a person made the last one, else among their documents."""
    chosen = settings().projects_in
    if chosen is not None and Path(chosen).is_dir():
        return Path(chosen)
    if os.environ.get("RECWB_HOME"):
        return home() / "projects"
    return Path(platformdirs.user_documents_dir()) / "Recommender Workbench"


def files_folder(otherwise: Path | None = None) -> Path:
    """Where files are saved: where a person saved the last one, else among their downloads, else `otherwise`."""
    downloads = None if os.environ.get("RECWB_HOME") else platformdirs.user_downloads_dir()
    places = [settings().files_in, downloads, otherwise]
    return next((Path(place) for place in places if place is not None and Path(place).is_dir()), Path.home())


def free_folder(name: str) -> Path:
    """A new empty folder in `projects_folder` for a project called `name`.

    Raises
    ------
    WorkbenchError
        If it cannot be made.
    """
    plain = re.sub(r"[^\w .-]", "", name).strip(" .")[:MAX_NAME] or "project"
    return _taken(projects_folder(), plain, "{} {}")


def _taken(place: Path, name: str, numbered: str, spoken_for: Container[str] = ()) -> Path:
    """A new empty folder called `name` or, where that is there or `spoken_for`, the like with a number.

    It is made and not only looked for, so that nobody else takes the name meanwhile.
    """
    for free in itertools.chain([name], (numbered.format(name, number) for number in itertools.count(2))):
        if free in spoken_for:
            continue
        try:
            (place / free).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            message = f"{place / free} could not be made ({error.strerror}). Is there room, and may you write there?"
            raise WorkbenchError(message) from error
        return place / free
    raise AssertionError("there is always another number")


@dataclass
class Project:
    """One project folder, open.

    Attributes
    ----------
    folder : Path
        Where it lies; everything inside is named relative to it.
    name : str
        What the person calls it.
    created : str
        ISO 8601, UTC.
    data : str or None
        Name of the current folder under ``data/``.
    split : dict or None
        ``{"name": …, "settings": {…}}`` of the current split.
    filters : list of dict
        ``{"name": …, "settings": {…}}`` of each filter that comes before the split.
    view : dict
        What the window showed: page, selection, geometry.
    versions : dict
        `VersionNotes` as plain values, by the name of a folder under ``data/``; see `workbench.data.importing.versions`.
    """

    folder: Path
    name: str
    created: str
    data: str | None = None
    split: dict[str, Any] | None = None
    view: dict[str, Any] = field(default_factory=dict)
    filters: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, name: str | None = None) -> "Project":
        """Make a new project in `folder`, which must be empty or absent.

        Raises
        ------
        WorkbenchError
            If something already lies there, or it cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            message = f"{folder} is not empty. Choose an empty or a new folder for the project."
            raise WorkbenchError(message)
        try:
            (folder / "data").mkdir(parents=True)
            (folder / "runs").mkdir()
        except OSError as error:
            message = f"{folder} could not be made ({error.strerror}). Choose another place for the project."
            raise WorkbenchError(message) from error
        project = cls(folder, name or folder.name, datetime.now(UTC).isoformat(timespec="seconds"))
        project.save()
        return project

    @classmethod
    def open(cls, folder: Path) -> "Project":
        """Open a project folder.

        Raises
        ------
        WorkbenchError
            If the folder or its ``project.json`` is missing, damaged, or of a later version.
        """
        if not (folder / FILE).is_file():
            message = f"{folder} is not a project: it has no {FILE}. Choose a project folder, or make a new project."
            raise WorkbenchError(message)
        for place in (folder, folder / "data", folder / "runs"):
            sweep(place)
        remove_empty_in(folder / "data")  # a place that was taken for data whose import did not end
        return cls.read(folder)

    @classmethod
    def read(cls, folder: Path) -> "Project":
        """Look into a project that somebody else may have open; raises WorkbenchError as `open`."""
        stored = read_stored(ProjectFile, folder / FILE)
        filters = [chosen.model_dump() for chosen in stored.filters]
        split = stored.split.model_dump() if stored.split is not None else None
        versions = {name: notes.model_dump() for name, notes in stored.versions.items()}
        return cls(folder, stored.name, stored.created, stored.data, split, dict(stored.view), filters, versions)

    def save(self) -> None:
        """Write ``project.json``, whole or not at all."""
        write_stored(ProjectFile, self.folder / FILE, self.stored())

    def stored(self) -> dict[str, Any]:
        """A copy of what ``project.json`` holds."""
        about = {"version": ProjectFile.newest, "name": self.name, "created": self.created, "data": self.data}
        chosen = {"filters": self.filters, "split": self.split, "versions": self.versions, "view": self.view}
        return copy.deepcopy({**about, **chosen})

    @property
    def data_folder(self) -> Path | None:
        """Folder of the current data; None where nothing was read yet."""
        return self.folder / "data" / self.data if self.data else None

    @property
    def runs_folder(self) -> Path:
        """Folder that holds one folder a run."""
        return self.folder / "runs"

    @property
    def searches_folder(self) -> Path:
        """Folder that holds one folder a search."""
        return self.folder / "searches"

    def search_folders(self) -> list[Path]:
        """Folders of all searches, oldest first."""
        try:
            found = [folder for folder in self.searches_folder.iterdir() if (folder / "search.json").is_file()]
            return sorted(folder for folder in found if not is_owned(folder))
        except OSError:  # there is none, or the folder vanished
            return []

    def free_data_folder(self, name: str) -> Path:
        """A new empty folder under ``data/`` for data called `name`; raises WorkbenchError where it cannot be made."""
        plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:MAX_NAME] or "data"
        # A version that was removed can still be brought back to where it was, with its name and its split.
        return _taken(self.folder / "data", plain, "{}-{}", self.versions)

    def run_folders(self) -> list[Path]:
        """Folders of all runs, oldest first (their names begin with the time); none where the folder vanished."""
        try:
            found = [folder for folder in self.runs_folder.iterdir() if (folder / "run.json").is_file()]
            return sorted(folder for folder in found if not is_owned(folder))
        except OSError:
            return []

    def remove_empty(self) -> None:
        """Remove the project where there is nothing in it: no data, no run."""
        remove_empty(self.folder / "data")
        remove_empty(self.runs_folder)
        if not (self.folder / "data").exists() and not self.runs_folder.exists():
            remove_file(self.folder / FILE)
            remove_empty(self.folder)

    def lock(self) -> None:
        """Mark the project as open in this process.

        Raises
        ------
        WorkbenchError
            If another living process has it open.
        """
        words = (
            f"The project '{self.name}' is open in another window{{}}. Go to that window, or close it and try again."
        )
        with alone(self.folder, words.format("")):  # against another window that opens it now
            holder = self.holder()
            if holder is not None:
                raise WorkbenchError(words.format(f" (process {holder})"))
            about = {"pid": os.getpid(), "host": socket.gethostname(), "started": start_time(os.getpid())}
            write_stored(LockFile, self.folder / LOCK, about)

    def unlock(self) -> None:
        """Take this process's mark away."""
        lock = self._lock()
        if lock is not None and lock.pid == os.getpid():
            remove_file(self.folder / LOCK)

    def _lock(self) -> LockFile | None:
        """Who has marked the project as open; None where nobody has, or the mark cannot be read."""
        try:
            return read_stored(LockFile, self.folder / LOCK)
        except WorkbenchError:
            return None

    def holder(self) -> int | None:
        """Process that has the project open, None where there is none (or it is this one)."""
        lock = self._lock()
        if lock is None or lock.pid == os.getpid() or lock.host != socket.gethostname():
            return None
        return lock.pid if is_alive(lock.pid, lock.started) else None


@dataclass(frozen=True)
class Recent:
    """A project that was open before."""

    folder: Path
    name: str
    opened: str
    facts: str = ""

    @property
    def there(self) -> bool:
        """Whether it still lies where it was."""
        return (self.folder / FILE).is_file()


def recent() -> list[Recent]:
    """Projects that were open before, the last one first; what is damaged is left out."""
    stored: list[Any] = []
    with suppress(LaterVersionError):  # told when something would be written there
        stored = values_or_none(RecentFile, home() / RECENT).get("projects") or []
    return [entry for entry in map(_recent, stored) if entry is not None]


def _recent(entry: Any) -> Recent | None:
    try:
        known = _RecentProject.model_validate(entry)
    except ValidationError:
        return None
    return Recent(Path(known.folder), known.name, known.opened, known.facts)


def remember(project: Project, facts: str = "") -> None:
    """Put a project at the head of the recent ones, with a line of facts about it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    folder = project.folder.absolute()
    others = [entry for entry in recent() if entry.folder != folder]
    _write_recent([Recent(folder, project.name, now, facts), *others][:MAX_RECENT])


def forget(folder: Path) -> None:
    """Take a project off the list of recent ones; the folder itself stays."""
    _write_recent([entry for entry in recent() if entry.folder != folder.absolute()])


def _write_recent(projects: list[Recent]) -> None:
    home().mkdir(parents=True, exist_ok=True)
    rows = [
        {"folder": str(project.folder), "name": project.name, "opened": project.opened, "facts": project.facts}
        for project in projects
    ]
    write_stored(RecentFile, home() / RECENT, {"projects": rows})


def settings() -> Settings:
    """Settings of the person that belong to no project (theme, window size)."""
    stored: dict[str, Any] = {}
    with suppress(LaterVersionError):  # told when something would be written there
        stored = _stored_settings()
    try:
        return Settings.model_validate(stored)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors()}
        return Settings.model_validate({name: value for name, value in stored.items() if name not in wrong})


def _stored_settings() -> dict[str, Any]:
    return values_or_none(SettingsFile, home() / SETTINGS)


def set_setting(key: str, value: Any) -> None:
    """Keep one setting.

    Raises
    ------
    WorkbenchError
        If it cannot be written, or settings of a later version are there.
    """
    home().mkdir(parents=True, exist_ok=True)
    write_stored(SettingsFile, home() / SETTINGS, {**_stored_settings(), key: value})
