"""Pieces of a file become interactions without all of them being held twice: columns wait on disk until they are placed."""

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, repeat
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa

from workbench.control import Control
from workbench.data.importing.numbers import NumberTable, as_texts
from workbench.data.interactions import DUPLICATES, Array, Interactions
from workbench.data.reading.prefetch import prefetched
from workbench.data.reading.text.pieces import Piece
from workbench.errors import WorkbenchError

# From here on, loading the compiler costs less than it saves.
COMPILED_FROM_ROWS = 2_000_000
BATCH_ROWS = 1 << 20
THREADS = 2
# So many rows or new ids wait before they are numbered.
MAX_WAITING_ROWS = 2 << 20


class Phases(NamedTuple):
    """Shares of the time of an import at which reading begins, rows are read, numbered, put by user, and sorted."""

    begun: float
    read: float
    numbered: float
    placed: float
    ordered: float


# As measured on tens of millions of rows, which are sorted by compiled loops; and on fewer, where beginning takes long.
LONG, SHORT = Phases(0.0, 0.65, 0.66, 0.76, 0.86), Phases(0.2, 0.46, 0.47, 0.6, 0.75)


class Column:
    """Values of one type that grow at the end, in a file that nobody sees and that vanishes when it is closed."""

    def __init__(self, kind: type[np.generic], folder: Path | None) -> None:
        self.kind, self.length = np.dtype(kind), 0
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`

    def append(self, values: Array) -> None:
        """Add values at the end."""
        self._file.write(np.ascontiguousarray(values, self.kind).data)
        self.length += len(values)

    def blocks(self) -> Iterator[tuple[int, Array]]:
        """Where each block begins, and its values."""
        self._file.seek(0)
        for start in range(0, self.length, BATCH_ROWS):
            n = min(BATCH_ROWS, self.length - start)
            yield start, np.frombuffer(self._file.read(n * self.kind.itemsize), self.kind)

    def whole(self) -> Array:
        """All values, in memory."""
        found = np.empty(self.length, self.kind)
        for start, values in self.blocks():
            found[start : start + len(values)] = values
        return found

    def close(self) -> None:
        """Forget the values."""
        self._file.close()


class Numbering:
    """Ids become dense indices in the order in which they first appear; their texts are held once."""

    def __init__(self, folder: Path | None) -> None:
        self.index = Column(np.int32, folder)
        self.ids: pa.Array = pa.array([], pa.string())
        self._numbers: NumberTable | None = NumberTable()  # as long as all ids are numbers
        self._waiting: list[pa.DictionaryArray] = []
        self._rows = self._new = 0

    def add(self, ids: pa.ChunkedArray | Array) -> None:
        """Take the next rows, as dictionaries of texts, or as numbers that stand for their digits."""
        if isinstance(ids, np.ndarray):
            if self._numbers is not None and self._numbers.has_room(ids):
                self.index.append(self._numbers.index_of(ids))
                return
            ids = as_texts(ids)
        if self._numbers is not None:
            self.ids, self._numbers = self._numbers.texts(), None
        chunks = [chunk for chunk in ids.chunks if len(chunk)]
        self._waiting += chunks
        self._rows += sum(map(len, chunks))
        self._new += sum(len(chunk.dictionary) for chunk in chunks)
        # Numbering goes over all ids known: it waits for as many new ones, so that it does not go over them too often.
        if self._rows >= MAX_WAITING_ROWS or self._new >= max(len(self.ids), MAX_WAITING_ROWS // 4):
            self.number()

    def number(self) -> None:
        """Number what waits."""
        if self._numbers is not None:
            self.ids = self._numbers.texts()
        if not self._waiting:
            return
        known = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), self.ids)
        try:
            whole = pa.chunked_array([known, *self._waiting]).unify_dictionaries()
        except pa.ArrowException as error:
            message = f"The ids of the file are too many to be numbered ({error}). Check which column is which."
            raise WorkbenchError(message) from error
        for chunk in whole.chunks[1:]:
            self.index.append(chunk.indices.to_numpy(zero_copy_only=False))
        self.ids = whole.chunk(0).dictionary
        self._waiting, self._rows, self._new = [], 0, 0


class Assembly:
    """Takes pieces in the order of the file and builds interactions of them.

    Parameters
    ----------
    folder
        Where columns wait; the system's place for temporary files where None.
    phases
        Shares of the progress bar.
    """

    def __init__(self, folder: Path | None = None, phases: Phases = LONG) -> None:
        self.phases = phases
        self.user, self.item = Numbering(folder), Numbering(folder)
        self._folder = folder
        self._others: dict[str, Column] = {}
        self.length = 0
        self._loading: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._loading is not None:  # a thread in the middle of compiled code must not meet the end of Python
            self._loading.join()
        for column in (self.user.index, self.item.index, *self._others.values()):
            column.close()

    def add(self, piece: Piece, part: int | None, control: Control | None = None) -> None:
        """Take the rows that a piece keeps; `part` where the person has split the rows."""
        self.user.add(piece.user)
        (control or Control()).check()
        self.item.add(piece.item)
        self.length += len(piece.user)
        if self.length >= COMPILED_FROM_ROWS and self._loading is None:  # while the rest is read
            self._loading = threading.Thread(target=_load_kernels)
            self._loading.start()
        for name, kind, values in (
            ("rating", np.float32, piece.rating),
            ("time", np.int64, piece.time),
            ("part", np.int8, None if part is None else np.full(len(piece.user), part, np.int8)),
        ):
            if values is None:
                continue
            if name not in self._others:
                self._others[name] = Column(kind, self._folder)
            self._others[name].append(values)

    def build(self, duplicates: str, control: Control) -> Interactions:
        """All rows by user and time, one of each user, item and part."""
        control.progress(self.phases.read, "Numbering users and items")
        self.user.number()
        control.check()
        self.item.number()
        control.check()
        control.progress(self.phases.numbered, "Sorting by user and time")
        if self._loading is not None:
            while self._loading.is_alive():
                control.check()
                self._loading.join(0.1)
            return self._linear(duplicates, control)
        columns: dict[str, Any] = {name: column.whole() for name, column in self._others.items()}
        user, item = self.user.index.whole(), self.item.index.whole()
        return Interactions.build(user, item, self.user.ids, self.item.ids, **columns, duplicates=duplicates)

    def _linear(self, duplicates: str, control: Control) -> Interactions:
        """The same as `Interactions.build`, in linear passes."""
        from workbench.data.kernels.order import merge_rows, sort_rows

        indptr = self._starts()
        item, rating, time, part = self._placed(indptr, control)
        if duplicates == "count" and not len(rating):
            rating = np.ones(self.length, np.float32)
        n_users, parts = len(self.user.ids), 3 if len(part) else 1
        slots = len(self.item.ids) * parts
        scratch = (np.full(slots, -1, np.int32), np.zeros(slots, np.int64), np.zeros(slots), np.zeros(slots, np.int64))
        lengths = np.zeros(n_users, np.int64)
        write, how = 0, DUPLICATES.index(duplicates)

        def sorted_ranges() -> Iterator[tuple[int, int]]:
            for first, last in _ranges(indptr):
                if len(time):
                    sort_rows(indptr, first, last, item, rating, time, part)
                yield first, last

        for first, last in prefetched(
            sorted_ranges()
        ):  # rows that are merged move down, away from those that are sorted
            control.check()
            done = _between(self.phases.placed, self.phases.ordered, float(indptr[first]) / self.length)
            control.progress(done, "Sorting by user and time")
            write = merge_rows(indptr, first, last, write, (item, rating, time, part), scratch, how, lengths)
        control.check()
        user = np.repeat(np.arange(n_users, dtype=np.int32), lengths)
        columns = {"rating": rating, "time": time, "part": part}
        kept = {name: column[:write] for name, column in columns.items() if len(column)}
        ids = {"user_ids": self.user.ids, "item_ids": self.item.ids}
        return Interactions(**{"user": user, "item": item[:write], **ids, **kept})

    def _starts(self) -> Array:
        counts = np.zeros(len(self.user.ids), np.int64)
        for _, user in self.user.index.blocks():
            counts += np.bincount(user, minlength=len(counts))
        return np.concatenate([[0], np.cumsum(counts)])

    def _placed(self, indptr: Array, control: Control) -> list[Array]:
        """Item, rating, time and part (of length 0 where there is none), grouped by user in the order of the file."""
        from workbench.data.kernels.order import places

        kinds = {"item": np.int32, "rating": np.float32, "time": np.int64, "part": np.int8}
        columns = {"item": self.item.index, **self._others}
        found = {name: np.empty(self.length if name in columns else 0, kind) for name, kind in kinds.items()}
        cursor = indptr[:-1].copy()
        where = np.empty(BATCH_ROWS, np.int64)
        readers = {name: column.blocks() for name, column in columns.items()}

        def place(name: str, rows: Array) -> None:
            found[name][rows] = next(readers[name])[1]

        with ThreadPoolExecutor(THREADS) as pool:
            for start, user in self.user.index.blocks():
                control.check()
                done = _between(self.phases.numbered, self.phases.placed, start / self.length)
                control.progress(done, "Sorting by user and time")
                places(user, cursor, where)
                list(pool.map(place, readers, repeat(where[: len(user)])))
        return list(found.values())


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _load_kernels() -> None:
    from workbench.data.kernels.order import warm

    warm()  # type: ignore[no-untyped-call]


def _ranges(indptr: Array) -> Iterator[tuple[int, int]]:
    """Users, so many at a time that their rows are about `BATCH_ROWS`."""
    edges = np.searchsorted(indptr, np.arange(BATCH_ROWS, int(indptr[-1]), BATCH_ROWS))
    bounds = np.unique([0, *edges, len(indptr) - 1]).tolist()
    yield from pairwise(bounds)
