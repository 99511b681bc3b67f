"""One file, one chart of runs; no list to edit: the page Compare finds every subclass of `ComparisonChart` here."""

from workbench.app.pages.compare.chart import ComparisonChart
from workbench.discovery import declared_in


def all_charts() -> dict[str, type[ComparisonChart]]:
    """Every chart by name, in the order of the tabs."""
    found = declared_in(__name__, __path__, ComparisonChart)
    return {chart.name: chart for chart in sorted(found, key=lambda chart: chart.order)}
