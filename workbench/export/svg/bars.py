"""Lying bars in groups, with intervals."""

import math

from workbench.charts.chart import Bar, BarChart, BarGroup
from workbench.charts.style import DASHES, color_of, round_of
from workbench.export.svg.axes import Scale
from workbench.export.svg.page import WIDTH, Drawing
from workbench.export.svg.text import escape, figure, short

LEFT, RIGHT = 180, 70  # room for names, and for values
ALONE, TOGETHER, GAP = 18, 11, 16  # height of a bar that is alone in its group, of one among others; between groups
FOOT = 46
NAME = 24  # letters of usual width


def draw_bars(chart: BarChart) -> Drawing | None:
    """Bars from 0 on, in the order given; None where there are none."""
    ends = [
        end
        for group in chart.groups
        for bar in group.bars
        for end in (bar.value, bar.low, bar.high)
        if end is not None and math.isfinite(end)
    ]
    if not ends:
        return None
    scale = Scale([0.0, *ends], LEFT, WIDTH - RIGHT)
    height = sum(map(_height, chart.groups)) + FOOT
    parts = _grid(scale, height)
    top = 8.0
    for group in chart.groups:
        parts += _group(group, top, scale)
        top += _height(group)
    parts.append(f'<text class="axis" x="{LEFT}" y="{height - 6:g}">{escape(chart.title)}</text>')
    told = "; ".join(bar.words for group in chart.groups for bar in group.bars if bar.words)
    named = list(dict.fromkeys((bar.name, bar.number) for group in chart.groups for bar in group.bars))
    return Drawing(parts, height, f"{chart.title}: {told}", named if chart.legend else ())


def _height(group: BarGroup) -> float:
    return (ALONE if len(group.bars) == 1 else TOGETHER * max(2, len(group.bars))) + GAP


def _grid(scale: Scale, height: float) -> list[str]:
    parts = []
    for tick in scale.ticks:
        x = scale.at(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{height - 42:g}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 26:g}" text-anchor="middle">{figure(tick)}</text>')
    return parts


def _group(group: BarGroup, top: float, scale: Scale) -> list[str]:
    thick = ALONE if len(group.bars) == 1 else TOGETHER
    middle = top + thick * len(group.bars) / 2
    name = f'<text class="name" x="{LEFT - 10}" y="{middle + 4:g}" text-anchor="end">{short(group.name, NAME)}</text>'
    bars = [_bar(bar, top + at * thick, thick, scale) for at, bar in enumerate(group.bars)]
    return [name, *bars]


def _bar(bar: Bar, top: float, thick: float, scale: Scale) -> str:
    zero, middle = scale.at(0), top + (thick - 2) / 2
    if bar.value is None or not math.isfinite(bar.value):
        return f'<text class="tick" x="{zero + 8:.1f}" y="{middle + 4:g}">–</text>'
    end = scale.at(bar.value)
    wide, start = abs(end - zero), min(end, zero)
    look = f'class="fill s{color_of(bar.number) + 1}"'
    parts = [f'<rect {look} x="{start:.1f}" y="{top:g}" width="{wide:.1f}" height="{thick - 2:g}" rx="2"/>']
    text_at = max(end, zero)
    if bar.low is None and DASHES[round_of(bar.number)]:  # the dashes of its line, for colours come round
        parts.append(f'<path class="gap d{round_of(bar.number) + 1}" d="M{start:.1f} {middle:g}h{wide:.1f}"/>')
    if bar.low is not None and bar.high is not None:
        low, high = scale.at(bar.low), scale.at(bar.high)
        text_at = max(high, zero)
        ends = f"M{low:.1f} {middle - 4:g}v8M{high:.1f} {middle - 4:g}v8"
        parts.append(f'<path class="interval" d="M{low:.1f} {middle:g}H{high:.1f}{ends}"/>')
    if thick == ALONE:
        parts.append(f'<text class="tick" x="{text_at + 8:.1f}" y="{middle + 4:g}">{bar.value:.4f}</text>')
    return f"<g><title>{escape(bar.words or bar.name)}</title>{''.join(parts)}</g>"
