"""What cannot be bettered in one respect without being worse in another."""

import numpy as np

from workbench.data.interactions import Array


def front(x: Array, y: Array, *, x_higher: bool = True, y_higher: bool = True) -> Array:
    """Points of the Pareto front.

    Parameters
    ----------
    x, y : float64 (n,)
        NaN where something is not known; such points are never on it.
    x_higher, y_higher
        Whether more is better.

    Returns
    -------
    int64 (m,)
        Those that no other is at least as good as in both and better than in one, x rising. Of equal ones, all.
    """
    along, up = (x if x_higher else -x), (y if y_higher else -y)
    known = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
    order = known[np.lexsort((-up[known], -along[known]))]  # the best in x first, of equal ones the best in y
    found: list[int] = []
    for at in order:
        last = found[-1] if found else None
        if last is None or up[at] > up[last] or (up[at] == up[last] and along[at] == along[last]):
            found.append(int(at))
    return np.array(sorted(found, key=lambda at: (x[at], y[at])), dtype=np.int64)
