"""Lines across upright axes."""

from workbench.charts.chart import ParallelChart, Upright
from workbench.charts.style import LIGHT
from workbench.export.svg.page import HEIGHT, WIDTH, Drawing
from workbench.export.svg.text import escape, short

TOP, BOTTOM, SIDE, LAST = 36, 14, 44, 70  # LAST: for the words at the last axis
WORST, BEST = LIGHT[0], LIGHT[4]
NAME, WORD = 16, 12  # letters of usual width
LINE = 14  # of words at an axis


def draw_parallel(chart: ParallelChart) -> Drawing | None:
    """From blue (least) to orange (most), the best drawn wider and last; None where there are no axes."""
    if not chart.axes or not chart.lines:
        return None
    places = [SIDE + (WIDTH - 2 * SIDE - LAST) * at / max(1, len(chart.axes) - 1) for at in range(len(chart.axes))]
    lines = sorted(chart.lines, key=lambda one: (one.name == chart.best, -1.0 if one.share is None else one.share))
    parts = []
    for line in lines:
        path = "M" + "L".join(f"{x:.1f} {_up(share):.1f}" for x, share in zip(places, line.places, strict=True))
        wide = 4 if line.name == chart.best else 1.5
        look = f'style="stroke: {blend(line.share)}"' if line.share is not None else ""
        drawn = f'<path class="across unknown" fill="none" stroke-width="{wide}" {look} d="{path}"/>'
        parts.append(f"<g><title>{escape(line.words or line.name)}</title>{drawn}</g>")
    for axis, x in zip(chart.axes, places, strict=True):
        parts += _axis(axis, x)
    return Drawing(parts, HEIGHT, f"{chart.title}: {'; '.join(line.words or line.name for line in chart.lines)}")


def _up(share: float) -> float:
    return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def _axis(axis: Upright, x: float) -> list[str]:
    parts = [
        f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>',
        f'<text class="axis" x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">{short(axis.name, NAME)}</text>',
    ]
    before = float("inf")
    for share, text in sorted(axis.ticks, reverse=True):
        y = _up(share)
        if abs(before - y) >= LINE:  # else there is no room between the two
            before = y
            parts.append(f'<text class="name" x="{x + 6:.1f}" y="{y + 4:.1f}">{short(text, WORD)}</text>')
    return parts


def blend(share: float) -> str:
    """A colour between the worst one's and the best one's."""
    ends = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (WORST, BEST)]
    mixed = (round(a + (b - a) * min(1.0, max(0.0, share))) for a, b in zip(*ends, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
