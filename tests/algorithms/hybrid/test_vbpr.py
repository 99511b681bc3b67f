"""VBPR: a step by differences of the paper's loss, and what it makes of items that nobody met."""

import numpy as np
import pytest

from tests.algorithms.stepped import (
    assert_step,
    first_batch,
    pair_loss,
    ready,
    seen_by_hand,
    some_data,
    with_item_vectors,
)
from tests.golden import checkerboard as golden_checkerboard
from tests.golden import learn_until, with_vectors
from workbench.algorithms.hybrid.vbpr import VBPR
from workbench.errors import WorkbenchError


@pytest.mark.parametrize("objective", ["bpr", "bce"])
def test_a_step_goes_where_the_differences_of_the_loss_point(objective):
    data = with_item_vectors(some_data())
    held = {"regularization": 0.3, "projection_weight": 0.2}
    algorithm = ready(VBPR, data, factors=3, vector_factors=2, negatives=2, objective=objective, batch_size=12, **held)
    f = seen_by_hand(data.item_features)

    def by_hand(w, batch):
        gamma, theta = w["user.weight"][:, :3], w["user.weight"][:, 3:]
        scores, kept = [], 0.0
        for u, items in zip(batch["user"], batch["items"], strict=True):
            scores.append([
                w["bias.weight"][i, 0] + gamma[u] @ w["item.weight"][i]
                + theta[u] @ (w["project.weight"] @ f[i]) + w["lean.weight"][0] @ f[i]
                for i in items
            ])  # fmt: skip
            kept += (w["user.weight"][u] ** 2).sum()
            kept += sum((w["item.weight"][i] ** 2).sum() + w["bias.weight"][i, 0] ** 2 for i in items)
        made = (w["project.weight"] ** 2).sum() + (w["lean.weight"] ** 2).sum()
        return pair_loss(np.array(scores), objective, 9) + 0.3 / 2 * kept / len(batch["user"]) + 0.2 / 2 * made

    assert_step(algorithm, first_batch(algorithm, data), by_hand)


def test_items_that_nobody_met_are_known_by_their_vectors_alone():
    data = with_vectors(golden_checkerboard().train)
    data.item_features.vectors["pictures"][-2:] = data.item_features.vectors["pictures"][:2]  # one even, one odd
    algorithm = VBPR(epochs=60, factors=4, vector_factors=4)

    def found(made):
        scores = made.score(np.arange(60), data.by_user.rows(slice(0, 60)))
        return bool(((scores[:, -2] > scores[:, -1]) == (np.arange(60) % 2 == 0)).all())

    assert learn_until(found, algorithm, data)
    module = {name: value for name, value in algorithm.state().items() if name.startswith("module.")}
    assert not module["module.item.weight"][-2:].any()
    assert not module["module.bias.weight"][-2:].any()
    with pytest.raises(WorkbenchError, match="needs vectors"):
        list(VBPR(vector_kinds="none").train(data))
