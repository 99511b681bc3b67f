"""The table of what was measured, as ``docs/defaults.md``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.defaults.sets import SETS
from workbench.algorithms import all_algorithms

PLACE = Path(__file__).parents[3] / "docs" / "defaults.md"
Row = dict[str, Any]
BELOW = -2.0  # standard errors
HEAD = """# How good algorithms are as they come

NDCG@10 on the test, which was opened once, after the rules of the defaults were fixed on validation. *Before*: the same
defaults for all data. *Now*: batch, epochs and patience, and for some algorithms a weight or a number of neighbours, follow
from the data (see `workbench algorithms NAME`). *Errors*: how many standard errors of the paired difference it is above
popularity now. Seconds are of one processor. A dash: not measured, or no default of it follows from the data, or the
algorithm needs what the set has not.

Made by `python -m tests.benchmarks.defaults FOLDER`.
"""


def write_table(rows: Sequence[Row]) -> None:
    """Write one table for each set."""
    found = {(row["set"], row["algorithm"], row["form"]): row for row in rows}
    parts = [HEAD, *(_of_set(name, found) for name in SETS if any(row["set"] == name for row in rows))]
    PLACE.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _of_set(name: str, found: dict[tuple[str, str, str], Row]) -> str:
    popular = [row["popularity"] for (where, _, _), row in found.items() if where == name and "popularity" in row]
    lines = [f"## {name[:1].upper()}{name[1:]}", "", f"Popularity: {popular[0]:.4f}." if popular else "", ""]
    missing: list[str] = []
    lines += [
        "| Algorithm | Before | Now | Errors | Seconds before | Seconds now | Said |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for algorithm, kind in all_algorithms().items():
        now, before = found.get((name, algorithm, "now")), found.get((name, algorithm, "before"), {})
        if now is None or "test" not in now:
            missing.append(algorithm)
            continue
        cells = [kind.title, _number(before.get("test")), _number(now["test"]), f"{now['errors']:+.1f}"]
        cells += [_number(before.get("seconds"), 1), _number(now["seconds"], 1), _said(now, kind.predicts_ratings)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *([f"Not measured: {', '.join(missing)}.", ""] if missing else [])])


def _number(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _said(row: Row, predicts_ratings: bool) -> str:
    """What its run says of it, and whether it is below popularity without a word."""
    said = [*row["said"], *(["made to predict ratings"] if predicts_ratings else []), *(["cut"] if row["cut"] else [])]
    below = row["errors"] < BELOW and not {"popularity", "made to predict ratings"} & set(said)
    return ", ".join([*said, *(["**below**"] if below else [])])
