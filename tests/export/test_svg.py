import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.charts.chart import (
    Across,
    Axis,
    Bar,
    BarChart,
    BarGroup,
    GridChart,
    Line,
    LineChart,
    ParallelChart,
    Point,
    PointChart,
    Upright,
)
from workbench.charts.style import LIGHT
from workbench.export.svg import draw
from workbench.export.svg.axes import nice_ticks
from workbench.export.svg.page import mark, rules
from workbench.export.svg.parallel import blend

HOSTILE = '<script>alert("&")</script>\x01'
numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6))
SPACE = "{http://www.w3.org/2000/svg}"


def shapes(drawn, tag):
    return ET.fromstring(drawn.inline()).iter(tag)  # noqa: S314 - our own text


def lines(*given, x="epoch", y="loss", log=False, **more):
    made = [Line(name, name, at, *points, **more) for at, (name, points) in enumerate(given)]
    return LineChart(y, Axis(x, log=log), Axis(y, log=log), made)


def bars(*given, legend=False):
    return BarChart("NDCG", [BarGroup(f"group {at}", group) for at, group in enumerate(given)], legend=legend)


def points(*given, front=()):
    made = [Point(name, name, at, x, y) for at, (name, x, y) in enumerate(given)]
    return PointChart("y against x", Axis("x"), Axis("y"), made, front)


def parallel(name):
    across = [Across(name, [0.0, 1.0], 0.2), Across("best", [1.0, 0.0], 1.0), Across("unknown", [0.5, 0.0], None)]
    return ParallelChart(name, [Upright(name, [(0.0, name), (0.01, "near"), (1.0, "9")]), Upright("m")], across, "best")


EVERY = {
    "lines": lambda name: lines((name, ([1, 2], [1, 2])), (name + "2", ([1, 2], [2, 1])), x=name, y=name),
    "bars": lambda name: BarChart(name, [BarGroup(name, [Bar(0, 0.5, 0.4, 0.6, name, name)])]),
    "points": lambda name: points((name, 0.1, 0.2), ("b", 0.3, 0.4), front=[0, 1]),
    "parallel": parallel,
    "grid": lambda name: GridChart(name, [(name, 0), ("b", 1)], [[1.0, None], [None, 1.0]]),
}


@pytest.mark.parametrize("kind", EVERY)
def test_names_are_escaped_and_a_file_of_its_own_is_whole(kind):
    drawn = draw(EVERY[kind](HOSTILE))
    assert "<script>" not in drawn.inline()
    assert list(shapes(drawn, "text"))
    alone = ET.fromstring(drawn.alone(HOSTILE))  # noqa: S314 - our own text
    assert alone.find(f"{SPACE}title") is not None
    assert not list(alone.iter(f"{SPACE}script"))
    assert float(alone.get("height")) >= drawn.height + 20 * len(drawn.key)


@pytest.mark.parametrize(
    "chart",
    [lines(), lines(("none", ([], []))), lines(("unknown", ([1, 2], [math.nan, math.inf]))), bars(),
     bars([Bar(0, None)]), points(), points(("a", math.nan, 1.0)), ParallelChart("p", [], []), GridChart("g", [], [])],
)  # fmt: skip
def test_nothing_to_draw_draws_nothing(chart):
    assert draw(chart) is None


