"""Whether models that are taken along give the lists of the run on the embedded sample, and how quickly they score.

Run with ``pytest tests/benchmarks/test_bundles.py -m benchmark -s``: some minutes.
"""

import sys
import time

import numpy as np
import pytest

from workbench.cli import main
from workbench.export.bundle import loaded, write_bundle
from workbench.resources import resource
from workbench.training.run import Run

pytestmark = pytest.mark.benchmark
SETTINGS = {"epochs": 1}
NETWORKS = ("sasrec", "gru4rec", "bert4rec", "nextitnet", "narm")
OTHERS = ("ease", "ials", "pure-svd", "bpr", "warp", "logistic-mf", "item-knn", "p3alpha", "rp3beta", "popularity")
HISTORY, REPEATS = 50, 200


@pytest.mark.parametrize("name", [*NETWORKS, *OTHERS])
def test_a_model_that_is_taken_along_gives_the_lists_of_the_sample(name, tmp_path):
    file, options = str(resource("samples/movielens-small/ratings.csv")), []
    if name in NETWORKS:
        options = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    assert main(["train", file, "--algorithm", name, "--run", str(tmp_path / name), "--quiet", *options]) == 0
    run = Run.open(tmp_path / name)
    done = write_bundle(run, run.trained_algorithm(), tmp_path / "model")
    with loaded(tmp_path / "model") as (model, scores):
        history, counts = np.arange(HISTORY), np.ones(HISTORY, np.float32)
        scores(model, history, -1, counts)
        began = time.process_time()
        for _ in range(REPEATS):
            scores(model, history, -1, counts)
        spent = (time.process_time() - began) / REPEATS * 1000
    told = f"{name}: {done['equal']} of {done['checked']} lists equal, {done['rounded']} but for rounding, difference "
    told += f"{done['largest_difference']:.1e}, {spent:.2f} ms of processor time for a history of {HISTORY}\n"
    sys.stderr.write(told)
    assert name != "sasrec" or spent <= 0.5
