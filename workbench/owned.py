"""Everything that this program removes, and how it knows that it may.

What is half written or set aside carries in its name which process made it::

    data.4711-1790000000-9f2c01aa-3.part        half written: moved to ``data`` in one step when it is whole
    data.4711-1790000000-9f2c01aa-4.aside       ``data``, while it is replaced or may still be wanted back

that is the number of a process, when it started, the computer, and a count. A process that was killed leaves such names
behind; once it is gone `sweep` removes what is half written and puts back what was set aside. No other module unlinks a
file or removes a folder, so nothing that somebody else put there can go with it (``tests/test_owned.py`` looks for it).
"""

import itertools
import os
import re
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from workbench.processes import is_alive, start_time

Kind = Literal["part", "aside"]
NAME = re.compile(
    r"(?P<name>.+)\.(?P<pid>\d{1,10})-(?P<started>\d{1,12})-(?P<computer>[0-9a-f]{8})-\d+\.(?P<kind>part|aside)",
    re.DOTALL,
)
_count = itertools.count(1)


def owned(path: Path, kind: Kind = "part") -> Path:
    """A name beside `path` that nobody else has, and that tells whose it is."""
    return path.with_name(f"{path.name}.{_this_process(os.getpid())}-{next(_count)}.{kind}")


def is_owned(path: Path) -> bool:
    """Whether this is the name of something half written or set aside."""
    return NAME.fullmatch(path.name) is not None


def sweep(folder: Path, name: str | None = None) -> None:
    """Remove what processes that are gone left in a folder, all of it or what they left of one name.

    What was set aside comes back under its name where nothing has taken its place.
    """
    try:
        left = [Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith((".part", ".aside"))]
    except OSError:  # not there, or not ours to read: then nothing of ours lies in it
        return
    for path in left:
        found = NAME.fullmatch(path.name)
        if found is None or name not in (None, found["name"]) or not _is_gone(found):
            continue
        target = path.with_name(found["name"])
        if found["kind"] == "aside" and not os.path.lexists(target):
            with suppress(OSError):
                path.replace(target)
        else:
            _remove(path)


def discard(path: Path) -> None:
    """Remove a file or a folder of this process: `owned`, or inside of what is. Nothing happens where it is not there."""
    mine = _this_process(os.getpid())
    if not any(NAME.fullmatch(part) and f".{mine}-" in part for part in path.parts):
        raise ValueError(f"{path} is not this process's to remove")
    if path.name.endswith(".aside") and os.path.lexists(path):  # a kill meanwhile must not bring half of it back
        with suppress(OSError):
            path = path.replace(owned(path))
    _remove(path)


def remove_file(path: Path) -> None:
    """Remove one file that the program knows by its name, such as a request that was answered."""
    path.unlink(missing_ok=True)


def remove_empty(*folders: Path) -> None:
    """Remove folders in which there is nothing (any more), in this order, up to the first that holds something."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def remove_empty_in(folder: Path) -> None:
    """Remove those folders in a folder in which there is nothing."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                remove_empty(Path(entry.path))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder among the system's temporary ones, gone at the end of the block; earlier ones are swept."""
    folder = new_temporary_folder()
    try:
        yield folder
    finally:
        discard(folder)


def new_temporary_folder() -> Path:
    """A folder among the system's temporary ones for this process alone, to `discard`; earlier ones are swept."""
    place = Path(tempfile.gettempdir()) / "workbench"
    sweep(place.parent, place.name)
    folder = owned(place)
    folder.mkdir(mode=0o700)
    return folder


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_gone(found: "re.Match[str]") -> bool:
    """Whether the process of a name is gone, as far as this computer can know."""
    return found["computer"] == _computer() and not is_alive(int(found["pid"]), int(found["started"]))


@lru_cache(maxsize=1)
def _this_process(pid: int) -> str:
    return f"{pid}-{int(start_time(pid) or 0)}-{_computer()}"


@lru_cache(maxsize=1)
def _computer() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"
