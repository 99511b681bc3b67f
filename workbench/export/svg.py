"""Small plots as SVG text, coloured by the page that they stand in (classes ``s1`` to ``s6``, ``grid``, ``axis``)."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as html_escape

from markupsafe import Markup

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 26, 12, 44
SERIES = 6
# Lines of more points than this have no marks.
MOST_MARKS = 60
# Width of a name beside a bar and in a key, in letters of usual width.
NAME, KEY = 24, 60
# The colours of the light report, for a picture that stands alone.
STYLE = """
svg { background: #fff; font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
text { font-size: 12px; fill: #5b6475; } text.name { fill: #1a1f2b; font-size: 13px; }
.title { font-size: 15px; font-weight: 600; fill: #1a1f2b; }
.grid { stroke: #e4e7ec; } .interval { stroke: #1a1f2b; stroke-width: 1.5; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
"""
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("none", "7 4", "2 4", "9 3 2 3", "12 4", "4 2")


@dataclass(frozen=True)
class Series:
    """One line: its name and its points, which must be finite numbers."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Bar:
    """One bar with the interval of its mean, where it has one."""

    name: str
    mean: float
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[Bar], label: str) -> Markup:
    """Horizontal bars with intervals, in the order given."""
    if not rows:
        return Markup()
    row, left = 34, 180
    height = row * len(rows) + 46
    most = max([bar.high if bar.high is not None else bar.mean for bar in rows] + [1e-9])
    ticks = nice_ticks(0.0, most)
    scale = (WIDTH - left - 70) / max(ticks[-1], most)
    parts = []
    for tick in ticks:
        x = left + tick * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{height - 42}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 26}" text-anchor="middle">{_number(tick)}</text>')
    for at, bar in enumerate(rows):
        parts += _bar(bar, at, row * at + 8, left, scale)
    parts.append(f'<text class="axis" x="{left}" y="{height - 6}">{escape(label)}</text>')
    return _svg(parts, height, f"{label}: " + ", ".join(f"{bar.name} {bar.mean:.4f}" for bar in rows))


def _bar(bar: Bar, at: int, y: float, left: float, scale: float) -> list[str]:
    end = left + max(0.0, bar.mean) * scale
    middle = y + 9
    parts = [
        f'<text class="name" x="{left - 10}" y="{middle + 4}" text-anchor="end">{_cut(bar.name, NAME)}</text>',
        f'<rect class="fill s{at % SERIES + 1}" x="{left}" y="{y}" width="{end - left:.1f}" height="18" rx="2"/>',
    ]
    text_at = end
    if bar.low is not None and bar.high is not None:
        low, high = left + max(0.0, bar.low) * scale, left + bar.high * scale
        text_at = high
        ends = f"M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"
        parts.append(f'<path class="interval" d="M{low:.1f} {middle}H{high:.1f}{ends}"/>')
    return [*parts, f'<text class="tick" x="{text_at + 8:.1f}" y="{middle + 4}">{bar.mean:.4f}</text>']


def lines(series: Sequence[Series], x_label: str, y_label: str, *, log: bool = False) -> Markup:
    """Lines over a common grid; `log` for logarithmic axes (points must then be positive)."""
    shown = [one for one in series if len(one.x)]
    if not shown:
        return Markup()
    x_axis = _Axis([x for one in shown for x in one.x], LEFT, WIDTH - RIGHT, log=log)
    y_axis = _Axis([y for one in shown for y in one.y], HEIGHT - BOTTOM, TOP, log=log)
    parts = []
    for tick in y_axis.ticks:
        y = y_axis.at(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
    for tick in x_axis.ticks:
        x = x_axis.at(tick)
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_number(tick)}</text>'
        )
    for at, one in enumerate(shown):
        parts.append(_line(one, at, x_axis, y_axis))
    parts.append(f'<text class="axis" x="{LEFT}" y="{HEIGHT - 6}">{escape(x_label)}</text>')
    return _svg(parts, HEIGHT, f"{y_label} by {x_label}: " + ", ".join(one.name for one in shown))


def _line(one: Series, at: int, x_axis: "_Axis", y_axis: "_Axis") -> str:
    points = [(x_axis.at(x), y_axis.at(y)) for x, y in zip(one.x, one.y, strict=True)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    name = f"s{at % SERIES + 1}"
    circles = [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    marks = "".join(circles) if len(points) <= MOST_MARKS else ""
    return f'<g><title>{escape(one.name)}</title><path class="line {name}" d="{path}"/>{marks}</g>'


class _Axis:
    """From values to places on the drawing."""

    def __init__(self, values: Sequence[float], start: float, stop: float, *, log: bool) -> None:
        self.log, self.start, self.stop = log, start, stop
        low, high = min(values), max(values)
        if log:
            self.ticks = [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
        else:
            self.ticks = nice_ticks(low, high)
        self.low, self.high = (self._scaled(tick) for tick in (self.ticks[0], self.ticks[-1]))

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def at(self, value: float) -> float:
        """Place of a value."""
        share = (self._scaled(value) - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.stop - self.start)


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """About so many round numbers that enclose a range."""
    span = (high - low) or abs(high) or 1.0
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(at * step, 12) for at in range(first, max(last, first + 1) + 1)]


def escape(text: str) -> str:
    """A text for XML."""
    return html_escape(writable(text))


def writable(text: str) -> str:
    """A text without what XML has no place for: control characters, and halves of characters; line ends may stay."""
    return "".join("\ufffd" if unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" else one for one in text)


def _cut(text: str, most: int) -> str:
    """A name on the drawing: the whole of it on hover, where it is cut."""
    shown = cut(text, most)
    return escape(shown) if shown == text else f"<title>{escape(text)}</title>{escape(shown)}"


def cut(text: str, most: int) -> str:
    """A text that is no wider than so many letters; those of Chinese, Japanese and Korean are two wide."""
    width = 0
    for at, one in enumerate(text):
        width += 2 if unicodedata.east_asian_width(one) in "WF" else 1
        if width > most:
            return text[: max(0, at - 1)] + "…"
    return text


def standalone(drawn: str, title: str, names: Sequence[str] = ()) -> str:
    """The text of an SVG file of a picture, on white, with its title above and its key below."""
    height = float(drawn.partition('viewBox="0 0 ')[2].partition('"')[0].split()[1])
    inside = drawn.partition(">")[2].removesuffix("</svg>")
    top, row = 32, 20
    key = [
        f'<path class="line s{at % SERIES + 1}" d="M{LEFT} {top + height + row * at + 8}h24"/>'
        f'<text x="{LEFT + 34}" y="{top + height + row * at + 12}">{escape(cut(name, KEY))}</text>'
        for at, name in enumerate(names)
    ]
    colors = "".join(
        f".line.s{at} {{ stroke: {color}; stroke-dasharray: {dash}; }} .fill.s{at}, circle.s{at} {{ fill: {color}; }}\n"
        for at, (color, dash) in enumerate(zip(COLORS, DASHES, strict=True), 1)
    )
    whole = top + height + row * len(names) + (8 if names else 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole:g}" width="{WIDTH}" height="{whole:g}">'
        f"<style>{STYLE}{colors}</style><title>{escape(cut(title, 200))}</title>"
        f'<text class="title" x="10" y="20">{escape(cut(title, KEY))}</text>'
        f'<g transform="translate(0 {top})">{inside}</g>{"".join(key)}</svg>\n'
    )


def _number(value: float) -> str:
    if abs(value) >= 1000:  # noqa: PLR2004 - digits in groups
        return f"{value:,.0f}"
    return f"{value:.6g}"


def _svg(parts: Sequence[str], height: float, words: str) -> Markup:
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(cut(words, 1000))}">'
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - every name was escaped above
