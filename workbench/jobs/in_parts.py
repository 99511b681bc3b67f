"""Lists of everybody, made in parts on the machines of an engine and joined to one file."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from workbench.control import Control
from workbench.jobs.job import Json, job

PARTS_EACH = 4
"""Parts for each core, where nobody says how many: the last of them keep few cores waiting."""
SUMS = ("rows", "users", "cold", "popular", "filled", "changed")


@job("export_part", title="Writing a part of the lists", lane="background", silent=True)
def export_part(run: str, output: str, part: list[int], control: Control, exact: bool = False, **how: Any) -> Json:
    """Write one part of the lists of everybody to a file: `part` is its number, from 0, and how many there are.

    `how` has k, include_seen and columns. A part that is written again is replaced.
    """
    from workbench.export.lists import export_lists
    from workbench.insight.explaining import first_reason
    from workbench.insight.looking import load

    trained, algorithm, items = load(Path(run))
    how |= {"items": items, "reason": first_reason(algorithm), "control": control}
    return export_lists(trained, algorithm, Path(output), exact=exact, part=(part[0], part[1]), **how)


def export_in_parts(
    run: Path, output: Path, engine: str, parts: int | None = None, control: Control | None = None, **how: Any
) -> Json:
    """What `export_lists` does for everybody, on the machines of an engine; `how` is that of `export_part`.

    Gives what that gives, and ``parts`` and ``machines``: how many parts each machine has written.

    Raises
    ------
    WorkbenchError
        If a part fails, or cannot be joined: then there is no file, or the earlier one.
    """
    from workbench.engine import open_engine
    from workbench.engine.engine import cores
    from workbench.export.joining import InOrder, joined, part_names, parts_folder
    from workbench.export.lists import sha256
    from workbench.export.tables import check_place, refuse_source
    from workbench.export.workbook import check_rows
    from workbench.training.run import Run

    started, control, opened = time.perf_counter(), control or Control(), Run.open(run)
    check_place(output)
    refuse_source(opened, output)
    if output.suffix.lower() == ".xlsx":
        check_rows(opened.data.n_users * min(how.get("k", 10), opened.data.n_items))
    parts = parts or PARTS_EACH * cores()
    output = output.absolute()
    with open_engine(engine) as machines, parts_folder(output) as folder:
        names, run = part_names(folder, output, parts), run.absolute()
        pieces = [
            {"run": str(run), "output": str(name), "part": [number, parts], **how} for number, name in enumerate(names)
        ]
        sums, where = Counter[str](dict.fromkeys(SUMS, 0)), Counter[str]()
        with joined(output) as add:
            whole = InOrder(names, add)
            for done in machines.map("export_part", pieces, control):
                sums.update({name: done.value[name] for name in SUMS})
                where[done.where] += 1
                whole.take(done.number)
        sums["changed"] += whole.changed
    told = {"path": str(output), **sums, "sha256": sha256(output), "parts": parts, "machines": dict(where)}
    return told | {"seconds": round(time.perf_counter() - started, 3)}
