from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.test_interactions import build
from workbench.data.columns.times import DAY_MS
from workbench.data.filtering import (
    all_filters,
    apply,
    describe,
    identity,
    make_filter,
    make_filters,
    step_counts,
    written_as,
)
from workbench.data.filtering.core import Core
from workbench.data.filtering.exclude_items import ExcludeItems
from workbench.data.filtering.min_item import MinimumPerItem
from workbench.data.filtering.min_user import MinimumPerUser
from workbench.data.filtering.ratings import RatingRange
from workbench.data.filtering.sample_users import SampleUsers
from workbench.data.filtering.time_window import TimeWindow
from workbench.data.interactions import Interactions
from workbench.data.side_files.items import Items
from workbench.data.side_files.people import Users
from workbench.errors import WorkbenchError

# user, item, rating, time: u0 has i0-i2, u1 has i0-i1, u2 has i3 alone.
ROWS = [
    (0, 0, 5, 0),
    (0, 1, 3, DAY_MS),
    (0, 2, 1, 2 * DAY_MS),
    (1, 0, 4, 3 * DAY_MS),
    (1, 1, 2, 4 * DAY_MS),
    (2, 3, 5, 5 * DAY_MS),
]


def pairs(data):
    users, items = data.user_ids.to_pylist(), data.item_ids.to_pylist()
    return {(users[u], items[i]) for u, i in zip(data.user, data.item, strict=True)}


def left(*filters, data=None):
    return pairs(apply(filters, build(ROWS) if data is None else data)[0])


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (RatingRange(low=4), {"u0i0", "u1i0", "u2i3"}),
        (RatingRange(low=2, high=4), {"u0i1", "u1i0", "u1i1"}),
        (MinimumPerUser(n=2), {"u0i0", "u0i1", "u0i2", "u1i0", "u1i1"}),
        (MinimumPerItem(n=2), {"u0i0", "u0i1", "u1i0", "u1i1"}),
        (Core(k=2), {"u0i0", "u0i1", "u1i0", "u1i1"}),
        (Core(k=3, items=1), {"u0i0", "u0i1", "u0i2"}),
        (TimeWindow(start="1970-01-02", end="1970-01-04"), {"u0i1", "u0i2"}),
        (TimeWindow(end="1970-01-01T00:00:00.001"), {"u0i0"}),
        (ExcludeItems(ids="i0, i3, i99"), {"u0i1", "u0i2", "u1i1"}),
        (ExcludeItems(ids=""), {"u0i0", "u0i1", "u0i2", "u1i0", "u1i1", "u2i3"}),
    ],
)
def test_what_stays_by_hand(one, kept):
    assert {"".join(pair) for pair in left(one)} == kept


def test_only_users_and_items_that_are_left_have_an_index():
    data, _ = apply([RatingRange(low=5)], build(ROWS))
    assert data.user_ids.to_pylist() == ["u0", "u2"]
    assert data.item_ids.to_pylist() == ["i0", "i3"]
    assert data.user.tolist() == [0, 1]
    assert data.item.tolist() == [0, 1]
    assert data.rating.tolist() == [5, 5]
    assert data.time.tolist() == [0, 5 * DAY_MS]
    assert (data.user.dtype, data.item.dtype) == (np.int32, np.int32)


def test_the_order_of_filters_matters_and_each_tells_what_it_leaves():
    data = build(ROWS)
    first, steps = apply([RatingRange(low=3), MinimumPerUser(n=2)], data)
    assert [(step.interactions, step.users, step.items) for step in steps] == [(4, 3, 3), (2, 1, 2)]
    assert [step.words for step in steps] == ["ratings from 3", "users with at least 2"]
    second, steps = apply([MinimumPerUser(n=2), RatingRange(low=3)], data)
    assert [(step.interactions, step.users, step.items) for step in steps] == [(5, 2, 3), (3, 2, 2)]
    assert pairs(first) != pairs(second)
    assert step_counts(data, steps)["before"] == {"interactions": 6, "users": 3, "items": 4}


def test_no_filter_is_the_data_itself():
    data = build(ROWS)
    assert apply([], data) == (data, [])


def test_own_test_files_keep_their_parts():
    data, _ = apply([MinimumPerUser(n=2)], build(ROWS, part=np.array([0, 0, 2, 0, 1, 2], np.int8)))
    assert data.part.tolist() == [0, 0, 2, 0, 1]


