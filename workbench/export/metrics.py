"""The metrics of some runs as one table."""

import csv
from collections.abc import Sequence
from pathlib import Path

from workbench.files import read_json, whole_file
from workbench.training.run import Run


def write_metrics(output: Path, runs: Sequence[Run]) -> int:
    """Write a row for each run and metric: ``run,algorithm,metric,mean,low,high``; returns the number of rows."""
    rows = []
    for run in runs:
        for metric, value in read_json(run.folder / "evaluation.json")["metrics"].items():
            rows.append([run.name, run.spec.algorithm, metric, value["mean"], value["low"], value["high"]])
    with whole_file(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["run", "algorithm", "metric", "mean", "low", "high"])
        writer.writerows(rows)
    return len(rows)
