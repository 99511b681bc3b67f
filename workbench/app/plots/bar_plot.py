"""Bars with a name each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

from workbench.app.plots.plot import Plot
from workbench.app.widgets.theme import theme


class BarPlot(Plot):
    """Bars with a name each."""

    def __init__(self, name: str, *, x: str = "", y: str = "", empty: str = "", number: int = 0) -> None:
        super().__init__(name, x=x, y=y, empty=empty, names=[])
        self._bars: pg.BarGraphItem | None = None
        self._number = number
        self._say(empty, empty=True)

    def set_bars(self, names: Sequence[str], values: Any) -> None:
        """Draw one bar for each name."""
        values = np.nan_to_num(np.asarray(values, dtype=float))
        axis = self.plot.getAxis("bottom")
        axis.names = [str(entry) for entry in names]
        # Every n-th name, so that they never run into each other.
        step = max(1, int(np.ceil(len(values) / 12)))
        axis.setTicks([[(at, axis.names[at]) for at in range(0, len(values), step)]])
        if self._bars is None:
            self._bars = pg.BarGraphItem(x=[], height=[], width=0.74, pen=None)
            self.plot.addItem(self._bars)
        color = theme().series(self._number)
        self._bars.setOpts(x=np.arange(len(values)), height=values, width=0.74, brush=color, pen=pg.mkPen(color))
        if len(values):
            self.plot.setYRange(0, float(values.max()) or 1.0, padding=0.04)
            self.plot.setXRange(-0.6, len(values) - 0.4, padding=0)
        pairs = ", ".join(f"{name}: {value:,.4g}" for name, value in zip(names, values[:20], strict=False))
        self._say(pairs or self._empty, empty=not len(values))

    def _recolor(self) -> None:
        if self._bars is not None:
            color = theme().series(self._number)
            self._bars.setOpts(brush=color, pen=pg.mkPen(color))
