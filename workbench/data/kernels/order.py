"""Compiled loops that order millions of rows in linear passes. Import inside functions only: it loads the compiler."""

import numba
import numpy as np

# Rows shorter than this are sorted by insertion.
INSERTION_SORT_ROWS = 48
# Places in `interactions.DUPLICATES`.
LAST, FIRST, MEAN, SUM, MAX, COUNT = range(6)


@numba.njit(cache=True, nogil=True)
def places(user, cursor, where):  # type: ignore[no-untyped-def] # pragma: no cover
    """Where each row of a block goes when rows are grouped by user in the order of the file; `cursor` moves on."""
    for n in range(len(user)):
        u = user[n]
        where[n] = cursor[u]
        cursor[u] += 1


@numba.njit(cache=True, nogil=True)
def sort_rows(indptr, first, last, item, rating, time, part):  # type: ignore[no-untyped-def] # pragma: no cover
    """Bring the rows of users `first` to `last` - 1 into time order, equal times as they are, in place.

    `rating` and `part` may have length 0: then there are none.
    """
    rated, parted = len(rating) > 0, len(part) > 0
    for u in range(first, last):
        a, b = indptr[u], indptr[u + 1]
        in_order = True
        for n in range(a + 1, b):
            if time[n] < time[n - 1]:
                in_order = False
                break
        if in_order:
            continue
        if b - a <= INSERTION_SORT_ROWS:
            for n in range(a + 1, b):
                t, i = time[n], item[n]
                r = rating[n] if rated else np.float32(0)
                p = part[n] if parted else np.int8(0)
                m = n
                while m > a and time[m - 1] > t:
                    time[m], item[m] = time[m - 1], item[m - 1]
                    if rated:
                        rating[m] = rating[m - 1]
                    if parted:
                        part[m] = part[m - 1]
                    m -= 1
                time[m], item[m] = t, i
                if rated:
                    rating[m] = r
                if parted:
                    part[m] = p
            continue
        order = np.argsort(time[a:b], kind="mergesort")
        time[a:b] = time[a:b][order]
        item[a:b] = item[a:b][order]
        if rated:
            rating[a:b] = rating[a:b][order]
        if parted:
            part[a:b] = part[a:b][order]


@numba.njit(cache=True, nogil=True)
def merge_rows(  # type: ignore[no-untyped-def] # pragma: no cover
    indptr, first, last, write, columns, scratch, how, lengths
):
    """Keep one row of each user, item and part for users `first` to `last` - 1; move what is kept down to `write`.

    `columns` are item, rating, time and part; all but the first may have length 0. `scratch` are, for each item and part,
    the user who met it last (-1: nobody), the row that is kept, the value and the count. `how` is the place of the way in
    `interactions.DUPLICATES`: last, first, mean, sum, max, count. Returns where the next row is to be written.
    """
    item, rating, time, part = columns
    who, kept, value, count = scratch
    rated, timed, parted = len(rating) > 0, len(time) > 0, len(part) > 0
    for u in range(first, last):
        a, b = indptr[u], indptr[u + 1]
        for n in range(a, b):
            s = item[n] * 3 + part[n] if parted else item[n]
            r = np.float64(rating[n]) if rated else 0.0
            if who[s] != u:
                who[s] = u
                kept[s] = n
                value[s] = r
                count[s] = 1
                continue
            count[s] += 1
            if how != FIRST:
                kept[s] = n
            if how == LAST:
                value[s] = r
            elif how in (MEAN, SUM):
                value[s] += r
            elif how == MAX:
                value[s] = max(value[s], r)
        begin = write
        for n in range(a, b):
            s = item[n] * 3 + part[n] if parted else item[n]
            if kept[s] != n:
                continue
            item[write] = item[n]
            if timed:
                time[write] = time[n]
            if parted:
                part[write] = part[n]
            if rated:
                if how == COUNT:
                    rating[write] = count[s]
                elif how == MEAN:
                    rating[write] = value[s] / count[s]
                else:
                    rating[write] = value[s]
            write += 1
        lengths[u] = write - begin
    return write


def warm():  # type: ignore[no-untyped-def] # pragma: no cover
    """Load or compile all of it, with arguments of the types that it will get."""
    user = np.frombuffer(bytes(8), np.int32)  # not to be written to, as the blocks that are read
    indptr, item, lengths = np.array([0, 2]), np.zeros(2, np.int32), np.zeros(1, np.int64)
    columns = (item, np.zeros(2, np.float32), np.zeros(2, np.int64), np.zeros(2, np.int8))
    scratch = (np.full(3, -1, np.int32), np.zeros(3, np.int64), np.zeros(3), np.zeros(3, np.int64))
    places(user, indptr[:-1].copy(), np.empty(2, np.int64))
    sort_rows(indptr, 0, 1, *columns)
    merge_rows(indptr, 0, 1, 0, columns, scratch, LAST, lengths)
