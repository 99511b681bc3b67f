"""What an algorithm learned, on disk: named arrays in safetensors, never pickled objects."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.files import whole_file
from workbench.owned import discard, owned
from workbench.stored import MAX_COUNT


def save_weights(path: Path, state: dict[str, Array], epoch: int) -> None:
    """Write named arrays and the epoch they belong to, whole or not at all."""
    with whole_file(path) as part:
        try:
            save_file({name: np.asarray(a, order="C") for name, a in state.items()}, part, {"epoch": str(epoch)})
        except SafetensorError as error:
            raise _refusal(error) from error


def load_weights(path: Path) -> tuple[dict[str, Array], int]:
    """Read what `save_weights` wrote: the arrays and the epoch.

    Raises
    ------
    WorkbenchError
        If the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            return state, _epoch(file.metadata() or {})
    except FileNotFoundError as error:
        message = f"{path} is not there: the run in {path.parent} has no model yet. Train it first."
        raise WorkbenchError(message) from error
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        message = f"The model in {path} is damaged ({error}). Train it again as a new run."
        raise WorkbenchError(message) from error


def _epoch(metadata: dict[str, str]) -> int:
    epoch = int(metadata["epoch"])
    if not 0 <= epoch <= MAX_COUNT:
        raise ValueError(f"it is of epoch {epoch}")
    return epoch


def _refusal(error: SafetensorError) -> OSError:
    """What the operating system refused, as Python says it; safetensors puts the number into its words."""
    number = re.search(r"os error (\d+)", str(error))
    if number is None:
        return OSError(str(error))
    code = int(number[1])
    return OSError(None, str(error), None, code) if os.name == "nt" else OSError(code, os.strerror(code))


def same_file(source: Path, target: Path) -> None:
    """Let `target` be what `source` is now, in one step; a second name for it where the disk can do that."""
    part = owned(target)
    try:
        try:
            os.link(source, part)
        except OSError:  # the file system has no hard links
            shutil.copyfile(source, part)
        # A rename onto another name of the same file does nothing and leaves both.
        if not (target.exists() and target.samefile(part)):
            part.replace(target)
    finally:
        discard(part)
