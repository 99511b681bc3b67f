"""How sure a mean is: percentile bootstrap over users.

What is added up are whole numbers, small enough to be exact in double precision in any order. So an interval is the same to
the last bit whatever else is asked for with it, in whatever pieces it is made, and by whatever library.
"""

from collections.abc import Iterator

import numpy as np

from workbench.data.interactions import Array

RESAMPLES, SEED, LEVEL = 1000, 0, 0.95
# Numbers drawn at once.
BATCH_NUMBERS = 4_000_000
# Below 2 to this power double precision holds every whole number.
EXACT_BITS = 53
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
    weight = np.ones(len(values)) if weights is None else weights
    # One by one and each side by side in memory: so a column is added up alike, whatever the others are.
    columns = [_whole_numbers(np.ascontiguousarray(column), weight) for column in values.T]
    sums = np.stack([column for column, _, _ in columns], axis=1)
    shares, which = _different([share for _, share, _ in columns])
    middle, unit, least, most = np.array([scale for _, _, scale in columns]).T
    means = []
    for drawn in _drawn(len(values), resamples, seed):
        share = (drawn @ shares)[:, which]
        means.append(np.divide(drawn @ sums, share, out=np.zeros_like(share), where=share > 0))
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    return np.clip(middle + low * unit, least, most), np.clip(middle + high * unit, least, most)


def resampled_sums(values: Array, *, resamples: int = RESAMPLES, seed: int = SEED) -> Array:
    """Sums of the columns in each resample of the rows, for what is no mean but another function of sums.

    Parameters
    ----------
    values : float64 (n, m)

    Returns
    -------
    float64 (resamples, m)
    """
    rounded = [_rounded(np.ascontiguousarray(column)) for column in values.T]
    numbers, worth = np.stack([column for column, _ in rounded], axis=1), np.array([one for _, one in rounded])
    return np.concatenate([drawn @ numbers for drawn in _drawn(len(values), resamples, seed)]) * worth


def _whole_numbers(values: Array, weight: Array) -> tuple[Array, Array, tuple[float, float, float, float]]:
    """What each user adds to the sum of differences from the mean, and to the sum of weights, in whole numbers.

    Returned with them: the mean, the worth of one in the quotient of the two sums, and the range of the values.
    """
    there = ~np.isnan(values)
    counted = there * weight
    total = float(counted.sum())
    middle = float((np.where(there, values, 0.0) * weight).sum()) / total if total > 0 else 0.0
    sums, worth = _rounded(np.where(there, (values - middle) * weight, 0.0))
    shares, of_share = _rounded(counted)
    known = values[there] if there.any() else np.zeros(1)
    return sums, shares, (middle, worth / of_share, float(known.min()), float(known.max()))


def _rounded(values: Array) -> tuple[Array, float]:
    """As whole numbers of which as many as there are add up exactly, and the worth of one."""
    largest = 2.0 ** (EXACT_BITS - len(values).bit_length())
    worth = max(float(np.abs(values).max(initial=0)), 1e-300) / largest
    return np.rint(values / worth), worth


def _different(columns: list[Array]) -> tuple[Array, list[int]]:
    """The different ones side by side, and which of them each is: mostly all are alike."""
    found = {column.tobytes(): column for column in columns}
    places = {key: place for place, key in enumerate(found)}
    return np.stack(list(found.values()), axis=1), [places[column.tobytes()] for column in columns]


def _drawn(n: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each of `n` users is drawn in each resample, float64 (some of them, n)."""
    from workbench.evaluation.kernels.metrics import draws

    rows = max(1, BATCH_NUMBERS // max(1, n))
    chance = np.random.SeedSequence([seed, n]).generate_state(-(-resamples // rows), np.uint64)
    for at, start in enumerate(range(0, resamples, rows)):
        counts = np.zeros((min(rows, resamples - start), n), np.uint16)  # of two bytes: a row stays in the cache
        draws(chance[at], counts)
        yield counts.astype(np.float64)
