"""What is kept on disk has a shape and a version, and both are checked when it is read.

Each kind of file is declared once, as a `StoredFile`; whoever reads one gets what the declaration says, or a sentence. A
file of a later version is told as such; one of an earlier version lacks what was added since, which has defaults. Neither
is written to.
"""

import json
import math
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import WorkbenchError
from workbench.files import readable_errors

# Far beyond what the program writes; what is larger could not be shown or calculated with.
MAX_FILE_BYTES, MAX_COUNT, MAX_TEXT_CHARS, MAX_DEPTH = 64 << 20, 10**9, 100_000, 40
LARGEST = 1 << 62


class Shape(BaseModel):
    """A part of a stored file: exact types and finite numbers; what a later version adds is passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


class StoredFile(Shape):
    """The content of a file.

    Class attributes
    ----------------
    newest : the latest version that this program knows
    way_out : what to do where such a file is damaged, a sentence; ``{folder}`` stands for where it lies
    """

    newest: ClassVar[int] = 1
    way_out: ClassVar[str] = "Restore it from a copy, or remove its folder and do the step again."

    version: int = Field(1, ge=1, description="Of this shape; files that do not tell are of the first.")


def _one_folder(name: str) -> str:
    if name in ("", ".", "..") or any(mark in name for mark in "/\\:\0"):
        raise ValueError("is no name of a folder")
    return name


def _no_zero(text: str) -> str:
    if "\0" in text:
        raise ValueError("has a character that no path can have")
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Place = Annotated[Text, AfterValidator(_no_zero)]
FolderName = Annotated[Text, AfterValidator(_one_folder)]
"""The name of a folder inside another: it leads nowhere else."""


class Choice(Shape):
    """Something that is chosen by name, such as a split or a filter, with its settings."""

    name: Text
    settings: dict[str, Any] = Field({})


Kind = TypeVar("Kind", bound=StoredFile)


def read_stored(kind: type[Kind], path: Path) -> Kind:
    """Read a file of this kind.

    Raises
    ------
    WorkbenchError
        If it is missing, unreadable, damaged, or of a later version.
    """
    return _read(kind, path)[0]


def read_values(kind: type[StoredFile], path: Path) -> dict[str, Any]:
    """The same as plain values, those too that `kind` passes over; raises WorkbenchError as `read_stored`."""
    return _read(kind, path)[1]


def _read(kind: type[Kind], path: Path) -> tuple[Kind, dict[str, Any]]:
    with readable_errors(path), path.open("rb") as file:
        text = file.read(MAX_FILE_BYTES + 1)
    try:
        values = plain_values(text)
        _refuse_later(kind, values, path)
        return kind.model_validate_json(text), values
    except ValueError as error:
        raise damaged(kind, path, error) from error


def plain_values(text: bytes) -> dict[str, Any]:
    """A JSON object whose values can be shown, calculated with and written again; raises ValueError for anything else."""
    if len(text) > MAX_FILE_BYTES:
        raise ValueError("is too large")
    try:
        values = json.loads(text.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("is no JSON object")
    _refuse_odd(values, MAX_DEPTH)
    return values


def _refuse_odd(value: Any, depth: int) -> None:
    if depth < 0:
        raise ValueError("is nested too deeply")
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _refuse_odd(part, depth - 1)
        for name in value if isinstance(value, dict) else ():
            name.encode()
    elif isinstance(value, str):
        value.encode()  # half a character cannot be shown or written again: UnicodeEncodeError is a ValueError
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("has a number that is not finite")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("has a number that is too large")


def _refuse_later(kind: type[StoredFile], values: dict[str, Any], path: Path) -> None:
    version = values.get("version")
    if isinstance(version, int) and version > kind.newest:
        message = (
            f"{path} was written by a later version of this program (its format is {version}, the latest known here is "
            f"{kind.newest}). Open it with that version, or update this one; it was left as it is."
        )
        raise WorkbenchError(message)


def damaged(kind: type[StoredFile], path: Path, error: ValueError) -> WorkbenchError:
    """Say that a file is damaged, where in it, and what to do."""
    return WorkbenchError(f"{path} is damaged{where(error)}. {kind.way_out.format(folder=path.parent)}")


def where(error: ValueError) -> str:
    """Which line or entry of a file is wrong, in parentheses or as part of the sentence; empty where that is not known."""
    if isinstance(error, json.JSONDecodeError):
        return f" at line {error.lineno}"
    if isinstance(error, ValidationError):
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        entry = ".".join(map(str, problem["loc"]))[:200]
        return f" ({entry}: {problem['msg'][:1].lower()}{problem['msg'][1:]})" if entry else ""
    return "" if isinstance(error, UnicodeError) else f" (it {error})"