def test_a_sample_is_of_whole_users_and_keeps_its_seed():
    rows = [(user, item, 1, item) for user in range(50) for item in range(1 + user % 3)]
    data = build(rows)
    some, _ = apply([SampleUsers(size=10, seed=1)], data)
    assert some.n_users == 10
    assert all((user, item) in pairs(some) for user, item in pairs(data) if user in some.user_ids.to_pylist())
    assert left(SampleUsers(size=10, seed=1), data=data) == pairs(some)
    assert left(SampleUsers(size=10, seed=2), data=data) != pairs(some)
    assert apply([SampleUsers(size=0.2)], data)[0].n_users == 10
    assert apply([SampleUsers(size=1000)], data)[0].n_users == 50
    assert apply([SampleUsers(size=0.0001)], data)[0].n_users == 1


# Any data ------------------------------------------------------------------------------------------------------------

SOME_ROWS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 5), st.integers(0, 9).map(lambda day: day * DAY_MS)),
    min_size=1,
    max_size=50,
)
SOME_FILTERS = st.one_of(
    st.builds(RatingRange, low=st.integers(1, 5), high=st.none() | st.integers(1, 5)),
    st.builds(MinimumPerUser, n=st.integers(1, 5)),
    st.builds(MinimumPerItem, n=st.integers(1, 5)),
    st.builds(Core, k=st.integers(1, 4), items=st.none() | st.integers(1, 4)),
    st.builds(TimeWindow, start=st.none() | st.just("1970-01-03"), end=st.none() | st.just("1970-01-08")),
    st.builds(SampleUsers, size=st.integers(1, 8) | st.floats(0.1, 0.9), seed=st.integers(0, 3)),
    st.builds(ExcludeItems, ids=st.sampled_from(["i0", "i1,i2", "i9"])),
)


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS, st.lists(SOME_FILTERS, max_size=4))
def test_a_chain_only_ever_takes_away_and_is_the_same_each_time(rows, filters):
    data = build(rows)
    try:
        found, steps = apply(filters, data)
    except WorkbenchError:
        return  # nothing is left: tested by hand below
    counts = [(len(data), data.n_users, data.n_items), *((step.interactions, step.users, step.items) for step in steps)]
    assert all(now <= before for a, b in pairwise(counts) for before, now in zip(a, b, strict=True))
    assert pairs(found) <= pairs(data)
    assert len(found) == counts[-1][0]
    again, _ = apply(make_filters([rule.recipe() for rule in filters]), data)
    assert again.content_hash == found.content_hash
    if filters:
        assert (found.by_user.lengths > 0).all()
        assert (found.item_counts > 0).all()
        assert (np.diff(found.user) >= 0).all()
        assert all((np.diff(found.time[found.user == user]) >= 0).all() for user in range(found.n_users))


def core_by_force(edges, k_user, k_item):
    while True:
        of_user, of_item = {}, {}
        for user, item in edges:
            of_user[user] = of_user.get(user, 0) + 1
            of_item[item] = of_item.get(item, 0) + 1
        kept = {(user, item) for user, item in edges if of_user[user] >= k_user and of_item[item] >= k_item}
        if kept == edges:
            return edges
        edges = kept


@settings(deadline=None)  # the first one compiles
@given(SOME_ROWS, st.integers(1, 4), st.none() | st.integers(1, 4))
def test_a_core_is_the_largest_part_that_it_leaves_as_it_is(rows, k, items):
    data, one = build(rows), Core(k=k, items=items)
    wanted = core_by_force(pairs(data), k, k if items is None else items)
    if not wanted:
        with pytest.raises(WorkbenchError, match="leaves nothing of"):
            apply([one], data)
        return
    found, _ = apply([one], data)
    assert pairs(found) == wanted
    assert one.keeps(found).all()


def test_a_long_chain_that_falls_apart_link_by_link_is_quick():
    # Each user has items u and u + 1: the 2-core is empty, and a loop over rounds would need 100,000 of them.
    n = 200_000
    user = np.repeat(np.arange(n, dtype=np.int32), 2)
    item = user + np.tile(np.array([0, 1], np.int32), n)
    data = Interactions(user, item, pa.array(np.arange(n).astype(str)), pa.array(np.arange(n + 1).astype(str)))
    assert not Core(k=2).keeps(data).any()


# What cannot be -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (RatingRange(low=6), "The filter 'ratings from 6' leaves nothing of 6 interactions. Loosen or remove it."),
        (Core(k=5), "'5-core' leaves nothing"),
        (TimeWindow(start="2020-01-01"), "'from 2020-01-01' leaves nothing"),
    ],
)
def test_everything_filtered_away_is_a_sentence(one, words):
    with pytest.raises(WorkbenchError, match=words):
        left(one)


def test_ratings_and_times_that_are_not_there_are_missed_in_a_sentence():
    ids = pa.array(["a", "b"])
    bare = Interactions(np.array([0, 1], np.int32), np.array([0, 1], np.int32), ids, ids)
    with pytest.raises(WorkbenchError, match="needs ratings"):
        apply([RatingRange(low=1)], bare)
    with pytest.raises(WorkbenchError, match="needs times"):
        apply([TimeWindow(start="2020-01-01")], bare)
    assert left(Core(k=1), SampleUsers(size=1), data=bare)


