"""Ratings for tests of algorithms that predict them: a small set, and the errors on the official folds."""

import numpy as np

from tests.algorithms.movielens import explicit_fold, interactions


def small(seed=0, n_users=20, n_items=15, n=120, spare=2):
    """Whole ratings from 1 to 5 of random pairs, as a frame and as interactions, with users and items to spare."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    pairs = rng.choice(n_users * n_items, n, replace=False)
    frame = pd.DataFrame(
        {"user": pairs // n_items, "item": pairs % n_items, "rating": rng.integers(1, 6, n).astype(np.float32)}
    )
    return frame, interactions(frame, n_users + spare, n_items + spare)


def dense(data):
    """Ratings as float64 (n_users, n_items), NaN where there is none."""
    matrix = np.full((data.n_users, data.n_items), np.nan)
    matrix[data.user, data.item] = data.rating
    return matrix


def trained(algorithm, data, seed=0):
    """Train to the end; returns the algorithm and its records."""
    return algorithm, list(algorithm.train(data, seed))


def every_pair(data):
    """All users with all items, those without ratings and the unknown ones (-1) too."""
    grid = np.mgrid[-1 : data.n_users, -1 : data.n_items].reshape(2, -1)
    return grid[0].astype(np.int32), grid[1].astype(np.int32)


def errors(folder, make, numbers=range(1, 6), *, cold_is_mean=False):
    """Mean RMSE and MAE over official folds of MovieLens 100K.

    `cold_is_mean`: items that are not in training are predicted as the mean of all ratings, as Surprise does.
    """
    found = []
    for number in numbers:
        data, test = explicit_fold(folder, number)
        algorithm, _ = trained(make(), data)
        user, item, rating = (test[name].to_numpy() for name in ("user", "item", "rating"))
        predicted = algorithm.predict(user, item).astype(np.float64)
        if cold_is_mean:
            predicted[data.item_counts[item] == 0] = data.rating.mean(dtype=np.float64)
        found.append((np.sqrt(np.mean((predicted - rating) ** 2)), np.mean(np.abs(predicted - rating))))
    return np.mean(found, axis=0)
