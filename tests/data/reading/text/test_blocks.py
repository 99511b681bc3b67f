"""Blocks become columns: what is refused is shown whole letters long, and which encoding the file has is weighed."""

import sys

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import MAX_TEXT_CHARS
from workbench.data.reading.text.rows import blocks
from workbench.data.reading.text.texts import MAX_VALUE_CHARS

NAMES = {"user": "user", "item": "item", "rating": "score"}


def converter(**layout):
    columns = {"user": 0, "item": 1, "rating": 2}
    return Converter(ColumnPlan(Layout(**layout), 3, columns, NAMES))


def block(data):
    (found,) = blocks(iter([data if isinstance(data, bytes) else data.encode()]), ",", quotes=True)
    return found


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])  # of one, two, three and four bytes
@pytest.mark.parametrize("longer", [-1, 0, 1, 500])
def test_a_refused_row_is_shown_to_the_same_letter_in_every_script(letter, longer):
    text = letter * (MAX_TEXT_CHARS + longer)
    piece = converter().convert(block(f"u,i,3\n{text}\nv,j,4\n"))
    (refused,) = piece.refused.to_pylist()
    assert refused["text"] == text[:MAX_TEXT_CHARS]
    assert refused["line"] == 2
    assert "\N{REPLACEMENT CHARACTER}" not in refused["text"]


@pytest.mark.parametrize("letter", ["x", "漢"])
def test_a_refused_value_is_shown_to_the_same_letter_in_every_script(letter):
    piece = converter().convert(block(f"u,i,{letter * (MAX_VALUE_CHARS + 9)}\n"))
    assert piece.refused["reason"].to_pylist() == [f"score '{letter * MAX_VALUE_CHARS}' is not a number"]


GOOD, ODD, PLAIN = "ü,é,3\n".encode(), "ü,é,3\n".encode("latin-1"), b"u,e,3\n"


@pytest.mark.parametrize(
    ("pieces", "other"),
    [
        ([PLAIN], False),
        ([GOOD], False),
        ([ODD], True),
        ([PLAIN, ODD], True),
        ([GOOD, ODD], False),  # a block that is clean is evidence for UTF-8 as a row is
        ([GOOD, PLAIN, ODD, ODD], True),
        ([GOOD, GOOD, ODD], False),
        ([GOOD + ODD], False),  # one row of each in a block
        ([GOOD + ODD + ODD], True),
        ([GOOD + GOOD + ODD], False),
    ],
)
def test_the_encoding_is_another_where_more_speaks_for_it_than_for_utf_8(pieces, other):
    one = converter()
    for data in pieces:
        one.convert(block(data))
    assert one.is_other_encoding is other


def test_rows_beyond_ascii_are_refused_only_where_they_are_not_utf_8():
    piece = converter().convert(block(GOOD + ODD + PLAIN))
    assert (piece.rows, len(piece.user)) == (3, 2)
    assert piece.refused.to_pylist() == [
        {"line": 2, "reason": "bytes that are not UTF-8; choose another encoding", "text": "\ufffd,\ufffd,3"}
    ]
    assert piece.at.tolist() == [0, 2]
    assert np.array_equal(piece.rating, np.float32([3, 3]))


def test_no_thread_of_arrow_holds_memory_of_python():
    """It would let go of it some time after the rows are there, perhaps while Python ends, which ends it with SIGABRT."""
    data = b"u,i,3\n" * 100_000
    kinds = {"user": pa.string(), "item": pa.string(), "rating": pa.float64()}
    reader, references = converter(), sys.getrefcount(data)
    for _ in range(20):
        assert len(reader._read(data, kinds, quoted=False)) == 100_000
        assert sys.getrefcount(data) == references
