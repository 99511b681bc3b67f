"""NextItNet against convolutions in plain numpy."""

import numpy as np

from tests.algorithms.sequence_data import (
    N_ITEMS,
    assert_blind_to_the_future,
    assert_padding_changes_nothing,
    assert_scores,
    created,
    norm,
)
from workbench.algorithms.sequential.nextitnet import NextItNet
from workbench.data.interactions import Array

KERNEL, FACTORS = 3, 5


def small() -> NextItNet:
    return created(NextItNet, factors=FACTORS, kernel=KERNEL, blocks=2, max_length=20)


def convolution(w: dict[str, Array], name: str, x: Array, dilation: int) -> Array:
    weight = w[f"{name}.weight"].reshape(FACTORS, KERNEL, FACTORS)  # out, how far back, in
    y = np.tile(w[f"{name}.bias"], (len(x), 1))
    for t in range(len(x)):
        for j in range(KERNEL):
            if t - j * dilation >= 0:
                y[t] += weight[:, j] @ x[t - j * dilation]
    return y


def by_hand(w: dict[str, Array], history: list[int]) -> Array:
    x = w["item.weight"][[N_ITEMS, *history]]
    for number, dilation in enumerate((1, 4)):
        y, name = x, f"blocks.{number}.layers"
        for layer, step in ((0, dilation), (3, 2 * dilation)):
            y = convolution(w, f"{name}.{layer}.mix", y, step)
            y = np.maximum(norm(y, w[f"{name}.{layer + 1}.weight"], w[f"{name}.{layer + 1}.bias"]), 0)
        x = x + y
    return w["item.weight"][:N_ITEMS] @ x[-1] + w["bias.weight"][:, 0]


def test_scores_are_those_of_the_formulas() -> None:
    assert_scores(small(), by_hand, [1, 2, 3, 4], [], [7], [11, 0, 5, 4, 3, 2, 1, 8, 9, 10, 1, 2, 3, 4])


def test_the_future_is_not_seen() -> None:
    assert_blind_to_the_future(small())


def test_padding_and_company_change_nothing_but_rounding() -> None:
    assert_padding_changes_nothing(small())
