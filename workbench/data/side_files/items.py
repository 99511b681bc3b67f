"""What is known of items: titles, years, genres, joined to the interactions by id."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns.names import GENRES, TEXT, TITLE, YEAR, likeness
from workbench.data.columns.unnamed_header import is_header
from workbench.data.reading.first_rows import Preview, preview
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.text.source_file import look_at
from workbench.data.side_files.joining import id_column, match, open_table, texts_of, write_table
from workbench.data.side_files.vector_files import open_vectors
from workbench.errors import WorkbenchError

# The 19 genre flags at the end of MovieLens 100K's u.item.
MOVIELENS_GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
TYPES = {"id": pa.string(), "title": pa.string(), "year": pa.int16(), "genres": pa.list_(pa.string())}
TITLE_WITH_YEAR = r"^(?s)(?P<title>.*\S)\s*\((?P<year>(?:18|19|20)\d\d)(?:-\d*)?\)\s*$"


@dataclass(frozen=True, eq=False)
class Items:
    """Features of items, aligned with the item ids of interactions; null where unknown.

    Attributes
    ----------
    item_ids, title : pyarrow string arrays (n_items,)
    year : pyarrow int16 array (n_items,)
    genres : pyarrow array of lists of strings (n_items,)
    text : pyarrow string array (n_items,) or None
        What is written about an item; None where the file has no such column.
    vectors : mapping of str to float32 (n_items, n_dimensions)
        Vectors of each kind by its name, such as of posters; NaN for items without one.
    """

    item_ids: pa.Array
    title: pa.Array
    year: pa.Array
    genres: pa.Array
    text: pa.Array | None = None
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.item_ids)

    def titles(self, indices: np.ndarray | list[int]) -> list[str]:
        """Titles of items, the id where there is none."""
        where = pa.array(np.asarray(indices, np.int64))
        return list(pc.coalesce(self.title.take(where), self.item_ids.take(where)).to_pylist())

    def write(self, folder: Path) -> None:
        """Write ``items.arrow`` into a data folder."""
        columns = {"id": self.item_ids, "title": self.title, "year": self.year, "genres": self.genres}
        text = {} if self.text is None else {"text": self.text}
        write_table(folder / "items.arrow", pa.table({**columns, **text}))

    @classmethod
    def unknown(cls, item_ids: pa.Array) -> "Items":
        """Items of which nothing is known."""
        return cls(item_ids, *(pa.nulls(len(item_ids), kind) for name, kind in TYPES.items() if name != "id"))

    def __add__(self, others: "Items") -> "Items":
        """These, and others behind them."""

        def both(mine: pa.Array, theirs: pa.Array) -> pa.Array:
            return pa.concat_arrays([mine.cast(theirs.type), theirs])

        names = ("item_ids", "title", "year", "genres")
        columns = {name: both(getattr(self, name), getattr(others, name)) for name in names}
        if self.text is not None:
            columns["text"] = both(
                self.text, pa.nulls(len(others), pa.string()) if others.text is None else others.text
            )
        vectors = {name: _behind(own, others.vectors.get(name), len(others)) for name, own in self.vectors.items()}
        return Items(**columns, vectors=vectors)

    def take(self, indices: np.ndarray) -> "Items":
        """These items, in this order."""
        where = pa.array(indices)
        names = ("item_ids", "title", "year", "genres")
        text = None if self.text is None else self.text.take(where)
        vectors = {name: own[indices] for name, own in self.vectors.items()}
        return Items(**{name: getattr(self, name).take(where) for name in names}, text=text, vectors=vectors)

    @classmethod
    def open(cls, folder: Path, item_ids: pa.Array | None = None) -> "Items | None":
        """Items of a data folder, memory-mapped; None where nothing was imported that tells of items.

        Parameters
        ----------
        item_ids
            Of the interactions: where given, items of which vectors alone are known are items, too.

        Raises
        ------
        WorkbenchError
            If the file is damaged.
        """
        path, vectors = folder / "items.arrow", open_vectors(folder)
        if not path.exists():
            return None if item_ids is None or not vectors else replace(cls.unknown(item_ids), vectors=vectors)
        table = open_table(path, "item", TYPES)
        text = ["text"] if "text" in table.column_names else []
        columns = [table[name] for name in (*TYPES, *text)]
        # What is in one piece would be copied by being put together.
        found = cls(*(column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in columns))
        return replace(found, vectors=vectors)


def _behind(own: np.ndarray, theirs: np.ndarray | None, n: int) -> np.ndarray:
    """Vectors of one kind, and those of other items behind them, NaN where these have none."""
    nothing = np.full((n, own.shape[1]), np.nan, np.float32)
    return np.concatenate([own, nothing if theirs is None else theirs])


def read_items(path: Path, item_ids: pa.Array) -> tuple[Items, dict[str, Any]]:
    """Read titles, years and genres, and join them to `item_ids`.

    Returns
    -------
    items : Items
        One entry for each of `item_ids`.
    report : dict
        ``rows``, ``matched`` and ``without`` (items with and without a row), ``unused`` (rows of other items), examples
        of both, ``refused_count``, ``refused`` (line, reason, text).

    Raises
    ------
    WorkbenchError
        If the file cannot be read or no row is about one of the items.
    """
    file = look_at(path)
    shown = preview(file)
    roles = _roles(shown, item_ids)
    wanted = {role: at for role, at in roles.items() if isinstance(at, int)}
    wanted |= {f"flag {i}": at for i, at in enumerate(roles.get("flags", []))}
    ids, columns, refused = texts_of(file, shown, wanted)
    table = _facts(columns, roles)
    where, report = match(item_ids, ids, file.path, "item")
    found = Items(item_ids, **{name: column.take(where) for name, column in table.items()})
    report["rows"] += len(refused)
    report |= {
        "columns": {role: shown.names[at] for role, at in roles.items() if isinstance(at, int)},
        "refused_count": len(refused),
        "refused": refused[:100],
    }
    return found, report


def read_new_items(path: Path, item_ids: pa.Array) -> Items:
    """Titles, years and genres of the items of a file that are none of `item_ids`, in the order of the file.

    Raises
    ------
    WorkbenchError
        If the file cannot be read, or all its items are known.
    """
    file = look_at(path)
    shown = preview(file)
    roles = _roles(shown, item_ids)
    if not shown.format.header and is_header(shown.column(roles["id"]), item_ids):
        shown = preview(file, sniff(file, {"header": True}))
        roles = roles | _roles(shown, item_ids)
    wanted = {role: at for role, at in roles.items() if isinstance(at, int)}
    wanted |= {f"flag {i}": at for i, at in enumerate(roles.get("flags", []))}
    ids, columns, _ = texts_of(file, shown, wanted)
    new = pc.invert(pc.is_in(ids, value_set=item_ids))
    if not pc.any(new).as_py():
        raise WorkbenchError(f"{file.name} has no item that the run does not know. Leave it out.")
    facts = {name: column.filter(new) for name, column in _facts(columns, roles).items()}
    return Items(ids.filter(new), **facts)


def _roles(shown: Preview, item_ids: pa.Array) -> dict[str, Any]:
    """Positions of id, title, year and genres; ``flags`` where the last 19 columns are genre flags."""
    width = len(shown.names)
    columns = [shown.column(i) for i in range(width)]
    roles: dict[str, Any] = {"id": id_column(columns, item_ids)}
    for role, known in (("title", TITLE), ("year", YEAR), ("genres", GENRES), ("text", TEXT)):
        sure = [0.0 if at in roles.values() else likeness(name, known) for at, name in enumerate(shown.names)]
        if max(sure) > 0:
            roles[role] = int(np.argmax(sure))
    if not shown.format.header:
        rest = [at for at in range(width) if at != roles["id"] and any(re.search("[^\\d\\W]", v) for v in columns[at])]
        roles.update(zip(("title",), rest, strict=False))
        flags = columns[width - 19 :] if width > 19 else []  # noqa: PLR2004 - see MOVIELENS_GENRES
        if flags and all(set(flag) <= {"0", "1"} for flag in flags):
            roles["flags"] = list(range(width - 19, width))
        elif len(rest) == 2:  # noqa: PLR2004 - a title and genres
            roles["genres"] = rest[1]
    return roles


def _facts(columns: dict[str, pa.Array], roles: dict[str, Any]) -> dict[str, pa.Array]:
    n = len(columns["id"])
    empty = pa.nulls(n, pa.string())
    title = _or_null(columns.get("title", empty))
    split = pc.extract_regex(title, TITLE_WITH_YEAR)
    within = pc.struct_field(split, "year")
    year = _years(columns["year"]) if "year" in columns else pc.cast(within, pa.int16())
    if "year" not in columns:
        title = pc.coalesce(pc.struct_field(split, "title"), title)
    if "flags" in roles:
        genres = _from_flags([columns[f"flag {i}"] for i in range(len(MOVIELENS_GENRES))])
    else:
        genres = _split_genres(_or_null(columns.get("genres", empty)))
    text = {"text": _or_null(columns["text"])} if "text" in columns else {}
    return {"title": title, "year": year, "genres": genres, **text}


def _or_null(texts: pa.Array) -> pa.Array:
    """Trimmed texts, null for those that say that there is nothing."""
    trimmed = pc.utf8_trim_whitespace(texts)
    nothing = pc.is_in(
        trimmed, value_set=pa.array(["", "NA", "N/A", "null", "NULL", "NaN", "(no genres listed)", r"\N"])
    )
    return pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)


def _years(texts: pa.Array) -> pa.Array:
    found = pc.struct_field(pc.extract_regex(texts, r"^\s*(?P<y>\d{4})(?:\.0+)?(?:\D.*)?$"), "y")
    return pc.cast(found, pa.int16())


def _split_genres(texts: pa.Array) -> pa.Array:
    """Lists of genres, divided by the mark that stands in the texts."""
    for mark in ("|", ";", ",", "/", "\N{IDEOGRAPHIC COMMA}"):
        if pc.any(pc.match_substring(texts, mark)).as_py():
            return pc.split_pattern(texts, mark)
    return pc.split_pattern(texts, "|")


def _from_flags(flags: list[pa.Array]) -> pa.Array:
    on = np.column_stack([pc.equal(flag, "1").to_numpy(zero_copy_only=False) for flag in flags])  # (n, 19)
    item, genre = np.nonzero(on)
    offsets = np.searchsorted(item, np.arange(len(on) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(MOVIELENS_GENRES).take(pa.array(genre)))
