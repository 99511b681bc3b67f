"""Amounts are written so that nobody stumbles over them."""

import pytest

from workbench.amounts import counted, percent


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.00123, "0.123 %"), (0.5, "50 %"), (1, "100 %"), (19.6, "1,960 %"), (1.234e-7, "0.0000123 %"),
     (-0.25, "-25 %")],
)  # fmt: skip
def test_a_share_of_any_size(share, words):
    assert percent(share) == words


def test_one_thing_is_one():
    assert [counted(n, "test interaction", "are") for n in (0, 1, 1200)] == [
        "0 test interactions are", "1 test interaction is", "1,200 test interactions are",
    ]  # fmt: skip
    assert (counted(1, "user"), counted(2, "category", many="categories")) == ("1 user", "2 categories")
