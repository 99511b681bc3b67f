"""Errors of predicted ratings, over all hidden ratings together (not user by user)."""

import numpy as np

from workbench.metrics import Array, rating_metric


@rating_metric("RMSE", "square root of the mean of (predicted - true)², over all hidden ratings", finish=np.sqrt)
def rmse(predicted: Array, truth: Array) -> Array:
    """Squared error of each pair. float64 (n_pairs,)."""
    return (predicted.astype(np.float64) - truth) ** 2


@rating_metric("MAE", "mean of |predicted - true|, over all hidden ratings")
def mae(predicted: Array, truth: Array) -> Array:
    """Absolute error of each pair. float64 (n_pairs,)."""
    return np.abs(predicted.astype(np.float64) - truth)
