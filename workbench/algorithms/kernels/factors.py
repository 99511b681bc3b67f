"""Compiled inner loops of factor models that learn to rank, or from features. Import inside functions only.

Strict arithmetic, but for `_dot`; nothing depends on threads: equal seeds give equal bits. "Features" are compressed
sparse rows (`indptr`, `index`, `value`) of items: an item's vector is the sum of its features' vectors by their values. A
model without features has one for each item. Steps are Adagrad's: each number has its own rate, the learning rate by
the root of the sum of its squared gradients, which begins at 1.
"""

import numba
import numpy as np

# Constants of splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
GOLDEN, MIX_1, MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S30, S27, S31, S32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


@numba.njit(cache=True, nogil=True)
def _draw(state, n):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """A number from 0 to n - 1 (n below 2³²), and the next state; both by splitmix64."""
    state += GOLDEN
    z = state
    z = (z ^ (z >> S30)) * MIX_1
    z = (z ^ (z >> S27)) * MIX_2
    z = z ^ (z >> S31)
    return np.int64(((z >> S32) * np.uint64(n)) >> S32), state


@numba.njit(cache=True, nogil=True)
def _has(items, start, end, wanted):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Whether ``items[start:end]``, in ascending order, has `wanted`."""
    low, high = start, end
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low < end and items[low] == wanted


# The one sum whose order is free, so that it runs in vector registers. The compiler settles the order once for a kind of
# processor, so that equal seeds still give equal bits.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _dot(p, q):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    total = np.float32(0)
    for f in range(len(p)):
        total += p[f] * q[f]
    return total


@numba.njit(cache=True, nogil=True)
def _score(p, i, features, factors, biases):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    indptr, index, value = features
    total = np.float32(0)
    for n in range(indptr[i], indptr[i + 1]):
        a = index[n]
        total += value[n] * (_dot(p, factors[a]) + biases[a])
    return total


@numba.njit(cache=True, nogil=True)
def _step(values, squares, at, gradient, rate):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    squares[at] += gradient * gradient
    values[at] -= rate * gradient / np.sqrt(squares[at])


@numba.njit(cache=True, nogil=True)
def _push(i, pull, p, features, parts, rate, weight):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """Let the features of an item step; `pull` is the derivative of the loss by the item's score."""
    indptr, index, value = features
    factors, squares, biases, bias_squares = parts
    for n in range(indptr[i], indptr[i + 1]):
        a, x = index[n], pull * value[n]
        q, s = factors[a], squares[a]
        for f in range(len(p)):
            gradient = x * p[f] + weight * q[f]
            s[f] += gradient * gradient
            q[f] -= rate * gradient / np.sqrt(s[f])
        _step(biases, bias_squares, a, x + weight * biases[a], rate)


