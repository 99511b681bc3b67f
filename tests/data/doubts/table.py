"""How every case and every data set is read at first sight: ``python -m tests.data.doubts.table DATA``, as Markdown.

`DATA` is the folder with the sets; the cases are those beside this file.
"""

import sys
import time
from pathlib import Path

from tests.data.doubts.sets import SETS
from workbench.data.importing.importer import inspect

CASES = Path(__file__).parent / "cases"
HEAD = ("file", "user, item, rating, time", "rows", "refused", "worth", "doubts", "way out of the first", "seconds")


def row(path, name):
    """What is told of one file."""
    begun = time.perf_counter()
    found = inspect(path)
    roles = ", ".join("–" if column is None else str(column) for column in found["columns"].values())
    worth = ", ".join(found["feedback"]["rules"]) or found["feedback"]["kind"]
    doubts = found["doubts"]
    way = doubts[0]["try"].replace("|", r"\|") if doubts else ""
    told = (found["rows"], found["refused_count"], worth, ", ".join(doubt["name"] for doubt in doubts), way)
    return [name, roles, *(f"{value:,}" if isinstance(value, int) else value for value in told),
            f"{time.perf_counter() - begun:.1f}"]  # fmt: skip


def main():
    """Print the table."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    files = [(path, path.name) for path in sorted(CASES.iterdir()) if path.suffix != ".md"]
    files += [(data / name, name) for name in ("movielens-small/ratings.csv", *SETS) if data and (data / name).exists()]
    for cells in (HEAD, ["---"] * len(HEAD), *(row(path, name) for path, name in files)):
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
