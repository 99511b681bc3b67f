"""A square of values between the same names at both edges."""

from workbench.charts.chart import GridChart
from workbench.export.svg.page import WIDTH, Drawing, mark
from workbench.export.svg.text import short

LEFT, HEAD, ROW = 190, 24, 26
STRONGEST = 0.55  # share of the colour at 1: more would hide the figures
NAME = 20  # letters of usual width
LETTER = 7.5  # pixels


def draw_grid(chart: GridChart) -> Drawing | None:
    """Cells that are the darker the more they are; None where there is nothing."""
    if not chart.names:
        return None
    n = len(chart.names)
    wide = (WIDTH - LEFT) / n
    parts = []
    for row, (name, number) in enumerate(chart.names):
        top = HEAD + row * ROW
        parts.append(mark(number, 12, top + ROW / 2, 4))
        parts.append(f'<text class="name" x="24" y="{top + ROW / 2 + 4:g}">{short(name, NAME)}</text>')
        head = short(name, max(1, int(wide / LETTER)))
        parts.append(
            f'<text class="axis" x="{LEFT + (row + 0.5) * wide:.1f}" y="16" text-anchor="middle">{head}</text>'
        )
        for column, value in enumerate(chart.values[row]):
            parts.append(_cell(value, LEFT + column * wide, top, wide))
    told = [
        f"{chart.names[b][0]} – {chart.names[a][0]}: {value:.4f}"
        for a in range(n)
        for b in range(a)
        if (value := chart.values[a][b]) is not None
    ]
    return Drawing(parts, HEAD + n * ROW + 4, f"{chart.title}: {'; '.join(told)}")


def _cell(value: float | None, x: float, y: float, wide: float) -> str:
    share = 0.0 if value is None else max(0.0, min(1.0, value)) * STRONGEST
    box = f'x="{x + 1:.1f}" y="{y + 1:g}" width="{wide - 2:.1f}" height="{ROW - 2}"'
    text = "–" if value is None else f"{value:.2f}"
    place = f'x="{x + wide / 2:.1f}" y="{y + ROW / 2 + 4:g}" text-anchor="middle"'
    return f'<rect class="fill s1" fill-opacity="{share:.3f}" {box}/><text class="name" {place}>{text}</text>'
