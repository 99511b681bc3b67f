"""Every algorithm that learns in epochs stops when validation no longer gets better, and keeps its best epoch."""

import pytest

from tests.golden import golden_for
from workbench.algorithms import all_algorithms
from workbench.data.side_files.vector_files import write_vectors
from workbench.training.run import Run
from workbench.training.train import train_run
from workbench.training.validation import Validator
from workbench.training.weights import load_weights

ITERATIVE = [name for name, kind in all_algorithms().items() if kind.iterative]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Give the folder of data that an algorithm can learn from."""
    place = tmp_path_factory.mktemp("patience")

    def save(name):
        learned_from = golden_for(all_algorithms()[name]).train
        folder = place / name / "data" / "golden"
        learned_from.save(folder)
        if learned_from.item_features is not None:
            learned_from.item_features.write(folder)
            for kind, vectors in learned_from.item_features.vectors.items():
                write_vectors(folder, vectors, kind)
            learned_from.write_about(folder)
        return folder

    return save


@pytest.mark.parametrize("name", ITERATIVE)
def test_stops_when_nothing_better_comes_and_keeps_the_best(name, data, monkeypatch):
    epochs_judged = []

    def worse_and_worse_from_the_second(judge, algorithm):
        epochs_judged.append(len(epochs_judged) + 1)
        return {judge.key: judge.sign * float({1: 1, 2: 2}.get(epochs_judged[-1], -epochs_judged[-1]))}

    monkeypatch.setattr(Validator, "validate", worse_and_worse_from_the_second)
    folder = data(name)
    run = Run.create(folder.parents[1] / "runs" / "one", folder, name, {"epochs": 9}, patience=2)
    status = train_run(run.folder)
    assert epochs_judged == [1, 2, 3, 4]
    assert (status.state, status.epoch, status.best.epoch) == ("done", 4, 2)
    assert load_weights(run.folder / "model.safetensors")[1] == 2
