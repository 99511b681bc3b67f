"""Whether the numbers of pictures tell their genres, what they take, and what many pictures take.

Run with ``pytest -m benchmark tests/benchmarks/test_encoding.py``.
"""

import os
import resource
import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from workbench.control import Control
from workbench.encoding import encoder_for

pytestmark = pytest.mark.benchmark

LEAST_FILMS, TRAIN, MANY = 100, 2400, 100_000
ENCODE = """
import resource, sys
from workbench.cli import main
assert main(["encode", "--pictures", sys.argv[1], "--output", sys.argv[2], "--quiet"]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_posters_tell_genres(shared_data, say):
    start = time.process_time()
    encoded = encoder_for("pictures", None, {}).encode(shared_data("ml-1m/posters"), Control())
    seconds = time.process_time() - start
    lines = shared_data("ml-1m/movies.dat").read_text(encoding="latin-1").splitlines()
    genres = {item: set(names.split("|")) for item, _, names in (line.split("::") for line in lines)}
    known = [at for at, item in enumerate(encoded.ids) if item in genres]
    mine = [genres[encoded.ids[at]] for at in known]
    names = sorted(name for name in set.union(*mine) if sum(name in own for own in mine) >= LEAST_FILMS)
    wanted = np.array([[name in own for name in names] for own in mine], float)
    rows = encoded.vectors[known]
    aucs = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(rows))
        train, test = order[:TRAIN], order[TRAIN:]
        mean, spread = rows[train].mean(axis=0), rows[train].std(axis=0) + 1e-6
        scaled = (rows - mean) / spread
        found = Ridge(1000).fit(scaled[train], wanted[train]).predict(scaled[test])
        aucs.append(np.mean([roc_auc_score(wanted[test, at], found[:, at]) for at in range(len(names))]))
    measured = f"AUC {np.mean(aucs):.3f}, {seconds:.1f} s of processor time"
    say("genres by posters", measured, ">= .68, <= 2 s", f"{len(rows):,} posters, {len(names)} genres, ridge, 5 splits")
    assert np.mean(aucs) >= 0.68


@pytest.mark.skipif(not hasattr(resource, "getrusage"), reason="the system does not tell the largest memory")
def test_many_pictures_take_little_memory(shared_data, tmp_path, say):
    posters = sorted(shared_data("ml-1m/posters").iterdir())
    (tmp_path / "own").mkdir()
    (tmp_path / "many").mkdir()
    own = [tmp_path / "own" / poster.name for poster in posters]
    for poster, copy in zip(posters, own, strict=True):
        copy.write_bytes(poster.read_bytes())
    for at in range(MANY):
        os.link(own[at % len(own)], tmp_path / "many" / f"{at}.jpg")
    words = [sys.executable, "-c", ENCODE, str(tmp_path / "many"), str(tmp_path / "v.npy")]
    megabytes = int(subprocess.run(words, capture_output=True, text=True, check=True).stdout) / 1000
    say("vectors of many pictures", f"{megabytes:,.0f} MB", "<= 1,000 MB", f"{MANY:,} posters")
    assert megabytes < 1000
