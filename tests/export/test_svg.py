import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.export.svg import Bar, Series, bars, lines, nice_ticks

HOSTILE = '<script>alert("&")</script>'
numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6))


def _shapes(text, tag):
    return ET.fromstring(text).iter(tag)  # noqa: S314 - our own text


def test_bars_are_as_long_as_their_means_and_carry_their_intervals():
    drawn = bars([Bar("one", 0.2, 0.1, 0.3), Bar("two", 0.1)], "NDCG")
    widths = [float(one.get("width")) for one in _shapes(drawn, "rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert len([one for one in _shapes(drawn, "path") if one.get("class") == "interval"]) == 1


def test_lines_go_through_their_points():
    drawn = lines([Series("loss", [1, 2, 3], [3.0, 2.0, 1.0])], "epoch", "loss")
    marks = [(float(one.get("cx")), float(one.get("cy"))) for one in _shapes(drawn, "circle")]
    assert marks[1][0] == pytest.approx((marks[0][0] + marks[2][0]) / 2, abs=0.1)
    assert marks[0][1] < marks[1][1] < marks[2][1]  # a falling loss falls on the page, where y grows downwards


def test_names_are_escaped_and_nothing_to_draw_draws_nothing():
    for drawn in (
        bars([Bar(HOSTILE, 0.5, 0.4, 0.6)], HOSTILE),
        lines([Series(HOSTILE, [1, 2], [1, 2])], HOSTILE, HOSTILE),
    ):
        assert "<script>" not in drawn
        assert list(_shapes(drawn, "text"))
    assert bars([], "x") == lines([], "x", "y") == lines([Series("none", [], [])], "x", "y") == ""


@given(numbers, numbers)
def test_ticks_are_round_and_enclose_the_range(one, other):
    low, high = min(one, other), max(one, other)
    ticks = nice_ticks(low, high)
    slack = 1e-6 * max(1.0, high - low, abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 9


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=70), st.booleans())
def test_whatever_is_drawn_stays_on_the_page(points, log):
    points = [(abs(x) + 1, abs(y) + 1) if log else (x, y) for x, y in points]
    drawn = lines([Series("a", *zip(*points, strict=True))], "x", "y", log=log)
    path = next(one.get("d") for one in _shapes(drawn, "path"))
    places = [tuple(map(float, pair.split())) for pair in path[1:].split("L")]
    assert all(math.isfinite(x) and 0 <= x <= 640 and 0 <= y <= 300 for x, y in places)