def test_one_user():
    assert left(SampleUsers(size=0.5), MinimumPerUser(n=1), data=build([(0, 0, 1, 0)])) == {("u0", "i0")}


# Recipes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "filter"),
    [
        ("min-rating=4", RatingRange(low=4)),
        ("max_rating=2.5", RatingRange(high=2.5)),
        ("min-user=5", MinimumPerUser(n=5)),
        ("min-item=2", MinimumPerItem(n=2)),
        ("core=5", Core(k=5)),
        ("core=5,items=10", Core(k=5, items=10)),
        ("after=2010-01-01", TimeWindow(start="2010-01-01")),
        ("before=2010-01-01", TimeWindow(end="2010-01-01")),
        ("users=1000,seed=3", SampleUsers(size=1000, seed=3)),
        ('exclude=7,0007, "a,b"', ExcludeItems(ids='7,0007, "a,b"')),
    ],
)
def test_the_command_line_writes_filters(written, filter):  # noqa: A002
    key, _, value = written.partition("=")
    assert written_as(key, value) == filter
    assert make_filter(filter.recipe()) == filter


def test_ids_are_taken_as_they_stand():
    assert ExcludeItems(ids='7,0007, "a,b"').listed() == ["7", "0007", "a,b"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("cor", "5", "Did you mean 'core'"),
        ("core", "0", "k must be a whole number at least 1, not '0'"),
        ("core", "5,item=3", "Did you mean 'items'"),
        ("after", "yesterday", "Time: start must be a date such as 2020-12-31, not 'yesterday'."),
        ("min-rating", "nan", "low must be a number or empty"),
        ("users", "0", "size must be a number above 0"),
    ],
)
def test_what_is_written_wrongly_is_a_sentence(key, value, words):
    with pytest.raises(WorkbenchError, match=words):
        written_as(key, value)


def test_a_recipe_of_something_else_is_a_sentence():
    with pytest.raises(WorkbenchError, match="no filter 'None'"):
        make_filter({})
    with pytest.raises(WorkbenchError, match="settings must be names and values"):
        make_filter({"name": "core", "settings": [5]})


def test_the_identity_of_data_is_its_hash_with_its_filters():
    core = [Core(k=5).recipe()]
    assert identity("abc", []) == "abc"
    assert identity("abc", core) != "abc"
    assert identity("abc", core) == identity("abc", [{"name": "core", "settings": {"k": 5}}])  # a default written out
    assert identity("abc", core) != identity("abc", [Core(k=6).recipe()])
    assert identity("abc", core) != identity("abd", core)
    two = [*core, RatingRange(low=4).recipe()]
    assert identity("abc", two) != identity("abc", two[::-1])
    assert describe(two) == "5-core, then ratings from 4"


def test_every_filter_can_be_told_and_written():
    keys = [key for kind in all_filters().values() for key in kind.keys]
    assert len(keys) == len(set(keys)) >= 7
    for kind in all_filters().values():
        assert kind().describe()
        assert kind.title


def test_titles_follow_their_items():
    bare = build(ROWS)
    columns = (pa.array(["A", "B", None, "D"]), pa.array([1, 2, 3, 4], pa.int16()), pa.array([["x"], [], None, ["y"]]))
    data = replace(bare, item_features=Items(bare.item_ids, *columns))
    kept = apply([RatingRange(low=5)], data)[0].item_features
    assert kept.titles([0, 1]) == ["A", "D"]
    assert kept.year.to_pylist() == [1, 4]
    assert kept.item_ids.to_pylist() == ["i0", "i3"]


def test_attributes_follow_their_users():
    bare = build(ROWS)
    ages = pa.table({"age": [f"age of {text}" for text in bare.user_ids.to_pylist()]})
    kept = apply([RatingRange(low=5)], replace(bare, user_features=Users(bare.user_ids, ages)))[0]
    assert 0 < kept.n_users < bare.n_users
    assert kept.user_features.user_ids.equals(kept.user_ids)
    assert kept.user_features.attributes["age"].to_pylist() == [f"age of {text}" for text in kept.user_ids.to_pylist()]


def test_a_new_file_is_a_filter(new_filter):
    assert list(all_filters())[-1] == new_filter
    one = written_as("each", "3")
    assert one.describe() == "one interaction in 3"
    assert len(apply([one], build(ROWS))[0]) == 2
    assert make_filter(one.recipe()) == one
    assert describe([one.recipe()]) == "one interaction in 3"


def test_after_the_test_it_was_never_there():
    assert list(all_filters()) == ["rating", "min-user", "min-item", "core", "time", "users", "exclude"]
