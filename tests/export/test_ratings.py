"""Ratings that are predicted for pairs of a file."""

import csv

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.interactions import Interactions
from workbench.export.ratings import predict_pairs
from workbench.training.run import Run
from workbench.training.train import train_run

USERS, ITEMS = ["u\r1", "u2", 'u"3\n'], ["i\r\n1", "i,2", "i3"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ids_with_line_ends_are_known_and_come_back(tmp_path, end):
    user, turn = np.mgrid[:3, :3].reshape(2, -1).astype(np.int32)
    item = (user + turn) % 3  # so that the last ones, which are hidden, are not the same
    rating = turn.astype(np.float32)
    data = Interactions.build(user, item, pa.array(USERS), pa.array(ITEMS), rating=rating)
    data.save(tmp_path / "data", {})
    run = Run.create(tmp_path / "run", tmp_path / "data", "average", {}, "last-n", {"n": 1, "validation": 0})
    train_run(run.folder)
    pairs = [(a, b) for a in USERS for b in ITEMS]
    with (tmp_path / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("user", "item"), *pairs])
    said = predict_pairs(run, run.trained_algorithm(), tmp_path / "pairs.csv", tmp_path / "out.csv")
    assert (said["rows"], said["unknown_users"], said["unknown_items"]) == (9, 0, 0)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["user"], row["item"]) for row in csv.DictReader(file)] == pairs
