"""Compiled inner loops of algorithms that predict ratings. Import inside functions only: the compiler loads slowly.

Strict arithmetic, but for `SUMS`: nothing depends on chance or on threads, so that equal seeds give equal bits. "Rows" are
compressed sparse rows: `indptr`, `index`, `value`.
"""

import numba
import numpy as np

from workbench.algorithms.kernels.neighbours import largest

# Sums may be taken in vector registers, and products and sums in one step. The compiler settles the order once for a kind
# of processor, so that equal seeds still give equal bits.
SUMS = {"reassoc", "contract", "nsz"}

# Measures of similarity, in the order in which the algorithm names them.
MSD, COSINE, PEARSON, PEARSON_BASELINE = range(4)


@numba.njit(cache=True, nogil=True)
def similar_rows(measure, shrinkage, rows, columns, among, begin, span, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Compare each row with every other by the entries that they have in common; float32 `out` (rows, others).

    `rows` are the ones to compare, `columns` are the others, transposed. `among`: the others are the rows themselves,
    and `columns` in order of rows, so that each two are compared once; `begin` (where each column begins, before the first
    row) is then moved on. `span` is the first row of this call, and the one after the last; all before are done. Measures,
    over the n common entries a and b:

    - MSD, mean squared difference: n / (n + Σ (a - b)²)
    - COSINE: Σ ab / √(Σa² Σb²)
    - PEARSON, correlation: (n Σab - Σa Σb) / √((n Σa² - (Σa)²) (n Σb² - (Σb)²))
    - PEARSON_BASELINE: the cosine, times (n - 1) / (n - 1 + shrinkage)

    Zero where nothing is in common, or where the fraction has no value.
    """
    indptr, index, value = rows
    column_indptr, column_index, column_value = columns
    size = out.shape[1]
    sums = np.zeros((size, 8))  # n, then what the measure needs; a power of two, so that rows share no cache line
    for x in range(span[0], span[1]):
        first = x if among else 0
        for n in range(indptr[x], indptr[x + 1]):
            y, a = index[n], value[n]
            start, end = begin[y], column_indptr[y + 1]
            if among:
                begin[y] += 1
            if measure == MSD:
                for m in range(start, end):
                    z, difference = column_index[m], a - column_value[m]
                    sums[z, 0] += 1
                    sums[z, 1] += difference * difference
            elif measure == PEARSON:
                for m in range(start, end):
                    z, b = column_index[m], column_value[m]
                    sums[z, 0] += 1
                    sums[z, 1] += a * b
                    sums[z, 2] += a * a
                    sums[z, 3] += b * b
                    sums[z, 4] += a
                    sums[z, 5] += b
            else:
                for m in range(start, end):
                    z, b = column_index[m], column_value[m]
                    sums[z, 0] += 1
                    sums[z, 1] += a * b
                    sums[z, 2] += a * a
                    sums[z, 3] += b * b
        for z in range(first, size):
            count = sums[z, 0]
            if count == 0:
                out[x, z] = 0
                continue
            if measure == MSD:
                above, below = count, count + sums[z, 1]
            elif measure == PEARSON:
                above = count * sums[z, 1] - sums[z, 4] * sums[z, 5]
                spread_a = max(0.0, count * sums[z, 2] - sums[z, 4] * sums[z, 4])
                spread_b = max(0.0, count * sums[z, 3] - sums[z, 5] * sums[z, 5])
                below = np.sqrt(spread_a * spread_b)
            else:
                above, below = sums[z, 1], np.sqrt(sums[z, 2] * sums[z, 3])
                if measure == PEARSON_BASELINE:
                    above *= count - 1
                    below *= count - 1 + shrinkage
            out[x, z] = above / below if below > 0 else 0
            sums[z] = 0
    if among:
        for x in range(span[0], span[1]):
            for z in range(x):
                out[x, z] = out[z, x]


@numba.njit(cache=True, nogil=True)
def ask_neighbours(similar, pairs, columns, k, at_least, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Mean of what the nearest neighbours say, weighted by similarity; NaN where fewer than `at_least` say something.

    For each pair of a row of `similar` and a column: those that have an entry in the column and a positive similarity
    to the row are neighbours, and the `k` most similar count. Where similarities are equal, those count that come
    first in the column.
    """
    row, column = pairs
    indptr, index, value = columns
    longest = max(1, np.max(indptr[1:] - indptr[:-1]))
    near, said, shuffled = np.empty(longest, np.float32), np.empty(longest), np.empty(longest, np.float32)
    for n in range(len(row)):
        size, x = 0, row[n]
        for place in range(indptr[column[n]], indptr[column[n] + 1]):
            s = similar[x, index[place]]
            near[size] = s
            said[size] = value[place]
            size += s > 0  # else the next one takes its place
        if size < at_least or size == 0:
            out[n] = np.nan
            continue
        least, ties = np.float32(0), 0
        if size > k:
            shuffled[:size] = near[:size]
            least = largest(shuffled, size, k)
            ties = k
            for place in range(size):
                ties -= near[place] > least
        above, below = 0.0, 0.0
        for place in range(size):
            s = near[place]
            if s > least or (s == least and ties > 0):
                ties -= s == least
                above += s * said[place]
                below += s
        out[n] = above / below


@numba.njit(cache=True, nogil=True)
def ask_neighbours_without(similar, index, value, places, k, at_least, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """What `ask_neighbours` says of each row on one column without each of some of its entries in turn.

    The column's entries are `index` and `value`; `out` is float64 (len(places), len(similar)). The neighbours are looked
    through once for each row: without one that counts, the next one counts.
    """
    n = len(index)
    near, shuffled, counts = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.bool_)
    for x in range(len(similar)):
        size = 0
        for place in range(n):
            near[place] = similar[x, index[place]]
            if near[place] > 0:
                shuffled[size] = near[place]
                size += 1
        least = largest(shuffled, size, k) if size > k else np.float32(0)
        ties = k
        for place in range(n):
            ties -= near[place] > least
        above, below, following = 0.0, 0.0, -1
        for place in range(n):
            s = near[place]
            counts[place] = s > 0 and (s > least or (s == least and ties > 0))
            if counts[place]:
                ties -= s == least
                above += s * value[place]
                below += s
            elif s > 0 and (following < 0 or s > near[following]):
                following = place
        for at in range(len(places)):
            place = places[at]
            s = near[place]
            left = size - 1 if s > 0 else size
            if left < at_least or left == 0:
                out[at, x] = np.nan
            elif not counts[place]:
                out[at, x] = above / below
            elif following < 0:
                out[at, x] = (above - s * value[place]) / (below - s)
            else:
                more = near[following]
                out[at, x] = (above - s * value[place] + more * value[following]) / (below - s + more)


@numba.njit(cache=True, nogil=True)
def mean_differences(by_item, by_user, begin, span, differences, counts):  # type: ignore[no-untyped-def] # pragma: no cover
    """Mean of (r_i - r_j) over those who rated both items, and how many they are; into two (items, items) of zeros.

    Both are rows of the same ratings, each in order of the other side; so each two items are compared once. `begin` and
    `span` as in `similar_rows`, of the users' rows and of items.
    """
    indptr, index, value = by_item
    user_indptr, user_index, user_value = by_user
    size = len(indptr) - 1
    sums, numbers = np.zeros(size), np.zeros(size, counts.dtype)
    for i in range(span[0], span[1]):
        for n in range(indptr[i], indptr[i + 1]):
            user, a = index[n], value[n]
            begin[user] += 1
            for m in range(begin[user], user_indptr[user + 1]):
                j = user_index[m]
                sums[j] += a - user_value[m]
                numbers[j] += 1
        for j in range(i + 1, size):
            if numbers[j]:
                mean = sums[j] / numbers[j]
                differences[i, j], differences[j, i] = mean, -mean
                counts[i, j] = counts[j, i] = numbers[j]
                sums[j], numbers[j] = 0, 0


@numba.njit(cache=True, nogil=True)
def ask_items(differences, counts, pairs, rows, means, weighted, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """What the items of each row say on each pair of a row and an item, averaged; NaN where none can say something.

    An item j rated r says r + differences[item, j], and counts[item, j] for its weight. Not weighted, each says
    differences[item, j] beyond the mean of the row. Index -1 is unknown.
    """
    user, item = pairs
    indptr, index, value = rows
    for n in range(len(user)):
        u, i = user[n], item[n]
        above, below = 0.0, 0.0
        if u >= 0 and i >= 0:
            for m in range(indptr[u], indptr[u + 1]):
                j = index[m]
                if counts[i, j]:
                    weight = counts[i, j] if weighted else 1
                    above += weight * (differences[i, j] + (value[m] if weighted else means[u]))
                    below += weight
        out[n] = above / below if below > 0 else np.nan


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def sgd_with_biases(users, rows, biases, factors, rate, weight):  # type: ignore[no-untyped-def] # pragma: no cover
    """One step of stochastic gradient descent for each rating of some users, in order, in place.

    The error of a rating r is e = r - (b_u + b_i + p_u·q_i), and all four parts step by `rate` towards less
    e² + weight (b_u² + b_i² + |p_u|² + |q_i|²); p_u and q_i from the values that both had before. `biases` and `factors`
    are the users' and the items'. While p_u steps, its product with the q_i of the next rating is taken already, so that
    p_u is gone through once.

    Returns the sum of e², each taken before its step.
    """
    indptr, index, value = rows
    user_bias, item_bias = biases
    user_factors, item_factors = factors
    n_factors = user_factors.shape[1]
    keep = np.float32(1) - rate * weight
    total = 0.0
    for u in users:
        first, last = indptr[u], indptr[u + 1]
        if first == last:
            continue
        p, bias = user_factors[u], user_bias[u]
        dot = np.float32(0)
        begin = item_factors[index[first]]
        for f in range(n_factors):
            dot += p[f] * begin[f]
        for n in range(first, last):
            i = index[n]
            q, following = item_factors[i], item_factors[index[n + 1 if n + 1 < last else first]]
            error = value[n] - (bias + item_bias[i] + dot)
            total += error * error
            step = rate * error
            bias = keep * bias + step
            item_bias[i] = keep * item_bias[i] + step
            dot = np.float32(0)
            for f in range(n_factors):
                before, theirs = p[f], q[f]
                after = keep * before + step * theirs
                p[f] = after
                q[f] = keep * theirs + step * before
                dot += after * following[f]
        user_bias[u] = bias
    return total


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def sgd_without_biases(ratings, factors, rate, weights):  # type: ignore[no-untyped-def] # pragma: no cover
    """One step of stochastic gradient descent for each rating of a block, in order, in place.

    The error of a rating r is e = r - p_u·q_i; p_u and q_i step by `rate` towards less e² + w_u |p_u|² + w_i |q_i|²,
    each from the values that both had before. Returns the sum of e², each taken before its step.
    """
    user, item, rating = ratings
    user_factors, item_factors = factors
    user_weight, item_weight = weights
    n_factors = user_factors.shape[1]
    total = 0.0
    for n in range(len(rating)):
        p, q = user_factors[user[n]], item_factors[item[n]]
        error = rating[n] - _dot(p, q)
        total += error * error
        for f in range(n_factors):
            before = p[f]
            p[f] += rate * (error * q[f] - user_weight * before)
            q[f] += rate * (error * before - item_weight * q[f])
    return total


@numba.njit(cache=True, nogil=True)
def sgd_by_user(users, rows, biases, factors, rate, weight):  # type: ignore[no-untyped-def] # pragma: no cover
    """Steps of SVD++ for all ratings of some users, in order, in place.

    The error of a rating r is e = r - (b_u + b_i + q_i·(p_u + z_u)), with z_u = |N|^(-1/2) Σ y_j over the user's items
    N. After each rating all y_j of the user step: y_j ← (1 - rate·weight) y_j + rate·e·|N|^(-1/2) q_i. Each of them is
    multiplied by, and increased by, the same as the others. So z_u steps alone, z_u ← (1 - rate·weight) z_u + rate·e·q_i,
    and what the y_j have to be multiplied by and increased by is kept until the user's last rating. That is the same
    arithmetic at the cost of one step, not of |N|.

    Returns the sum of e², each taken before its step.
    """
    indptr, index, value = rows
    user_bias, item_bias = biases
    user_factors, item_factors, implicit = factors
    n_factors = user_factors.shape[1]
    z, increase = np.empty_like(user_factors[0]), np.empty_like(user_factors[0])
    keep = np.float32(1 - rate * weight)
    total = 0.0
    for u in users:
        first, last = indptr[u], indptr[u + 1]
        if first == last:
            continue
        p = user_factors[u]
        norm = np.float32(1 / np.sqrt(last - first))
        _sum_of_rows(implicit, index[first:last], norm, z)
        increase[:] = 0
        multiply = np.float32(1)
        for n in range(first, last):
            i = index[n]
            q = item_factors[i]
            error = value[n] - (user_bias[u] + item_bias[i] + _dot(p, q) + _dot(z, q))
            total += error * error
            user_bias[u] += rate * (error - weight * user_bias[u])
            item_bias[i] += rate * (error - weight * item_bias[i])
            for f in range(n_factors):
                both, step = p[f] + z[f], rate * error * q[f]
                p[f] += step - rate * weight * p[f]
                z[f] = keep * z[f] + step
                increase[f] = keep * increase[f] + norm * step
                q[f] += rate * (error * both - weight * q[f])
            multiply *= keep
        for n in range(first, last):
            y = implicit[index[n]]
            for f in range(n_factors):
                y[f] = multiply * y[f] + increase[f]
    return total


@numba.njit(cache=True, nogil=True)
def implicit_sums(indptr, index, implicit, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """z_u = |N|^(-1/2) Σ y_j over the items of each row, zero where there are none; into `out` (rows, factors)."""
    for u in range(len(indptr) - 1):
        first, last = indptr[u], indptr[u + 1]
        if first == last:
            out[u] = 0
        else:
            _sum_of_rows(implicit, index[first:last], np.float32(1 / np.sqrt(last - first)), out[u])


@numba.njit(cache=True, nogil=True)
def squared_errors(rows, mine, theirs, my_bias, their_bias):  # type: ignore[no-untyped-def] # pragma: no cover
    """Sum of (value - b_x - b_y - p_x·q_y)² over all entries of the rows."""
    indptr, index, value = rows
    total = 0.0
    for x in range(len(indptr) - 1):
        for n in range(indptr[x], indptr[x + 1]):
            error = value[n] - my_bias[x] - their_bias[index[n]] - _dot(mine[x], theirs[index[n]])
            total += error * error
    return total


@numba.njit(cache=True, nogil=True)
def _dot(p, q):  # type: ignore[no-untyped-def] # pragma: no cover
    """Dot product in eight sums side by side, because a single one would wait for itself."""
    size = len(p)
    whole = size - size % 8
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = p[0] * 0  # zeros of the type of the factors
    for f in range(0, whole, 8):
        s0 += p[f] * q[f]
        s1 += p[f + 1] * q[f + 1]
        s2 += p[f + 2] * q[f + 2]
        s3 += p[f + 3] * q[f + 3]
        s4 += p[f + 4] * q[f + 4]
        s5 += p[f + 5] * q[f + 5]
        s6 += p[f + 6] * q[f + 6]
        s7 += p[f + 7] * q[f + 7]
    for f in range(whole, size):
        s0 += p[f] * q[f]
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))


@numba.njit(cache=True, nogil=True)
def _sum_of_rows(table, index, scale, out):  # type: ignore[no-untyped-def] # pragma: no cover
    """Sum of these rows of a table times `scale`, into `out`."""
    out[:] = 0
    for n in range(len(index)):
        row = table[index[n]]
        for f in range(len(out)):
            out[f] += row[f]
    for f in range(len(out)):
        out[f] *= scale
