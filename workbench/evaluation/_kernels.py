"""The compiled inner loop of `top_k`. Imported only where lists are made: the window's process never loads numba."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def best_of_rows(scores, order, items, k):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Write the `k` best columns of each row to `items`, best first; -1 where fewer than `k` are above -inf.

    `order` breaks ties: of two equal scores the item with the smaller order comes first. One pass over a row keeps the
    best `k` in a heap whose root is the worst of them.
    """
    n, m = scores.shape
    value = np.empty(k, scores.dtype)
    place = np.empty(k, np.int32)
    for u in range(n):
        size = 0
        for i in range(m):
            s = scores[u, i]
            if not s > -np.inf:  # masked, or not a number
                continue
            if size == k:
                if s < value[0] or (s == value[0] and order[i] > order[place[0]]):
                    continue
                # Replace the root and sift it down.
                c = 0
                while True:
                    child = 2 * c + 1
                    if child >= k:
                        break
                    right = child + 1
                    if right < k and (
                        value[right] < value[child]
                        or (value[right] == value[child] and order[place[right]] > order[place[child]])
                    ):
                        child = right
                    if value[child] < s or (value[child] == s and order[place[child]] > order[i]):
                        value[c] = value[child]
                        place[c] = place[child]
                        c = child
                    else:
                        break
                value[c] = s
                place[c] = i
            else:
                # Append and sift up.
                c = size
                size += 1
                while c > 0:
                    parent = (c - 1) // 2
                    if s < value[parent] or (s == value[parent] and order[i] > order[place[parent]]):
                        value[c] = value[parent]
                        place[c] = place[parent]
                        c = parent
                    else:
                        break
                value[c] = s
                place[c] = i
        # Empty the heap from the worst to the best.
        for rank in range(size, k):
            items[u, rank] = -1
        for last in range(size - 1, -1, -1):
            items[u, last] = place[0]
            s, i = value[last], place[last]
            c = 0
            while True:
                child = 2 * c + 1
                if child >= last:
                    break
                right = child + 1
                if right < last and (
                    value[right] < value[child]
                    or (value[right] == value[child] and order[place[right]] > order[place[child]])
                ):
                    child = right
                if value[child] < s or (value[child] == s and order[place[child]] > order[i]):
                    value[c] = value[child]
                    place[c] = place[child]
                    c = child
                else:
                    break
            value[c] = s
            place[c] = i
