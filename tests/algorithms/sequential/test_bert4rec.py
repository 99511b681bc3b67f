"""BERT4Rec against attention in plain numpy, and its gaps."""

import math

import numpy as np

from tests.algorithms.sequence_data import (
    N_ITEMS,
    assert_padding_changes_nothing,
    assert_scores,
    block,
    created,
    norm,
)
from tests.golden import cycle
from workbench.algorithms.sequential.bert4rec import BERT4Rec
from workbench.data.interactions import Array

MASK, PADDING = N_ITEMS, N_ITEMS + 1
gelu = np.vectorize(lambda y: y * (1 + math.erf(y / math.sqrt(2))) / 2)


def small() -> BERT4Rec:
    return created(BERT4Rec, factors=6, heads=2, blocks=2, expansion=2, max_length=8)


def by_hand(w: dict[str, Array], history: list[int]) -> Array:
    sequence = [*history, MASK][-8:]
    x = w["item.weight"][sequence] + w["place.weight"][: len(sequence)][::-1]
    for number in range(2):
        x = block(w, f"blocks.{number}", x, np.ones((len(x), len(x)), bool), 2, gelu)
    y = gelu(norm(x, w["norm.weight"], w["norm.bias"])[-1] @ w["out.0.weight"].T + w["out.0.bias"])
    return w["item.weight"][:N_ITEMS] @ norm(y, w["out.2.weight"], w["out.2.bias"]) + w["bias.weight"][:, 0]


def test_scores_are_those_of_the_formulas_with_a_mask_at_the_end() -> None:
    assert_scores(small(), by_hand, [1, 2, 3, 4], [], [7], [11, 0, 5, 4, 3, 2, 1, 8, 9, 10])


def test_padding_and_company_change_nothing_but_rounding() -> None:
    assert_padding_changes_nothing(small())


def test_it_looks_both_ways() -> None:
    import torch

    algorithm = small()
    with torch.no_grad():
        one, other = (algorithm.read(algorithm._module, torch.tensor([[MASK, 1, last]]))[0, 0] for last in (2, 3))
    assert not torch.isclose(one, other).all()


def test_what_is_hidden_is_guessed_and_cannot_be_read() -> None:
    data = cycle().train
    algorithm = BERT4Rec(batch_size=64, hidden_share=0.3, max_length=6)
    hidden = rows = only_last = 0
    for _, batch in algorithm.batches(data)(np.random.default_rng(0)):
        items, where, target = batch["items"], batch["where"], batch["target"]
        assert (items.ravel()[where] == data.n_items).all()
        assert (items == data.n_items).sum() == len(where)
        assert (items == data.n_items).any(1).all()  # a row without a gap would teach nothing
        full = items.copy()
        full.ravel()[where] = target
        real = full != data.n_items + 1
        steps = real[:, 1:] & real[:, :-1]
        assert ((full[:, 1:] - full[:, :-1]) % 12 == 1)[steps].all()  # the cycle again
        ends = np.flatnonzero(real & ~np.pad(real, ((0, 0), (0, 1)))[:, 1:])
        only_last += int(((items == data.n_items).sum(1) == 1)[np.isin(ends, where)].sum())
        hidden, rows = hidden + len(where), rows + len(items)
    assert 0.25 < hidden / len(data) < 0.4
    assert only_last > 0.1 * rows
