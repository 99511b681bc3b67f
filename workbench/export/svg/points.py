"""Points with a name each, and the front of those that no other beats."""

import math

from workbench.charts.chart import Point, PointChart
from workbench.export.svg import axes
from workbench.export.svg.page import HEIGHT, WIDTH, Drawing, mark
from workbench.export.svg.text import escape, short

NAME, LETTER, LINE = 24, 7.5, 13  # letters of usual width; pixels of a letter, and of a line of them
SIZE = 5


def draw_points(chart: PointChart) -> Drawing | None:
    """Markers, a line along the front, and names; None where there are no points."""
    shown = [(at, point) for at, point in enumerate(chart.points) if math.isfinite(point.x) and math.isfinite(point.y)]
    if not shown:
        return None
    x, y = axes.across([point.x for _, point in shown]), axes.upright([point.y for _, point in shown])
    parts = axes.grid(x, y, chart.x.label, chart.y.label)
    front = [chart.points[at] for at in chart.front]
    if len(front) > 1:
        path = "M" + "L".join(f"{x.at(point.x):.1f} {y.at(point.y):.1f}" for point in front)
        parts.append(f'<path class="front" d="{path}"/>')
    taken: list[tuple[float, float]] = []
    for at, point in sorted(shown, key=lambda known: known[0] not in chart.front):  # the front is named first
        parts.append(_point(point, x.at(point.x), y.at(point.y), taken, best=at in chart.front))
    words = "; ".join(
        f"{point.name}: {point.x:.4g}, {point.y:.4g}{' *' if at in chart.front else ''}" for at, point in shown
    )
    key = [(point.name, point.number) for _, point in shown] if len(taken) < len(shown) else []
    return Drawing(parts, HEIGHT, f"{chart.title}: {words}", key)


def _point(one: Point, x: float, y: float, taken: list[tuple[float, float]], *, best: bool) -> str:
    """A marker with its name, where no other name is in the way: the key then names all."""
    told = f"<title>{escape(f'{one.name}: {one.x:.4g}, {one.y:.4g}')}</title>"
    drawn = mark(one.number, x, y, SIZE, "best" if best else "")
    left = x > WIDTH / 2  # towards the middle, so that the edge does not cut it
    wide = LETTER * min(NAME, len(one.name))
    middle = x - 9 - wide / 2 if left else x + 9 + wide / 2
    if any(abs(middle - other) < LETTER * NAME and abs(y - height) < LINE for other, height in taken):
        return f"<g>{told}{drawn}</g>"
    taken.append((middle, y))
    place = f'x="{x + (-9 if left else 9):.1f}" y="{y - 6:.1f}" text-anchor="{"end" if left else "start"}"'
    return f'<g>{told}{drawn}<text class="name" {place}>{short(one.name, NAME)}</text></g>'
