"""Whether a command that trains a new run was given before: after a kill, giving it again goes on with that run."""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from workbench.data.data_file import read_about
from workbench.errors import WorkbenchError
from workbench.stored import LaterVersionError, StoredFile, Text, read_stored, read_values, write_stored

FILE = "command.json"
PIECE = 1 << 20
# What changes how a command speaks, not what it does.
MANNERS = ("command", "parser", "quiet", "json", "debug")


class CommandFile(StoredFile):
    """The content of ``command.json``: the arguments of a command, and perhaps more of them than are declared here."""

    algorithm: Text | list[Text]


def note_command(folder: Path, args: argparse.Namespace) -> None:
    """Write down what was asked for, into the folder of the run that it makes."""
    write_stored(CommandFile, folder / FILE, _asked(args))


def refuse_other(folder: Path) -> None:
    """Raise WorkbenchError where a file of that name is not from this program."""
    if not (folder / FILE).exists():
        return
    try:
        read_stored(CommandFile, folder / FILE)
    except LaterVersionError:
        raise
    except WorkbenchError as error:
        message = f"{folder} already holds something else ({FILE}). Name another folder; nothing was changed."
        raise WorkbenchError(message) from error


def is_same_command(folder: Path, args: argparse.Namespace, made: str = "run.json") -> bool:
    """Whether the run in `folder`, or whatever is told by the file `made`, was made by this command."""
    if not (folder / made).exists():
        return False
    try:
        asked = read_values(CommandFile, folder / FILE)
    except WorkbenchError:  # gone, damaged, or of another program or version
        return False
    return {name: value for name, value in asked.items() if name != "version"} == _asked(args)


def has_same_files(data: Path) -> bool:
    """Whether the files that were read into a data folder are now as they were then."""
    try:
        sources = read_about(data)["source"].values()
        return all(_sha256(Path(source["path"])) == source["sha256"] for source in sources)
    except (WorkbenchError, OSError, KeyError):  # gone, damaged, or made by hand
        return False


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments as JSON values; paths from the root, because the same words elsewhere mean other files."""
    given = {name: value for name, value in vars(args).items() if name not in MANNERS and value is not None}
    return {name: _plain(value) for name, value in sorted(given.items())}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
