"""Histories as rows of a batch: cut, put side by side, padded; by array operations, never row by row."""

from collections.abc import Iterator

import numpy as np

from workbench.data.interactions import Array, UserItems


def windows(by_user: UserItems, longest: int) -> tuple[Array, Array]:
    """Start and length of the windows that cover every row of `by_user` once, full ones at the end of each history."""
    lengths = by_user.lengths
    from_end = np.repeat(by_user.indptr[1:], lengths) - 1 - np.arange(lengths.sum())
    first = from_end % longest == longest - 1
    first[by_user.indptr[:-1][lengths > 0]] = True
    starts = np.flatnonzero(first)
    return starts, np.diff(starts, append=len(first))


def last(histories: UserItems, token: int, longest: int, *, behind: bool = False) -> tuple[Array, Array]:
    """A token before (or behind) each history, and of that the end; (sum of lengths,) and lengths (n,), each at least 1."""
    full = np.insert(histories.item.astype(np.int64), histories.indptr[1:] if behind else histories.indptr[:-1], token)
    lengths = np.minimum(histories.lengths + 1, longest)
    ends = np.cumsum(histories.lengths + 1)
    keep = np.repeat(ends, histories.lengths + 1) - np.arange(len(full)) <= np.repeat(lengths, histories.lengths + 1)
    return full[keep], lengths


def cut(order: Array, lengths: Array, size: int) -> Iterator[Array]:
    """Cut `order` into pieces of about `size` positions together."""
    filled = np.cumsum(lengths[order]) - lengths[order]
    return iter(np.split(order, np.flatnonzero(np.diff(filled // size)) + 1)) if len(order) else iter(())


def pad(values: Array, starts: Array, lengths: Array, padding: int) -> tuple[Array, Array]:
    """Slices of `values` side by side, int64 (n, longest), padded at their ends; and which are no padding."""
    place = np.arange(lengths.max())
    valid = place < lengths[:, None]
    where = np.minimum(starts[:, None] + place, len(values) - 1)
    return np.where(valid, values[where], padding), valid
