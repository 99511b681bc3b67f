"""Files that are either whole or absent.

Everything is written beside its place under a name ending in ``.part`` and moved there in one step, so that a kill at
any moment leaves the old file or the new one, never half of one.
"""

import glob
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; move it to `path` when the block ends well, remove it when it does not."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        raise _sentence(error, path) from error
    finally:
        part.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what a process that was ended while it wrote `path` has left beside it."""
    import psutil

    for part in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        number = part.name.removeprefix(f"{path.name}.").removesuffix(".part")
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            part.unlink(missing_ok=True)


@contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Turn errors of the operating system inside the block into sentences about `path`."""
    try:
        yield
    except OSError as error:
        raise _sentence(error, path) from error


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill; move it to `path` when the block ends well, replacing what was there."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        yield part
        replace_folder(part, path)
    except OSError as error:
        raise _sentence(error, path) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def replace_folder(new: Path, path: Path) -> None:
    """Move the folder `new` to `path`; what was there is gone then, and stays where that fails."""
    old = path.with_name(f"{path.name}.{os.getpid()}.old.part")
    try:
        if path.exists():
            path.replace(old)
        new.replace(path)
    except OSError as error:
        if old.exists():
            old.replace(path)
        raise _sentence(error, path) from error
    finally:
        shutil.rmtree(old, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, whole or not at all."""
    with whole_file(path) as part:
        part.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    WorkbenchError
        If the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _sentence(error, path) from error
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        message = f"{path} is damaged{where}. Restore it from a copy, or remove its folder and do the step again."
        raise WorkbenchError(message) from error


def _sentence(error: OSError, path: Path) -> WorkbenchError:
    """Say what the operating system said, with the path and a way out."""
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        return WorkbenchError(f"{path} is not there. Was it moved or removed? Choose it again.")
    if isinstance(error, PermissionError):
        return WorkbenchError(f"No permission for {path} ({reason}). Change its permissions or choose another place.")
    if error.errno == 28:  # noqa: PLR2004 - ENOSPC, the same number on every system
        return WorkbenchError(f"The disk is full: {path} was not written. Make room and try again; nothing was lost.")
    return WorkbenchError(f"{path} could not be used: {reason}.")
