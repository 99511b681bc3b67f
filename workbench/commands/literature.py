"""``workbench literature``: tables that others published, and whether they come out here."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.commands.options import Commands, add_command, names
from workbench.commands.output import Answer, Progress, table
from workbench.owned import temporary_folder

if TYPE_CHECKING:
    from workbench.training.literature import Table


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "literature",
        "published tables, and whether they come out here",
        epilog="Without a name all tables are listed. With --data a table's files are looked for in a folder, and compared "
        "by their hashes with what was measured on; with --run its rows are trained and tested, which takes from seconds "
        "to hours.",
    )
    parser.add_argument("table", nargs="?", metavar="TABLE", help="a table; without it all are listed")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where its files lie")
    parser.add_argument("--run", action="store_true", help="train and test its rows")
    parser.add_argument("--algorithm", type=names, metavar="NAMES", help="only rows of these algorithms")
    parser.add_argument("--output", type=Path, metavar="DIR", help="keep the runs here, and go on where they ended")
    parser.set_defaults(command=literature, parser=parser)


def literature(args: argparse.Namespace, progress: Progress) -> Answer:
    """List, look, or run."""
    from workbench.training.literature import find_files, table_of, tables

    if args.table is None:
        return _listed(list(tables().values()))
    chosen = table_of(args.table)
    if args.run and args.data is None:
        args.parser.error("--run needs the data: name the folder with --data FOLDER")
    if not args.run:
        there = None if args.data is None else {name: str(path) for name, path in find_files(chosen, args.data).items()}
        return _described(chosen, there)
    return _run(args, chosen, progress)


def _listed(found: "list[Table]") -> Answer:
    rows = [("table", "rows", "title")]
    value = []
    for one in found:
        number = sum(len(part.rows) for part in one.parts)
        rows.append((one.name, str(number), one.title))
        value.append(
            {"name": one.name, "title": one.title, "protocol": one.protocol, "where": one.where, "rows": number}
        )
    return Answer(value, table(rows, right=(1,)))


def _described(chosen: "Table", there: dict[str, str] | None) -> Answer:
    rows = [("part", "row", "metric", "published", "source")]
    value = []
    for part in chosen.parts:
        for row in part.rows:
            value.append({"part": part.name, "row": row.words, "source": row.source, "differs": row.differs}
                         | {"figures": {name: figure.value for name, figure in row.figures.items()}})  # fmt: skip
            for name, figure in row.figures.items():
                rows.append((part.name, row.words, name, f"{figure.value}", row.source))
    about = [chosen.title, chosen.protocol, f"Data: {chosen.where}"]
    if there is not None:
        about.append(f"All of its files are there: {', '.join(there.values())}")
    told = {
        "name": chosen.name,
        "title": chosen.title,
        "protocol": chosen.protocol,
        "where": chosen.where,
        "rows": value,
    }
    return Answer(told | {"files": there}, "\n".join(about) + "\n\n" + table(rows, right=(3,)))


def _run(args: argparse.Namespace, chosen: "Table", progress: Progress) -> Answer:
    from workbench.training.reproducing import reproduce

    found = []
    with nullcontext(args.output) if args.output is not None else temporary_folder() as folder:
        progress.start(chosen.title)
        for told in reproduce(chosen, args.data, Path(folder), args.algorithm, progress):
            found.append(told)
            progress.say(f"{told['row']}: {'as published' if told['met'] else 'not as published'}")
    for told in found:
        if args.output is None:
            told.pop("run")
    return Answer({"name": chosen.name, "rows": found}, _outcome(chosen, found), status=0 if _explained(found) else 1)


def _explained(found: list[dict[str, Any]]) -> bool:
    return all(told["met"] or told["differs"] for told in found)


def _outcome(chosen: "Table", found: list[dict[str, Any]]) -> str:
    rows = [("part", "row", "metric", "published", "found", "")]
    for told in found:
        for name, one in told["figures"].items():
            mark = "as published" if one["met"] else "DIFFERS"
            rows.append((told["part"], told["row"], name, f"{one['published']}", f"{one['found']:.5f}", mark))
    met = sum(told["met"] for told in found)
    why = [f"{told['row']} differs: {told['differs'] or 'no reason is known'}" for told in found if not told["met"]]
    head = f"{chosen.title}: {met} of {counted(len(found), 'row')} as published"
    return "\n\n".join([head, table(rows, right=(3, 4)), *(["\n".join(why)] if why else [])])
