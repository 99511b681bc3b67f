r"""A file as a stream of UTF-8 text, whatever it is packed or written in.

Everything behind this file sees bytes that are UTF-8, without byte order mark. The ends of lines are as they are in the
file: what they are worth, and which belong to a field, is for those to say who know of quotes (`rows.blocks`).
"""

import bz2
import codecs
import gzip
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from workbench.errors import WorkbenchError

BLOCK = 8 << 20
# A stream this large that shrank this much is a bomb, not data.
BOMB_SIZE, BOMB_RATIO = 64 << 20, 300
# No packer in use asks for more than this to unpack.
XZ_MEMORY = 256 << 20
PACKED_PIECE = 256 << 10
REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
PACKED = {
    b"\x1f\x8b": "gz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bz2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
}
# What the libraries that unpack raise where the bytes are not what they should be.
DAMAGED = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError,
    UnicodeDecodeError, struct.error,
)  # fmt: skip
DATA_ENDINGS = (
    ".csv", ".tsv", ".txt", ".dat", ".data", ".tab", ".inter", ".base", ".test", ".jsonl", ".json", ".parquet", ".feather",
    ".arrow", ".xlsx", ".sqlite", ".db",
)  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """What tells that a file is the one we began to read."""

    size: int
    modified: int
    inode: int


def stamp(path: Path) -> Stamp:
    """Look at a file without opening it.

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
    if isinstance(error, FileNotFoundError):
        return WorkbenchError(f"{path} is not there. Was it moved or renamed? Choose it again.")
    if isinstance(error, PermissionError):
        return WorkbenchError(f"No permission to read {path}. Change its permissions, or copy it to your own folder.")
    if isinstance(error, OSError) and error.errno is not None:
        return WorkbenchError(f"{path} could not be read: {error.strerror or error}.")
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    message = f"{path.name} is damaged: it could not be unpacked ({reason}). Get the file again, or unpack it yourself."
    return WorkbenchError(message)


def changed(path: Path) -> WorkbenchError:
    """Say that a file is not what it was when its reading began."""
    return WorkbenchError(f"{path} changed while it was read. Wait until it is written, and read it again.")


def packing(path: Path) -> str:
    """How a file is packed, by its first bytes (`formats.COMPRESSIONS`)."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise could_not_read(path, error) from error
    return next((name for mark, name in PACKED.items() if start.startswith(mark)), "none")


def is_workbook(path: Path) -> bool:
    """Whether a zip is an Excel workbook.

    Raises
    ------
    WorkbenchError
        If it is another document, or one that unpacks to far more than any sheet holds.
    """
    parts = _in_zip(path)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        return False
    size = sum(part.file_size for part in parts)
    if size > BOMB_SIZE and size > BOMB_RATIO * stamp(path).size:
        raise bomb(path)
    return True


def bomb(path: Path) -> WorkbenchError:
    """Say that a file unpacks to more than data does."""
    message = f"{path.name} unpacks to more than {BOMB_RATIO} times its size, which no real data does."
    return WorkbenchError(message + " If it is sound, unpack it yourself and choose the result.")


