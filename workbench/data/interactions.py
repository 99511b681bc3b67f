"""Interactions: who did what, when, and how much they liked it, as arrays.

Users and items are dense integers (indices) inside; the person's own ids stand at the edges, always as text, exactly as
the file had them.
"""

import hashlib
import json
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.control import Control
from workbench.data.bounds import TYPES, check_columns, check_ids, check_lengths, check_values
from workbench.data.checked import is_checked, note_checked
from workbench.data.data_file import FILE, DataFile, read_about
from workbench.data.masking import picked
from workbench.data.side_files.vector_files import vector_files
from workbench.declaring import DataFacts
from workbench.errors import WorkbenchError
from workbench.files import whole_folder
from workbench.stored import open_array, write_stored

if TYPE_CHECKING:
    import scipy.sparse as sp

    from workbench.data.side_files.items import Items
    from workbench.data.side_files.people import Users

Array = np.ndarray
# Rows that are counted, hashed or written between two looks at whether to go on.
BATCH_ROWS = 2 << 20

# Files beside the interactions that algorithms learn from.
SIDE_FILES = ("items.arrow", "users.arrow")

# Kept of several interactions of one user with one item.
DUPLICATES = ("last", "first", "mean", "sum", "max", "count")


@dataclass(frozen=True, eq=False)
class UserItems:
    """Items of some users, one row a user, each row in time order (compressed sparse rows).

    Attributes
    ----------
    indptr : int64 (n_users + 1,)
        Row ``u`` is ``item[indptr[u]:indptr[u + 1]]``.
    item : int32 (n,)
        Item indices.
    rating : float32 (n,) or None
        Ratings in the units of the file; None for implicit feedback.
    time : int64 (n,) or None
        Milliseconds since 1970, UTC.
    weight : float32 (n,) or None
        As in `Interactions`.
    """

    indptr: Array
    item: Array
    rating: Array | None = None
    time: Array | None = None
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> Array:
        """Number of items of each user, int64 (n_users,)."""
        return np.diff(self.indptr)

    def __getitem__(self, user: int) -> Array:
        return self.item[self.indptr[user] : self.indptr[user + 1]]

    def rows(self, users: Array | slice) -> "UserItems":
        """Rows of these users (positions in this object), in this order."""
        if isinstance(users, slice):
            users = np.arange(*users.indices(len(self)))
        lengths = self.lengths[users]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        # Position of each wanted entry: start of its row + its place in the row.
        where = np.repeat(self.indptr[:-1][users] - indptr[:-1], lengths) + np.arange(indptr[-1])
        return UserItems(
            indptr,
            self.item[where],
            None if self.rating is None else self.rating[where],
            None if self.time is None else self.time[where],
            None if self.weight is None else self.weight[where],
        )

    def without_each(self, places: Array) -> "UserItems":
        """The history of one person (one row) less each of these places in turn, a row for each."""
        n, rows = len(self.item), len(places)
        stays = np.ones((rows, n), bool)
        stays[np.arange(rows), places] = False
        where = np.nonzero(stays)[1]
        columns = (self.rating, self.time, self.weight)
        kept = (None if column is None else column[where] for column in columns)
        return UserItems((n - 1) * np.arange(rows + 1, dtype=np.int64), self.item[where], *kept)

    def where(self, chosen: Array) -> "UserItems":
        """Only the entries where a mask holds; as many rows as before."""
        indptr = np.concatenate([[0], np.cumsum(chosen)]).astype(np.int64)[self.indptr]
        kept = picked((self.item, self.rating, self.time, self.weight), chosen)
        return UserItems(indptr, *kept)

    def matrix(self, n_items: int, *, ratings: bool = False) -> "sp.csr_matrix":
        """Sparse float32 (n_users, n_items): weights, ones where there are none, or the ratings where asked for."""
        import scipy.sparse as sp  # the window opens data and multiplies nothing

        values = self.rating if ratings and self.rating is not None else self.weight
        values = np.ones(len(self.item), np.float32) if values is None else values
        return sp.csr_matrix((values, self.item, self.indptr), shape=(len(self), n_items))

    @classmethod
    def from_lists(cls, lists: list[list[int]]) -> "UserItems":
        """One row for each list of item indices."""
        indptr = np.concatenate([[0], np.cumsum([len(items) for items in lists], dtype=np.int64)])
        return cls(indptr.astype(np.int64), np.array([item for items in lists for item in items], np.int32))


