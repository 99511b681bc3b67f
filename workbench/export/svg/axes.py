"""From values to places on a drawing, and the lines and numbers of its axes."""

import math
from collections.abc import Sequence

from workbench.export.svg.page import HEIGHT, WIDTH
from workbench.export.svg.text import escape, figure

LEFT, RIGHT, TOP, BOTTOM = 58, 26, 12, 44


class Scale:
    """From values to places between `start` and `stop`, with round numbers to write there."""

    def __init__(self, values: Sequence[float], start: float, stop: float, *, log: bool = False) -> None:
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


def across(values: Sequence[float], *, log: bool = False) -> Scale:
    """The scale of the lower edge."""
    return Scale(values, LEFT, WIDTH - RIGHT, log=log)


def upright(values: Sequence[float], *, log: bool = False) -> Scale:
    """The scale of the left edge."""
    return Scale(values, HEIGHT - BOTTOM, TOP, log=log)


def grid(x: Scale, y: Scale, x_label: str, y_label: str = "") -> list[str]:
    """Lines at the numbers of the left edge, the numbers of both, and what they are."""
    parts = []
    for tick in y.ticks:
        at = y.at(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{figure(tick)}</text>')
    for tick in x.ticks:
        at, below = x.at(tick), HEIGHT - BOTTOM + 18
        parts.append(f'<text class="tick" x="{at:.1f}" y="{below}" text-anchor="middle">{figure(tick)}</text>')
    parts.append(f'<text class="axis" x="{LEFT}" y="{HEIGHT - 6}">{escape(x_label)}</text>')
    if y_label:
        turned = f'transform="rotate(-90)" x="{-(HEIGHT - BOTTOM)}" y="12"'
        parts.append(f'<text class="axis" {turned}>{escape(y_label)}</text>')
    return parts
