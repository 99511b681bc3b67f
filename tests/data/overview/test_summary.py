"""The figures of the Data page, by hand."""

import json

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.columns.times import DAY_MS
from workbench.data.interactions import Interactions
from workbench.data.overview.summary import iso, long_tail, summarize


def build(user, item, rating=None, time=None):
    ids = [pa.array([f"{kind}{i}" for i in range(max(n) + 1)]) for kind, n in (("u", user), ("i", item))]
    rating, time = (None if a is None else np.array(a, kind) for a, kind in ((rating, np.float32), (time, np.int64)))
    return Interactions.build(np.array(user, np.int32), np.array(item, np.int32), *ids, rating=rating, time=time)


def test_counts_ratings_times_and_extremes():
    data = build(
        [0, 0, 0, 1, 2, 2],
        [0, 1, 2, 0, 0, 3],
        [1, 2, 2, 5, 2, 1],
        [0, DAY_MS, 40 * DAY_MS, 40 * DAY_MS, 41 * DAY_MS, 70 * DAY_MS],
    )
    about = summarize(data)
    assert (about["interactions"], about["users"], about["items"], about["density"]) == (6, 3, 4, 0.5)
    assert (about["median_per_user"], about["median_per_item"]) == (2, 1)
    assert about["rating"] == {
        "min": 1,
        "max": 5,
        "mean": pytest.approx(13 / 6),
        "levels": [1, 2, 5],
        "counts": [2, 3, 1],
    }
    assert about["time"]["unit"] == "month"
    assert about["time"]["periods"] == ["1970-01", "1970-02", "1970-03"]
    assert about["time"]["counts"] == [2, 3, 1]
    assert (about["time"]["min"], about["time"]["max"]) == ("1970-01-01T00:00:00Z", "1970-03-12T00:00:00Z")
    assert about["extreme_users"][0] == {"id": "u0", "index": 0, "count": 3}
    assert about["extreme_items"][0] == {"id": "i0", "index": 0, "count": 3}
    assert about["per_item"] == {"min": 1, "max": 3, "edges": [1, 2, 4], "counts": [3, 1]}
    json.dumps(about, allow_nan=False)


def test_long_spans_are_counted_by_year():
    about = summarize(build([0, 0], [0, 1], time=[0, 3653 * DAY_MS]))
    assert (about["time"]["unit"], len(about["time"]["periods"]), sum(about["time"]["counts"])) == ("year", 11, 2)
    assert about["rating"] is None


def test_many_levels_are_binned():
    rating = summarize(build([0] * 50, list(range(50)), rating=list(range(50))))["rating"]
    assert len(rating["edges"]) == len(rating["counts"]) + 1 == 21
    assert sum(rating["counts"]) == 50


def test_long_tail():
    tail = long_tail(np.array([1, 97, 1, 1]))
    assert len(tail) == 100
    assert tail[0] == [0.01, 0.97]
    assert tail[49][1] == 0.98
    assert tail[-1] == [1.0, 1.0]
    assert long_tail(np.zeros(3)) == []


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1500, "1970-01-01T00:00:01.500Z"), (-62135596800000, "0001-01-01T00:00:00Z")],
)
def test_iso(milliseconds, text):
    assert iso(milliseconds) == text


def test_one_interaction():
    json.dumps(summarize(build([0], [0], [3.0], [253402300799999])), allow_nan=False)
