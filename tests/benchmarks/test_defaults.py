"""Whether every algorithm that ranks beats popularity as it comes, without tuning: NDCG@10 on validation, best epoch.

In pieces: ``pytest -n0 -m benchmark -o faulthandler_timeout=0 tests/benchmarks/test_defaults.py -k "sample and Linear"``.
Names of tests hold the data set, the algorithm and its family. Of large sets some users are drawn.
"""

import functools
import os
import subprocess
import sys

import pytest

from workbench.algorithms import all_algorithms
from workbench.data.filtering import written_as
from workbench.data.importing.importer import import_file
from workbench.data.interactions import Interactions
from workbench.resources import resource as part_of_program
from workbench.training.run import Run

pytestmark = pytest.mark.benchmark

LIMIT = 180  # processor seconds of one training
LAST = ("last-n", {})
SHARE = ("random", {"validation": 0.1, "test": 0.1})
# Interactions, items, how divided, how many users at most.
SETS = {
    "sample": ("ratings.csv", "movies.csv", LAST, None),
    "ml-100k": ("u.data", "u.item", LAST, None),
    "movietweetings": ("ratings.dat", "movies.dat", LAST, "4000"),
    "lastfm": ("user_artists.dat", "artists.dat", SHARE, None),
    "gowalla": ("train.txt", None, SHARE, "4000"),
}
# Baselines beat nothing, a blend needs others, and whoever predicts ratings is judged by its errors.
RANKING = {
    name: kind
    for name, kind in all_algorithms().items()
    if not kind.predicts_ratings and name not in ("random", "popularity", "blend")
}


# Where nothing of the kind can be expected.
EXCUSED = {("lastfm", "content"): "of artists nothing is known but their names, which tell nothing of their music"}

# Compiled code and linear algebra do not listen, so the system ends what takes too long.
TRAIN = f"""
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({LIMIT}, {LIMIT} + 5))
from workbench.training.train import train_run
train_run(pathlib.Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory, shared_data):
    """Give the folder of a data set's project, and popularity's NDCG@10 there."""
    place = tmp_path_factory.mktemp("defaults")

    @functools.cache
    def find(name):
        file, items, _, _ = SETS[name]
        source = part_of_program("samples/movielens-small") if name == "sample" else shared_data(name)
        import_file(source / file, place / name / "data" / "all", items=source / items if items else None)
        return place / name, trained(place / name, name, "popularity")[0]

    return find


def trained(folder, name, algorithm):
    """NDCG@10 on validation of the epoch that is kept, processor seconds, epochs."""
    _, _, (split, settings), users = SETS[name]
    filters = [written_as("users", users).recipe()] if users else []
    run = Run.create(
        folder / "runs" / algorithm,
        folder / "data" / "all",
        algorithm,
        None,
        split,
        settings,
        filters=filters,
        threads=1,
    )
    before = os.times()
    ended = subprocess.run([sys.executable, "-c", TRAIN, str(run.folder)], check=False, capture_output=True, text=True)
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    status = run.status()
    if ended.returncode > 0:
        pytest.fail(status.reason or ended.stderr)
    best = status.best or status.last
    return best.validation.get("ndcg@10", 0.0) if best is not None else 0.0, seconds, status


@pytest.mark.parametrize(
    "algorithm", [pytest.param(name, id=f"{name}-{kind.family}") for name, kind in RANKING.items()]
)
@pytest.mark.parametrize("name", SETS)
def test_beats_popularity_as_it_comes(name, algorithm, say, project):
    folder, popularity = project(name)
    reason = RANKING[algorithm].unsuited(Interactions.open(folder / "data" / "all"))
    if reason:
        pytest.skip(reason)
    value, seconds, status = trained(folder, name, algorithm)
    epochs = f", epoch {status.best.epoch} of {status.epoch}" if status.best else ""
    cut = f", cut after {LIMIT} s" if status.state != "done" else ""
    found = f"{value:.4f} ({seconds:.0f} s of processor{epochs}{cut})"
    say(f"{algorithm} on {name}", found, f"> {popularity:.4f}", "NDCG@10 on validation")
    if cut and value <= popularity:
        pytest.skip(f"not done within {LIMIT} s of processor")
    if (name, algorithm) in EXCUSED:
        pytest.skip(EXCUSED[name, algorithm])
    assert value > popularity
