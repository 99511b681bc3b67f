"""A list as it is asked for: its changes of a history, and what its rows depend on."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.trained import films, make_project
from workbench.errors import WorkbenchError
from workbench.insight.asked_list import AskedList, Changes, Entry, Order, changed, changes_between
from workbench.insight.listing import _worth_of_fillers, make_list

ITEMS = tuple("abcdef")
STEPS = st.lists(st.tuples(st.sampled_from(["remove", "rate", "add"]), st.sampled_from(ITEMS), st.integers(1, 5)))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked") / "films"
    return str(make_project(folder, *films(), algorithms=("ease",)).runs_folder / "0-ease")


@given(st.lists(st.sampled_from(ITEMS), max_size=8), STEPS)
def test_what_a_person_did_to_a_history_is_found_again(items, steps):
    real = [{"item": item, "rating": 3.0} for item in items]
    history = [dict(entry) for entry in real]
    for what, item, rating in steps:  # as the window does it
        if what == "remove":
            history = [entry for entry in history if entry["item"] != item]
        elif what == "rate":
            history = [entry | ({"rating": float(rating)} if entry["item"] == item else {}) for entry in history]
        elif all(entry["item"] != item for entry in history):
            history.append({"item": item, "rating": float(rating)})
    changes = changes_between(real, history)
    assert changed(real, changes) == history
    assert bool(changes) == (history != real)


def test_all_that_was_asked_for_is_in_the_list_and_in_its_description(run):
    """Each combination of user, changes, order, length and seen items: the list obeys all of it."""
    changes = (Changes(), Changes(removed=["i1"], added=[Entry(item="i0", rating=5.0)]))
    orders = (Order(), Order(diversity=0.4, exclude=["i2"], pin=["i3"]))
    for user, change, order, k, seen in itertools.product((None, "u1"), changes, orders, (2, 9), (False, True)):
        asked = AskedList(run=run, user=user, k=k, include_seen=seen, changes=change, order=order)
        assert AskedList.from_json(asked.to_json()) == asked
        made = make_list(asked)
        ids = made.person.data.item_ids.take(made.items).to_pylist()
        history = made.person.data.item_ids.take(made.person.history.item).to_pylist()
        assert len(set(ids)) == len(ids) <= k
        assert not (change and "i1" in history)
        assert not change or history.count("i0") == 1
        assert seen or not set(ids) & set(history)
        assert not order or "i3" in history or ids[0] == "i3"
        had = made.person.data.item_ids.take(made.person.left_out.item).to_pylist()
        gone = set(order.exclude) | set(() if seen else had)
        assert len(ids) == min(k, 9 - len(gone)), asked
        assert not gone & set(ids)


def test_what_is_added_is_the_newest_and_has_its_rating(run):
    changes = Changes(removed=["i1"], added=[Entry(item="i1", rating=2.5)])
    history = make_list(AskedList(run=run, user="u1", changes=changes)).person.history
    assert history.rating[-1] == 2.5
    assert history.time[-1] == history.time.max()
    assert len(history.time) == len(history.item) == history.indptr[1]


@pytest.mark.parametrize(
    "values", [None, [], {}, {"run": "r"}, {"run": "r", "user": 4}, {"run": "r", "user": "4", "k": 0}]
)
def test_what_describes_no_list_is_refused(values):
    with pytest.raises(WorkbenchError, match="asked of the list cannot be read"):
        AskedList.from_json(values)


def test_what_is_pinned_twice_is_listed_once(run):
    made = make_list(AskedList(run=run, user=None, k=3, order={"pin": ["i3", "i3"]}))
    assert made.items.tolist().count(3) == 1
    assert len(made.items) == 3


def test_items_that_fill_places_keep_the_order_of_their_popularity_and_stay_below_what_has_evidence():
    scores, filled = np.array([3.0, 0.5, 0, 0, -1]), np.array([False, False, True, True, False])
    worth = _worth_of_fillers(scores, filled, np.array([9, 9, 4, 2, 9]))
    assert (np.argsort(-worth) == np.arange(5)).all()
    np.testing.assert_array_equal(worth[~filled], scores[~filled])
