"""Compiled inner loops. Import inside functions only: loading the compiler takes half a second."""

import numba


@numba.njit(cache=True, nogil=True)
def sgd_block(ratings, biases, factors, rate, weight):  # type: ignore[no-untyped-def] # pragma: no cover
    """One step of stochastic gradient descent for each rating of a block, in order, in place.

    The error of a rating r is e = r - (b_u + b_i + p_u·q_i), and all four parts step by `rate` towards less
    e² + weight (b_u² + b_i² + |p_u|² + |q_i|²); p_u and q_i from the values that both had before.

    `ratings` are users, items and ratings; `biases` and `factors` are the users' and the items'.

    Strict arithmetic (no `fastmath`): sums keep their order, so that equal seeds give equal bits. The dot product runs
    in eight sums side by side because a single one would wait for itself.

    Returns the sum of e², each taken before its step.
    """
    user, item, rating = ratings
    user_bias, item_bias = biases
    user_factors, item_factors = factors
    n_factors = user_factors.shape[1]
    whole = n_factors - n_factors % 8
    total = 0.0
    for n in range(len(rating)):
        u, i = user[n], item[n]
        p, q = user_factors[u], item_factors[i]
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = rate * 0  # zeros of the type of the factors
        for f in range(0, whole, 8):
            s0 += p[f] * q[f]
            s1 += p[f + 1] * q[f + 1]
            s2 += p[f + 2] * q[f + 2]
            s3 += p[f + 3] * q[f + 3]
            s4 += p[f + 4] * q[f + 4]
            s5 += p[f + 5] * q[f + 5]
            s6 += p[f + 6] * q[f + 6]
            s7 += p[f + 7] * q[f + 7]
        for f in range(whole, n_factors):
            s0 += p[f] * q[f]
        dot = ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))
        error = rating[n] - (user_bias[u] + item_bias[i] + dot)
        total += error * error
        user_bias[u] += rate * (error - weight * user_bias[u])
        item_bias[i] += rate * (error - weight * item_bias[i])
        for f in range(n_factors):
            before = p[f]
            p[f] += rate * (error * q[f] - weight * before)
            q[f] += rate * (error * before - weight * q[f])
    return total
