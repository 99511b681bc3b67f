"""Attributes of users and features of items are joined to the interactions by id; the report says what did not match."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError

MAX_EXAMPLES = 20
TEXTS = {"id": pa.string()}


def texts_of(
    file: SourceFile, shown: Preview, wanted: dict[str, int]
) -> tuple[pa.Array, dict[str, pa.Array], list[dict[str, Any]]]:
    """Columns of a file as text, the first row of each id; and the rows that are refused.

    Parameters
    ----------
    wanted
        Position of each column; ``id`` is one of them.
    """
    columns, refused = all_texts_of(file, shown, wanted)
    keep = first_of_each(columns["id"])
    kept = {role: column.take(keep) for role, column in columns.items()}
    return kept["id"], kept, refused


def all_texts_of(
    file: SourceFile, shown: Preview, wanted: dict[str, int]
) -> tuple[dict[str, pa.Array], list[dict[str, Any]]]:
    """The same with every row, also where an id comes again."""
    columns, refused, accents_differ = _texts(file, shown, wanted)
    if accents_differ:  # the sample of the guess was ASCII, the rest is not UTF-8
        shown = preview(file, shown.format.model_copy(update={"encoding": "latin-1"}))
        columns, refused, _ = _texts(file, shown, wanted)
    return columns, refused


def _texts(
    file: SourceFile, shown: Preview, wanted: dict[str, int]
) -> tuple[dict[str, pa.Array], list[dict[str, Any]], bool]:
    converter = Converter(ColumnPlan(shown.format, len(shown.names), wanted, {}))
    pieces: dict[str, list[pa.Array]] = {role: [] for role in wanted}
    refused: list[dict[str, Any]] = []
    with open_text(file, shown.format) as source:
        for block in row_blocks(source, shown.format):
            if not block.data:
                continue
            texts, table = converter.texts(block)
            for role, text in texts.items():
                pieces[role].append(text)
            refused += table.to_pylist() if table is not None else []
    columns = {role: pa.concat_arrays([pa.array([], pa.string()), *parts]) for role, parts in pieces.items()}
    return columns, refused, converter.is_other_encoding


def first_of_each(ids: pa.Array) -> pa.Array:
    """Positions at which an id stands for the first time, in their order."""
    _, first = np.unique(ids.dictionary_encode().indices.to_numpy(zero_copy_only=False), return_index=True)
    return pa.array(np.sort(first))


def id_column(columns: list[list[str]], wanted: pa.Array) -> int:
    """The column that holds most of the wanted ids; the first where none holds any."""
    overlap = [pc.sum(pc.is_in(pa.array(set(c), pa.string()), value_set=wanted)).as_py() or 0 for c in columns]
    return int(np.argmax(overlap)) if any(overlap) else 0


def match(wanted: pa.Array, ids: pa.Array, path: Path, what: str) -> tuple[pa.Array, dict[str, Any]]:
    """Where each wanted id stands among those of a file, null where it does not; and the report.

    Parameters
    ----------
    what
        ``item`` or ``user``, for the sentence.

    Raises
    ------
    WorkbenchError
        If none matches.
    """
    where = pc.index_in(wanted, value_set=ids)
    matched = where.is_valid()
    if not pc.any(matched).as_py():
        such = f", such as '{ids[0]}', are others than '{wanted[0]}'" if len(ids) and len(wanted) else " are not there"
        message = f"No row of {path.name} is about an {what} of the interactions: its ids{such}."
        whole = pc.replace_substring_regex(wanted, r"\.0*$", "")
        pointed = pc.any(pc.is_in(whole, value_set=ids)).as_py()
        way = "Read the interactions with whole numbers as ids (--read ids=whole)." if pointed else ""
        raise WorkbenchError(
            message.replace("an user", "a user") + f" {way or f'Choose the {what} file of this data.'}"
        )
    unused = pc.invert(pc.is_in(ids, value_set=wanted))
    number = pc.sum(matched).as_py()
    return where, {
        "source": str(path),
        "rows": len(ids),
        "matched": number,
        "without": len(wanted) - number,
        "without_examples": wanted.filter(pc.invert(matched)).slice(0, MAX_EXAMPLES).to_pylist(),
        "unused": pc.sum(unused).as_py(),
        "unused_examples": ids.filter(unused).slice(0, MAX_EXAMPLES).to_pylist(),
    }


def write_table(path: Path, table: pa.Table) -> None:
    """Write an Arrow file."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def open_table(path: Path, what: str, types: Mapping[str, pa.DataType] = TEXTS) -> pa.Table:
    """Open an Arrow file, memory-mapped, its columns in one piece.

    Parameters
    ----------
    types
        Of the columns that must be there; others, which may be, hold texts.

    Raises
    ------
    WorkbenchError
        If it is damaged.
    """
    try:
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate(full=True)  # Arrow believes what a file says of itself, and would read beyond its end
        _check_types(table, types)
        return table.combine_chunks()
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        message = f"{path} is damaged ({error}). Import the {what} file again."
        raise WorkbenchError(message) from error


def _check_types(table: pa.Table, types: Mapping[str, pa.DataType]) -> None:
    """Raise ValueError where a column has another type than it must have, and KeyError where one is missing."""
    names = table.column_names
    if len(set(names)) < len(names):
        raise ValueError("two columns are called alike")
    for name in {**dict.fromkeys(names), **types}:
        wanted, found = types.get(name, pa.string()), table.schema.field(name).type
        if _plain(found) != wanted:
            raise ValueError(f"{name} holds {found}, not {wanted}")
    if table["id"].null_count:
        raise ValueError("an id is missing")


def _plain(kind: pa.DataType) -> pa.DataType:
    """A type without what makes no difference: how long texts may be, and what the parts of a list are called."""
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_plain(kind.value_type)) if pa.types.is_list(kind) else kind
