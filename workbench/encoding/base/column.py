"""A text column of a file of items."""

from pathlib import Path

from workbench.data.columns.names import NAMES, TEXT, TITLE, ColumnName, likeness
from workbench.data.reading.first_rows import preview
from workbench.data.reading.text.source_file import look_at
from workbench.data.side_files.joining import texts_of
from workbench.declaring import hyperparameter, nearest
from workbench.encoding.base.encoder import Encoder
from workbench.errors import WorkbenchError


class TextColumn(Encoder):
    """Base of encoders of texts: which columns they read."""

    column: ColumnName = hyperparameter(..., "Column", "The column with the texts: its name, or its number from 0.")
    id_column: ColumnName | None = hyperparameter(
        None, "Column of ids", "The column with the ids of the items. Empty: by its name, or the first."
    )


def likely_column(path: Path) -> str:
    """The column of a file of items that is called like texts about them, or else like their titles.

    Raises
    ------
    WorkbenchError
        If the file cannot be read or no column is called so.
    """
    names = preview(look_at(path)).names
    for known in (TEXT, TITLE):
        sure = [likeness(name, known) for name in names]
        if max(sure) > 0:
            return names[sure.index(max(sure))]
    message = f"No column of {path.name} is called like texts or titles: {', '.join(names[:10])}."
    raise WorkbenchError(f"{message} Name one on the command line: workbench encode --texts {path.name} --column C.")


def text_column(path: Path, column: ColumnName, id_column: ColumnName | None) -> tuple[list[str], list[str]]:
    """Ids and texts of the rows of a file, the first row of each id.

    Raises
    ------
    WorkbenchError
        If the file cannot be read or has no such column.
    """
    file = look_at(path)
    shown = preview(file)
    text = _position(column, shown.names, file.name)
    at = _guess(shown.names, text) if id_column is None else _position(id_column, shown.names, file.name)
    if at == text:
        message = (
            f"Column '{shown.names[at]}' of {file.name} cannot be the ids and the texts. Name another for one of them."
        )
        raise WorkbenchError(message)
    ids, columns, _ = texts_of(file, shown, {"id": at, "text": text})
    return ids.to_pylist(), [value or "" for value in columns["text"].to_pylist()]


def _position(column: ColumnName, names: list[str], file: str) -> int:
    if column in names:
        return names.index(str(column))
    if str(column).isdecimal() and int(column) < len(names):
        return int(column)
    raise WorkbenchError(f"In {file}: {nearest('column', str(column), names)}")


def _guess(names: list[str], text: int) -> int:
    """The column that is called like ids of items; the first other one where none is."""
    sure = [-1.0 if at == text else likeness(name, NAMES["item"]) for at, name in enumerate(names)]
    return sure.index(max(sure))
