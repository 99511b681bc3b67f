"""The matrix of users and items as a small picture: how many interactions fall into each of its fields.

Users stand in the order of how much they did, items in that of how popular they are, so that the picture of any data has
its dense corner at the top left. Only counts of fields are made, never the matrix.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.control import Control
from workbench.data.interactions import BATCH_ROWS, Array, Interactions

MAX_FIELDS = 256
"""Most fields on a side."""
FEW_ONE_IN = 8
"""Interactions are picked out of all where at most one in so many is wanted."""


@dataclass(frozen=True, eq=False)
class Ordered:
    """Interactions with users and items in the order of their counts; those without interactions are left out."""

    data: Interactions

    @cached_property
    def users(self) -> Array:
        """User indices, the most active first, int64 (users with interactions,)."""
        return _order(self.data.by_user.lengths)

    @cached_property
    def items(self) -> Array:
        """Item indices, the most popular first, int64 (items with interactions,)."""
        return _order(self.data.item_counts)

    def counts(
        self,
        users: tuple[int, int] | None = None,
        items: tuple[int, int] | None = None,
        fields: int = MAX_FIELDS,
        control: Control | None = None,
    ) -> tuple[Array, Array, Array]:
        """Count the interactions of each field of a part of the matrix.

        Parameters
        ----------
        users, items
            First and one past the last place in the order; None for all. What reaches beyond is cut.
        fields
            Fields on a side at most; fewer where there are fewer users or items.

        Returns
        -------
        counts : int64 (rows, columns)
        user_edges : int64 (rows + 1,)
            Places in the order of users at which rows begin, and the end of the last.
        item_edges : int64 (columns + 1,)
        """
        control = control or Control()
        rows, columns = _edges(users, len(self.users), fields), _edges(items, len(self.items), fields)
        shape = (len(rows) - 1, len(columns) - 1)
        if not min(shape):
            return np.zeros(shape, np.int64), rows, columns
        row_of = _field_of(self.users, rows, self.data.n_users)
        column_of = _field_of(self.items, columns, self.data.n_items)
        wide = shape[1] + 1  # the last row and column take what is outside
        counts = np.zeros((shape[0] + 1) * wide, np.int64)
        user, item = self._of(self.users[rows[0] : rows[-1]])
        for start in range(0, len(user), BATCH_ROWS):
            control.check()
            control.progress(start / len(user))
            piece = slice(start, start + BATCH_ROWS)
            field = row_of[user[piece]] * np.int32(wide) + column_of[item[piece]]
            counts += np.bincount(field, minlength=len(counts))
        return counts.reshape(-1, wide)[:-1, :-1], rows, columns

    def _of(self, users: Array) -> tuple[Array, Array]:
        """User and item of the interactions to look at: those of these users where they have few, else all there are."""
        lengths = self.data.by_user.lengths[users]
        if FEW_ONE_IN * int(lengths.sum()) > len(self.data):
            return self.data.user, self.data.item
        return np.repeat(users, lengths), self.data.by_user.rows(users).item


def _order(counts: Array) -> Array:
    order = np.argsort(-counts, kind="stable")
    return order[: np.count_nonzero(counts)]


def _edges(wanted: tuple[int, int] | None, n: int, fields: int) -> Array:
    first, last = (0, n) if wanted is None else (min(max(wanted[0], 0), n), min(max(wanted[1], 0), n))
    number = max(0, min(fields, last - first))
    return first + (np.arange(number + 1) * max(last - first, 0)) // max(number, 1)


def _field_of(order: Array, edges: Array, n: int) -> Array:
    """The field of each index, the number of fields for those outside, int32 (n,)."""
    fields = len(edges) - 1
    found = np.full(n, fields, np.int32)
    found[order[edges[0] : edges[-1]]] = np.repeat(np.arange(fields, dtype=np.int32), np.diff(edges))
    return found
