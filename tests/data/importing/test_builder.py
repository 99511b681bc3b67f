"""Rows that wait on disk and are placed in linear passes are the rows that sorting would give."""

import threading
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.control import Control
from workbench.data.importing import builder
from workbench.data.importing.builder import Assembly, Column
from workbench.data.interactions import DUPLICATES
from workbench.data.reading.text.pieces import Piece
from workbench.errors import Cancelled


def piece(rows, rated, timed):
    """Rows of (user, item, rating, time)."""
    user, item, rating, time = zip(*rows, strict=True)
    ids = [
        pa.chunked_array([pa.array([f"{value}" for value in column]).dictionary_encode()]) for column in (user, item)
    ]
    rating = np.array(rating, np.float32) if rated else None
    return Piece(*ids, rating, np.array(time, np.int64) if timed else None, len(rows))


def built(pieces, duplicates, many, monkeypatch):
    with monkeypatch.context() as patch, Assembly() as rows:
        patch.setattr(builder, "COMPILED_FROM_ROWS", many)
        patch.setattr(builder, "BATCH_ROWS", 7)
        patch.setattr(builder, "MAX_WAITING_ROWS", 20)
        for one, part in pieces:
            rows.add(one, part)
        return rows.build(duplicates, Control())


row = st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-2, 5), st.integers(0, 5))


@settings(max_examples=150, deadline=None)
@given(
    every=st.lists(st.lists(row, min_size=1, max_size=30), min_size=1, max_size=4),
    duplicates=st.sampled_from(DUPLICATES),
    rated=st.booleans(),
    timed=st.booleans(),
    parted=st.booleans(),
)
def test_linear_passes_give_what_sorting_gives(every, duplicates, rated, timed, parted):
    with pytest.MonkeyPatch.context() as monkeypatch:
        pieces = [(piece(rows, rated, timed), i % 3 if parted else None) for i, rows in enumerate(every)]
        fast, plain = (built(pieces, duplicates, many, monkeypatch) for many in (0, 1_000_000))
    assert fast.content_hash == plain.content_hash
    assert [column.dtype for column in (fast.user, fast.item)] == [np.int32] * 2


def test_long_rows_are_sorted_too(monkeypatch):
    rng = np.random.default_rng(0)
    rows = [
        tuple(row)
        for row in np.column_stack([rng.integers(0, 3, 900), rng.permutation(900), *rng.integers(0, 50, (2, 900))])
    ]
    pieces = [(piece(rows[:500], True, True), 0), (piece(rows[500:], True, True), 2)]
    fast, plain = (built(pieces, "last", many, monkeypatch) for many in (0, 10**6))
    assert fast.content_hash == plain.content_hash


def test_a_column_comes_back_in_blocks(monkeypatch, tmp_path):
    monkeypatch.setattr(builder, "BATCH_ROWS", 4)
    column = Column(np.int32, tmp_path)
    column.append(np.arange(3))
    column.append(np.arange(3, 10))
    assert [(start, values.tolist()) for start, values in column.blocks()] == [
        (0, [0, 1, 2, 3]),
        (4, [4, 5, 6, 7]),
        (8, [8, 9]),
    ]
    assert column.whole().tolist() == list(range(10))
    column.close()
    assert not list(tmp_path.iterdir()), "what waited on disk is gone"


def test_sorting_can_be_cancelled(monkeypatch):
    class Stop(Control):
        left = 5

        def check(self):
            self.left -= 1
            if not self.left:
                raise Cancelled

    monkeypatch.setattr(builder, "COMPILED_FROM_ROWS", 0)
    monkeypatch.setattr(builder, "BATCH_ROWS", 10)
    with Assembly() as rows:
        rows.add(piece([(i, i, 1, 1) for i in range(100)], True, True), None)
        with pytest.raises(Cancelled):
            rows.build("last", Stop())


def test_what_loads_the_kernels_never_meets_the_end_of_python(monkeypatch):
    """A thread that is left behind in compiled code when Python ends may end it with SIGABRT."""
    began = threading.Event()
    monkeypatch.setattr(builder, "COMPILED_FROM_ROWS", 0)
    monkeypatch.setattr(builder, "_load_kernels", lambda: (began.set(), time.sleep(0.05)))
    before = threading.active_count()
    with pytest.raises(Cancelled), Assembly() as rows:
        rows.add(piece([(0, 0, 1, 1)], True, True), None)
        raise Cancelled
    assert began.is_set()
    assert threading.active_count() == before
