"""Charts of runs, described without drawing them: what the lines, bars and axes are, and what is said of them.

The functions of this room take what is known of runs (`ChartRun`, or the answer of a job) and give a description
(`workbench.charts.chart`). The window draws it with its plots, the report as SVG (`workbench.export.svg`); both have the
colour, dashes and marker of a run from `workbench.charts.style`. So what is shown of the same runs is the same everywhere.

To add a chart, write a function that describes it; if it is of a new kind, give each of the two a way to draw that kind.
"""
