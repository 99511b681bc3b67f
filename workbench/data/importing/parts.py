"""Parts of one table: files with the same columns, of which only the first need have a header."""

from workbench.data.importing.roles import Columns
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError


def like_first(file: SourceFile, shown: Preview, first: Preview, columns: Columns) -> Preview:
    """The first rows of a part of a table; without a header if the first alone has one, as a file cut by lines.

    Raises
    ------
    WorkbenchError
        If it has other columns.
    """
    if not shown.format.header and shown.rows and sorted(shown.rows[0]) == sorted(first.names):
        shown = preview(file, shown.format.model_copy(update={"header": True}))
    wanted = [name for name in columns.model_dump().values() if isinstance(name, str)]
    if all(name in shown.names for name in wanted) and (wanted or len(shown.names) == len(first.names)):
        return shown
    if not first.format.header or len(shown.names) != len(first.names):
        lacking = next((name for name in wanted if name not in shown.names), f"{len(first.names)} columns")
        message = f"{file.name} is no part of the same table: it has no {lacking!r}, but {', '.join(shown.names[:10])}."
        raise WorkbenchError(message + " Leave it out, or read it by itself.")
    own = preview(file, shown.format.model_copy(update={"header": False, "skip": 0}))
    return own.model_copy(update={"names": first.names})