def _in_zip(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except DAMAGED as error:
        raise could_not_read(path, error) from error


def zip_members(path: Path) -> list[str]:
    """Names of the tables in a zip; of all files where none is called like a table.

    Raises
    ------
    WorkbenchError
        If it is damaged, or an Office document.
    """
    names = [one.filename for one in _in_zip(path) if one.filename and not one.is_dir()]
    if any(name.startswith(("xl/", "word/", "ppt/", "[Content_Types]")) for name in names):
        message = f"{path.name} is an Office document without a sheet. Save its table as CSV and choose that file."
        raise WorkbenchError(message)
    plain = [n for n in names if "__MACOSX" not in n and not Path(n).name.startswith(".")]
    return [n for n in plain if n.lower().endswith(DATA_ENDINGS) and "readme" not in n.lower()] or plain


def zip_member(path: Path) -> str:
    """Name of the one file of interactions in a zip.

    Raises
    ------
    WorkbenchError
        If there is none, or several and none of them called ratings or interactions.
    """
    data = zip_members(path)
    named = [n for n in data if Path(n).stem.lower() in ("ratings", "interactions", "u")]
    for candidates in (data, named):
        if len(candidates) == 1:
            return candidates[0]
    if any(name.lower().endswith(DATA_ENDINGS) for name in data):
        message = f"{path.name} holds {len(data)} files ({', '.join(data[:5])}). Choose one of them, or unpack it."
    else:
        message = f"{path.name} holds no CSV or other table of text. Unpack it and choose the file of interactions."
    raise WorkbenchError(message)


class Source:
    """An open file: its text in blocks, and how far the reading is."""

    def __init__(self, path: Path, raw: IO[bytes], unpacked: IO[bytes], encoding: str) -> None:
        self.path, self.encoding = path, encoding
        self._raw, self._unpacked = raw, unpacked
        self.size = stamp(path).size

    def fraction(self) -> float:
        """Share of the file's bytes read so far, 0 to 1."""
        try:
            return min(self._raw.tell() / self.size, 1.0) if self.size else 1.0
        except ValueError:  # a file that is closed has been read
            return 1.0

    def head(self, size: int) -> bytes:
        """The first bytes, unpacked but not decoded."""
        return next(self._pieces(size), b"")

    def raw_pieces(self, size: int = BLOCK) -> Iterator[bytes]:
        """The bytes, unpacked but not decoded."""
        return self._pieces(size)

    def chunks(self, size: int = BLOCK) -> Iterator[bytes]:
        """UTF-8 text in pieces of about `size` bytes, cut anywhere but within the end of a line."""
        held = b""
        for piece in self._decoded(size):
            text = held + piece if held else piece
            # A carriage return at the very end may be half of a line end.
            held = b"\r" if text.endswith(b"\r") else b""
            yield text[:-1] if held else text
        if held:
            yield held

    def _decoded(self, size: int) -> Iterator[bytes]:
        if self.encoding == "utf-8":
            first = True
            for piece in self._pieces(size):
                yield piece.removeprefix(codecs.BOM_UTF8) if first else piece
                first = False
            return
        # What cannot be decoded becomes a replacement character, by which its row is refused later.
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        for piece in self._pieces(size):
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()

    def _pieces(self, size: int) -> Iterator[bytes]:
        total = 0
        try:
            while piece := self._unpacked.read(size):
                total += len(piece)
                if self._raw.tell() > self.size:  # or a log that grows would be read for ever
                    raise changed(self.path)
                if total > BOMB_SIZE and total > BOMB_RATIO * self.size:
                    raise bomb(self.path)
                yield piece
        except DAMAGED as error:
            raise could_not_read(self.path, error) from error


class _Xz:
    """What `lzma.LZMAFile` reads, but with a limit to the memory that a file may ask for."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._decoder = raw, lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        data = b""
        while not data:
            if self._decoder.eof:
                rest = (self._decoder.unused_data or self._raw.read(PACKED_PIECE)).lstrip(b"\0")
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            else:
                rest = self._raw.read(PACKED_PIECE) if self._decoder.needs_input else b""
                if not rest and self._decoder.needs_input:
                    raise EOFError("it ends too early")
            data = self._decoder.decompress(rest, size)
        return data


def _zst(raw: IO[bytes]) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")


@contextmanager
def opened(path: Path, encoding: str, compression: str, member: str = "") -> Iterator[Source]:
    """Open a file for reading as text.

    Raises
    ------
    WorkbenchError
        If it cannot be opened or unpacked, or the encoding is unknown.
    """
    stamp(path)
    with ExitStack() as stack:
        try:
            codecs.lookup(encoding)
            raw = stack.enter_context(path.open("rb"))
            unpacked: IO[bytes] = raw
            if compression == "gz":
                unpacked = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
            elif compression == "bz2":
                unpacked = cast("IO[bytes]", stack.enter_context(bz2.BZ2File(raw)))
            elif compression == "xz":
                unpacked = cast("IO[bytes]", _Xz(raw))
            elif compression == "zst":
                unpacked = cast("IO[bytes]", stack.enter_context(_zst(raw)))
            elif compression == "zip":
                archive = stack.enter_context(zipfile.ZipFile(raw))
                try:
                    unpacked = stack.enter_context(archive.open(member or zip_member(path)))
                except KeyError as error:
                    message = f"{path.name} holds no file '{member}', but {', '.join(zip_members(path)[:5])}."
                    raise WorkbenchError(message + " Choose one of them.") from error
        except LookupError as error:
            message = f"'{encoding}' is no text encoding. Try utf-8, latin-1, utf-16 or gb18030."
            raise WorkbenchError(message) from error
        except DAMAGED as error:
            raise could_not_read(path, error) from error
        yield Source(path, raw, unpacked, encoding)
