"""``python -m tests.benchmarks.defaults FOLDER``: every algorithm as it comes, on every set, before and now.

What is measured is a line in ``FOLDER/rows.jsonl``, so that the command goes on where it was ended; ``--table`` writes
``docs/defaults.md`` of the lines that there are. ``--algorithms`` and ``--sets`` (parts of names) measure some first.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks.defaults.measure import measure
from tests.benchmarks.defaults.sets import SETS
from tests.benchmarks.defaults.table import write_table
from workbench.algorithms import all_algorithms
from workbench.declaring import rules_of, tried_of

FORMS = ("before", "now")


def main() -> None:
    """Measure what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--algorithms", default="")
    parser.add_argument("--sets", default="")
    parser.add_argument("--table", action="store_true", help="only write the table")
    args = parser.parse_args()
    rows = args.folder / "rows.jsonl"
    for name, algorithm, form in [] if args.table else wanted(args.sets, args.algorithms):
        if (name, algorithm, form) in known(rows):
            continue
        row = measure(args.folder / name.replace(",", "").replace(" ", "-"), SETS[name], algorithm, form)
        sys.stdout.write(f"{name}: {algorithm} {form} {row}\n")
        sys.stdout.flush()
        with rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"set": name, "algorithm": algorithm, "form": form, **row}) + "\n")
    write_table([json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()])


def wanted(sets: str, algorithms: str) -> list[tuple[str, str, str]]:
    """Set, algorithm and form of all that is to be measured; what has no rule is measured once."""
    chosen = [one for one in algorithms.split("+") if one]
    names = [name for name in all_algorithms() if name != "blend" and (not chosen or name in chosen)]
    return [
        (name, algorithm, form)
        for algorithm in sorted(names, key=chosen.index if chosen else None)
        for name, source in SETS.items()
        if source.there() and (not sets or any(part in name for part in sets.split("+")))
        for form in FORMS
        if form == "now" or follows(algorithm)
    ]


def follows(algorithm: str) -> bool:
    """Whether a default of it follows from the data, or is chosen on validation."""
    kind = all_algorithms()[algorithm]
    return bool(rules_of(kind) or tried_of(kind))


def known(rows: Path) -> set[tuple[str, str, str]]:
    """What was measured."""
    lines = rows.read_text(encoding="utf-8").splitlines() if rows.exists() else []
    return {(row["set"], row["algorithm"], row["form"]) for row in map(json.loads, lines)}


if __name__ == "__main__":
    main()
