"""The records of runs as a table, every value exactly as it was recorded."""

import csv
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.files import readable_errors, whole_file
from workbench.training.records import read_records

FIRST = ("run", "epoch", "part", "seconds", "loss")


def write_curves(runs: list[Path], output: Path) -> int:
    """Write all records of some run folders to a .csv file, a row for each; returns how many there are."""
    rows: list[dict[str, Any]] = []
    for folder in runs:
        for record in read_records(folder / "records.jsonl"):
            row = {name: record.get(name) for name in FIRST if name != "run"} | {"run": folder.name}
            for group in ("values", "validation"):
                given = record.get(group)
                row |= given if isinstance(given, dict) else {}
            rows.append(row | {key: record[key] for key in ("memory_bytes",) if key in record})
    if not rows:
        raise WorkbenchError("These runs have no records yet. Wait for the first epoch.")
    names = list(dict.fromkeys([*FIRST, *(name for row in rows for name in row)]))
    with readable_errors(output), whole_file(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)
