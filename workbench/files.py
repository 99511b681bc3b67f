"""Files that are either whole or absent.

Everything is written beside its place under a name of this process (`workbench.owned`) and moved there in one step, so
that a kill at any moment leaves the old file or the new one, never half of one. What an earlier process left of the same
file is swept first.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.owned import discard, owned, sweep

CONTENTS, CONTENTS_VERSION = "contents.json", 1  # the names of all that was written into a folder
LOCK = ".lock"


@contextmanager
def whole_file(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Give a path to write to; move it to `path` when the block ends well, remove it when it does not.

    Raises
    ------
    WorkbenchError
        If the system refuses it, and with `new` if `path` is there already, however short a time.
    """
    sweep(path.parent, path.name)
    part = owned(path)
    try:
        part.touch()  # so that it has the permissions of any new file, whoever writes it
        mode = part.stat().st_mode
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.chmod(mode)
        if new:
            _link(part, path)
        else:
            part.replace(path)
    except OSError as error:
        raise _sentence(error, path) from error
    finally:
        discard(part)


def _link(part: Path, path: Path) -> None:
    """Give a file its name if nobody has that; raises FileExistsError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # the file system has no hard links: the best that can be done
        if path.exists():
            raise FileExistsError(17, os.strerror(17), str(path)) from None
        part.replace(path)


def link_file(source: Path, target: Path) -> bool:
    """Let `target` be a further name of the file `source`, in one step; False where the disk cannot do that."""
    part = owned(target)
    try:
        os.link(source, part)
        # A rename onto another name of the same file does nothing and leaves both.
        if not (target.exists() and target.samefile(part)):
            part.replace(target)
    except OSError:
        return False
    finally:
        discard(part)
    return True


@contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Turn errors of the operating system inside the block into sentences about `path`."""
    try:
        yield
    except OSError as error:
        raise _sentence(error, path) from error


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill; move it to `path` when the block ends well.

    An earlier one is replaced if it was written in the same way and holds nothing else.

    Raises
    ------
    WorkbenchError
        If the system refuses it, or if somebody's own files lie in `path`.
    """
    sweep(path.parent, path.name)
    check_replaceable(path)
    part = owned(path)
    try:
        part.mkdir(parents=True)
        yield part
        names = sorted(file.relative_to(part).as_posix() for file in part.rglob("*"))
        _write_contents(part, names)
        replace_folder(part, path)
    except OSError as error:
        raise _sentence(error, path) from error
    finally:
        discard(part)


def replace_folder(new: Path, path: Path) -> None:
    """Move the folder `new` to `path`; what was written there before is gone then, and stays where that fails."""
    check_replaceable(path)
    old = owned(path, "aside")
    try:
        if path.exists():
            path.replace(old)
        new.replace(path)
    except OSError as error:
        if old.exists():
            old.replace(path)
        raise _sentence(error, path) from error
    finally:
        discard(old)


def remove_written(path: Path) -> None:
    """Remove a folder that `whole_folder` wrote; one that holds anything else stays."""
    with suppress(WorkbenchError, OSError):
        check_replaceable(path)
        gone = owned(path)
        path.replace(gone)
        discard(gone)


def check_replaceable(path: Path) -> None:
    """Raise WorkbenchError where `path` is anything but a folder that `whole_folder` wrote, or an empty one."""
    if not os.path.lexists(path):
        return
    strangers = [path.name]
    if path.is_dir():
        known = _contents(path)
        found = (file.relative_to(path).as_posix() for file in path.rglob("*"))
        strangers = sorted(name for name in found if name not in known)
    if strangers:
        message = f"{path} already holds something else ({strangers[0]}). Name another folder; nothing was changed."
        raise WorkbenchError(message)


def add_to_contents(folder: Path, name: str) -> None:
    """Note that a file which was put into a folder of `whole_folder` later is the program's own, too."""
    known = _contents(folder)
    if known and name not in known:
        _write_contents(folder, sorted({*known, name} - {CONTENTS}))


def _write_contents(folder: Path, names: list[str]) -> None:
    write_json(folder / CONTENTS, {"version": CONTENTS_VERSION, "files": names})


def _contents(folder: Path) -> set[str]:
    """The names of all that was written into a folder; empty where that is not known, or for a later version to know."""
    try:
        contents = read_json(folder / CONTENTS)
        names, is_later = contents["files"], contents.get("version", 1) > CONTENTS_VERSION
    except (WorkbenchError, KeyError, TypeError, AttributeError):
        return set()
    known = isinstance(names, list) and not is_later
    return {CONTENTS, *(name for name in names if isinstance(name, str))} if known else set()


@contextmanager
def alone(folder: Path, busy: str, seconds: float = 0.0) -> Iterator[None]:
    """Hold a folder while the block runs, against every other process that asks for the same.

    The system lets go of it when the process ends, in whichever way.

    Parameters
    ----------
    folder
        Must exist; ``.lock`` is left in it.
    busy
        The sentence where another process holds it.
    seconds
        To wait for that other one.

    Raises
    ------
    WorkbenchError
        If another one holds it, or nothing can be written there.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise WorkbenchError(busy) from error
    except OSError as error:
        raise _sentence(error, folder) from error
    try:
        yield
    finally:
        lock.release()


def write_json(path: Path, value: Any, *, new: bool = False) -> None:
    """Write `value` as JSON, whole or not at all (see `whole_file`)."""
    with whole_file(path, new=new) as part:
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
    if isinstance(error, FileExistsError):
        return WorkbenchError(f"{path} is there already. Choose another name; nothing was changed.")
    if isinstance(error, FileNotFoundError):
        return WorkbenchError(f"{path} is not there. Was it moved or removed? Choose it again.")
    if isinstance(error, PermissionError):
        return WorkbenchError(f"No permission for {path} ({reason}). Change its permissions or choose another place.")
    if error.errno == 28:  # noqa: PLR2004 - ENOSPC, the same number on every system
        return WorkbenchError(f"The disk is full: {path} was not written. Make room and try again; nothing was lost.")
    return WorkbenchError(f"{path} could not be used: {reason}.")
