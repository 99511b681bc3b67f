"""Data of known results for the tests here: the official folds of MovieLens 100K, and MovieLens 1M in time order."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Interactions
from workbench.data.splitting import Fold
from workbench.data.splitting.files import Files
from workbench.data.splitting.last_n import LastN


def interactions(frame: Any, n_users: int, n_items: int) -> Interactions:
    """Interactions from columns of indices."""
    ids = [pa.array([str(n) for n in range(size)]) for size in (n_users, n_items)]
    extra = {name: frame[name].to_numpy() for name in ("rating", "time") if name in frame}
    return Interactions.build(frame["user"].to_numpy(np.int32), frame["item"].to_numpy(np.int32), *ids, **extra)


@functools.cache
def explicit_fold(folder: Path, number: int) -> tuple[Interactions, Any]:
    """One of the folds 1 to 5: what to learn from, and the hidden ratings."""
    import pandas as pd

    columns = {"user": np.int32, "item": np.int32, "rating": np.float32, "time": np.int64}
    base, test = (
        pd.read_csv(folder / f"u{number}.{part}", sep="\t", names=list(columns), dtype=columns)
        for part in ("base", "test")
    )
    return interactions(base, 944, 1683), test


@functools.cache
def last_held_out(folder: Path) -> Fold:
    """MovieLens 1M, the last interaction of everybody hidden."""
    import pandas as pd

    frame = pd.read_csv(folder / "interactions_chronological.csv")
    user, users = pd.factorize(frame["user_id"])
    item, items = pd.factorize(frame["movie_id"])
    coded = pd.DataFrame({"user": user, "item": item, "time": frame["position"].astype(np.int64)})
    return LastN(n=1, validation=0).split(interactions(coded, len(users), len(items)))


@functools.cache
def rated_from_three(folder: Path) -> Fold:
    """MovieLens 1M, ratings from 3, divided 8:1:1 at random; validation items are masked, but in no history."""
    import pandas as pd

    frames = [pd.read_csv(folder / "rating3-811" / f"{part}.csv") for part in ("train", "valid", "test")]
    return _fold(pd.concat(frames), [len(frame) for frame in frames])


@functools.cache
def gowalla(folder: Path) -> Fold:
    """Gowalla as in LightGCN: its training set is two files here."""
    import pandas as pd

    parts = []
    for names in (("train", "valid"), ("test",)):
        lines = [line.split() for name in names for line in (folder / f"{name}.txt").read_text().splitlines()]
        user = np.repeat([int(line[0]) for line in lines], [len(line) - 1 for line in lines])
        item = np.concatenate([np.array(line[1:], np.int64) for line in lines])
        parts.append(pd.DataFrame({"user": user, "item": item}))
    return _fold(pd.concat(parts), [len(parts[0]), 0, len(parts[1])])


def _fold(frame: Any, sizes: list[int]) -> Fold:
    n_users, n_items = int(frame["user"].max()) + 1, int(frame["item"].max()) + 1
    ids = [pa.array([str(n) for n in range(size)]) for size in (n_users, n_items)]
    part = np.repeat(np.arange(3, dtype=np.int8), sizes)
    user, item = (frame[name].to_numpy(np.int32) for name in ("user", "item"))
    return Files(show_validation=False).split(Interactions.build(user, item, *ids, part=part))
