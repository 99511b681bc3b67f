"""Compiled inner loops of filters and splits. Imported only where they are applied: the window never loads numba."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def picked(mask, values, found):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write the values where `mask` holds to `found`, which has one place more than there are; the last is room.

    Without a branch, because a processor that guesses by chance what comes next is wrong half of the time.
    """
    at = 0
    for n in range(len(values)):
        found[at] = values[n]
        at += mask[n]


@numba.njit(cache=True, nogil=True)
def core(starts, user, item, n_items, k_user, k_item, by_item):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """The k-core of a bipartite graph: which interactions stay, bool (n,).

    Users and items with too few interactions are peeled off until all have enough. Each is peeled at most once and each
    interaction looked at twice, so that the time grows with the number of interactions however long the peeling goes on.

    Parameters
    ----------
    starts : int64 (n_users + 1,)
        Interactions of user ``u`` are ``starts[u]`` to ``starts[u + 1]``.
    by_item : int32 or int64 (n,)
        Room to work in.
    """
    n, n_users = len(item), len(starts) - 1
    stays = np.ones(n, np.bool_)
    of_item = np.zeros(n_items + 1, np.int64)
    for row in range(n):
        of_item[item[row] + 1] += 1
    left = np.empty(n_users + n_items, np.int64)
    for u in range(n_users):
        left[u] = starts[u + 1] - starts[u]
    for i in range(n_items):
        left[n_users + i] = of_item[i + 1]
        of_item[i + 1] += of_item[i]
    place = of_item[:-1].copy()
    for row in range(n):
        by_item[place[item[row]]] = row
        place[item[row]] += 1
    waiting = np.empty(n_users + n_items, np.int64)
    size = 0
    for node in range(n_users + n_items):
        if left[node] < (k_user if node < n_users else k_item):
            waiting[size] = node
            size += 1
    while size:
        size -= 1
        node = waiting[size]
        if node < n_users:
            for row in range(starts[node], starts[node + 1]):
                if stays[row]:
                    stays[row] = False
                    other = n_users + item[row]
                    left[other] -= 1
                    if left[other] == k_item - 1:  # just now too few; who was so from the start waits already
                        waiting[size] = other
                        size += 1
        else:
            for at in range(of_item[node - n_users], of_item[node - n_users + 1]):
                row = by_item[at]
                if stays[row]:
                    stays[row] = False
                    other = user[row]
                    left[other] -= 1
                    if left[other] == k_user - 1:
                        waiting[size] = other
                        size += 1
    return stays


@numba.njit(cache=True, nogil=True)
def dealt(order, group, first, second, marks):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Deal rows in `order`: of each group the first get `marks[0]`, those behind them `marks[1]`, the rest `marks[2]`.

    Parameters
    ----------
    group : int (n,)
    first, second : int32 (n_groups,)
        How many of each group get the first mark, and how many the first or the second.

    Returns
    -------
    int8 (n,)
    """
    found = np.empty(len(group), np.int8)
    count = np.zeros(len(first), np.int32)
    for at in range(len(order)):
        row = order[at]
        g = group[row]
        c = count[g]
        count[g] = c + 1
        found[row] = marks[np.int64(c >= first[g]) + np.int64(c >= second[g])]
    return found


@numba.njit(cache=True, nogil=True)
def shuffle(values, left, drawn, partner):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Go on with a shuffle from place `left` down, as far as the random numbers `drawn` (uint32) reach.

    Each place changes with a random one of those up to it. `partner` (uint32) is room for as many numbers as are drawn.
    Returns the place at which to go on, 0 at the end.
    """
    at, i = 0, left
    while i > 0 and at < len(drawn):
        mask = np.uint32(i)
        for shift in (1, 2, 4, 8, 16):
            mask |= mask >> np.uint32(shift)
        half = np.int64(mask >> np.uint32(1))
        while i > half and at < len(drawn):
            number = drawn[at] & mask
            at += 1
            partner[left - i] = number
            i -= number <= i
    for place in range(left, i, -1):
        other = partner[left - place]
        values[place], values[other] = values[other], values[place]
    return i


@numba.njit(cache=True, nogil=True)
def shared_items(starts_a, item_a, starts_b, item_b, n_items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """How many entries of the rows `b` hold an item that is in the same row of `a`."""
    row_of = np.full(n_items, -1, np.int64)
    total = 0
    for row in range(len(starts_a) - 1):
        for at in range(starts_a[row], starts_a[row + 1]):
            row_of[item_a[at]] = row
        for at in range(starts_b[row], starts_b[row + 1]):
            total += row_of[item_b[at]] == row
    return total


@numba.njit(cache=True, nogil=True)
def at_both(starts, item, places, first, second, n_items):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """How many different items of a row stand at two places at once, over all rows.

    Parameters
    ----------
    starts : int64 (n_rows + 1,)
        Entries of row ``r`` are ``starts[r]`` to ``starts[r + 1]``.
    item, places : int (n,)
    """
    row_of = np.full(n_items, -1, np.int64)
    total = 0
    for row in range(len(starts) - 1):
        there = False
        for at in range(starts[row], starts[row + 1]):
            if places[at] == second:
                row_of[item[at]] = row
                there = True
        if there:
            for at in range(starts[row], starts[row + 1]):
                if places[at] == first and row_of[item[at]] == row:
                    row_of[item[at]] = -1  # counted
                    total += 1
    return total
