"""The versions of a project's data: each import makes one, none replaces another, and any can be gone back to.

A version is a data folder that is there; ``project.json`` only notes what the folder cannot tell: its name, when it was
read, and which filters and split were used with it last. So an import that a kill kept from being noted is a version all
the same, and so are those of projects from before there were notes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.data.data_file import FILE, read_about
from workbench.errors import WorkbenchError
from workbench.owned import is_owned
from workbench.project import Project, VersionNotes

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MAX_NAME_CHARS = 100
OWN_PARTS = "part.npy"  # of data that a person has divided themselves


@dataclass(frozen=True)
class DataVersion:
    """A version of the data.

    Attributes
    ----------
    folder, place : str, Path
        Its name under ``data/``, and where that lies.
    name : str
        What a person calls it; else the names of its files and the day.
    added : datetime
        When it was read.
    hash : str
        Of its content; runs keep that of what they were trained on. "" in data of before hashes.
    interactions, users, items : int
    size : int
        Bytes on disk.
    """

    folder: str
    place: Path
    name: str
    added: datetime
    hash: str
    interactions: int
    users: int
    items: int
    size: int


def versions_of(project: Project) -> list[DataVersion]:
    """All versions, the one read first at the head; no two are called the same. Those that cannot be read are left out."""
    found = sorted(_readable(project), key=lambda version: (version.added, version.folder))
    called: dict[str, int] = {}
    for at, version in enumerate(found):
        called[version.name] = called.get(version.name, 0) + 1
        if called[version.name] > 1:
            found[at] = replace(version, name=f"{version.name} ({called[version.name]})")
    return found


def name_of(folder: Path) -> str:
    """What a data folder is called in the project that it lies in; "" where it lies in none, or cannot be read."""
    try:
        versions = versions_of(Project.read(folder.parent.parent))
    except WorkbenchError:
        return ""
    return next((version.name for version in versions if version.folder == folder.name), "")


def note_version(project: Project, folder: str) -> None:
    """Note that data has just been read into this folder, so that a copy of the project knows the day, too."""
    _note(project, folder, added=datetime.now(UTC).isoformat(timespec="milliseconds"))


def rename(project: Project, folder: str, name: str) -> str:
    """Call a version something else ("" for its files and the day); returns its former name, which undoes it."""
    former = str(project.versions.get(folder, {}).get("name") or "")
    _note(project, folder, name=" ".join(name.split())[:MAX_NAME_CHARS])
    return former


def go_to(project: Project, folder: str) -> str | None:
    """Work with this version from now on, with its own filters and split; returns the former one, which undoes it.

    What was never used before takes over the filters and the split of now, as far as they can be used with it.
    """
    former = project.data
    if former == folder:
        return former
    if former is not None:
        _note(project, former, filters=list(project.filters), split=project.split)
    notes = project.versions.get(folder, {})
    project.data = folder
    if notes.get("split") is not None:
        project.split, project.filters = notes["split"], list(notes.get("filters") or [])
    _note(project, folder, filters=None, split=None)
    fit_split(project)
    return former


def fit_split(project: Project) -> None:
    """Let a person's own test file judge where the data has one; where it has none, it cannot."""
    from workbench.data.splitting import DEFAULT, OWN_FILES

    own = project.data_folder is not None and (project.data_folder / OWN_PARTS).exists()
    if project.split is None or own != (project.split.get("name") == OWN_FILES):
        project.split = {"name": OWN_FILES if own else DEFAULT, "settings": {}}


def _note(project: Project, folder: str, **known: Any) -> None:
    project.versions[folder] = VersionNotes().model_dump() | project.versions.get(folder, {}) | known


def _readable(project: Project) -> Iterator[DataVersion]:
    try:
        folders = [place for place in (project.folder / "data").iterdir() if (place / FILE).is_file()]
    except OSError:
        return
    for place in folders:
        if not is_owned(place):
            try:
                yield _version(place, project.versions.get(place.name, {}))
            except (WorkbenchError, OSError):
                continue


def _version(place: Path, notes: dict[str, Any]) -> DataVersion:
    about = read_about(place)
    added, summary = _added(place, notes), about.get("summary") or {}
    files = [Path(source["path"]).name for source in (about.get("source") or {}).values()] or [place.name]
    day = added.astimezone()
    name = notes.get("name") or f"{_files_words(files)}, {day.day} {MONTHS[day.month - 1]} {day.year}"
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    users, items = (int(summary.get(what) or 0) for what in ("users", "items"))
    return DataVersion(
        place.name, place, name, added, about.get("hash") or "", about["interactions"], users, items, size
    )


def _files_words(files: list[str]) -> str:
    most = 2
    more = f" + {len(files) - most} more" if len(files) > most else ""
    return " + ".join(file[:MAX_NAME_CHARS] for file in files[:most]) + more


def _added(place: Path, notes: dict[str, Any]) -> datetime:
    """When it was read: as noted, else when the folder was written."""
    try:
        return datetime.fromisoformat(str(notes.get("added"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp((place / FILE).stat().st_mtime, UTC)
