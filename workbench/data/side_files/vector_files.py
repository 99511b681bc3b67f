"""Vectors of items in a data folder: a file for each kind, by its name."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.stored import open_array

# Vectors of one kind lie in a file of its name; those without a name, and those of earlier versions, have this one.
FOLDER, EARLIER, UNNAMED = "item_vectors", "item_vectors.npy", "vectors"
KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

Vectors = npt.NDArray[np.float32]


def by_kind(vectors: "Path | Mapping[str, Path] | None") -> dict[str, Path]:
    """Files of vectors by the name of their kind.

    Raises
    ------
    WorkbenchError
        If a name cannot be that of a file everywhere.
    """
    named = dict(vectors) if isinstance(vectors, Mapping) else {UNNAMED: vectors} if vectors else {}
    for name in named:
        check_kind(name)
    return named


def check_kind(name: str) -> str:
    """The name of a kind of vectors; raises WorkbenchError where it cannot be one."""
    if not KIND.fullmatch(name):
        message = (
            f"'{name}' cannot be the name of a kind of vectors. Take up to 40 small letters, digits, - and _, such"
        )
        raise WorkbenchError(message + " as posters.")
    return name


def kind_like(text: str) -> str:
    """The name of a kind that is as near as can be to what a file is called."""
    return re.sub("[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:40] or UNNAMED


def further_name(kind: str) -> str:
    """What vectors of a kind are called among further files: ``vectors``, or ``vectors:NAME``."""
    return UNNAMED if kind == UNNAMED else f"{UNNAMED}:{kind}"


def kind_of(name: str) -> str:
    """The kind of vectors that a further file holds by its name there; empty where it holds none."""
    of, _, kind = name.partition(":")
    return (kind or UNNAMED) if of == UNNAMED else ""


def write_vectors(folder: Path, vectors: Vectors, name: str = UNNAMED) -> None:
    """Write vectors of one kind into a data folder, as ``item_vectors/NAME.npy``."""
    (folder / FOLDER).mkdir(exist_ok=True)
    np.save(folder / FOLDER / f"{check_kind(name)}.npy", vectors)


def vector_files(folder: Path) -> dict[str, Path]:
    """The files of vectors of a data folder by the name of their kind, in the order of the names."""
    inside = sorted((folder / FOLDER).glob("*.npy"))
    earlier = {UNNAMED: folder / EARLIER} if (folder / EARLIER).exists() else {}
    return earlier | {path.stem: path for path in inside if KIND.fullmatch(path.stem)}


def open_vectors(folder: Path) -> dict[str, Vectors]:
    """Vectors of the items of a data folder by kind, memory-mapped; NaN for items without one.

    Raises
    ------
    WorkbenchError
        If a file is damaged.
    """
    found: dict[str, Vectors] = {}
    for name, path in vector_files(folder).items():
        try:
            array = open_array(path)
        except (OSError, ValueError) as error:
            raise WorkbenchError(f"{path} is damaged ({error}). Import the vectors again.") from error
        if array.dtype != np.float32 or array.ndim != 2:  # noqa: PLR2004 - items and dimensions
            message = f"{path} is damaged: it holds {array.dtype} of the shape {array.shape}. Import the vectors again."
            raise WorkbenchError(message)
        found[name] = array
    return found
