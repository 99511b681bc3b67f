"""What there is to draw: kinds of charts as plain data, the same for whoever draws them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

Values = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes
    ----------
    whole : bool
        Whether there is nothing between its whole numbers, as of epochs.
    """

    label: str = ""
    whole: bool = False
    log: bool = False


@dataclass(frozen=True)
class Line:
    """A line through points, x rising; values that are not known are NaN.

    Attributes
    ----------
    key, name : str
        What it is told from others by, and what it is called.
    number : int
        Of its series (`workbench.charts.style`).
    fill : bool
        Whether what lies between it and 0 is shaded.
    """

    key: str
    name: str
    number: int
    x: Values
    y: Values
    markers: bool = False
    fill: bool = False


@dataclass(frozen=True)
class LineChart:
    """Lines over common axes."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]
    words: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: the number of its series, its value (None: nothing is known), its interval, and what it tells."""

    number: int
    value: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""
    name: str = ""


@dataclass(frozen=True)
class BarGroup:
    """Bars that belong together, under one name."""

    name: str
    bars: Sequence[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class BarChart:
    """Lying bars in groups, one under another; with `legend` the bars of a group are named once for all groups."""

    title: str
    groups: Sequence[BarGroup]
    words: str = ""
    legend: bool = False


@dataclass(frozen=True)
class Point:
    """A point with a name, of a series of its own."""

    key: str
    name: str
    number: int
    x: float
    y: float


@dataclass(frozen=True)
class PointChart:
    """Points; `front` are the places of those that no other beats, x rising."""

    title: str
    x: Axis
    y: Axis
    points: Sequence[Point]
    front: Sequence[int] = ()
    words: str = ""


@dataclass(frozen=True)
class Upright:
    """One of several upright axes: its name, and the words at places from 0 (below) to 1 (above)."""

    name: str
    ticks: Sequence[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Across:
    """A line across upright axes: its name, where it crosses each, and how good it is, from 0 to 1 (None: not known)."""

    name: str
    places: Sequence[float]
    share: float | None
    words: str = ""


@dataclass(frozen=True)
class ParallelChart:
    """Lines across upright axes; `best` is the name of the one that stands out."""

    title: str
    axes: Sequence[Upright]
    lines: Sequence[Across]
    best: str = ""
    words: str = ""


@dataclass(frozen=True)
class GridChart:
    """Values from 0 to 1 of each with each, None where there is nothing to tell; `names` with the number of a series."""

    title: str
    names: Sequence[tuple[str, int]]
    values: Sequence[Sequence[float | None]]
    words: str = ""


Chart = LineChart | BarChart | PointChart | ParallelChart | GridChart
