"""``workbench inspect``: what an import would do."""

import argparse
from pathlib import Path
from typing import Any

from workbench.commands.options import (
    FILES_HELP,
    Commands,
    add_command,
    add_reading,
    format_choices,
    further_files,
    joined_words,
    recipe_of,
)
from workbench.commands.output import Answer, Progress, name_values
from workbench.commands.several_files import files_words, take_files
from workbench.data.data_file import joined_reports


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "inspect", "show how a file would be imported", format_choices)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=FILES_HELP)
    add_reading(parser)
    parser.set_defaults(command=inspect, parser=parser)


def inspect(args: argparse.Namespace, progress: Progress) -> Answer:
    """Read the whole file and keep nothing."""
    from workbench.data.importing import importer as importing

    progress.start(f"Reading {args.files[0].name}")
    take_files(args)
    recipe, _ = recipe_of(args)
    found = importing.inspect(args.paths, recipe=recipe, further=further_files(args), control=progress)
    return Answer(found, _words(args.file, found))


def _words(path: Path, found: dict[str, Any]) -> str:
    roles = ", ".join(f"{role} = {name}" for role, name in found["columns"].items() if name is not None)
    lines = [
        ("file", f"{path.name} ({_layout(found)})"),
        *files_words(found.get("files", [])),
        ("columns", roles),
        ("rows", f"{found['rows']:,}: {found['kept']:,} kept, {found['refused_count']:,} refused"),
        ("duplicates", _duplicates(found)),
        ("users", f"{found['users']:,}"),
        ("items", f"{found['items']:,}"),
        ("density", f"{found['density']:.4%}"),
    ]
    if found["rating_min"] is not None:
        lines.append(("ratings", f"{found['rating_min']:g} to {found['rating_max']:g}"))
    if found["feedback"]["rules"]:
        lines.append(("feedback", _feedback(found)))
    if found["time_min"] is not None:
        lines.append(("time", f"{found['time_min']} to {found['time_max']}"))
    joined = joined_reports(found.get("joined", {}))
    lines += [(name.replace(":", " "), joined_words(name, report)) for name, report in joined.items()]
    lines += [(f"doubt ({doubt['about']})", f"{doubt['sentence']} Try {doubt['try']}") for doubt in found["doubts"]]
    refused = [f"line {row['line']}: {row['reason']}: {row['text'][:80]}" for row in found["refused"][:10]]
    more = found["refused_count"] - len(refused)
    if more > 0:
        refused.append(f"and {more:,} more (the first 100 with --json)")
    return "\n".join([name_values(lines), *(["", *refused] if refused else [])])


def _feedback(found: dict[str, Any]) -> str:
    feedback = found["feedback"]
    ignored = f"; {found['ignored']:,} rows ignored" if found.get("ignored") else ""
    column = feedback["column"] if isinstance(feedback["column"], str) else ", ".join(feedback["column"])
    return f"{feedback['kind']}, by {column}: {', '.join(feedback['rules'])}{ignored}"


def _duplicates(found: dict[str, Any]) -> str:
    kept = {"last": "the last is kept", "first": "the first is kept", "mean": "their mean is kept",
            "sum": "their sum is kept", "max": "the highest is kept", "count": "their number is kept"}  # fmt: skip
    return f"{found['duplicates']:,}" + (f"; {kept[found['duplicates_as']]}" if found["duplicates"] else "")


def _layout(found: dict[str, Any]) -> str:
    from workbench.data.reading.formats import all_formats
    from workbench.data.reading.formats.table import Table

    kind = all_formats()[found["kind"]]
    if not kind.is_text:
        return ", ".join(filter(None, [kind.sentence, found["table"]]))
    words = [] if kind is Table else [kind.sentence]
    return ", ".join([*words, found["encoding"], _delimiter(found["delimiter"]), _header(found["header"])])


def _delimiter(text: str) -> str:
    return {"\t": "tab", ",": "comma", ";": "semicolon", " ": "space"}.get(text, f"'{text}'")


def _header(header: bool) -> str:
    return "with header" if header else "no header"