def test_bars_are_as_long_as_their_means_and_carry_their_intervals():
    drawn = draw(bars([Bar(0, 0.2, 0.1, 0.3, name="one")], [Bar(1, 0.1, name="two")]))
    widths = [float(one.get("width")) for one in shapes(drawn, "rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert len([one for one in shapes(drawn, "path") if one.get("class") == "interval"]) == 1
    assert drawn.key == ()


def test_a_bar_below_zero_ends_at_zero():
    drawn = draw(bars([Bar(0, 0.2)], [Bar(1, -0.1)]))
    up, down = ((float(one.get("x")), float(one.get("width"))) for one in shapes(drawn, "rect"))
    assert down[0] + down[1] == pytest.approx(up[0], abs=0.2)


def test_several_bars_of_a_group_are_named_once_and_what_is_not_known_is_a_dash():
    group = [Bar(0, 0.2, name="a"), Bar(6, 0.1, name="b"), Bar(2, None, name="c")]
    drawn = draw(bars(group, group, legend=True))
    assert drawn.key == [("a", 0), ("b", 6), ("c", 2)]
    assert len(list(shapes(drawn, "rect"))) == 4
    assert [one.text for one in shapes(drawn, "text")].count("–") == 2
    # Colours come round: what has the colour of the first is dashed.
    assert len([one for one in shapes(drawn, "path") if one.get("class", "").startswith("gap")]) == 2


def test_lines_go_through_their_points_and_leave_out_what_is_not_known():
    drawn = draw(lines(("loss", ([1, 2, 2.5, 3], [3.0, 2.0, math.nan, 1.0]))))
    marks = [(float(one.get("cx")), float(one.get("cy"))) for one in shapes(drawn, "circle")]
    assert len(marks) == 3
    assert marks[1][0] == pytest.approx((marks[0][0] + marks[2][0]) / 2, abs=0.1)
    assert marks[0][1] < marks[1][1] < marks[2][1]  # a falling loss falls on the page, where y grows downwards
    assert drawn.key == ()
    assert draw(lines(("a", ([1], [1])), ("b", ([1], [2])))).key == [("a", 0), ("b", 1)]


def test_what_is_shaded_reaches_zero():
    drawn = draw(lines(("a", ([1, 2], [5.0, 4.0])), fill=True))
    shade = next(one for one in shapes(drawn, "path") if "shade" in one.get("class"))
    lowest = max(float(pair.split()[1]) for pair in shade.get("d")[1:-1].split("L"))
    grid = [float(one.get("y1")) for one in shapes(drawn, "line")]
    assert lowest == pytest.approx(max(grid), abs=0.1)
    assert not list(shapes(drawn, "circle"))


def test_points_are_named_where_there_is_room_the_front_first():
    near = points(("a", 0.5, 0.5), ("b", 0.501, 0.501), ("far", 0.0, 0.0), front=[1])
    drawn = draw(near)
    names = [one.text for one in shapes(drawn, "text") if one.get("class") == "name"]
    assert names == ["b", "far"]
    assert drawn.key == [("a", 0), ("b", 1), ("far", 2)]
    assert draw(points(("a", 0.0, 0.0), ("far", 1.0, 1.0))).key == []
    assert "front" in draw(points(("a", 0.0, 1.0), ("b", 1.0, 0.0), front=[0, 1])).inline()


def test_the_best_line_across_is_the_last_and_the_widest():
    drawn = draw(parallel("x"))
    across = [one for one in shapes(drawn, "path") if "across" in one.get("class")]
    assert [one.get("stroke-width") for one in across] == ["1.5", "1.5", "4"]
    assert across[2].get("style") == f"stroke: {LIGHT[4]}"
    assert across[0].get("style") is None  # nobody knows how good it is
    assert blend(0.0) == LIGHT[0]
    assert blend(2.0) == LIGHT[4]
    texts = [one.text for one in shapes(drawn, "text")]
    assert ("9" in texts, "near" in texts) == (True, True)
    assert "x" not in [one.text for one in shapes(drawn, "text") if one.get("class") == "name"]  # no room beside "near"


def test_a_cell_is_the_darker_the_more_it_is():
    drawn = draw(GridChart("g", [("a", 0), ("b", 1)], [[1.0, 0.5], [0.5, None]]))
    shares = [float(one.get("fill-opacity")) for one in shapes(drawn, "rect")]
    assert shares == pytest.approx([0.55, 0.275, 0.275, 0.0])
    assert [one.text for one in shapes(drawn, "text") if one.get("text-anchor") == "middle"][1:4] == [
        "1.00",
        "0.50",
        "b",
    ]
    assert drawn.words == "g: a – b: 0.5000"


def test_every_series_has_its_colour_dashes_and_marker():
    told = rules(LIGHT)
    for at, color in enumerate(LIGHT, 1):
        assert f".fill.s{at}, .mark.s{at} {{ fill: {color}; }}" in told
    assert len({mark(number, 0, 0) for number in range(36)}) == 36


@given(numbers, numbers)
def test_ticks_are_round_and_enclose_the_range(one, other):
    low, high = min(one, other), max(one, other)
    ticks = nice_ticks(low, high)
    slack = 1e-6 * max(1.0, high - low, abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 9


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=70), st.booleans())
def test_whatever_is_drawn_stays_on_the_page(given_points, log):
    found = [(abs(x) + 1, abs(y) + 1) if log else (x, y) for x, y in given_points]
    drawn = draw(lines(("a", zip(*found, strict=True)), log=log))
    path = next(one.get("d") for one in shapes(drawn, "path"))
    places = [tuple(map(float, pair.split())) for pair in path[1:].split("L")]
    assert all(math.isfinite(x) and 0 <= x <= 640 and 0 <= y <= 300 for x, y in places)
