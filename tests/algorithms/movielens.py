"""Data of known results for the tests here: the official folds of MovieLens 100K, and MovieLens 1M in time order."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.data.interactions import Interactions
from workbench.data.splitting import Fold, LastN


def interactions(frame: pd.DataFrame, n_users: int, n_items: int) -> Interactions:
    """Interactions from columns of indices."""
    ids = [pa.array([str(n) for n in range(size)]) for size in (n_users, n_items)]
    extra = {name: frame[name].to_numpy() for name in ("rating", "time") if name in frame}
    return Interactions.build(frame["user"].to_numpy(np.int32), frame["item"].to_numpy(np.int32), *ids, **extra)


@functools.cache
def explicit_fold(folder: Path, number: int) -> tuple[Interactions, pd.DataFrame]:
    """One of the folds 1 to 5: what to learn from, and the hidden ratings."""
    columns = {"user": np.int32, "item": np.int32, "rating": np.float32, "time": np.int64}
    base, test = (
        pd.read_csv(folder / f"u{number}.{part}", sep="\t", names=list(columns), dtype=columns)
        for part in ("base", "test")
    )
    return interactions(base, 944, 1683), test


@functools.cache
def last_held_out(folder: Path) -> Fold:
    """MovieLens 1M, the last interaction of everybody hidden."""
    frame = pd.read_csv(folder / "interactions_chronological.csv")
    user, users = pd.factorize(frame["user_id"])
    item, items = pd.factorize(frame["movie_id"])
    coded = pd.DataFrame({"user": user, "item": item, "time": frame["position"].astype(np.int64)})
    return LastN(n=1, validation=0).split(interactions(coded, len(users), len(items)))
