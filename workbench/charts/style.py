"""How the series of a chart are told apart: colour, dashes and marker by a number, which a run keeps for life.

Colour is never the only cue. The colours are those of Okabe and Ito, which people who confuse colours can tell apart, and
lighter on a dark ground.
"""

LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DARK = ("#2b9bdb", "#f67d2a", "#2bbf93", "#d990b8", "#f2b230", "#74c4f2")
COLORS = len(LIGHT)
# On and off, in widths of the line; None is a solid one.
DASHES = (None, (6, 4), (2, 3), (8, 3, 2, 3), (3, 3), (10, 4))
MARKERS = ("o", "s", "t", "d", "+", "x")
GAIN, LOSE = 26, 16  # series: green and orange, both with solid lines


def color_of(number: int) -> int:
    """Which colour a series has; they come round after six."""
    return number % COLORS


def round_of(number: int) -> int:
    """Which dashes and marker a series has: when the colours come round, they are paired with others."""
    return (number + number // COLORS) % len(DASHES)
