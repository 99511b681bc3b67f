"""NARM against a GRU and attention in plain numpy."""

import numpy as np

from tests.algorithms.sequence_data import (
    N_ITEMS,
    assert_blind_to_the_future,
    assert_padding_changes_nothing,
    assert_scores,
    created,
    sigmoid,
)
from workbench.algorithms.sequential.narm import NARM
from workbench.data.interactions import Array


def small() -> NARM:
    return created(NARM, factors=5, hidden=7, max_length=20)


def by_hand(w: dict[str, Array], history: list[int]) -> Array:
    hidden, states = np.zeros(7), []
    for item in [N_ITEMS, *history]:
        r_x, z_x, h_x = np.split(w["cell.weight_ih_l0"] @ w["item.weight"][item] + w["cell.bias_ih_l0"], 3)
        r_h, z_h, h_h = np.split(w["cell.weight_hh_l0"] @ hidden + w["cell.bias_hh_l0"], 3)
        z = sigmoid(z_x + z_h)
        hidden = (1 - z) * np.tanh(h_x + sigmoid(r_x + r_h) * h_h) + z * hidden
        states.append(hidden)
    weight = [w["weigh.weight"][0] @ sigmoid(w["here.weight"] @ hidden + w["there.weight"] @ state) for state in states]
    stands_out = np.sum([one * state for one, state in zip(weight, states, strict=True)], 0)
    return w["item.weight"][:N_ITEMS] @ w["out.weight"] @ np.concatenate([hidden, stands_out])


def test_scores_are_those_of_the_formulas() -> None:
    assert_scores(small(), by_hand, [1, 2, 3, 4], [], [7], [11, 0, 5, 4, 3, 2, 1, 8, 9, 10])


def test_the_future_is_not_seen() -> None:
    assert_blind_to_the_future(small())


def test_padding_and_company_change_nothing_but_rounding() -> None:
    assert_padding_changes_nothing(small())
