"""Compiled inner loop of BPR. Import inside functions only: the compiler loads slowly."""

import numba
import numpy as np

from workbench.algorithms.kernels.factors import _draw, _has, _step

# Sums may be taken in vector registers, and products and sums in one step. The compiler settles the order once for a kind
# of processor, so that equal seeds still give equal bits.
SUMS = {"reassoc", "contract"}


@numba.njit(cache=True, nogil=True, fastmath=SUMS)
def learn_pairs(people, seen, not_chosen, users, items, settings, state):  # type: ignore[no-untyped-def] # pragma: no cover - compiled
    """One step for each seen item of some users, one user after the other, in place: it should be above one not seen.

    That one scores highest of those drawn. With x the difference of the scores the loss is -ln sigmoid(x) + weight / 2
    (|p|² + |q_i|² + |q_j|² + b_i² + b_j²). Each vector steps by the learning rate over the root of its `squares`, to
    which the mean of its squared gradient is added first (Adagrad, one rate for a vector).

    Parameters
    ----------
    people : int64 (n,)
    seen : tuple
        Where each user's items begin, and the items, each user's in ascending order.
    not_chosen : tuple
        Where each user's items begin that were seen and not chosen, or disliked, and the items: every other time one of
        them, by chance, takes the place of those that are drawn.
    users : tuple
        Factors (n_users, d), squares (n_users,).
    items : tuple
        Factors (n_items, d), squares (n_items,), biases, their squares.
    settings : tuple
        Learning rate and L2 weight (float32), how many are drawn.
    state : uint64
        Where the chance begins.

    Returns
    -------
    loss : float
        Sum of -ln sigmoid(x).
    state : uint64
    """
    begin, seen_item = seen
    begin_refused, refused_item = not_chosen
    factors, squares = users
    item_factors, item_squares, biases, bias_squares = items
    rate, weight, drawn = settings
    d = factors.shape[1]
    zero, one, share = np.float32(0), np.float32(1), np.float32(1 / d)
    total = 0.0
    for u in people:
        p, first, last = factors[u], begin[u], begin[u + 1]
        n_refused = begin_refused[u + 1] - begin_refused[u]
        for at in range(first, last):
            i = seen_item[at]
            q = item_factors[i]
            own = biases[i]
            for f in range(d):
                own += p[f] * q[f]
            j, best = -1, np.float32(-np.inf)
            refused = 0
            if n_refused:
                refused, state = _draw(state, 2)
            for _ in range(1 if refused else drawn):
                if refused:
                    place, state = _draw(state, n_refused)
                    other = int(refused_item[begin_refused[u] + place])
                else:
                    other, state = _draw(state, len(biases))
                r, score = item_factors[other], biases[other]
                for f in range(d):
                    score += p[f] * r[f]
                if score > best and not _has(seen_item, first, last, other):
                    j, best = other, score
            if j < 0:
                continue
            r = item_factors[j]
            odds = np.exp(min(best - own, np.float32(80)))
            total += np.log1p(odds)
            pull = odds / (one + odds)
            _step(biases, bias_squares, i, weight * biases[i] - pull, rate)
            _step(biases, bias_squares, j, weight * biases[j] + pull, rate)
            of_p = of_q = of_r = zero
            for f in range(d):
                of_p += (weight * p[f] - pull * (q[f] - r[f])) ** 2
                of_q += (weight * q[f] - pull * p[f]) ** 2
                of_r += (weight * r[f] + pull * p[f]) ** 2
            squares[u] += share * of_p
            item_squares[i] += share * of_q
            item_squares[j] += share * of_r
            rate_p, rate_q = rate / np.sqrt(squares[u]), rate / np.sqrt(item_squares[i])
            rate_r = rate / np.sqrt(item_squares[j])
            keep_p, keep_q, keep_r = one - rate_p * weight, one - rate_q * weight, one - rate_r * weight
            rate_p, rate_q, rate_r = rate_p * pull, rate_q * pull, rate_r * pull
            for f in range(d):
                a, b, c = p[f], q[f], r[f]
                p[f] = keep_p * a + rate_p * (b - c)
                q[f] = keep_q * b + rate_q * a
                r[f] = keep_r * c - rate_r * a
    return total, state
