"""Caser against convolutions in plain numpy, window by window."""

import numpy as np
import pytest

from tests.algorithms.sequence_data import (
    N_ITEMS,
    assert_blind_to_the_future,
    assert_padding_changes_nothing,
    created,
    scores_after,
    weights,
)
from tests.golden import cycle
from workbench.algorithms.sequential.caser import Caser
from workbench.data.interactions import Array

WINDOW, FILTERS = 3, 4


def small(**changes: object) -> Caser:
    return created(Caser, **{"factors": 5, "window": WINDOW, "horizontal": FILTERS, "vertical": 2} | changes)


def by_hand(w: dict[str, Array], history: list[int], person: Array) -> Array:
    picture = w["item.weight"][([N_ITEMS] * WINDOW + history)[-WINDOW:]]  # (L, d)
    seen = []
    for height in range(1, WINDOW + 1):
        weight, bias = w[f"rows.{height - 1}.weight"], w[f"rows.{height - 1}.bias"]  # (filters, d, height)
        places = [
            np.maximum((weight * picture[i : i + height].T).sum((1, 2)) + bias, 0) for i in range(WINDOW - height + 1)
        ]
        seen.append(np.max(places, 0))
    sums = [picture.T @ one for one in w["columns.weight"]]  # each (d,)
    filters = np.concatenate([*seen, np.stack(sums, 1).ravel()])
    z = np.maximum(w["dense.weight"] @ filters + w["dense.bias"], 0)
    return w["out.weight"] @ np.concatenate([z, person]) + w["bias.weight"][:, 0]


def test_scores_are_those_of_the_formulas() -> None:
    algorithm, lists, users = small(), [[1, 2, 3, 4], [], [7], [11, 0]], [0, 2, -1, 1]
    w = weights(algorithm)
    for row, history, user in zip(scores_after(algorithm, *lists, users=users), lists, users, strict=True):
        person = w["user.weight"][user] if user >= 0 else w["user.weight"].mean(0)
        assert row == pytest.approx(by_hand(w, history, person), rel=1e-3, abs=1e-4)


def test_without_users_it_is_the_same_for_everybody() -> None:
    known, new = scores_after(small(user_factors=False), [1, 2], [1, 2], users=[1, -1])
    np.testing.assert_allclose(known, new, rtol=0, atol=1e-6)  # a row of a product may be rounded by its place
    known, new = scores_after(small(), [1, 2], [1, 2], users=[1, -1])
    assert not np.allclose(known, new)


def test_the_future_is_not_seen() -> None:
    assert_blind_to_the_future(small())


def test_padding_and_company_change_nothing_but_rounding() -> None:
    assert_padding_changes_nothing(small())


@pytest.mark.parametrize("targets", [1, 3, 50])
def test_the_next_items_are_the_targets_of_each_position_and_its_user(targets: int) -> None:
    data = cycle().train
    found = []
    for _, batch in Caser(targets=targets, batch_size=100, max_length=5).batches(data)(np.random.default_rng(0)):
        read = batch["items"].ravel()[batch["where"]].tolist()
        goals = batch["target"].reshape(len(read), targets).tolist()
        for user, before, following in zip(batch["user"].tolist(), read, goals, strict=True):
            found += [(user, before, item) for item in following if item >= 0]
    expected = []
    for user in range(data.n_users):
        items = data.by_user[user].tolist()
        for window in (range(3), range(3, 8)) if items else ():  # full windows at the end
            for t in window:
                before = items[t - 1] if t else data.n_items
                expected += [(user, before, items[s]) for s in window if t <= s < t + targets]
    assert sorted(found) == sorted(expected)
