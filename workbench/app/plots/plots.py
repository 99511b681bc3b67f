"""The plots, under one name: lines, bars and intervals; each has a file of its own."""

from workbench.app.plots.bar_plot import BarPlot, IntervalPlot
from workbench.app.plots.line_plot import MOST_DRAWN, LinePlot, thinned
from workbench.app.plots.plot import Axis, Key, Plot

__all__ = ["MOST_DRAWN", "Axis", "BarPlot", "IntervalPlot", "Key", "LinePlot", "Plot", "thinned"]
