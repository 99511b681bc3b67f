"""The presets that come with the program, by the protocol of the figures that they were published with."""

import json

import pytest

from workbench.cli import main as command_line
from workbench.resources import resource

pytestmark = pytest.mark.benchmark

PRESETS = [
    (path.stem, one)
    for path in sorted(resource("presets").glob("*.json"))
    for one in json.loads(path.read_text(encoding="utf-8"))["presets"]
]


@pytest.mark.parametrize(("algorithm", "preset"), PRESETS, ids=lambda one: one if isinstance(one, str) else one["name"])
def test_last_item_of_movielens_1m(algorithm, preset, say, capsys, tmp_path, shared_data):
    data, run = shared_data("ml-1m") / "interactions_chronological.csv", tmp_path / "run"
    wishes = [word for name, value in preset["hyperparameters"].items() for word in ("--set", f"{name}={value}")]

    def ask(*words):
        capsys.readouterr()
        assert command_line([*map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    trained = ask(
        "train", data, "--columns", "user=user_id,item=movie_id,time=position", "--split", "last-n",
        "--patience", 0, "--threads", 1, "--algorithm", algorithm, *wishes, "--run", run,
    )  # fmt: skip
    metrics = ask("evaluate", run)["metrics"]
    kept = preset["measured"]
    how = f"HR@10 {metrics['recall@10']['mean']:.4f} (was {kept['hr@10']}); {trained['seconds']:.0f} s; {kept['protocol']}"
    say(f"NDCG@10 of {preset['name']}", f"{metrics['ndcg@10']['mean']:.4f}", f"{kept['ndcg@10']}", how)
