"""Reading against Arrow's one-shot read of the same file with two factorizations: the least that any reader must do."""

import os
import time

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from workbench.control import Control
from workbench.data import importing
from workbench.data.reading import preview

pytestmark = pytest.mark.benchmark
ROWS = int(os.environ.get("READING_ROWS", "1000000"))


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A file of ROWS rows with long-tailed users and items."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("big") / "ratings.csv"

    def ids(n):
        return np.where(rng.random(ROWS) < 0.5, rng.zipf(1.3, ROWS) % n, rng.integers(0, n, ROWS))

    rating, stamp = rng.integers(1, 11, ROWS) / 2, rng.integers(9e8, 1.5e9, ROWS)
    table = {"userId": ids(ROWS // 100 + 1), "movieId": ids(ROWS // 300 + 1), "rating": rating, "timestamp": stamp}
    csv.write_csv(pa.table(table), path)
    return path


def best(job, times=3):
    """Least wall and processor seconds."""
    walls, processor = [], []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        job()
        walls.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    return min(walls), min(processor)


def test_reading_against_one_shot(big, capsys):
    text = csv.ConvertOptions(column_types={"userId": pa.string(), "movieId": pa.string()})

    def one_shot():
        table = csv.read_csv(big, convert_options=text)
        table["userId"].dictionary_encode()
        table["movieId"].dictionary_encode()

    recipe = importing.make_recipe(big)
    found = {}

    def ours():
        found["pieces"] = importing._read_all({"all": big}, recipe, Control(), None)[0]

    figures = {
        "preview": best(lambda: preview(big)),
        "one shot and two factorizations": best(one_shot),
        "stream and account": best(ours),
        "number, sort, merge": best(lambda: importing._build(found["pieces"], recipe, Control(), with_parts=False)),
    }
    with capsys.disabled():
        for name, (wall, processor) in figures.items():
            print(f"\n{ROWS:>12,} rows  {name:<34} {wall:8.3f} s  {processor:8.3f} s processor", end="")  # noqa: T201
