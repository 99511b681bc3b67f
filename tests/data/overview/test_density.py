"""Counts of fields, against a matrix of the same data."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.data.overview import density
from workbench.data.overview.density import Ordered
from workbench.errors import Cancelled


def build(pairs, n_users, n_items):
    user, item = np.array(sorted(pairs), np.int32).reshape(-1, 2).T
    ids = [pa.array([str(i) for i in range(n)]) for n in (n_users, n_items)]
    return Interactions.build(user, item, *ids)


PAIRS = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 8)), min_size=1)
PART = st.one_of(st.none(), st.tuples(st.integers(-2, 14), st.integers(-2, 14)))


@pytest.mark.parametrize("few", [0, 1, 10**9])  # always picked out, sometimes, never
@settings(max_examples=100, deadline=None)
@given(pairs=PAIRS, users=PART, items=PART, fields=st.integers(1, 20))
def test_every_field_holds_what_the_matrix_has_there(few, pairs, users, items, fields):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(density, "FEW_ONE_IN", few)
        compare(pairs, users, items, fields)


def compare(pairs, users, items, fields):
    data = build(pairs, 14, 10)
    ordered = Ordered(data)
    dense = data.matrix().toarray()[ordered.users][:, ordered.items]
    counts, rows, columns = ordered.counts(users, items, fields)
    assert counts.shape == (len(rows) - 1, len(columns) - 1)
    assert max(counts.shape) <= fields
    for r in range(len(rows) - 1):
        for c in range(len(columns) - 1):
            assert rows[r] < rows[r + 1]
            assert counts[r, c] == dense[rows[r] : rows[r + 1], columns[c] : columns[c + 1]].sum()
    if users is None and items is None:
        assert counts.sum() == len(pairs)


def test_the_busiest_stand_first_and_those_without_interactions_nowhere():
    ordered = Ordered(build({(3, 1), (3, 2), (3, 0), (1, 2), (1, 0), (0, 2)}, 5, 9))
    assert ordered.users.tolist() == [3, 1, 0]
    assert ordered.items.tolist() == [2, 0, 1]
    counts, rows, columns = ordered.counts()
    assert counts.tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0]]
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_nothing_is_counted_of_nothing():
    counts, rows, columns = Ordered(build({(0, 0)}, 1, 1)).counts((5, 9), (3, 1))
    assert counts.shape == (0, 0)
    assert (len(rows), len(columns)) == (1, 1)


class Ended(Control):
    def check(self):
        raise Cancelled


def test_it_asks_whether_to_go_on(monkeypatch):
    monkeypatch.setattr(density, "BATCH_ROWS", 2)
    with pytest.raises(Cancelled):
        Ordered(build({(0, 0), (1, 1), (2, 2)}, 3, 3)).counts(control=Ended())
