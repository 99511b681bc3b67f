"""Formats in which a row is a line of text."""

from contextlib import AbstractContextManager
from typing import Any, ClassVar

from workbench.data.reading.formats.base.file_format import FileFormat, Text
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.reading.text.text_source import opened


class TextFormat(FileFormat):
    """Base of formats in which a row is a line of text."""

    is_text: ClassVar[bool] = True

    @classmethod
    def heeded(cls, known: dict[str, Any]) -> dict[str, Any]:
        """All that the person said, the format included: whoever calls text a database shall hear that it is none."""
        return known

    @classmethod
    def open(cls, file: SourceFile, layout: Layout) -> AbstractContextManager[Text]:
        """Open a file for reading as text."""
        return opened(file, layout.encoding, layout.compression, layout.member)
