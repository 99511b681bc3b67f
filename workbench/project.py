"""A project is a folder: what was read, how it is split, which runs there are, and what was last looked at.

``project.json`` is replaced whole at each change, so that a kill leaves the old file or the new one. A small lock file
names the process that has the project open; a lock whose process is gone counts for nothing.
"""

import copy
import json
import os
import re
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from workbench.errors import WorkbenchError
from workbench.files import read_json, write_json
from workbench.processes import is_alive, start_time

FILE, LOCK = "project.json", "lock.json"
MAX_RECENT = 12


def home() -> Path:
    """Folder for settings, logs and new projects: ``RECWB_HOME`` where it is set, else the system's own place."""
    chosen = os.environ.get("RECWB_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("recommender-workbench", appauthor=False))


def log_folder() -> Path:
    """Folder of the log files; made where it is missing."""
    folder = home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_folder(name: str) -> Path:
    """A folder under `home` for a new project called `name`, one that does not exist yet."""
    plain = re.sub(r"[^\w .-]", "", name).strip(" .") or "project"
    folder = home() / "projects" / plain
    number = 2
    while folder.exists():
        folder = folder.with_name(f"{plain} {number}")
        number += 1
    return folder


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
    """

    folder: Path
    name: str
    created: str
    data: str | None = None
    split: dict[str, Any] | None = None
    view: dict[str, Any] = field(default_factory=dict)
    filters: list[dict[str, Any]] = field(default_factory=list)

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
            If the folder or its ``project.json`` is missing or damaged.
        """
        if not (folder / FILE).is_file():
            message = f"{folder} is not a project: it has no {FILE}. Choose a project folder, or make a new project."
            raise WorkbenchError(message)
        stored = read_json(folder / FILE)
        try:
            name, created = str(stored["name"]), str(stored["created"])
        except (KeyError, TypeError) as error:
            message = (
                f"{folder / FILE} is damaged ({error!r} is missing). Restore it from a copy, or make a new project."
            )
            raise WorkbenchError(message) from error
        split = stored.get("split")
        view = stored.get("view")
        listed = stored.get("filters")
        filters = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        return cls(folder, name, created, stored.get("data"), split, view if isinstance(view, dict) else {}, filters)

    def save(self) -> None:
        """Write ``project.json``, whole or not at all."""
        write_json(self.folder / FILE, self.stored())

    def stored(self) -> dict[str, Any]:
        """A copy of what ``project.json`` holds."""
        about = {"version": 1, "name": self.name, "created": self.created, "data": self.data}
        return copy.deepcopy({**about, "filters": self.filters, "split": self.split, "view": self.view})

    @property
    def data_folder(self) -> Path | None:
        """Folder of the current data; None where nothing was read yet."""
        return self.folder / "data" / self.data if self.data else None

    @property
    def runs_folder(self) -> Path:
        """Folder that holds one folder a run."""
        return self.folder / "runs"

    def free_data_folder(self, name: str) -> Path:
        """A folder under ``data/`` for data called `name`, one that does not exist yet."""
        plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "data"
        folder = self.folder / "data" / plain
        number = 2
        while folder.exists():
            folder = folder.with_name(f"{plain}-{number}")
            number += 1
        return folder

    def run_folders(self) -> list[Path]:
        """Folders of all runs, oldest first (their names begin with the time); none where the folder vanished."""
        try:
            return sorted(folder for folder in self.runs_folder.iterdir() if (folder / "run.json").is_file())
        except OSError:
            return []

    def lock(self) -> None:
        """Mark the project as open in this process.

        Raises
        ------
        WorkbenchError
            If another living process has it open.
        """
        holder = self._holder()
        if holder is not None:
            message = (
                f"The project '{self.name}' is open in another window (process {holder}). "
                "Go to that window, or close it and try again."
            )
            raise WorkbenchError(message)
        about = {"pid": os.getpid(), "host": socket.gethostname(), "started": start_time(os.getpid())}
        write_json(self.folder / LOCK, about)

    def unlock(self) -> None:
        """Take this process's mark away."""
        if self._lock().get("pid") == os.getpid():
            (self.folder / LOCK).unlink(missing_ok=True)

    def _lock(self) -> dict[str, Any]:
        try:
            stored = json.loads((self.folder / LOCK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _holder(self) -> int | None:
        """Process that has the project open, None where there is none (or it is this one)."""
        lock = self._lock()
        pid = lock.get("pid")
        if pid == os.getpid() or lock.get("host") != socket.gethostname():
            return None
        return pid if is_alive(pid, lock.get("started")) else None


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
    """Projects that were open before, the last one first."""
    try:
        stored = json.loads((home() / "recent.json").read_text(encoding="utf-8"))
        return [
            Recent(Path(entry["folder"]), entry["name"], entry["opened"], entry.get("facts", "")) for entry in stored
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


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
    write_json(home() / "recent.json", rows)


def settings() -> dict[str, Any]:
    """Settings of the person that belong to no project (theme, window size)."""
    try:
        stored = json.loads((home() / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def set_setting(key: str, value: Any) -> None:
    """Keep one setting."""
    home().mkdir(parents=True, exist_ok=True)
    write_json(home() / "settings.json", {**settings(), key: value})
