"""Sorting by digits against sorting by comparing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbench.control import Control
from workbench.data import sorting
from workbench.data.sorting import order_of
from workbench.errors import Cancelled

KINDS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]


def by_comparing(keys, *, falling):
    order = np.argsort(keys, kind="stable")
    order = order[::-1] if falling else order
    missing = np.isnan(keys[order]) if keys.dtype.kind == "f" else np.zeros(len(keys), bool)
    return np.concatenate([order[~missing], order[missing]])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None)
@given(data=st.data(), falling=st.booleans())
def test_the_order_is_that_of_comparing(kind, data, falling):
    keys = data.draw(arrays.arrays(np.dtype(kind), st.integers(1, 40)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "SMALL", 0)
        found = order_of(keys, falling=falling)
    np.testing.assert_array_equal(found, by_comparing(keys, falling=falling))


@pytest.mark.parametrize("values", [[], [5], [True, False, True]])
def test_little_is_sorted_too(values):
    assert order_of(np.array(values)).tolist() == np.argsort(values, kind="stable").tolist()


def test_many_numbers_of_several_digits():
    keys = np.random.default_rng(0).integers(-(10**12), 10**12, 200_000)
    np.testing.assert_array_equal(order_of(keys), np.argsort(keys, kind="stable"))


class Ended(Control):
    """Ends what it watches when it is asked for the third time."""

    asked = 0

    def check(self):
        self.asked += 1
        if self.asked == 3:
            raise Cancelled


def test_it_can_be_given_up_between_digits(monkeypatch):
    monkeypatch.setattr(sorting, "SMALL", 0)
    with pytest.raises(Cancelled):
        order_of(np.arange(10) * 10**9, control=Ended())
