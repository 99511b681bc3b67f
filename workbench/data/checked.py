"""Which copies of which data were looked through: a hash over gigabytes is taken once for each, not at each opening.

A copy is known by its place and by number, size and times of its files, as the system tells them; they are kept with the
person's settings, not in the data folder, which may be somebody else's or not be written to.
"""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field

from workbench.data.side_files.vector_files import vector_files
from workbench.errors import WorkbenchError
from workbench.project import home
from workbench.stored import LaterVersionError, StoredFile, Text, values_or_none, write_stored

FILE = "checked.json"
MAX_COPIES = 200  # those that were looked through longest ago are forgotten, and looked through again
LOOKED_AT = (
    *("user.npy", "item.npy", "rating.npy", "time.npy", "part.npy", "weight.npy", "user_ids.arrow", "item_ids.arrow"),
    *("items.arrow", "users.arrow"),
)


class CheckedFile(StoredFile):
    """The content of ``checked.json``."""

    newest = 2

    copies: dict[Text, Text] = Field({}, description="The identity of what lies in each folder.")

    @classmethod
    def migrated(cls, content: Any) -> Any:
        """The first version held the copies alone."""
        return content if not isinstance(content, dict) or "version" in content else {"copies": content}


def is_checked(folder: Path, data_hash: str) -> bool:
    """Whether this copy was found to be what it says, and its files are the same since."""
    return bool(_copies().get(str(folder.resolve())) == _identity(folder, data_hash))


def note_checked(folder: Path, data_hash: str) -> None:
    """Remember that this copy is what it says; where that cannot be written, it is looked through again."""
    note_all_checked([folder], data_hash)


def note_all_checked(folders: list[Path], data_hash: str) -> None:
    """Remember that several copies of the same data are what they say."""
    if not folders:
        return
    copies = _copies()
    for folder in folders:
        place = str(folder.resolve())
        copies.pop(place, None)
        copies[place] = _identity(folder, data_hash)
    with suppress(WorkbenchError, OSError):
        home().mkdir(parents=True, exist_ok=True)
        write_stored(CheckedFile, home() / FILE, {"copies": dict(list(copies.items())[-MAX_COPIES:])})


def _copies() -> dict[str, Any]:
    with suppress(LaterVersionError):  # it is not ours: looked through at each opening
        return values_or_none(CheckedFile, home() / FILE).get("copies") or {}
    return {}


def _identity(folder: Path, data_hash: str) -> str:
    """One hash for what the system tells of the files: where they lie on the disk, their sizes and times."""
    found = [data_hash]
    vectors = [path.relative_to(folder).as_posix() for path in vector_files(folder).values()]
    for name in (*LOOKED_AT, *vectors):
        with suppress(OSError):
            about = (folder / name).stat()
            found.append(f"{name} {about.st_ino} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()
