"""The columns of the tables on the page Data: interactions, users, items, and rows that were refused.

What takes long in big data (sorting ids, counting, searching) is asked of `Prepared`, which works it out off the window's
thread and keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.app.tables.column import Column
from workbench.data.interactions import Interactions
from workbench.data.side_files.items import Items

MAX_CHARS = 200  # letters of a cell
MAX_TIP_CHARS = 2000
BATCH_ROWS = 1 << 19  # rows counted between two moments in which the window may go on
MOST_SEARCHED = 5_000_000
"""Ids (users and items together) up to which a search looks through them."""


@dataclass
class Prepared:
    """Interactions with what is derived from them once; every property may take a while in big data."""

    data: Interactions
    items: Items | None = None

    @cached_property
    def user_counts(self) -> np.ndarray:
        """Interactions of each user, int64 (n_users,)."""
        return self.data.by_user.lengths

    @cached_property
    def user_starts(self) -> np.ndarray:
        """Where each user's rows begin, int64 (n_users + 1,)."""
        return self.data.by_user.indptr

    @cached_property
    def item_counts(self) -> np.ndarray:
        """Interactions of each item, int64 (n_items,)."""
        return self.data.item_counts

    @cached_property
    def user_means(self) -> np.ndarray:
        """Mean rating of each user, NaN where there is none, float64 (n_users,)."""
        return self._means(self.data.user, self.user_counts)

    @cached_property
    def item_means(self) -> np.ndarray:
        """Mean rating of each item, NaN where there is none, float64 (n_items,)."""
        return self._means(self.data.item, self.item_counts)

    def _means(self, index: np.ndarray, counts: np.ndarray) -> np.ndarray:
        sums = np.zeros(len(counts))
        for start in range(0, len(index), BATCH_ROWS):  # the window stands still while numpy counts
            piece = slice(start, start + BATCH_ROWS)
            sums += np.bincount(index[piece], self.data.rating[piece], minlength=len(counts))
        return np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)

    @cached_property
    def user_ranks(self) -> np.ndarray:
        """Place of each user id in their order, int32 (n_users,)."""
        return ranks(self.data.user_ids)

    @cached_property
    def item_ranks(self) -> np.ndarray:
        """Place of each item id in their order, int32 (n_items,)."""
        return ranks(self.data.item_ids)

    @cached_property
    def names(self) -> pa.Array:
        """What to call each item: its title, else its id (n_items,)."""
        return self.data.item_ids if self.items is None else pc.coalesce(self.items.title, self.items.item_ids)

    @cached_property
    def name_ranks(self) -> np.ndarray:
        """Place of each item's name in their order, int32 (n_items,)."""
        return ranks(self.names)

    def ready(self, which: str) -> None:
        """Work out what the cells of a table show."""
        if which == "users":
            _ = self.user_starts, self.user_means if self.data.rating is not None else None
        if which == "items":
            _ = self.item_counts, self.item_means if self.data.rating is not None else None
        _ = self.names

    def found(self, which: str, words: str) -> np.ndarray:
        """Rows of a table that hold the words in a user's or an item's id or title, int64 (n,)."""
        users = _holding(self.data.user_ids, words) if which != "items" else np.zeros(0, bool)
        if which == "users":
            return np.flatnonzero(users)
        items = _holding(self.data.item_ids, words)
        if self.items is not None:
            items = items | _holding(self.names, words)
        if which == "items":
            return np.flatnonzero(items)
        return np.flatnonzero(users[self.data.user] | items[self.data.item])

    @property
    def searchable(self) -> bool:
        """Whether a search answers in a moment."""
        return self.data.n_users + self.data.n_items <= MOST_SEARCHED


def ranks(texts: pa.Array) -> np.ndarray:
    """Place of each text in their order (as numbers, where all are whole numbers), int32 (n,)."""
    try:
        order = np.argsort(pc.cast(texts, pa.int64()).to_numpy(), kind="stable")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        order = pc.array_sort_indices(texts).to_numpy()
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def _holding(texts: pa.Array, words: str) -> np.ndarray:
    found = pc.match_substring(texts, words, ignore_case=True)
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)


def cut(text: str | None) -> str:
    """A text as a cell shows it: one line, not endless."""
    if not text:
        return ""
    return text[:MAX_CHARS].replace("\n", " ").replace("\r", " ")


def of_texts(title: str, texts: Callable[[], pa.Array], index: np.ndarray | None, keys: Callable[[], Any]) -> Column:
    """A column of texts: those of `texts` at `index` (None: as they are), sorted by `keys`."""

    def at(rows: np.ndarray) -> pa.Array:
        return texts().take(pa.array(rows if index is None else np.asarray(index[rows])))

    def full(row: int) -> str:
        return (at(np.array([row]))[0].as_py() or "")[:MAX_TIP_CHARS]

    return Column(title, lambda rows: [cut(text) for text in at(rows).to_pylist()], keys, full)


def of_numbers(title: str, values: Callable[[], np.ndarray], words: Callable[[Any], str]) -> Column:
    """A column of numbers, right-aligned; NaN is left empty."""

    def text(value: Any) -> str:
        return "" if value != value else words(value)  # noqa: PLR0124 - NaN

    return Column(title, lambda rows: [text(v) for v in values()[rows].tolist()], values, right=True)


def of_times(title: str, values: Callable[[], np.ndarray], words: Callable[[int], str]) -> Column:
    """A column of moments."""
    return Column(title, lambda rows: [words(v) for v in values()[rows].tolist()], values)
