"""A drawing as text: alone in a file, or inside a page that gives it its colours.

Series have classes: ``s1`` to ``s6`` for their colour, ``d1`` to ``d6`` for their dashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from workbench.charts.style import DASHES, LIGHT, MARKERS, color_of, round_of
from workbench.export.svg.text import cut, escape

WIDTH, HEIGHT = 640, 300
TOP, ROW = 32, 20  # height of a title, and of a row of the key
# Width of a title and of a name in a key, in letters of usual width; of what is told of a whole drawing.
KEY, TOLD = 60, 1000
# The look of the light report, for a drawing that stands alone.
STYLE = """
svg { background: #fff; font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
text { font-size: 12px; fill: #5b6475; } text.name { fill: #1a1f2b; font-size: 13px; }
.title { font-size: 15px; font-weight: 600; fill: #1a1f2b; }
.grid { stroke: #e4e7ec; } .interval, .front { stroke: #1a1f2b; stroke-width: 1.5; fill: none; }
.unknown { stroke: #687182; } .gap { stroke: #fff; }
"""
SHAPES = """
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .mark { stroke-width: 2; stroke-linejoin: round; }
.shade { stroke: none; fill-opacity: 0.15; }
"""


@dataclass(frozen=True)
class Drawing:
    """What is drawn, how high it is, what it shows in words, and which series have to be named beside it."""

    parts: Sequence[str]
    height: float
    words: str
    key: Sequence[tuple[str, int]] = ()

    def inline(self) -> Markup:
        """The drawing inside a page."""
        told = escape(cut(self.words, TOLD))
        head = f'<svg viewBox="0 0 {WIDTH} {self.height:g}" role="img" aria-label="{told}">'
        return Markup(head + "".join(self.parts) + "</svg>")  # noqa: S704 - every name was escaped

    def alone(self, title: str) -> str:
        """The text of an SVG file, on white, with its title above and its key below."""
        return under_each_other([(title, self)])

    def titled(self, title: str) -> tuple[str, float]:
        """The drawing with its title above and its key below, and how high they are."""
        key = [
            f'<g transform="translate(34 {TOP + self.height + ROW * at + 8:g})">{sample(number)}</g>'
            f'<text x="92" y="{TOP + self.height + ROW * at + 12:g}">{escape(cut(name, KEY))}</text>'
            for at, (name, number) in enumerate(self.key)
        ]
        words = f'<text class="title" x="10" y="20">{escape(cut(title, KEY))}</text>'
        drawn = f'{words}<g transform="translate(0 {TOP})">{"".join(self.parts)}</g>{"".join(key)}'
        return drawn, TOP + self.height + ROW * len(key) + (8 if key else 0)


def under_each_other(drawings: Sequence[tuple[str, Drawing]]) -> str:
    """The text of an SVG file with some titled drawings, on white."""
    parts, whole = [], 0.0
    for title, drawing in drawings:
        drawn, height = drawing.titled(title)
        parts.append(f'<g transform="translate(0 {whole:g})">{drawn}</g>' if whole else drawn)
        whole += height
    title = " · ".join(title for title, _ in drawings)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole:g}" width="{WIDTH}" height="{whole:g}">'
        f"<style>{STYLE}{SHAPES}{rules(LIGHT)}</style><title>{escape(cut(title, 200))}</title>{''.join(parts)}</svg>\n"
    )


def rules(colors: Sequence[str]) -> str:
    """How series look in these colours, as rules of a style sheet."""
    found = [
        f".line.s{at}, .mark.s{at} {{ stroke: {color}; }} .fill.s{at}, .mark.s{at} {{ fill: {color}; }}"
        for at, color in enumerate(colors, 1)
    ]
    found += [
        f".d{at} {{ stroke-dasharray: {' '.join(map(str, dashes))}; }}" for at, dashes in enumerate(DASHES, 1) if dashes
    ]
    return "\n".join(found)


def classes(number: int) -> str:
    """The classes of a series: its colour and its dashes."""
    return f"s{color_of(number) + 1} d{round_of(number) + 1}"


def mark(number: int, x: float, y: float, size: float = 3, more: str = "") -> str:
    """The marker of a series."""
    kind = MARKERS[round_of(number)]
    look = f'class="{" ".join(filter(None, ["mark", f"s{color_of(number) + 1}", more]))}"'
    if kind == "o":
        return f'<circle {look} cx="{x:.1f}" cy="{y:.1f}" r="{size:g}"/>'
    paths = {
        "s": f"M{x - size:.1f} {y - size:.1f}h{2 * size:g}v{2 * size:g}h{-2 * size:g}z",
        "t": f"M{x - size:.1f} {y - size:.1f}h{2 * size:g}L{x:.1f} {y + size:.1f}z",
        "d": f"M{x:.1f} {y - size:.1f}l{size:g} {size:g}l{-size:g} {size:g}l{-size:g} {-size:g}z",
        "+": f"M{x - size:.1f} {y:.1f}h{2 * size:g}M{x:.1f} {y - size:.1f}v{2 * size:g}",
        "x": f"M{x - size:.1f} {y - size:.1f}l{2 * size:g} {2 * size:g}"
        f"M{x - size:.1f} {y + size:.1f}l{2 * size:g} {-2 * size:g}",
    }
    return f'<path {look} d="{paths[kind]}"/>'


def sample(number: int) -> str:
    """How a series looks, beside its name in a key: 48 wide, its middle at 0."""
    return f'<path class="line {classes(number)}" d="M0 0h48"/>{mark(number, 24, 0)}'
