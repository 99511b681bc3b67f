"""Lines over a common grid."""

import math

from workbench.charts.chart import Line, LineChart
from workbench.charts.style import color_of
from workbench.export.svg import axes
from workbench.export.svg.axes import Scale
from workbench.export.svg.page import HEIGHT, Drawing, classes, mark
from workbench.export.svg.text import escape

# Lines of more points than this have no marks.
MOST_MARKS = 60
Points = list[tuple[float, float]]


def draw_lines(chart: LineChart) -> Drawing | None:
    """Lines through the points that are known; None where there are none. Logarithmic axes need positive values."""
    shown = [(line, points) for line in chart.lines if (points := _known(line))]
    if not shown:
        return None
    zero = [0.0] if any(line.fill for line, _ in shown) else []
    x = axes.across([at for _, points in shown for at, _ in points], log=chart.x.log)
    y = axes.upright([at for _, points in shown for _, at in points] + zero, log=chart.y.log)
    parts = axes.grid(x, y, chart.x.label)
    for line, points in shown:
        parts.append(_line(line, points, x, y))
    named = list(dict.fromkeys((line.name, line.number) for line, _ in shown))
    words = f"{chart.title} by {chart.x.label}: {', '.join(name for name, _ in named)}"
    return Drawing(parts, HEIGHT, words, named if len(named) > 1 else ())


def _known(line: Line) -> Points:
    points = ((float(x), float(y)) for x, y in zip(line.x, line.y, strict=True))
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]


def _line(line: Line, points: Points, x: Scale, y: Scale) -> str:
    places = [(x.at(a), y.at(b)) for a, b in points]
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    shade = ""
    if line.fill:
        ends = f"L{places[-1][0]:.1f} {y.at(0):.1f}L{places[0][0]:.1f} {y.at(0):.1f}z"
        shade = f'<path class="shade fill s{color_of(line.number) + 1}" d="{path}{ends}"/>'
    few = len(places) <= MOST_MARKS and not line.fill
    marks = "".join(mark(line.number, a, b) for a, b in places) if few else ""
    drawn = f'<path class="line {classes(line.number)}" d="{path}"/>'
    return f"<g><title>{escape(line.name)}</title>{shade}{drawn}{marks}</g>"
