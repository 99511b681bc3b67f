"""The presets that come with the program, by the protocol of the figures that they were published with."""

import json

import numpy as np
import pytest

from workbench.cli import main as command_line
from workbench.resources import resource

pytestmark = pytest.mark.benchmark

PRESETS = [
    (path.stem, one)
    for path in sorted(resource("presets").glob("*.json"))
    for one in json.loads(path.read_text(encoding="utf-8"))["presets"]
]


def last_item_of_movielens_1m(shared_data, folder):
    data = shared_data("ml-1m") / "interactions_chronological.csv"
    yield [data, "--columns", "user=user_id,item=movie_id,time=position", "--split", "last-n"], ["--k", 10]


def last_item_among_99_drawn(shared_data, folder):
    """The legacy protocol of NCF, which learns from all but the last; says nothing about a ranking of all items."""
    for data, how in last_item_of_movielens_1m(shared_data, folder):
        yield [*data, "--split-set", "validation=0"], [*how, "--negatives", 99]


def gowalla_as_in_lightgcn(shared_data, folder):
    """Its training set is two files here; lines of a user and then items become lines of a user and an item."""
    data = shared_data("gowalla")
    for name, parts in (("train", ("train", "valid")), ("test", ("test",))):
        lines = [line.split() for part in parts for line in (data / f"{part}.txt").read_text().splitlines()]
        rows = [f"{user},{item}" for user, *items in lines for item in items]
        (folder / f"{name}.csv").write_text("\n".join(["user,item", *rows]))
    yield [folder / "train.csv", "--split", "files", "--test", folder / "test.csv"], ["--k", 20]


def last_item_of_beauty(shared_data, folder):
    """Lines of a user and then items in their order become lines of a user, an item and its place."""
    rows = ["user,item,place"]
    for line in (shared_data("beauty") / "Beauty.txt").read_text().splitlines():
        user, *items = line.split()
        rows += [f"{user},{item},{place}" for place, item in enumerate(items, 1)]
    (folder / "beauty.csv").write_text("\n".join(rows))
    yield [folder / "beauty.csv", "--columns", "user=user,item=item,time=place", "--split", "last-n"], ["--k", 10]


def official_folds_of_movielens_100k(shared_data, folder):
    data = shared_data("ml-100k")
    for fold in range(1, 6):
        yield [data / f"u{fold}.base", "--split", "files", "--test", data / f"u{fold}.test"], []


# By how the preset's text on its data begins.
PROTOCOLS = {
    "MovieLens 1M in time order": last_item_of_movielens_1m,
    "MovieLens 1M, last items among 99 drawn ones": last_item_among_99_drawn,
    "Gowalla": gowalla_as_in_lightgcn,
    "Amazon Beauty": last_item_of_beauty,
    "MovieLens 100K": official_folds_of_movielens_100k,
}
# Other names of figures, as the command line calls them.
NAMES = {"hr@10": "recall@10"}


# The text CNN's has a benchmark of its own, test_cold_items.py.
HERE = [(name, one) for name, one in PRESETS if one["measured"]["data"].startswith(tuple(PROTOCOLS))]


@pytest.mark.parametrize(("algorithm", "preset"), HERE, ids=lambda one: one if isinstance(one, str) else one["name"])
def test_a_preset_gives_its_figures(algorithm, preset, say, capsys, tmp_path, shared_data):
    wishes = [word for name, value in preset["hyperparameters"].items() for word in ("--set", f"{name}={value}")]

    def ask(*words):
        capsys.readouterr()
        assert command_line([*map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    measured = preset["measured"]
    protocol = next((one for begin, one in PROTOCOLS.items() if measured["data"].startswith(begin)), None)
    if protocol is None:
        pytest.skip(f"'{measured['data']}' has a benchmark of its own")
    found, seconds = [], 0
    for number, (data, how) in enumerate(protocol(shared_data, tmp_path)):
        run = tmp_path / f"run-{number}"
        trained = ask(
            "train", *data, "--patience", 0, "--threads", 1, "--algorithm", algorithm, *wishes, "--run", run
        )  # fmt: skip
        seconds += trained["seconds"]
        found.append(ask("evaluate", run, *how)["metrics"])
    for name in measured["published"]:
        value = np.mean([one[NAMES.get(name, name)]["mean"] for one in found])
        told = f"published {measured['published'][name]}; {seconds:.0f} s; {measured['protocol']}"
        say(f"{name} of {algorithm}, {preset['name']}", f"{value:.4f}", f"{measured[name]}", told)
