"""``workbench inspect``: what an import would do."""

import argparse
from pathlib import Path
from typing import Any

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress, facts


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "inspect", "what an import would do with a file")
    parser.add_argument("file", type=Path, metavar="FILE", help="interactions: a file or a MovieLens folder")
    parser.add_argument(
        "--columns",
        metavar="user=A,item=B,…",
        help="columns by name or position; guessed if left out. time=D:dmy or time=D:mdy says what dates begin with",
    )
    parser.set_defaults(command=inspect)


def inspect(args: argparse.Namespace, progress: Progress) -> Answer:
    """Read the whole file and keep nothing."""
    from workbench.data import importing

    progress.start(f"Reading {args.file.name}")
    found = importing.inspect(args.file, args.columns)
    return Answer(found, _words(args.file, found))


def _words(path: Path, found: dict[str, Any]) -> str:
    roles = ", ".join(f"{role} = {name}" for role, name in found["columns"].items() if name is not None)
    lines = [
        ("file", f"{path.name} ({_layout(found)})"),
        ("columns", roles),
        ("rows", f"{found['rows']:,}: {found['kept']:,} kept, {found['refused_count']:,} refused"),
        ("duplicates", f"{found['duplicates']:,}"),
        ("users", f"{found['users']:,}"),
        ("items", f"{found['items']:,}"),
        ("density", f"{found['density']:.4%}"),
    ]
    if found["rating_min"] is not None:
        lines.append(("ratings", f"{found['rating_min']:g} to {found['rating_max']:g}"))
    if found["time_min"] is not None:
        lines.append(("time", f"{found['time_min']} to {found['time_max']}"))
    lines += [("warning", one) for one in found["warnings"]]
    refused = [f"line {one['line']}: {one['reason']}: {one['text'][:80]}" for one in found["refused"][:10]]
    more = found["refused_count"] - len(refused)
    if more > 0:
        refused.append(f"and {more:,} more (the first 100 with --json)")
    return "\n".join([facts(lines), *(["", *refused] if refused else [])])


def _layout(found: dict[str, Any]) -> str:
    from workbench.data.formats import KINDS, TYPED

    if found["kind"] in TYPED:
        return ", ".join(filter(None, [KINDS[found["kind"]], found["table"]]))
    words = [] if found["kind"] == "table" else [KINDS[found["kind"]]]
    return ", ".join([*words, found["encoding"], _delimiter(found["delimiter"]), _header(found["header"])])


def _delimiter(text: str) -> str:
    return {"\t": "tab", ",": "comma", ";": "semicolon", " ": "blank"}.get(text, f"'{text}'")


def _header(header: bool) -> str:
    return "with header" if header else "no header"
