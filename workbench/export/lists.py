"""Lists of recommendations for some or all users, as a file.

An export lists what the evaluation judged: an algorithm is shown the same history as at the test, and a person's
training and validation items are left out of the list. Items of the test may be listed; they are what a good algorithm
finds. Users kept out of training are folded in from their history where the algorithm can do that.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.algorithms import Algorithm
from workbench.control import Control
from workbench.data.importing.newcomers import Newcomers
from workbench.data.interactions import Array, Interactions, UserItems
from workbench.data.side_files.items import Items, read_new_items
from workbench.evaluation.evidence import BASES
from workbench.evaluation.ranking import list_blocks, list_length, recommend
from workbench.export.columns import COLUMNS, chosen_columns
from workbench.export.tables import check_place, refuse_source, table_file
from workbench.export.workbook import check_rows
from workbench.training.newcomers import places_of, read_people
from workbench.training.run import Run
from workbench.training.run_notes import RunNotes

# A block of users also has at most so many rows, so that progress and cancel are never far; fewer with reasons, each of
# which may take as long as a list.
MOST_ROWS, MOST_REASONS = 50_000, 200
NEW = "new"
ALL = (0, 1)
"""The first part of one."""
# Index of the item of the history that speaks most for an item; None where none does.
Reason = Callable[[UserItems, int, Array], int | None]


def export_lists(  # noqa: PLR0913 - each is a choice of the person
    run: Run,
    algorithm: Algorithm,
    output: Path,
    *,
    users: list[str] | None = None,
    history: Path | None = None,
    new_items: Path | None = None,
    k: int = 10,
    include_seen: bool = False,
    items: Items | None = None,
    columns: Sequence[str] | None = None,
    reason: Reason | None = None,
    exact: bool = False,
    part: tuple[int, int] = ALL,
    control: Control | None = None,
) -> dict[str, Any]:
    """Write the `k` best items of each user to `output` (``.csv``, ``.xlsx``, ``.parquet`` or ``.jsonl``).

    Parameters
    ----------
    users
        Their ids; None for everybody in the data, or in `history`.
    history
        A file of interactions of people who are not in the data: the lists are theirs. Whoever is in the data, too, is
        known by this file alone.
    new_items
        A file of items, laid out as an item file: those that the run does not know are placed by what is known of them,
        and `algorithm` knows them from then on.
    include_seen
        Whether items of a person's training and validation interactions may be listed.
    items
        Titles, years and genres; with them the file has a column ``title``.
    columns
        Those of `columns.COLUMNS` that are written, in the order given; None for the usual ones. ``hit`` tells whether the
        item is hidden in the test, ``reason`` which item of the history speaks most for it, ``run`` what the run is called,
        ``basis`` what the item is listed for (`evidence.BASES`).
    reason
        Finds that item; needed for the column ``reason`` alone.
    exact
        Whether CSV is for a program and not for a spreadsheet (`tables.table_file`).
    part
        Which of how many parts of the users is written, from 0. Parts are whole blocks of all users, so that the lists are
        those of the whole, whatever the scores are made of.

    Returns
    -------
    dict
        ``path``, ``rows``, ``users``, ``cold`` (users without any history), ``popular`` (users of whom nothing is known,
        whose lists are of the most popular items), ``filled`` (rows of other lists whose items are listed for being
        popular, because nothing links them to the user), ``changed`` (cells that do not stand there as they came, see
        `tables.Write`), ``seconds`` and ``sha256`` of the file; and ``history``, what was read
        (`newcomers.Newcomers.told`), where the lists are of people of a file; and ``new_items``: ``number``,
        ``examples`` and ``listed`` (rows) of those, where such a file was given.
    """
    started = time.perf_counter()
    control = control or Control()
    check_place(output)
    refuse_source(run, output, *(path for path in (history, new_items) if path is not None))
    added = None if new_items is None else _placed(run, algorithm, new_items, items)
    newcomers = None
    if history is not None:
        all_ids = None if added is None else pa.concat_arrays([run.data.item_ids, added.item_ids])
        newcomers = read_people(run, algorithm, history, control, all_ids)
    chosen = _indices(run.data, users) if newcomers is None else _of_file(newcomers, users)
    if output.suffix.lower() == ".xlsx":  # said before the work
        check_rows(len(chosen) * min(k, run.data.n_items + len(added or ())))
    source = _Source(run, algorithm, items, include_seen=include_seen, newcomers=newcomers, added=added)
    schema = source.schema(columns, reason)
    written = _write(output, schema, source.blocks(chosen, k, schema, control, part), exact=exact)
    told: dict[str, Any] = {
        "users": source.users,
        "cold": source.cold,
        "popular": source.popular,
        "filled": source.filled,
    }
    told |= {} if newcomers is None else {"history": newcomers.told}
    told |= {} if added is None else {"new_items": _told(added, source.listed_new)}
    return written | told | {"seconds": round(time.perf_counter() - started, 3)}


def _write(output: Path, schema: pa.Schema, tables: Iterable[pa.Table], *, exact: bool = False) -> dict[str, Any]:
    """Write tables to one file; returns what is known of it."""
    rows = changed = 0
    with table_file(output, schema, exact=exact) as write:
        for table in tables:
            changed += write(table)
            rows += len(table)
    return {"path": str(output), "rows": rows, "changed": changed, "sha256": sha256(output)}


@dataclass(frozen=True)
class OneList:
    """A list that is made already, whatever was asked of it.

    Attributes
    ----------
    user
        Id of whose list it is; None for somebody new, who is called ``new`` in the file.
    history : UserItems of one row
        What the algorithm was shown.
    left_out : int32
        Indices of what does not stand in it.
    items, scores : int32 (n,), float32 (n,)
        Indices in the order of the list.
    filled : bool (n,)
        Which items are listed for being popular (`ranking.Lists.filled`).
    hits : bool (n,) or None
        Which of them the test hides; None for somebody who is not in the data.
    """

    user: str | None
    history: UserItems
    left_out: Array
    items: Array
    scores: Array
    filled: Array
    hits: Array | None = None


def one_table(
    run: Run,
    algorithm: Algorithm,
    one: OneList,
    *,
    items: Items | None = None,
    columns: Sequence[str] | None = None,
    reason: Reason | None = None,
) -> pa.Table:
    """A list that is made already, in the columns of `export_lists`."""
    source = _Source(run, algorithm, items, include_seen=False)
    return source.one(one, source.schema(columns, reason))


def write_one(run: Run, output: Path, table: pa.Table, *, exact: bool = False) -> dict[str, Any]:
    """Write what `one_table` gives to `output`; returns what `export_lists` returns, but for what the list is made from."""
    started = time.perf_counter()
    check_place(output)
    refuse_source(run, output)
    written = _write(output, table.schema, [table], exact=exact)
    return written | {"users": 1, "seconds": round(time.perf_counter() - started, 3)}


def _new_name(data: Interactions) -> str:
    """What somebody new is called in a file: nobody in the data has this name."""
    name = NEW
    while pc.index(data.user_ids, pa.scalar(name, data.user_ids.type)).as_py() >= 0:
        name += " user"
    return name


def all_lists(  # noqa: PLR0913 - each is a choice of the person
    run: Run,
    algorithm: Algorithm,
    *,
    users: list[str] | None = None,
    k: int = 10,
    include_seen: bool = False,
    items: Items | None = None,
    columns: Sequence[str] | None = None,
    reason: Reason | None = None,
    people: Newcomers | None = None,
    control: Control | None = None,
) -> pa.Table:
    """What `export_lists` writes, as a table; of `people` who are not in the data, where there are such."""
    source = _Source(run, algorithm, items, include_seen=include_seen, newcomers=people)
    schema = source.schema(columns, reason)
    chosen = _indices(run.data, users) if people is None else _of_file(people, users)
    blocks = source.blocks(chosen, k, schema, control or Control())
    return pa.Table.from_batches([batch for table in blocks for batch in table.to_batches()], schema)


def first_lists(
    run: Run,
    algorithm: Algorithm,
    users: list[str],
    *,
    k: int = 10,
    include_seen: bool = False,
    items: Items | None = None,
    columns: Sequence[str] | None = None,
    reason: Reason | None = None,
) -> pa.Table:
    """What `export_lists` would write for a few users."""
    source = _Source(run, algorithm, items, include_seen=include_seen)
    schema = source.schema(columns, reason)
    return source.lists(_indices(run.data, users), k, schema)


def _of_file(people: Newcomers, users: list[str] | None) -> Array:
    """Rows of some people of a file, or of all."""
    return np.arange(len(people.ids)) if users is None else places_of(people, users)


def _placed(run: Run, algorithm: Algorithm, path: Path, items: Items | None) -> Items:
    """Items of a file that the run does not know, once the algorithm has placed them."""
    new = read_new_items(path, run.data.item_ids)
    algorithm.add_items(items or Items.unknown(run.data.item_ids), new, run.fold.train.item_counts)
    return new


def _told(new: Items, listed: int) -> dict[str, Any]:
    return {"number": len(new), "examples": new.item_ids.slice(0, 5).to_pylist(), "listed": listed}


def _indices(data: Interactions, users: list[str] | None) -> Array:
    """Indices of users, each once; raises WorkbenchError for an id that is not in the data."""
    if users is None:
        return np.arange(data.n_users)
    wanted = list(dict.fromkeys(users))
    found = pc.index_in(pa.array(wanted, data.user_ids.type), value_set=data.user_ids)
    if found.null_count:
        data.user_index(wanted[pc.index(found.is_null(), True).as_py()])  # says which
    return np.asarray(found, np.int64)


def _blocks(algorithm: Algorithm, n: int, n_items: int, k: int, with_reasons: bool) -> Any:
    most = max(1, (MOST_REASONS if with_reasons else MOST_ROWS) // k)
    for block in list_blocks(algorithm, n, n_items):
        for start in range(block.start, block.stop, most):
            yield slice(start, min(start + most, block.stop))


class _Source:
    """Makes lists for blocks of users."""

    def __init__(
        self,
        run: Run,
        algorithm: Algorithm,
        items: Items | None,
        *,
        include_seen: bool,
        newcomers: Newcomers | None = None,
        added: Items | None = None,
    ) -> None:
        self.data, self.algorithm, self.items = run.data, algorithm, items
        self.item_ids, self.counts = run.data.item_ids, run.fold.train.item_counts
        if added is not None:
            self.items = (items or Items.unknown(self.item_ids)) + added
            self.item_ids, self.counts = self.items.item_ids, np.append(self.counts, np.zeros(len(added), np.int64))
        self.n_items, self.listed_new = len(self.item_ids), 0
        fold = run.fold
        self.name = RunNotes.read(run.folder).title or run.name
        self.reason: Reason | None = None
        if newcomers is None:
            self.ids, self.shown, self.had = run.data.user_ids, fold.shown_at_test.by_user, fold.seen_at_test.by_user
            known = fold.learned_from.by_user.lengths > 0
            self.indices = np.where(known, np.arange(len(known)), -1).astype(np.int32)
        else:
            self.ids, self.shown, self.had = newcomers.ids, newcomers.histories, newcomers.seen
            self.indices = np.full(len(self.ids), -1, np.int32)
            include_seen = include_seen or fold.include_seen
        self.hidden = None if newcomers is not None else fold.test
        self.seen = None if include_seen else self.had
        self.users = self.cold = self.popular = self.filled = 0

    def schema(self, columns: Sequence[str] | None, reason: Reason | None) -> pa.Schema:
        """The columns that are asked for."""
        names = chosen_columns(columns, titled=self.items is not None)
        self.reason = reason if "reason" in names else None
        return pa.schema([(name, COLUMNS[name]) for name in names])

    def blocks(
        self, users: Array, k: int, schema: pa.Schema, control: Control, part: tuple[int, int] = ALL
    ) -> Iterator[pa.Table]:
        """Lists of these users, or of a part of them, some users at a time.

        Raises
        ------
        WorkbenchError
            If a list would have no item.
        """
        shown = list_length(k, self.n_items)
        blocks = list(_blocks(self.algorithm, len(users), self.n_items, shown, self.reason is not None))
        number, of = part
        mine = blocks[len(blocks) * number // of : len(blocks) * (number + 1) // of]
        for done, block in enumerate(mine, 1):
            control.check()
            yield self.lists(users[block], k, schema)
            control.progress(done / len(mine), "users")

    def lists(self, users: Array, k: int, schema: pa.Schema) -> pa.Table:
        """Lists of these users, one row an item; as long as there are items, however many are asked for."""
        k = min(k, self.n_items)
        self.users += len(users)
        histories = self.shown.rows(users)
        self.cold += int((histories.lengths == 0).sum())
        indices = self.indices[users]
        seen = None if self.seen is None else self.seen.rows(users)
        best, scores, popular, filled = recommend(self.algorithm, indices, histories, k, seen, self.counts)
        self.popular += int(popular.sum())
        self.filled += int(filled[~popular].sum())
        row, rank = np.nonzero(best >= 0)  # a list is shorter where fewer items are left
        item = best[row, rank]
        self.listed_new += int((item >= self.data.n_items).sum())
        made = {
            "user": lambda: self.ids.take(pa.array(users[row])),
            "rank": lambda: pa.array((rank + 1).astype(np.int32)),
            "score": lambda: pa.array(scores[row, rank], pa.float32()),
            "hit": lambda: self._hits(users[row], item),
            "reason": lambda: self._reasons(histories, self.had.rows(users), row, item),
            "basis": lambda: _bases(filled[row, rank]),
        }
        return self._table(item, made, schema)

    def one(self, one: OneList, schema: pa.Schema) -> pa.Table:
        """A list that is made already."""
        n, seen = len(one.items), UserItems.from_lists([one.left_out.tolist()])
        user = _new_name(self.data) if one.user is None else one.user
        made = {
            "user": lambda: pa.array([user] * n, self.data.user_ids.type),
            "rank": lambda: pa.array(np.arange(1, n + 1, dtype=np.int32)),
            "score": lambda: pa.array(one.scores, pa.float32()),
            "hit": lambda: pa.nulls(n, pa.bool_()) if one.hits is None else pa.array(one.hits),
            "reason": lambda: self._reasons(one.history, seen, np.zeros(n, np.int64), one.items),
            "basis": lambda: _bases(one.filled),
        }
        return self._table(one.items, made, schema)

    def _table(self, item: Array, made: dict[str, Callable[[], pa.Array]], schema: pa.Schema) -> pa.Table:
        made |= {
            "item": lambda: self.item_ids.take(pa.array(item)),
            "title": lambda: pa.array(self._titles(item.tolist()), pa.string()),
            "year": lambda: self.items.year.take(pa.array(item)),  # type: ignore[union-attr]
            "genres": lambda: pa.array(self._genres(item), pa.string()),
            "run": lambda: pa.array([self.name] * len(item), pa.string()),
        }
        return pa.table([_plain(made[column.name](), column.type) for column in schema], schema=schema)

    def _titles(self, items: list[int]) -> list[str]:
        if self.items is not None:
            return self.items.titles(items)
        return self.item_ids.take(pa.array(items, pa.int64())).to_pylist()

    def _genres(self, items: Array) -> list[str | None]:
        found = self.items.genres.take(pa.array(items)).to_pylist()  # type: ignore[union-attr]
        return [None if index is None else "|".join(filter(None, index)) for index in found]

    def _hits(self, users: Array, items: Array) -> pa.Array:
        """Whether each pair is hidden in the test; unknown of people who are not in the data."""
        test, n = self.hidden, self.n_items
        if test is None:
            return pa.nulls(len(users), pa.bool_())
        flat = test.truth
        hidden = np.repeat(test.who.astype(np.int64), flat.lengths) * n + flat.item
        return pa.array(np.isin(users.astype(np.int64) * n + items, hidden))

    def _reasons(self, histories: UserItems, seen: UserItems, row: Array, items: Array) -> pa.Array:
        if self.reason is None:
            return pa.nulls(len(items), pa.string())
        found = [
            self.reason(histories.rows(np.array([at])), score, seen[at])
            for at, score in zip(row.tolist(), items.tolist(), strict=True)
        ]
        told = [None if item is None else self._titles([item])[0] for item in found]
        return pa.array(told, pa.string())


def _bases(filled: Array) -> pa.Array:
    return pa.array(BASES).take(pa.array(filled.astype(np.int8)))


def _plain(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
