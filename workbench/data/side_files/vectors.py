"""Vectors and pictures of items, joined to the interactions by id."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.reading.first_rows import preview
from workbench.data.reading.formats import FileFormat, format_of
from workbench.data.reading.formats.matrix import Matrix
from workbench.data.reading.formats.table import Table
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.encodings import encoding_of
from workbench.data.reading.text.source_file import SourceFile, could_not_read, look_at, stamp_of
from workbench.data.reading.text.texts import as_numbers
from workbench.data.side_files.joining import first_of_each, id_column, match, open_table, texts_of, write_table
from workbench.data.side_files.vector_files import Vectors
from workbench.errors import WorkbenchError
from workbench.files import readable_errors
from workbench.stored import open_array

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
# Files with the ids of the rows of an array, beside it.
IDS_ENDINGS = (".ids.txt", ".ids.csv", ".txt")


def read_vectors(path: Path, item_ids: pa.Array) -> tuple[Vectors, dict[str, Any]]:
    """Read a vector for each item from ``.npy``, Parquet, Arrow, or any table of numbers with a column of ids.

    The rows of an ``.npy`` belong to the ids in a text file of the same name beside it (``NAME.ids.txt``), one a line;
    without such a file row ``n`` belongs to the item whose id is the number ``n``.

    Returns
    -------
    vectors : float32 (n_items, n_dimensions)
        NaN for items without one.
    report : dict
        ``rows``, ``matched``, ``without``, ``unused`` with examples, ``dimensions``, ``columns``, ``broken`` (vectors left
        out because a value is missing or not finite).

    Raises
    ------
    WorkbenchError
        If the file cannot be read, holds no numbers, or no row is about one of the items.
    """
    stamp_of(path)
    ids, vectors, names = _array(path, item_ids) if path.suffix == ".npy" else _table(path, item_ids)
    good = np.asarray(np.isfinite(vectors).all(axis=1), bool).reshape(-1)
    vectors, ids = vectors[good], ids.filter(pa.array(good))
    where, report = match(item_ids, ids, path, "item")
    found = np.full((len(item_ids), vectors.shape[1]), np.nan, np.float32)
    there = where.is_valid().to_numpy(zero_copy_only=False)
    found[there] = vectors[where.drop_null().to_numpy()]
    report |= {"rows": len(good), "dimensions": vectors.shape[1], "columns": names, "broken": int((~good).sum())}
    return found, report


def _array(path: Path, item_ids: pa.Array) -> tuple[pa.Array, Vectors, list[str]]:
    try:
        array = open_array(path)
    except (OSError, ValueError) as error:
        message = f"{path.name} is damaged or no NumPy array of numbers ({error}). Save it again with numpy.save."
        raise WorkbenchError(message) from error
    if array.ndim != 2 or array.dtype.kind not in "fiub":  # noqa: PLR2004 - items and dimensions
        message = (
            f"{path.name} has the shape {array.shape} and the type {array.dtype}; a row of numbers for each item is"
        )
        raise WorkbenchError(message + " needed.")
    beside = next((p for ending in IDS_ENDINGS if (p := path.with_suffix(ending)).exists()), None)
    if beside is not None:
        ids = pa.array(_lines(beside), pa.string())
        if len(ids) != len(array):
            message = (
                f"{beside.name} has {len(ids):,} ids for the {len(array):,} rows of {path.name}. Write one for each."
            )
            raise WorkbenchError(message)
        keep = first_of_each(ids).to_numpy()
        return ids.take(pa.array(keep)), np.asarray(array[keep], np.float32), []
    return pa.array(np.arange(len(array)).astype(str), pa.string()), np.asarray(array, np.float32), []


def _lines(path: Path) -> list[str]:
    with readable_errors(path):
        text = path.read_bytes()
    return text.decode(encoding_of(text), errors="replace").removeprefix("\ufeff").splitlines()


def _table(path: Path, item_ids: pa.Array) -> tuple[pa.Array, Vectors, list[str]]:
    file = look_at(path)
    layout = sniff(file)
    if layout.compression == "none":
        found = _lists(file, format_of(layout), item_ids)
        if found is not None:
            return found
    # Many columns of numbers look like a matrix of users and items; here they are what they are.
    if layout.kind == Matrix.name:
        layout = layout.model_copy(update={"kind": Table.name, "first": "cell", "missing": ""})
    shown = preview(file, layout)
    columns = [shown.column(i) for i in range(len(shown.names))]
    at = id_column(columns, item_ids)
    others = {f"{i}": i for i in range(len(columns)) if i != at}
    ids, texts, _ = texts_of(file, shown, {"id": at, **others})
    vectors, names = [], []
    for key, position in others.items():
        number, good, _ = as_numbers(texts[key], shown.names[position], layout)
        if good.any():
            vectors.append(np.where(good, number, np.nan))
            names.append(shown.names[position])
    if not vectors:
        raise WorkbenchError(
            f"{file.name} has no column of numbers beside its ids. Choose a file with vectors of items."
        )
    return ids, np.column_stack(vectors).astype(np.float32), names


def _lists(file: SourceFile, kind: type[FileFormat], item_ids: pa.Array) -> tuple[pa.Array, Vectors, list[str]] | None:
    """Ids and a column of lists; None where no column holds lists of numbers."""
    try:
        table = kind.arrow_table(file)
        if table is None:
            return None
        table.validate(full=True)
        table = table.combine_chunks()
    except (OSError, pa.ArrowException) as error:
        raise WorkbenchError(f"{file.name} is damaged ({error}). Get the file again.") from error
    name = next((f.name for f in table.schema if pa.types.is_list(f.type) or pa.types.is_fixed_size_list(f.type)), None)
    plain = [f.name for f in table.schema if pa.types.is_integer(f.type) or pa.types.is_string(f.type)]
    if name is None or not plain:
        return None
    columns = [pc.fill_null(table[name].cast(pa.string()), "") for name in plain]
    ids = columns[id_column([column.slice(0, 1000).to_pylist() for column in columns], item_ids)]
    ids = pa.concat_arrays([pa.array([], pa.string()), *ids.chunks])
    lists = table[name].to_pylist()
    width = max((len(values) for values in lists if values), default=0)
    try:
        rows = [values if values and len(values) == width else [np.nan] * width for values in lists]
        vectors = np.array(rows, np.float32).reshape(len(rows), width)
    except (ValueError, TypeError):
        return None
    keep = first_of_each(ids)
    return ids.take(keep), vectors[keep.to_numpy()], [name]


def read_pictures(folder: Path, item_ids: pa.Array) -> tuple[pa.Array, dict[str, Any]]:
    """Find the picture of each item in a folder, by the file's name without its ending.

    Returns
    -------
    paths : pyarrow string array (n_items,)
        Null for items without a picture.
    report : dict
        ``files``, ``matched``, ``without``, ``unused`` with examples; ``others``, files that are no pictures,
        and links out of the folder.

    Raises
    ------
    WorkbenchError
        If the folder cannot be read, or no picture in it is called like an item.
    """
    files, outside = files_within(folder)
    pictures = [path for path in files if path.suffix.lower() in PICTURES]
    ids = pa.array([path.stem for path in pictures], pa.string())
    keep = first_of_each(ids)
    where, report = match(item_ids, ids.take(keep), folder, "item")
    paths = pa.array([str(path) for path in pictures], pa.string()).take(keep).take(where)
    return paths, {**report, "files": len(pictures), "others": len(files) - len(pictures) + len(outside)}


def files_within(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of a folder by name; and the links in it that lead out of it, which are not to be opened.

    Raises
    ------
    WorkbenchError
        If the folder cannot be read.
    """
    try:
        root = folder.resolve()
        files = sorted(path for path in folder.iterdir() if path.is_file())
        outside = {path for path in files if path.is_symlink() and not path.resolve().is_relative_to(root)}
    except OSError as error:
        raise could_not_read(folder, error) from error
    return [path for path in files if path not in outside], sorted(outside)


def write_pictures(folder: Path, item_ids: pa.Array, paths: pa.Array) -> None:
    """Write ``pictures.arrow`` into a data folder: where the pictures lie; they stay there."""
    write_table(folder / "pictures.arrow", pa.table({"id": item_ids, "path": paths}))


def open_pictures(folder: Path) -> pa.Table | None:
    """``id`` and ``path`` of the items' pictures, null where there is none; None where no folder of pictures was joined."""
    path = folder / "pictures.arrow"
    if not path.exists():
        return None
    return open_table(path, "picture", {"id": pa.string(), "path": pa.string()})
