"""The metrics of some runs as one table."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from workbench.errors import WorkbenchError
from workbench.export.tables import check_place, table_file
from workbench.training.answer import read_answer
from workbench.training.run import Run

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("run", "algorithm", "metric")]
    + [(name, pa.float64()) for name in ("mean", "low", "high")]
)


def write_metrics(output: Path, runs: Sequence[Run]) -> int:
    """Write a row for each tested run and metric: ``run,algorithm,metric,mean,low,high``; returns the number of rows.

    Raises
    ------
    WorkbenchError
        If none of the runs was tested, or the place cannot be written to.
    """
    check_place(output)
    tested = [run for run in runs if (run.folder / "evaluation.json").exists()]
    if not tested:
        raise WorkbenchError("None of these runs was tested, so there are no metrics. Test them on the page Compare.")
    rows = [
        (run.name, run.spec.algorithm, metric, value.get("mean"), value.get("low"), value.get("high"))
        for run in tested
        for metric, value in read_answer(run.folder)["metrics"].items()
    ]
    with table_file(output, SCHEMA) as write:
        write(pa.table(list(map(list, zip(*rows, strict=True))) or [[]] * len(SCHEMA), schema=SCHEMA))
    return len(rows)