@dataclass(frozen=True, eq=False)
class Interactions:
    """Interactions of `n_users` users with `n_items` items.

    Rows are grouped by user and, inside a user, in time order (file order where times are equal or absent), so that a
    user's history is a slice. An index may have no row: a user kept out of training, an item seen only in the test.

    Attributes
    ----------
    user, item : int32 (n,)
        Indices.
    rating : float32 (n,) or None
        In the units of the file; None for implicit feedback.
    time : int64 (n,) or None
        Milliseconds since 1970, UTC.
    part : int8 (n,) or None
        With the person's own split: 0 train, 1 validation, 2 test.
    weight : float32 (n,) or None
        What each is worth: above 0 a positive, and how much; 0 was merely seen; below 0 is a dislike. All were seen. None
        where each is a positive of weight 1.
    user_ids, item_ids : pyarrow string arrays (n_users,), (n_items,)
        The ids of the file.
    item_features : Items (n_items) or None
        Titles, years, genres and vectors of all items, those without interactions too; None where nothing was imported
        that tells of items.
    user_features : Users (n_users) or None
        Attributes of all users; None where no user file was imported.
    """

    user: Array
    item: Array
    user_ids: pa.Array
    item_ids: pa.Array
    rating: Array | None = None
    time: Array | None = None
    part: Array | None = None
    item_features: "Items | None" = None
    user_features: "Users | None" = None
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.user)

    @property
    def facts(self) -> DataFacts:
        """What defaults may follow."""
        return DataFacts(len(self), self.n_users, self.n_items)

    @property
    def n_users(self) -> int:
        """Number of user indices."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Number of item indices."""
        return len(self.item_ids)

    @classmethod
    def build(
        cls,
        user: Array,
        item: Array,
        user_ids: pa.Array,
        item_ids: pa.Array,
        *,
        rating: Array | None = None,
        time: Array | None = None,
        part: Array | None = None,
        duplicates: str = "last",
    ) -> "Interactions":
        """Order rows by user and time, and keep one row for each user, item and part.

        Parameters
        ----------
        duplicates : {"last", "first", "mean", "sum", "max", "count"}
            Which rating stays where a user met an item several times. The time kept is the last ("first": the first).
        """
        if duplicates not in DUPLICATES:
            message = f"Duplicates are kept by one of {', '.join(DUPLICATES)}, not '{duplicates}'."
            raise WorkbenchError(message)
        data = cls(user, item, user_ids, item_ids, rating, time, part)
        order = np.lexsort((time, user)) if time is not None else np.argsort(user, kind="stable")
        return _merged(data.take(order), duplicates)

    def take(self, rows: Array) -> "Interactions":
        """These rows (indices or a mask; indices must keep the order), with the same users and items."""
        names = ("user", "item", "rating", "time", "part", "weight")
        columns = [getattr(self, name) for name in names]
        by_mask = rows.dtype == bool
        kept = picked(columns, rows) if by_mask else [column if column is None else column[rows] for column in columns]
        return replace(self, **dict(zip(names, kept, strict=True)))

    @cached_property
    def by_user(self) -> UserItems:
        """All users' items, one row for each user index."""
        counts = counted(self.user, self.n_users)
        return UserItems(np.concatenate([[0], np.cumsum(counts)]), self.item, self.rating, self.time, self.weight)

    @cached_property
    def item_counts(self) -> Array:
        """Interactions of each item, int64 (n_items,)."""
        return counted(self.item, self.n_items)

    def matrix(self, *, ratings: bool = False) -> "sp.csr_matrix":
        """Sparse float32 (n_users, n_items): weights, ones where there are none, or the ratings where asked for."""
        return self.by_user.matrix(self.n_items, ratings=ratings)

    @cached_property
    def positives(self) -> "Interactions":
        """Those with a weight above 0, and their weights; the data itself where it has no weights."""
        return self if self.weight is None else self.take(self.weight > 0)

    @cached_property
    def not_chosen(self) -> "Interactions":
        """Those that are no positives: merely seen, or disliked; none where the data has no weights."""
        return self.take(np.zeros(len(self), bool) if self.weight is None else self.weight <= 0)

    def unweighted(self) -> "Interactions":
        """The same interactions, each of weight 1."""
        return self if self.weight is None else replace(self, weight=None)

    def user_index(self, user_id: str) -> int:
        """Index of a user's id; raises WorkbenchError where there is none."""
        return _index(self.user_ids, user_id, "user")

    def item_index(self, item_id: str) -> int:
        """Index of an item's id; raises WorkbenchError where there is none."""
        return _index(self.item_ids, item_id, "item")

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over all arrays and ids: two data sets are the same exactly if this is."""
        return self._hash(Control())

    def _hash(self, control: Control) -> str:
        digest = hashlib.sha256()
        for array in (self.user, self.item, self.rating, self.time, self.part):
            if array is None:
                digest.update(b"-")
                continue
            _digest(digest.update, array, control)
        if self.weight is not None:
            _digest(digest.update, self.weight, control)
        for ids in (self.user_ids, self.item_ids):
            for start in range(0, len(ids), BATCH_ROWS):
                control.check()
                digest.update(_ended(ids.slice(start, BATCH_ROWS)))
        return digest.hexdigest()

    def save(self, folder: Path, about: dict[str, object] | None = None) -> None:
        """Write everything to `folder`, whole or not at all; `about` goes to ``data.json`` with the hash."""
        with whole_folder(folder) as part:
            self.write(part, about)
        note_checked(folder, read_about(folder)["hash"])

    def write(self, folder: Path, about: dict[str, object] | None = None, control: Control | None = None) -> None:
        """Write everything into an existing folder (see `save`)."""
        self.write_arrays(folder, control)
        self.write_about(folder, about)

    def write_arrays(self, folder: Path, control: Control | None = None) -> None:
        """Write arrays and ids into an existing folder."""
        control = control or Control()
        with ThreadPoolExecutor(1) as pool:
            hashed = pool.submit(self._hash, control)
            for name in ("user", "item", "rating", "time", "part", "weight"):
                array = getattr(self, name)
                if array is not None:
                    _write_array(folder / f"{name}.npy", array, control)
            for name in ("user_ids", "item_ids"):
                control.check()
                table = pa.table({"id": getattr(self, name)})
                with (
                    pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink,
                    pa.ipc.new_file(sink, table.schema) as writer,
                ):
                    writer.write_table(table)
            vars(self)["content_hash"] = hashed.result()  # where `content_hash` keeps what it found

    def write_about(self, folder: Path, about: dict[str, object] | None = None) -> None:
        """Write ``data.json`` into a folder in which everything else is.

        Its hash is that of the interactions; with that of each file of attributes of items and users where there are some,
        because algorithms learn from them too.
        """
        known = {"hash": self._hash_with_sides(folder), "interactions": len(self)}
        write_stored(DataFile, folder / FILE, {**(about or {}), **known})

    def _hash_with_sides(self, folder: Path) -> str:
        sides = [folder / name for name in SIDE_FILES if (folder / name).exists()]
        paths = [*sides, *vector_files(folder).values()]
        known = {path.relative_to(folder).as_posix(): _file_hash(path) for path in paths}
        whole = json.dumps([self.content_hash, known], sort_keys=True).encode()
        return hashlib.sha256(whole).hexdigest() if known else self.content_hash

    @classmethod
    def open(cls, folder: Path, *, hashed: bool = True) -> "Interactions":
        """Open a saved folder, memory-mapped, with the attributes of its items and users where there are some.

        Types and bounds of all columns are looked at, and their hash, once for each copy (`workbench.data.checked`).

        Parameters
        ----------
        hashed
            Whether the hash is taken of a copy that is not known yet, which takes a second for 25 million rows.

        Raises
        ------
        WorkbenchError
            If the folder is missing, its files do not fit together, or they are not what was written.
        """
        from workbench.data.side_files.items import Items
        from workbench.data.side_files.people import Users

        about, people = read_about(folder), Users.open(folder)
        known = is_checked(folder, about.get("hash") or "")
        try:
            columns = {name: open_array(folder / f"{name}.npy") for name in TYPES if _is_there(folder, name)}
            check_columns(columns)
            ids = {name: _open_ids(folder / f"{name}.arrow") for name in ("user_ids", "item_ids")}
            features = Items.open(folder, ids["item_ids"])
            data = cls(**columns, **ids, item_features=features, user_features=people)
            if not known:
                check_ids(ids)
                check_values(columns, data.n_users, data.n_items)
            sides: list[tuple[Sized | None, int]] = [(features, data.n_items), (people, data.n_users)]
            sides += [(vectors, data.n_items) for vectors in (features.vectors.values() if features else ())]
            check_lengths(len(data), about["interactions"], *sides)
        except (OSError, ValueError, KeyError, EOFError, pa.ArrowException) as error:
            message = f"The data in {folder} is damaged ({error}). Import the file again."
            raise WorkbenchError(message) from error
        if hashed and not known:
            data._check_hash(folder, about)
        return data

    def _check_hash(self, folder: Path, about: dict[str, Any]) -> None:
        """Raise WorkbenchError where the hash is not that of ``data.json``; data of before hashes is believed."""
        written = about.get("hash")
        if written is None:
            return
        # Before data.json had a version, what is known of items and users was not always part of the hash.
        earlier = "version" not in about and written == self.content_hash
        if not earlier and written != self._hash_with_sides(folder):
            message = (
                f"The data in {folder} is not what was written there: a file in it was changed or damaged since. "
                "Restore the folder from a copy, or import the file again."
            )
            raise WorkbenchError(message)
        note_checked(folder, written)


def data_hash(folder: Path) -> str:
    """The hash by which the data of a folder is known; taken now where it is from before hashes."""
    return read_about(folder).get("hash") or Interactions.open(folder).content_hash


def _is_there(folder: Path, name: str) -> bool:
    return name in ("user", "item") or (folder / f"{name}.npy").exists()


def counted(index: Array, n: int, control: Control | None = None) -> Array:
    """How often each of `n` indices is there, int64 (n,); in pieces, because counting makes a copy of twice the size."""
    control, counts = control or Control(), np.zeros(n, np.int64)
    for start in range(0, len(index), BATCH_ROWS):
        control.check()
        counts += np.bincount(index[start : start + BATCH_ROWS], minlength=n)
    return counts


def _digest(take: Callable[[Any], object], array: Array, control: Control) -> None:
    """Give away the bytes of an array, in pieces."""
    for start in range(0, len(array), BATCH_ROWS):
        control.check()
        take(np.ascontiguousarray(array[start : start + BATCH_ROWS]).data)


def _file_hash(path: Path) -> str:
    """Hash of what a file of attributes says, not of its bytes: Arrow leaves open what stands in the place of a null."""
    if path.suffix != ".arrow":
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}\0{column.type}\0".encode())
        _feed(digest.update, pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type))
    return digest.hexdigest()


def _feed(take: Callable[[bytes], object], values: pa.Array) -> None:
    """Give away which values are there, and then those."""
    take(np.packbits(values.is_valid().to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        take(pc.list_value_length(values).fill_null(0).to_numpy(zero_copy_only=False).tobytes())
        _feed(take, values.flatten())
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        take(_ended(values.fill_null("")))
    else:
        kept = values.drop_null()
        take(kept.to_numpy(zero_copy_only=False).tobytes())


def _ended(ids: pa.Array) -> bytes:
    """Ids as UTF-8, one behind the other, each ended by a zero byte."""
    nothing, end = pa.scalar("", pa.large_string()), pa.scalar("\0", pa.large_string())
    joined = pc.binary_join_element_wise(ids.cast(pa.large_string()), nothing, end)
    _, offsets, data = joined.buffers()
    first, last = np.frombuffer(offsets, np.int64)[[joined.offset, joined.offset + len(joined)]]
    return data.slice(first, last - first).to_pybytes() if data else b""


def _write_array(path: Path, array: Array, control: Control) -> None:
    """What `numpy.save` writes, in pieces."""
    with path.open("wb") as file:
        about = {"descr": np.lib.format.dtype_to_descr(array.dtype), "fortran_order": False, "shape": array.shape}
        np.lib.format.write_array_header_1_0(file, about)
        for start in range(0, len(array), BATCH_ROWS):
            control.check()
            file.write(np.ascontiguousarray(array[start : start + BATCH_ROWS]).data)


def _merged(data: Interactions, duplicates: str) -> Interactions:
    """One row for each user, item and part; `data` is in time order."""
    parts = 1 if data.part is None else 3
    key = (data.user.astype(np.int64) * data.n_items + data.item) * parts
    if data.part is not None:
        key += data.part
    order = np.argsort(key, kind="stable")
    first_of = np.flatnonzero(np.diff(key[order], prepend=-1))
    if len(first_of) == len(data):
        if duplicates != "count":
            return data
        return replace(data, rating=np.ones(len(data), np.float32))
    counts = np.diff(first_of, append=len(data))
    kept = order[first_of if duplicates == "first" else first_of + counts - 1]
    back = np.argsort(kept)  # time order again
    merged = data.take(kept[back])
    if duplicates == "count":
        return replace(merged, rating=counts[back].astype(np.float32))
    if data.rating is not None and duplicates in ("mean", "sum", "max"):
        reduce = np.maximum if duplicates == "max" else np.add
        value = reduce.reduceat(data.rating[order].astype(np.float64), first_of)
        value = value / counts if duplicates == "mean" else value
        return replace(merged, rating=value[back].astype(np.float32))
    return merged


def _open_ids(path: Path) -> pa.Array:
    with pa.memory_map(str(path)) as source:
        column = pa.ipc.open_file(source).read_all().column("id")
    column.validate(full=True)  # Arrow believes what a file says of itself, and would read beyond its end
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _index(ids: pa.Array, wanted: str, what: str) -> int:
    index: int = pc.index(ids, pa.scalar(wanted, ids.type)).as_py()
    if index < 0:
        near = pc.filter(ids, pc.starts_with(ids, wanted[:3])).slice(0, 3).to_pylist() if wanted else []
        hint = f" Ids that start alike: {', '.join(near)}." if near else ""
        message = f"There is no {what} '{wanted}' in the data.{hint}"
        raise WorkbenchError(message)
    return index
