"""Run by itself: ``r_tables.py FILE`` names the tables of an R file, ``r_tables.py FILE TABLE`` writes one as CSV.

Where no table is named, it is the first whose name has one of the words that follow, else the first.

The library for such files loads pandas, which the program's own processes do without (`workbench.lean`).
"""

import csv
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

ONLY = "the object"
"""What the one object of an .rds file is called."""


def main(path: str, wanted: str | None = None, *words: str) -> None:
    """Write names as JSON, or a table as CSV, to standard output."""
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    tables = {name: rows for name, value in _objects(Path(path)).items() if (rows := rows_of(value)) is not None}
    if wanted is None:
        json.dump(list(tables), sys.stdout)
        return
    if not tables:
        sys.exit("it has no data frame and no matrix")
    likely = next((name for name in tables if any(word in name.lower() for word in words)), next(iter(tables)))
    csv.writer(sys.stdout, lineterminator="\n").writerows(map(_plain, tables[wanted or likely]))


def _objects(path: Path) -> dict[str, Any]:
    import rdata

    if path.read_bytes()[:3] in (b"RDX", b"RDA"):
        return dict(rdata.read_rda(path))
    return {ONLY: rdata.read_rds(path)}


def rows_of(value: Any) -> Iterator[Iterable[Any]] | None:
    """Names of columns and rows of an object; None where it is no table and no matrix."""
    if hasattr(value, "itertuples"):  # a data frame
        return chain([list(value.columns)], value.itertuples(index=False, name=None))
    value = (
        getattr(value, "data", value) if hasattr(getattr(value, "data", None), "Dim") else value
    )  # a matrix of ratings
    if all(hasattr(value, slot) for slot in ("i", "p", "x", "Dim")):
        return _sparse(value)
    if len(getattr(value, "shape", ())) == 2:  # noqa: PLR2004 - a matrix
        return _dense(value)
    return None


def _sparse(value: Any) -> Iterator[Iterable[Any]]:
    """Rows of a sparse matrix that holds, column after column, the row and the value of each cell."""
    names = list(getattr(value, "Dimnames", None) or (None, None))
    users, items = (_names(given, int(size)) for given, size in zip(names, value.Dim, strict=True))
    yield ["user", "item", "rating"]
    for column, (first, last) in enumerate(zip(value.p[:-1], value.p[1:], strict=True)):
        for at in range(int(first), int(last)):
            yield [users[int(value.i[at])], items[column], value.x[at]]


def _dense(value: Any) -> Iterator[Iterable[Any]]:
    """Rows of the cells of a matrix that hold something."""
    coordinates = [value.coords[name].values if name in value.coords else None for name in getattr(value, "dims", ())]
    users, items = (_names(given, size) for given, size in zip(coordinates or (None, None), value.shape, strict=True))
    yield ["user", "item", "rating"]
    for user, row in zip(users, getattr(value, "values", value), strict=True):
        yield from ([user, item, cell] for item, cell in zip(items, row, strict=True) if cell == cell)  # noqa: PLR0124


def _names(given: Any, size: int) -> list[str]:
    return [str(at) for at in range(1, size + 1)] if given is None or not len(given) else list(map(str, given))


def _plain(row: Iterable[Any]) -> list[Any]:
    """Values of a row; what R calls NA is nothing, and whole numbers have no point."""
    found = []
    for value in row:
        missing = value is None or value != value or str(value) == "<NA>"  # noqa: PLR0124 - not a number
        whole = not missing and hasattr(value, "is_integer") and value.is_integer()
        found.append("" if missing else int(value) if whole else value)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