@numba.njit(cache=True, nogil=True)
def learn_order(pairs, seen, others, features, users, items, settings, state):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """One step for each pair of a user and a seen item, in order, in place: it should be above items not seen.

    WARP (`trials` above 0): items are drawn, `trials` at most, until one that is not seen scores above the seen one less 1.
    If it was the t-th of N, the seen item's rank is about (N - 1) / t, and the loss is the logarithm of that rank
    times what is lacking from 1. BPR (`trials` 0): the first that is not seen counts, and the loss is
    -ln sigmoid(difference).

    Parameters
    ----------
    pairs : int32 (n,), (n,)
    seen : tuple
        Where each user's items begin, and the items, each user's in ascending order.
    others : int32 (N,)
        Items that may be drawn.
    features : tuple
    users : tuple
        Factors (n_users, d) and their sums of squares.
    items : tuple
        Factors (n_features, d), their sums of squares, biases, their sums of squares.
    settings : tuple
        Learning rate and L2 weight (float32), trials.
    state : uint64
        Where the chance begins.

    Returns
    -------
    loss : float
        Sum over the pairs.
    state : uint64
    """
    user, item = pairs
    begin, seen_item = seen
    user_factors, user_squares = users
    factors, _, biases, _ = items
    indptr, index, value = features
    rate, weight, trials = settings
    difference = np.empty_like(user_factors[0])
    most = trials if trials > 0 else 100
    total = 0.0
    for n in range(len(user)):
        u, i = user[n], item[n]
        p, p_squares = user_factors[u], user_squares[u]
        own = _score(p, i, features, factors, biases)
        other, pull = -1, np.float32(0)
        for trial in range(1, most + 1):
            place, state = _draw(state, len(others))
            j = others[place]
            lead = own - _score(p, j, features, factors, biases)
            # Looked up last: most items stand low enough, and the search costs as much as a score.
            if (trials > 0 and lead >= 1) or _has(seen_item, begin[u], begin[u + 1], j):
                continue
            if trials == 0:
                other, pull = j, np.float32(1 / (1 + np.exp(lead)))
                total += np.log1p(np.exp(-abs(lead))) + max(-lead, 0)
                break
            loss = np.float32(np.log(max(1.0, (len(others) - 1) // trial)))
            other, pull = j, loss
            total += loss * (1 - lead)
            break
        if other < 0 or pull == 0:
            continue
        difference[:] = 0
        for m in range(indptr[i], indptr[i + 1]):
            x, q = value[m], factors[index[m]]
            for f in range(len(p)):
                difference[f] += x * q[f]
        for m in range(indptr[other], indptr[other + 1]):
            x, q = value[m], factors[index[m]]
            for f in range(len(p)):
                difference[f] -= x * q[f]
        _push(i, -pull, p, features, items, rate, weight)
        _push(other, pull, p, features, items, rate, weight)
        for f in range(len(p)):
            _step(p, p_squares, f, weight * p[f] - pull * difference[f], rate)
    return total, state


@numba.njit(cache=True, nogil=True)
def logistic_rows(rows, matrix, own, other, settings, start):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """One step for the factors and the bias of each of some rows (users, or items), in place, the other side held fixed.

    The loss of a row is Σ (1 + c) ln(1 + exp x) - c x over its entries, with x = p·q + b + b' and confidence c, plus
    Σ ln(1 + exp x) over `negatives` drawn others, plus weight / 2 |p|². Each row's chance is its own.

    Parameters
    ----------
    rows : tuple
        First row, and the one after the last.
    matrix : tuple
        ``indptr, index`` of compressed sparse rows, in ascending order.
    own, other : tuple
        Factors, sums of squares, biases, sums of squares of this side; factors and biases of the other.
    settings : tuple
        Learning rate, L2 weight and confidence (float32), negatives.
    start : uint64

    Returns
    -------
    loss : float
        Sum over entries and drawn others, without the L2 weight.
    count : int
        How many those are.
    """
    indptr, index = matrix
    factors, squares, biases, bias_squares = own
    other_factors, other_biases = other
    rate, weight, confidence, negatives = settings
    gradient = np.empty_like(factors[0])
    total, count = 0.0, 0
    one = np.float32(1)
    for r in range(rows[0], rows[1]):
        first, last = indptr[r], indptr[r + 1]
        if first == last:
            continue
        p = factors[r]
        for f in range(len(p)):
            gradient[f] = weight * p[f]
        bias_gradient = np.float32(0)
        state = start + np.uint64(r + 1) * MIX_1
        for n in range(first, last):
            q = other_factors[index[n]]
            x = _dot(p, q) + biases[r] + other_biases[index[n]]
            pull = (one + confidence) / (one + np.exp(-x)) - confidence
            total += (1 + confidence) * (np.log1p(np.exp(-abs(x))) + max(x, 0)) - confidence * x
            for f in range(len(p)):
                gradient[f] += pull * q[f]
            bias_gradient += pull
        for _ in range(negatives):
            j, state = _draw(state, len(other_biases))
            if _has(index, first, last, j):
                continue
            q = other_factors[j]
            x = _dot(p, q) + biases[r] + other_biases[j]
            pull = one / (one + np.exp(-x))
            total += np.log1p(np.exp(-abs(x))) + max(x, 0)
            count += 1
            for f in range(len(p)):
                gradient[f] += pull * q[f]
            bias_gradient += pull
        count += last - first
        for f in range(len(p)):
            _step(p, squares[r], f, gradient[f], rate)
        _step(biases, bias_squares, r, bias_gradient, rate)
    return total, count


@numba.njit(cache=True, nogil=True)
def factorization_machine(ratings, features, users, items, rate, weight):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """One step of stochastic gradient descent for each rating, in order, in place.

    The error of a rating r is e = r - (b_u + Σ x_a b_a + Σ pairs), pairs being the products p_u·(x_a q_a) and those of two
    different features of the item. Their sum is p·s + (|s|² - Σ x_a² |q_a|²) / 2 with s = Σ x_a q_a. All parts step by
    `rate` towards less e² + weight (squares of all that took part). Returns the sum of e², each before its step.
    """
    user, item, rating = ratings
    indptr, index, value = features
    user_factors, user_biases = users
    factors, biases = items
    s = np.empty_like(user_factors[0])
    total = 0.0
    for n in range(len(rating)):
        u = user[n]
        p = user_factors[u]
        first, last = indptr[item[n]], indptr[item[n] + 1]
        s[:] = 0
        guess, own = user_biases[u], np.float32(0)
        for m in range(first, last):
            x, q = value[m], factors[index[m]]
            guess += x * biases[index[m]]
            own += x * x * _dot(q, q)
            for f in range(len(p)):
                s[f] += x * q[f]
        error = rating[n] - (guess + _dot(p, s) + (_dot(s, s) - own) / np.float32(2))
        total += error * error
        user_biases[u] += rate * (error - weight * user_biases[u])
        for m in range(first, last):
            a, x = index[m], value[m]
            q = factors[a]
            biases[a] += rate * (error * x - weight * biases[a])
            for f in range(len(p)):
                q[f] += rate * (error * x * (p[f] + s[f] - x * q[f]) - weight * q[f])
        for f in range(len(p)):
            p[f] += rate * (error * s[f] - weight * p[f])
    return total
