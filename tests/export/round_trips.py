"""Hostile ids through every format that is written, and through our own readers: each comes back to the letter.

``python -m tests.export.round_trips --count 10000`` draws that many, from a seed; the suite draws fewer.
"""

import argparse
import ast
import csv
import json
import random
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workbench.data.importing.importer import make_recipe, read_interactions
from workbench.data.importing.recommendation_lists import read_lists
from workbench.data.reading.text.cells import restored
from workbench.export.script_calls import written
from workbench.export.tables import table_file
from workbench.owned import temporary_folder

SCHEMA = pa.schema([("user", pa.string()), ("item", pa.string()), ("rank", pa.int32())])
PIECES = (
    "=", "+", "-", "@", "'", "''", '"', '""', ",", ";", "|", "::", "\t", "\n", "\r", "\r\n", " ", "  ", "#", "\\", "\\N",
    "NA", "N/A", "NaN", "nan", "null", "None", "True", "false", "0", "00", "007", "-0", "1e5", "12.0", "1,5", ".5", "inf",
    "12345678901234567890", "9" * 40, "=1+1", "cmd|' /C calc'!A0", "@SUM(A1)", "a", "Z", "user", "item", "_x000D_", "/",
    "\x01", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\u200b", "\u202e", "\ufeff", "é", "e\u0301", "ß", "שלום", "مرحبا",
    "李", "中文", "😀", "👩\u200d👩\u200d👧", "<b>", "&amp;", "{}", "[1]", "%s", "x" * 60,
)  # fmt: skip
FORMATS = (".csv", "program.csv", ".jsonl", ".parquet", ".xlsx")
PER_FILE = 50


def hostile(draw):
    """An id that somebody may have."""
    return "".join(draw.choices(PIECES, k=draw.choice((1, 1, 2, 2, 3, 4))))


def check(ids, folder):
    """What does not come back, as texts."""
    faults = [f"script: {text!r}" for text in ids if ast.literal_eval(written(text)) != text]
    for ending in FORMATS:
        path = Path(folder) / f"lists{ending}"
        with table_file(path, SCHEMA, exact=ending == "program.csv") as write:
            write(pa.table([ids, ids[::-1], np.ones(len(ids), np.int32)], schema=SCHEMA))
        rows = list(zip(ids, ids[::-1], strict=True))
        faults += _differing(ending, "another reader", rows, _plain(path, ending))
        known = pa.array(ids)
        found, _ = read_lists(path, known, known, np.arange(len(ids), dtype=np.int32), unknown=-1)
        listed = [(user, ids[item] if item >= 0 else None) for user, item in zip(ids, found[:, 0], strict=True)]
        faults += _differing(ending, "our lists", rows, listed)
        if ending not in (".csv", ".xlsx"):
            wanted = [row for row in rows if all(map(_says_something, row))]  # others are refused, and said to be
            faults += _differing(ending, "our import", sorted(wanted), sorted(_imported(path, len(rows) - len(wanted))))
    return faults


def _says_something(text):
    """Whether an id is more than blanks."""
    return bool(text.strip())


def _plain(path, ending):
    """Users and items as others read them."""
    if ending == ".parquet":
        table = pq.read_table(path).to_pydict()
        return list(zip(table["user"], table["item"], strict=True))
    if ending == ".jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    elif ending.endswith("csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        return None
    undo = restored if ending == ".csv" else str
    return [(undo(row["user"]), undo(row["item"])) for row in rows]


def _imported(path, refused):
    """Users and items as they are imported, where codes such as NA are ids; blanks alone are refused."""
    recipe = make_recipe(path, "user=user,item=item", {"ids": "codes"})
    data, report, _ = read_interactions(path, recipe)
    assert report.refused_count == refused, report.refused
    users, items = data.user_ids.to_pylist(), data.item_ids.to_pylist()
    return [(users[user], items[item]) for user, item in zip(data.user, data.item, strict=True)]


def _differing(ending, reader, wanted, found):
    if found is None or list(found) == wanted:
        return []
    both = list(zip(wanted, found, strict=False))
    first = next((pair for pair in both if pair[0] != pair[1]), (len(wanted), len(found)))
    return [f"{ending}, {reader}: {first[0]!r} became {first[1]!r}"]


def draws(count, seed):
    """Files' worth of ids, each once."""
    draw = random.Random(seed)
    for _ in range(0, count, PER_FILE):
        yield list(dict.fromkeys(hostile(draw) for _ in range(PER_FILE)))


def main():
    """Draw many; 1 where one did not come back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    faults = []
    with temporary_folder() as folder:
        for ids in draws(asked.count, asked.seed):
            faults += check(ids, folder)
    sys.stdout.write("\n".join([*faults[:50], f"{asked.count:,} ids drawn, {len(faults):,} faults"]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
