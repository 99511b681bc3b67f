"""Presets are settings that their algorithm takes, with a source and the figure that they gave."""

import json

import pytest

from workbench.algorithms import all_algorithms, find
from workbench.data.splitting import all_splits
from workbench.resources import resource

PATHS = sorted(resource("presets").glob("*.json"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_presets_fit_their_algorithm(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content.keys() == {"presets"}
    assert path.stem in all_algorithms()
    names = [preset["name"] for preset in content["presets"]]
    assert len(set(names)) == len(names) > 0
    for preset in content["presets"]:
        assert preset.keys() == {"name", "source", "expects", "hyperparameters", "measured"}
        assert preset["expects"].keys() == {"interactions", "users", "split"}
        assert preset["expects"]["split"] in all_splits()
        made = find(path.stem).make(preset["hyperparameters"])
        assert preset["hyperparameters"].keys() <= made.model_fields_set
        measured = preset["measured"]
        told = {"data", "protocol", "published", "epochs", "seconds", "machine"}
        assert measured.keys() == told | measured["published"].keys() > told
        assert all(0 < measured[name] < (2 if name == "rmse" else 1) for name in measured["published"])
        assert measured["epochs"] == made.epochs


def test_there_are_presets():
    assert PATHS
