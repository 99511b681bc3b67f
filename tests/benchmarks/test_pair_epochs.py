"""What an epoch of the models that score pairs costs on MovieLens 1M, with what is known of films and people."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.algorithms.movielens import interactions
from tests.benchmarks.test_cold_items import films
from workbench.algorithms import find
from workbench.data.side_files.people import read_users

pytestmark = pytest.mark.benchmark

SECONDS = 4.0  # of processor time; the epoch is extrapolated from what was done in it
USERS = 200  # that are scored with all films


@pytest.mark.parametrize("name", ["gmf", "mlp", "neumf", "convncf", "deepfm", "wide-and-deep", "two-tower", "din"])
def test_an_epoch(name, say, shared_data):
    import torch

    torch.set_num_threads(1)
    folder = shared_data("ml-1m")
    frame = pd.read_csv(folder / "interactions_chronological.csv")
    user, users = pd.factorize(frame["user_id"])
    item, movies = pd.factorize(frame["movie_id"])
    coded = pd.DataFrame({"user": user, "item": item, "time": frame["position"].astype(np.int64)})
    data = interactions(coded, len(users), len(movies))
    people = read_users(folder / "users.dat", texts(users))[0]
    data = replace(data, user_ids=people.user_ids, user_features=people, item_features=films(folder, data, movies))
    algorithm, began, first = find(name).make({}), None, 0.0
    for record in algorithm.train(data, 0):
        now = time.process_time()
        if began is None:  # the batches are prepared, the first step is taken
            began, first = now, record.part
        elif now - began > SECONDS or record.ends_epoch:
            break
    done = (1.0 if record.ends_epoch else record.part) - first
    epoch = (now - began) / done
    chosen = np.arange(USERS, dtype=np.int32)
    began = time.process_time()
    algorithm.score(chosen, data.by_user.rows(chosen))
    known = time.process_time() - began
    began = time.process_time()
    algorithm.score(np.full(USERS, -1, np.int32), data.by_user.rows(chosen))
    new = time.process_time() - began
    each = f"{1000 * known / USERS:.1f} ms a known user scored, {1000 * new / USERS:.1f} ms a new one"
    how = f"processor seconds, one thread, defaults, from {done:.0%} of an epoch of {len(data):,} interactions; {each}"
    say(f"An epoch of {name}", f"{epoch:.1f} s", "as little as can be", how)


def texts(users):
    """Ids as Arrow's texts."""
    import pyarrow as pa

    return pa.array([str(one) for one in users])
