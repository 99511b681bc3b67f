"""How sure a mean is: percentile bootstrap over users."""

import numpy as np

from workbench.data.interactions import Array

RESAMPLES, SEED, LEVEL = 1000, 0, 0.95
# Numbers drawn at once.
AT_ONCE = 4_000_000
WORDS = f"{LEVEL:.0%}, percentile bootstrap over users, {RESAMPLES:,} resamples, seed {SEED}"


def bootstrap(
    values: Array, weights: Array | None = None, *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> tuple[Array, Array]:
    """Interval of the mean of each column: users are drawn with replacement, the same for all columns.

    Parameters
    ----------
    values : float64 (n_users, m)
        NaN where a user has no value; such users are drawn and do not count.
    weights : float64 (n_users,), optional
        How much each user counts (such as the number of ratings); all alike where left out.

    Returns
    -------
    low, high : float64 (m,)
        Never outside the range of the values.
    """
    from workbench.evaluation.kernels.metrics import draws

    n, m = values.shape
    rows = max(1, AT_ONCE // max(1, n))
    there = ~np.isnan(values)
    weight = np.ones(n) if weights is None else weights
    whole = bool(there.all())
    total = np.where(there, values, 0.0) * weight[:, None]
    share = (there * weight[:, None]).sum(axis=0)
    middle = np.divide(total.sum(axis=0), share, out=np.zeros(m), where=share > 0)
    # What is drawn are differences from the mean, small enough for numbers of four bytes.
    offset = np.where(there, (values - middle) * weight[:, None], 0.0)
    scale = np.maximum(np.abs(offset).max(axis=0, initial=0), 1e-300)
    sums = (offset / scale).astype(np.float32)
    counts = weight[:, None].astype(np.float32) if whole else (there * weight[:, None]).astype(np.float32)
    start_of_chance = np.random.SeedSequence([seed, n]).generate_state(-(-resamples // rows), np.uint64)
    means = np.empty((resamples, m))
    for start in range(0, resamples, rows):
        stop = min(resamples, start + rows)
        drawn = np.zeros((stop - start, n), np.float32)  # how often each user was drawn
        draws(start_of_chance[start // rows], drawn)
        drawn_counts = drawn @ counts
        means[start:stop] = np.divide(
            drawn @ sums, drawn_counts, out=np.zeros((stop - start, m)), where=drawn_counts > 0
        )
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return middle + low * scale, middle + high * scale
