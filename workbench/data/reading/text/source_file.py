"""A file as it was when it was looked at first; whoever reads it takes that along instead of asking again."""

import lzma
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.data.reading.text.folders import could_not_open, look_into
from workbench.errors import WorkbenchError

# A stream this large that shrank this much is a bomb, not data.
BOMB_BYTES, BOMB_RATIO = 64 << 20, 300
# First bytes of packed files, and what they are called in a layout.
PACKINGS = {
    b"\x1f\x8b": "gz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bz2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
}
PACKED_ENDINGS = (".gz", ".zip", ".bz2", ".xz", ".zst")
# What the libraries that unpack raise where the bytes are not what they should be.
DAMAGED = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError,
    UnicodeDecodeError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """What tells that a file is the one we began to read."""

    size: int
    modified: int
    inode: int


@dataclass(frozen=True, eq=False)
class SourceFile:
    """A file that is read.

    Attributes
    ----------
    stamp : Stamp
        What it was when it was looked at.
    """

    path: Path
    stamp: Stamp

    @property
    def name(self) -> str:
        """How it is called, without its folder."""
        return self.path.name

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.stamp.size

    @cached_property
    def shown(self) -> dict[str, Any]:
        """First rows by layout, once they were read."""
        return {}

    @cached_property
    def packing(self) -> str:
        """How it is packed by its first bytes, a value of `Layout.compression`; an Excel workbook is a zip too."""
        try:
            with self.path.open("rb") as file:
                start = file.read(8)
        except OSError as error:
            raise could_not_read(self.path, error) from error
        return next((name for mark, name in PACKINGS.items() if start.startswith(mark)), "none")

    @cached_property
    def entries(self) -> list[zipfile.ZipInfo]:
        """What a zip holds, folders left out; nothing where it is none."""
        if self.packing != "zip":
            return []
        try:
            with zipfile.ZipFile(self.path) as archive:
                return [entry for entry in archive.infolist() if entry.filename and not entry.is_dir()]
        except DAMAGED as error:
            raise could_not_read(self.path, error) from error

    def check_unpacked(self, size: int) -> None:
        """Raise WorkbenchError where so many unpacked bytes are far more than the data in such a file can be."""
        if size > BOMB_BYTES and size > BOMB_RATIO * self.size:
            raise bomb(self.path)

    def check_unchanged(self) -> None:
        """Raise WorkbenchError where the file is not what it was when it was looked at."""
        if stamp_of(self.path) != self.stamp:
            raise changed(self.path)


def look_at(path: Path | SourceFile) -> SourceFile:
    """Look at a file without reading it, or at the file of interactions in a folder; what is known already stays.

    Raises
    ------
    WorkbenchError
        If there is no such file, or it is a device or a pipe, or a folder without interactions.
    """
    if isinstance(path, SourceFile):
        return path
    file = look_into(path).interactions if path.is_dir() else path
    return SourceFile(file, stamp_of(file))


def stamp_of(path: Path) -> Stamp:
    """What tells whether a file is still the same.

    Raises
    ------
    WorkbenchError
        If there is no such file, or it is a folder, a device or a pipe.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise could_not_read(path, error) from error
    if stat.S_ISDIR(about.st_mode):
        message = f"{path} is a folder, not a file. Choose the file with the interactions inside it."
        raise WorkbenchError(message)
    if not stat.S_ISREG(about.st_mode):
        message = f"{path} is a device or a pipe, not a file. Write its content to a file and choose that."
        raise WorkbenchError(message)
    return Stamp(about.st_size, about.st_mtime_ns, about.st_ino)


def could_not_read(path: Path, error: Exception) -> WorkbenchError:
    """Say in a sentence why a file could not be read."""
    if isinstance(error, OSError) and (
        error.errno is not None or isinstance(error, FileNotFoundError | PermissionError)
    ):
        return could_not_open(path, error)
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    message = f"{path.name} is damaged: it could not be unpacked ({reason}). Get the file again, or unpack it yourself."
    return WorkbenchError(message)


def changed(path: Path) -> WorkbenchError:
    """Say that a file is not what it was when its reading began."""
    return WorkbenchError(f"{path} changed while it was read. Wait until it is written, and read it again.")


def bomb(path: Path) -> WorkbenchError:
    """Say that a file unpacks to more than data does."""
    message = f"{path.name} unpacks to more than {BOMB_RATIO} times its size, which no real data does."
    return WorkbenchError(message + " If it is sound, unpack it yourself and choose the result.")
