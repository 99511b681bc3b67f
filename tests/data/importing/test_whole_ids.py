"""Ids that are read as numbers come out as they were written: the data is that of the way by texts, byte for byte."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.data.importing import numbers
from workbench.data.importing.importer import read_interactions
from workbench.data.importing.recipes import make_recipe
from workbench.data.interactions import Interactions
from workbench.data.reading.text import blocks, whole_ids
from workbench.data.reading.text.text_source import TextSource

ODD = [
    "007",
    "00",
    "+5",
    "-3",
    "-0",
    " 5",
    "5 ",
    "0x10",
    "0xE8D4A51000",
    "1e3",
    "5.0",
    "a",
    "NA",
    "9223372036854775808",
    "５",
]
USUAL = st.integers(0, 40).map(str) | st.sampled_from(["4194305", "99999999999", "1000000000000", "999999999999999999"])
ROWS = st.lists(st.tuples(USUAL, USUAL), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Read rows in blocks of a few lines, by numbers or by texts; gives the data and whether it ended as numbers."""
    folder, patch = tmp_path_factory.mktemp("ids"), pytest.MonkeyPatch()
    patch.setattr(TextSource.chunks, "__defaults__", (64,))
    patch.setattr(numbers, "LEAST_PLACES", 1 << 10)
    usual, ends = whole_ids.is_usual, []
    checked = whole_ids.as_written

    def noted(*args):
        ends.append(checked(*args))
        return ends[-1]

    patch.setattr(blocks, "as_written", noted)

    def read(rows, *, by_numbers, delimiter=",", tail=()):
        ends.clear()
        patch.setattr(blocks, "is_usual", usual if by_numbers else lambda texts: False)
        lines = [delimiter.join([user, item, "3.5", *tail]) for user, item in rows]
        file = folder / "file.csv"
        file.write_text("\n".join([delimiter.join(["user", "item", "rating", *["x"] * len(tail)]), *lines, ""]))
        recipe = make_recipe(file, "user=user,item=item,rating=rating")
        data, report, _ = read_interactions(file, recipe)
        return data, report, bool(ends) and all(ends)

    yield read
    patch.undo()


def same(one: Interactions, other: Interactions) -> bool:
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("user", "item", "rating"))
    ids = one.user_ids.equals(other.user_ids) and one.item_ids.equals(other.item_ids)
    return arrays and ids and one.content_hash == other.content_hash


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS, odd=st.none() | st.tuples(st.sampled_from(ODD), st.integers(0, 40), st.booleans()))
@example(rows=[("1", "2")] * 30, odd=("0xE8D4A51000", 25, True))
@example(rows=[("10000000000000", "2")] * 30, odd=("007", 29, False))
def test_data_by_numbers_is_that_by_texts(read, rows, odd):
    if odd is not None:
        text, at, is_user = odd
        at %= len(rows)
        rows = [*rows[:at], (text, rows[at][1]) if is_user else (rows[at][0], text), *rows[at:]]
    (found, report, numeric), (expected, other, _) = (read(rows, by_numbers=way) for way in (True, False))
    assert same(found, expected)
    assert report.as_json() == other.as_json()
    assert numeric or odd is not None


@pytest.mark.parametrize(
    ("delimiter", "tail"), [("\t", ()), ("::", ("a", "xX")), (";", ("0", "")), (",", (" ", "007"))]
)
def test_other_columns_and_delimiters_do_not_matter(read, delimiter, tail):
    rows = [(str(n * 37 % 11), str(10**n)) for n in range(11)]
    found, _, numeric = read(rows, by_numbers=True, delimiter=delimiter, tail=tail)
    assert numeric
    assert same(found, read(rows, by_numbers=False, delimiter=delimiter, tail=tail)[0])


def test_a_number_in_base_16_that_is_as_long_as_in_base_10_is_no_usual_one():
    data = b"0xE8D4A51000\n0x1\n"  # 10**12, one byte shorter than in digits; and 1, two longer
    usual = {0: np.array([10**12, 10])}
    assert not whole_ids.as_written(usual, b"0xE8D4A51000\n010\n", b",", 1)
    assert whole_ids.as_written(usual, b"1000000000000\n10\n", b",", 1)
    assert not whole_ids.as_written({0: np.array([10**12, 1])}, data, b",", 1)
