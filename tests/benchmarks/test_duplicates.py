"""How long the list of duplicates takes, beside the import of the same file, in processor seconds."""

import time

import numpy as np
import pytest

from workbench.data.duplicates import list_duplicates
from workbench.data.importing import import_file

pytestmark = pytest.mark.benchmark

ROWS = 1_000_000


def test_duplicates_are_listed_in_little_more_than_the_time_of_the_import(tmp_path, say):
    rng = np.random.default_rng(0)
    table = np.stack([rng.integers(0, 50_000, ROWS), rng.integers(0, 5_000, ROWS), rng.integers(1, 6, ROWS)], axis=1)
    path = tmp_path / "ratings.csv"
    path.write_text("user,item,rating\n" + "\n".join(",".join(map(str, row)) for row in table.tolist()) + "\n")
    taken = []
    for step in (lambda: import_file(path, tmp_path / "data"), lambda: list_duplicates(tmp_path / "data")):
        begun = time.process_time()
        found = step()
        taken.append(time.process_time() - begun)
    protocol = f"processor seconds of one run each, {ROWS:,} rows of 3 columns"
    say("duplicates listed, over importing", f"{taken[1]:.2f} / {taken[0]:.2f} s", "at most 2 times", protocol)
    key = table[:, 0] * 5_000 + table[:, 1]
    _, counts = np.unique(key, return_counts=True)
    assert (found["rows"], found["pairs"]) == (counts[counts > 1].sum(), (counts > 1).sum())
    assert taken[1] < 2 * taken[0]
