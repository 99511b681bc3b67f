"""What an algorithm learned, on disk: named arrays in safetensors, never pickled objects, and a hash of them.

The hash is taken whenever they are written or read: 0.14 s for 200 MB. Files of before there was one are believed.
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from workbench.data.interactions import Array
from workbench.errors import WorkbenchError
from workbench.files import link_file, whole_file
from workbench.stored import MAX_COUNT
from workbench.training.packing import pack, shape_of, unpack

HASH, PACKED = "sha256", "packed"


def save_weights(path: Path, state: dict[str, Array], epoch: int, *, small: bool = False) -> None:
    """Write named arrays and the epoch they belong to, whole or not at all; `small` takes time to pack what packs well."""
    arrays = {name: np.asarray(a, order="C") for name, a in state.items()}
    about = {"epoch": str(epoch), HASH: _hash(arrays, epoch)}
    if small:
        arrays, told = pack(arrays)
        about |= {PACKED: told} if told else {}
    with whole_file(path) as part:
        try:
            save_file(arrays, part, about)
        except SafetensorError as error:
            raise _refusal(error) from error
        _sort_head(part)


def _hash(state: dict[str, Array], epoch: int) -> str:
    """SHA-256 of what is learned: names, types, shapes and values of all arrays, and the epoch."""
    digest = hashlib.sha256(f"{epoch}\0".encode())
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        digest.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _sort_head(path: Path) -> None:
    """Let the same arrays be the same bytes: safetensors writes what is noted beside them in any order."""
    with path.open("r+b") as file:
        size = int.from_bytes(file.read(8), "little")
        head = json.loads(file.read(size))
        head["__metadata__"] = dict(sorted(head["__metadata__"].items()))
        text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
        if len(text) <= size:
            file.seek(8)
            file.write(text.ljust(size))


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
            about = file.metadata() or {}
        state = unpack(state, about.pop(PACKED, "{}"))
        return state, _checked_epoch(state, about)
    except FileNotFoundError as error:
        message = f"{path} is not there: the run in {path.parent} has no model yet. Train it first."
        raise WorkbenchError(message) from error
    except (SafetensorError, pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        message = f"The model in {path} is damaged ({error}). Train it again as a new run."
        raise WorkbenchError(message) from error


def stored_shape(path: Path, name: str) -> list[int] | None:
    """The shape of one of the arrays, None where it is not there; only the head of the file is read.

    Raises SafetensorError, OSError or ValueError where there is no such file.
    """
    with safe_open(path, framework="numpy") as file:
        if name not in file.keys():  # noqa: SIM118 - not a dict
            return None
        return shape_of(name, file.get_slice(name).get_shape(), (file.metadata() or {}).get(PACKED, ""))


def _checked_epoch(state: dict[str, Array], noted: dict[str, str]) -> int:
    """The epoch that is noted beside the arrays; raises ValueError where it is none, or they are not what was written."""
    epoch = int(noted["epoch"])
    if not 0 <= epoch <= MAX_COUNT:
        raise ValueError(f"it is of epoch {epoch}")
    if len(noted) > 1 and noted.get(HASH) != _hash(state, epoch):
        raise ValueError("it is not what was written there")
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
    if not link_file(source, target):
        with whole_file(target) as part:
            shutil.copyfile(source, part)
