r"""A file as a stream of UTF-8 text, whatever it is packed or written in.

Everything behind this file sees bytes that are UTF-8, without byte order mark. The ends of lines are as they are in the
file: what they are worth, and which belong to a field, is for those to say who know of quotes (`rows.blocks`).
"""

import bz2
import codecs
import gzip
import lzma
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, cast

from workbench.data.reading.text.source_file import (
    DAMAGED,
    SourceFile,
    changed,
    could_not_read,
)
from workbench.errors import WorkbenchError

CHUNK_BYTES = 8 << 20
# No packer in use asks for more than this to unpack.
XZ_MEMORY_BYTES = 256 << 20
PACKED_CHUNK_BYTES = 256 << 10
REPLACED = "\N{REPLACEMENT CHARACTER}".encode()


class TextSource:
    """An open file: its text in blocks, and how far the reading is."""

    def __init__(self, file: SourceFile, raw: IO[bytes], unpacked: IO[bytes], encoding: str) -> None:
        self.file, self.encoding = file, encoding
        self._raw, self._unpacked = raw, unpacked

    def fraction(self) -> float:
        """Share of the file's bytes read so far, 0 to 1."""
        try:
            return min(self._raw.tell() / self.file.size, 1.0) if self.file.size else 1.0
        except ValueError:  # a file that is closed has been read
            return 1.0

    def head(self, size: int) -> bytes:
        """The first bytes, unpacked but not decoded."""
        return next(self._pieces(size), b"")

    def raw_pieces(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The bytes, unpacked but not decoded."""
        return self._pieces(size)

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
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
                if self._raw.tell() > self.file.size:  # or a log that grows would be read for ever
                    raise changed(self.file.path)
                self.file.check_unpacked(total)
                yield piece
        except DAMAGED as error:
            raise could_not_read(self.file.path, error) from error


class _Xz:
    """What `lzma.LZMAFile` reads, but with a limit to the memory that a file may ask for."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._decoder = raw, lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        data = b""
        while not data:
            if self._decoder.eof:
                rest = (self._decoder.unused_data or self._raw.read(PACKED_CHUNK_BYTES)).lstrip(b"\0")
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
            else:
                rest = self._raw.read(PACKED_CHUNK_BYTES) if self._decoder.needs_input else b""
                if not rest and self._decoder.needs_input:
                    raise EOFError("it ends too early")
            data = self._decoder.decompress(rest, size)
        return data


def _zst(raw: IO[bytes]) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")


@contextmanager
def opened(file: SourceFile, encoding: str, packing: str, member: str = "") -> Iterator[TextSource]:
    """Open a file for reading as text.

    Parameters
    ----------
    member
        The file inside a zip.

    Raises
    ------
    WorkbenchError
        If it cannot be opened or unpacked, or the encoding is unknown.
    """
    check_encoding(encoding)
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(file.path.open("rb"))
            unpacked = _unpacked(stack, raw, packing, member)
        except (*DAMAGED, KeyError) as error:
            raise could_not_read(file.path, error) from error
        yield TextSource(file, raw, unpacked, encoding)


def _unpacked(stack: ExitStack, raw: IO[bytes], packing: str, member: str) -> IO[bytes]:
    if packing == "gz":
        return cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
    if packing == "bz2":
        return cast("IO[bytes]", stack.enter_context(bz2.BZ2File(raw)))
    if packing == "xz":
        return cast("IO[bytes]", _Xz(raw))
    if packing == "zst":
        return cast("IO[bytes]", stack.enter_context(_zst(raw)))
    return stack.enter_context(stack.enter_context(zipfile.ZipFile(raw)).open(member)) if packing == "zip" else raw


def check_encoding(encoding: str) -> None:
    """Raise WorkbenchError where there is no such encoding of text."""
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError) as error:
        message = f"'{encoding}' is not a text encoding. Try utf-8, latin-1, utf-16 or gb18030."
        raise WorkbenchError(message) from error
