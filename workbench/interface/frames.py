"""DataFrames become files that are read like any other, and what comes out becomes DataFrames with the same ids.

Inside the program an id is text. What stood in the DataFrame, with its dtype, is kept beside it for each id that there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.reading.formats.base.csv_text import column_texts, value_text
from workbench.data.side_files.joining import first_of_each
from workbench.errors import WorkbenchError

ROWS_AT_ONCE = 1_000_000
# What `column_texts` writes; anything else is written value by value.
PLAIN_TYPES = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string,
    pa.types.is_large_string, pa.types.is_date, pa.types.is_timestamp, pa.types.is_binary, pa.types.is_list,
)  # fmt: skip


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a DataFrame as an Arrow file of texts, for the readers of files.

    Raises
    ------
    WorkbenchError
        If it has no columns or no rows, or its columns cannot be told apart by their names.
    """
    flat = flattened(frame)
    if not len(flat):
        raise WorkbenchError("The DataFrame has no rows. Give one with a row for each interaction.")
    columns = [_typed(flat[name]) for name in flat.columns]
    schema = pa.schema([(name, pa.string()) for name in flat.columns])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(flat), ROWS_AT_ONCE):
            texts = [column_texts(column.slice(start, ROWS_AT_ONCE)) for column in columns]
            writer.write_batch(pa.record_batch(texts, schema=schema))


def flattened(frame: pd.DataFrame) -> pd.DataFrame:
    """The same DataFrame with text for names of columns; levels of the index that have a name are columns too."""
    if frame.columns.nlevels > 1:
        message = (
            f"The columns of the DataFrame have {frame.columns.nlevels} levels. Give each column one name, such as "
        )
        raise WorkbenchError(message + "frame.columns = ['user', 'item', 'rating'].")
    levels = [name for name in frame.index.names if name is not None and name not in frame.columns]
    flat = (frame.reset_index(level=levels) if levels else frame).reset_index(drop=True)
    names = [str(name).strip() or f"Column {at}" for at, name in enumerate(flat.columns, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WorkbenchError(f"The DataFrame has {names.count(twice)} columns called '{twice}'. Rename all but one.")
    if not names:
        raise WorkbenchError("The DataFrame has no columns. Give one with a column of users and one of items.")
    return flat.set_axis(names, axis=1)


def _typed(column: pd.Series) -> pa.Array:
    """A column in a type that can be written as text; where it has none, each value by itself."""
    try:
        found = pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _one_by_one(column)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    kind = found.type.value_type if pa.types.is_dictionary(found.type) else found.type
    return found if any(plain(kind) for plain in PLAIN_TYPES) else _one_by_one(column)


def _one_by_one(column: pd.Series) -> pa.Array:
    missing = column.isna().to_numpy()
    texts = [None if gone else _text(value) for value, gone in zip(column, missing, strict=True)]
    return pa.array(texts, pa.string())


def _text(value: Any) -> str:
    """A value of a column as text: as the readers write it where they know it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return value_text(plain) if isinstance(plain, str | int | float | bytes | list | dict) else str(plain)


@dataclass(frozen=True, eq=False)
class Ids:
    """Ids as they were given, and the text of each inside the program.

    Attributes
    ----------
    texts : pyarrow string array (n,)
        None where the text is what was given, as from a file.
    values : Series (n,)
        What stood in the DataFrame.
    """

    texts: pa.Array | None = None
    values: pd.Series | None = None

    @classmethod
    def of(cls, columns: list[pd.Series]) -> "Ids":
        """The ids in some columns of DataFrames.

        Raises
        ------
        WorkbenchError
            If two of them are different but the same as text.
        """
        column = pd.concat([name.dropna().drop_duplicates() for name in columns], ignore_index=True)
        column = column.drop_duplicates().reset_index(drop=True)
        texts = column_texts(_typed(column))
        first = first_of_each(texts).to_numpy()
        if len(first) < len(texts):
            _refuse_alike(column, texts)
        return cls(texts, column)

    def to_frame(self, texts: pa.Array) -> pd.Series:
        """What was given, for the texts of ids."""
        if self.texts is None or self.values is None:
            return texts.to_pandas()
        where = pc.index_in(texts, value_set=self.texts).to_numpy()
        return self.values.take(where).reset_index(drop=True)

    def to_texts(self, given: Iterable[Any]) -> list[str]:
        """The text of each id that a person gives: by its value, else as it is written."""
        values = list(given)
        if self._index is None or self.texts is None:
            return [_text(entry) for entry in values]
        places = self._index.get_indexer(pd.Index(values))
        return [
            _text(value) if at < 0 else self.texts[at].as_py()
            for value, at in zip(values, places.tolist(), strict=True)
        ]

    @cached_property
    def _index(self) -> pd.Index | None:
        return None if self.values is None else pd.Index(self.values)


def _refuse_alike(column: pd.Series, texts: pa.Array) -> None:
    seen: dict[str, Any] = {}
    for text, value in zip(texts.to_pylist(), column, strict=True):
        if text in seen:
            message = f"The ids {seen[text]!r} and {value!r} in column '{column.name}' are the same as text, "
            message += f"'{text}'. Make them alike or different first, such as with frame['{column.name}'].astype(str)."
            raise WorkbenchError(message)
        seen[text] = value
