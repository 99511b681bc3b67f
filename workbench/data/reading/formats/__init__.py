"""File formats: what a file is recognised by, and how it becomes rows. One file, one format; no list to edit.

To add one, add a file with one subclass of `OwnRows` (or of `TextFormat`, where a row is a line of text) to this folder;
`sqlite.py` is a good page to start from. Reading, previews, the import sheet's choosers, the endings in file dialogs and
the help of the command line read what the class declares. ``base`` holds what formats share.
"""

from functools import cache

from workbench.data.reading.formats.base.file_format import FileFormat
from workbench.data.reading.formats.base.own_rows import OwnRows
from workbench.data.reading.formats.base.text_format import TextFormat
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import PACKED_ENDINGS, SourceFile
from workbench.declaring import nearest
from workbench.discovery import declared_in
from workbench.errors import WorkbenchError

__all__ = ["FileFormat", "OwnRows", "TextFormat", "all_formats", "endings", "format_of", "is_own_zip"]


@cache
def all_formats() -> dict[str, type[FileFormat]]:
    """Every file format by name, in the order in which they are asked whether a file is theirs."""
    found = declared_in(__name__, __path__, FileFormat)
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


def format_of(layout: Layout) -> type[FileFormat]:
    """The format of a file that is laid out like this; raises WorkbenchError where this version does not know it."""
    known = all_formats()
    if layout.kind not in known:
        raise WorkbenchError(nearest("file format", layout.kind, list(known)))
    return known[layout.kind]


def endings(*, packed: bool = False) -> tuple[str, ...]:
    """What names of files with data end with, perhaps those of packed files too."""
    own = [ending for kind in all_formats().values() for ending in kind.endings]
    return tuple(dict.fromkeys([*own, *(PACKED_ENDINGS if packed else ())]))


def is_own_zip(file: SourceFile) -> bool:
    """Whether a file is a zip as its format wants it, such as a workbook, and not one that holds other files."""
    names = {entry.filename for entry in file.entries}
    return any(kind.zip_entry in names for kind in all_formats().values() if kind.zip_entry)
