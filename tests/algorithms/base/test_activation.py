"""Every network with hidden layers can be bent in each way, and each way makes another model."""

import numpy as np
import pytest

from tests.golden import golden_for
from workbench.algorithms import all_algorithms
from workbench.algorithms.base.activation import LAYERS
from workbench.declaring import schema_of

# Those without hidden layers, and those whose cell is defined by its functions.
WITHOUT = {"gmf", "lightgcn", "vbpr", "gru4rec", "narm"}
BENT = {name: kind for name, kind in all_algorithms().items() if "activation" in kind.model_fields}


def test_every_network_declares_it():
    assert set(BENT) == {name for name, kind in all_algorithms().items() if kind.uses_torch} - WITHOUT


@pytest.mark.parametrize("name", BENT)
def test_it_learns_with_each(name):
    kind, golden = BENT[name], golden_for(BENT[name])
    assert set(LAYERS) <= set(schema_of(kind)["properties"]["activation"]["enum"])
    few = np.arange(4, dtype=np.int32)
    small = {key: value for key, value in {"factors": 8, "hidden": 8, "epochs": 1}.items() if key in kind.model_fields}
    found = {}
    for activation in LAYERS:
        algorithm = kind.make({**small, "activation": activation})
        losses = [record.loss for record in algorithm.train(golden.train, 0) if record.ends_epoch]
        found[activation] = algorithm.score(few, golden.train.by_user.rows(few))
        assert np.isfinite(losses).all()
        assert np.isfinite(found[activation]).all()
    assert len({scores.tobytes() for scores in found.values()}) == len(LAYERS)
