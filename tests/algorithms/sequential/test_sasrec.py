"""SASRec against attention in plain numpy."""

import numpy as np
import pytest

from tests.algorithms.sequence_data import (
    N_ITEMS,
    assert_blind_to_the_future,
    assert_padding_changes_nothing,
    assert_scores,
    block,
    created,
    cycle_with_vectors,
    norm,
    scores_after,
    seeing,
    weights,
)
from workbench.algorithms import find
from workbench.algorithms.sequential.sasrec import SASRec
from workbench.data.interactions import Array
from workbench.errors import WorkbenchError

HEADS = 2


def small() -> SASRec:
    return created(SASRec, factors=6, heads=HEADS, blocks=2, max_length=8)


def by_hand(w: dict[str, Array], history: list[int]) -> Array:
    sequence = [N_ITEMS, *history][-8:]
    x = w["item.weight"][sequence] * np.sqrt(6) + w["place.weight"][: len(sequence)]
    past = np.tri(len(sequence), dtype=bool)
    for number in range(2):
        x = block(w, f"blocks.{number}", x, past, HEADS, lambda y: np.maximum(y, 0))
    last = norm(x, w["norm.weight"], w["norm.bias"])[-1]
    return w["item.weight"][:N_ITEMS] @ last


def test_scores_are_those_of_the_formulas() -> None:
    assert_scores(small(), by_hand, [1, 2, 3, 4], [], [7], [11, 0, 5, 4, 3, 2, 1, 8, 9, 10])


def test_only_the_last_items_are_read() -> None:
    algorithm = small()
    long, short = scores_after(algorithm, [9, 9, 0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7])
    np.testing.assert_allclose(long, short, rtol=1e-5, atol=1e-6)


def test_the_future_is_not_seen() -> None:
    assert_blind_to_the_future(small())


def test_padding_and_company_change_nothing_but_rounding() -> None:
    assert_padding_changes_nothing(small())


def test_heads_must_share_the_factors() -> None:
    for name in ("sasrec", "bert4rec"):
        with pytest.raises(WorkbenchError, match=r"heads must divide the factors \(10\), which 3 does not"):
            find(name).make({"factors": 10, "heads": 3})


@pytest.mark.parametrize("vectors_as", ["added", "alone"])
def test_vectors_of_items_are_added_or_stand_alone(vectors_as: str) -> None:
    algorithm, rows = seeing(SASRec, vectors_as, factors=6, heads=HEADS, max_length=8)
    w = weights(algorithm) | {"item.weight": rows}
    for history in ([1, 2, 3, 4], [], [7]):
        np.testing.assert_allclose(scores_after(algorithm, history)[0], by_hand(w, history), rtol=1e-3, atol=1e-4)


def test_vectors_that_are_not_there_cannot_stand_alone() -> None:
    with pytest.raises(WorkbenchError, match="has no vectors to go by alone"):
        list(SASRec(vectors_as="alone", epochs=1).train(cycle_with_vectors()))
