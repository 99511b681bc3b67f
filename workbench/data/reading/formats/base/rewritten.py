"""Text whose lines become rows of a table before they are looked at; each line stays one, so that its number is right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workbench.data.reading.formats.base.text_format import TextFormat
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import unified
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.reading.text.text_source import TextSource, opened

Rewrite = Callable[[bytes], bytes]
# Lines that are no rows begin with this, which no text has.
NO_ROW = "\x1e"


class RewrittenText(TextFormat):
    """Base of formats in which a row needs what stands in a line above it."""

    options = ("encoding",)

    @classmethod
    def rewriter(cls) -> Rewrite:
        """What rewrites whole lines, in their order; the first becomes the header, others that are no rows `NO_ROW`."""
        raise NotImplementedError

    @classmethod
    @contextmanager
    def open(cls, file: SourceFile, layout: Layout) -> Iterator["RewrittenLines"]:
        """Open a file for reading as the text of a table."""
        with opened(file, layout.encoding, layout.compression, layout.member) as source:
            yield RewrittenLines(source, cls.rewriter())


class RewrittenLines:
    """An open file: the text of a table in pieces, and how far the reading is."""

    def __init__(self, source: TextSource, rewrite: Rewrite) -> None:
        self._source, self._rewrite = source, rewrite

    def fraction(self) -> float:
        """Share of the file's bytes read so far, 0 to 1."""
        return self._source.fraction()

    def chunks(self, size: int = 8 << 20) -> Iterator[bytes]:
        """UTF-8 text in pieces of whole lines."""
        rest = b""
        for chunk in self._source.chunks(size):
            text = unified(rest + chunk)
            end = text.rfind(b"\n") + 1
            rest = text[end:]
            if end:
                yield self._rewrite(text[:end])
        if rest:
            yield self._rewrite(rest + b"\n")
