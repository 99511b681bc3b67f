"""What is kept on disk has a shape and a version, and both are checked when it is read.

Each kind of file is declared once, as a `StoredFile`; whoever reads one gets what the declaration says, or a sentence. A
file of a later version is told as such, and nothing is ever written over it. One of an earlier version lacks what was
added since, which has defaults, or is put into the shape of now (`StoredFile.migrated`).
"""

import json
import math
import tokenize
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import WorkbenchError
from workbench.files import readable_errors, write_json

if TYPE_CHECKING:
    import numpy as np

# Far beyond what the program writes; what is larger could not be shown or calculated with.
MAX_FILE_BYTES, MAX_COUNT, MAX_TEXT_CHARS, MAX_DEPTH = 64 << 20, 10**9, 100_000, 40
LARGEST = 1 << 62


class LaterVersionError(WorkbenchError):
    """A file was written by a later version of the program; it stays as it is."""


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

    @classmethod
    def migrated(cls, content: Any) -> Any:
        """What a file of an earlier version says, in the shape of the newest one."""
        return content


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


def values_or_none(kind: type[StoredFile], path: Path) -> dict[str, Any]:
    """The same of a file without which nothing is lost: no values where it is missing or damaged.

    Raises
    ------
    LaterVersionError
        If it is of a later version.
    """
    try:
        return read_values(kind, path)
    except LaterVersionError:
        raise
    except WorkbenchError:
        return {}


def write_stored(kind: type[StoredFile], path: Path, values: Mapping[str, Any], *, new: bool = False) -> None:
    """Write a file of this kind with its version, whole or not at all (see `workbench.files.whole_file`).

    Raises
    ------
    WorkbenchError
        If the system refuses it, or the file that is there was written by a later version.
    """
    refuse_later(kind, path)
    write_json(path, {"version": 0, **values} | {"version": kind.newest}, new=new)


def refuse_later(kind: type[StoredFile], path: Path) -> None:
    """Raise LaterVersionError where the file that is there was written by a later version."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        _refuse_later(kind, _plain(file.read(MAX_FILE_BYTES + 1)), path)


def _read(kind: type[Kind], path: Path) -> tuple[Kind, dict[str, Any]]:
    with readable_errors(path), path.open("rb") as file:
        text = file.read(MAX_FILE_BYTES + 1)
    try:
        return parse_stored(kind, text, path)
    except ValueError as error:
        raise damaged(kind, path, error) from error


def parse_stored(kind: type[Kind], text: bytes, path: Path) -> tuple[Kind, dict[str, Any]]:
    """What the text of a file says, as declared and as plain values.

    Raises
    ------
    ValueError
        If it is damaged.
    LaterVersionError
        If it is of a later version; `path` is what the sentence names.
    """
    content = _plain(text)
    _refuse_later(kind, content, path)
    values = kind.migrated(content)
    if not isinstance(values, dict):
        raise ValueError("is no JSON object")
    return kind.model_validate_json(text if values is content else json.dumps(values)), values


def _plain(text: bytes) -> Any:
    """JSON whose values can be shown, calculated with and written again; raises ValueError for anything else."""
    if len(text) > MAX_FILE_BYTES:
        raise ValueError("is too large")
    try:
        content = json.loads(text.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    _refuse_odd(content, MAX_DEPTH)
    return content


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


def _refuse_later(kind: type[StoredFile], content: Any, path: Path) -> None:
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version > kind.newest:
        message = (
            f"{path} was written by a later version of this program (its format is {version}, the latest known here is "
            f"{kind.newest}). Open it with that version, or update this one; it was left as it is."
        )
        raise LaterVersionError(message)


def damaged(kind: type[StoredFile], path: Path, error: ValueError) -> WorkbenchError:
    """Say that a file is damaged, where in it, and what to do; or that it is none of this program."""
    if _is_foreign(kind, error):
        what = "was not written by this program, or nothing of it is left"
    else:
        what = f"is damaged{where(error)}"
    return WorkbenchError(f"{path} {what}. {kind.way_out.format(folder=path.parent)}")


def _is_foreign(kind: type[StoredFile], error: ValueError) -> bool:
    """Whether none of several things is there that every file of this kind has, as in one that only has the same name."""
    needed = {name for name, field in kind.model_fields.items() if field.is_required()}
    problems = error.errors(include_url=False) if isinstance(error, ValidationError) else []
    missing = {problem["loc"][0] for problem in problems if problem["type"] == "missing"}
    return len(needed) > 1 and needed <= missing


def where(error: ValueError) -> str:
    """Which line or entry of a file is wrong, in parentheses or as part of the sentence; empty where that is not known."""
    if isinstance(error, json.JSONDecodeError):
        return f" at line {error.lineno}"
    if isinstance(error, ValidationError):
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        entry = ".".join(map(str, problem["loc"]))[:200]
        return f" ({entry}: {problem['msg'][:1].lower()}{problem['msg'][1:]})" if entry else ""
    return "" if isinstance(error, UnicodeError) else f" (it {error})"


def open_array(path: Path) -> "np.ndarray":
    """An array of a ``.npy`` file, memory-mapped, whatever somebody has made of the file.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no array, or one of Python objects; NumPy itself says so in several ways, some of them warnings.
    """
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # of what is thrown away meanwhile, which says nothing of the file
        try:
            return np.lib.format.open_memmap(path, mode="r")
        except (
            tokenize.TokenError,
            SyntaxError,
            ArithmeticError,
            EOFError,
            RecursionError,
            TypeError,
            Warning,
        ) as error:
            raise ValueError("its head is none") from error
