"""Charts as SVG text, for the report and as files of their own."""

from workbench.charts.chart import BarChart, Chart, GridChart, LineChart, ParallelChart, PointChart
from workbench.export.svg.bars import draw_bars
from workbench.export.svg.grid import draw_grid
from workbench.export.svg.lines import draw_lines
from workbench.export.svg.page import Drawing, under_each_other
from workbench.export.svg.parallel import draw_parallel
from workbench.export.svg.points import draw_points

__all__ = ["Drawing", "draw", "under_each_other"]


def draw(chart: Chart) -> Drawing | None:
    """Draw a chart; None where there is nothing on it."""
    match chart:
        case LineChart():
            return draw_lines(chart)
        case BarChart():
            return draw_bars(chart)
        case PointChart():
            return draw_points(chart)
        case ParallelChart():
            return draw_parallel(chart)
        case GridChart():
            return draw_grid(chart)
