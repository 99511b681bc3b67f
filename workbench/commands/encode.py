"""``workbench encode``: vectors of items from their pictures, texts or sounds."""

import argparse
from pathlib import Path
from typing import Any

from workbench.commands.options import Commands, add_command, assignment, choices, settings_words
from workbench.commands.output import Answer, Progress, name_values
from workbench.errors import WorkbenchError

READS = ("pictures", "texts", "sounds")


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "encode", "make vectors of items from their pictures, texts or sounds", _more)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--pictures", type=Path, metavar="FOLDER", help="pictures, called like the ids of the items")
    source.add_argument("--texts", type=Path, metavar="FILE", help="a file of items with a column of texts")
    source.add_argument("--sounds", type=Path, metavar="FOLDER", help="wav, flac and others, called like the ids")
    parser.add_argument("--column", metavar="C", help="of --texts: the column, by its name or its number from 0")
    parser.add_argument("--encoder", type=Path, metavar="MODEL", help="a model of your own that makes the vectors")
    parser.add_argument(
        "--set", type=assignment, action="append", metavar="KEY=VALUE", help="a setting of those below; repeatable"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE",
        help=".npy, with the ids in FILE.ids.txt beside it, or .parquet; `train --vectors NAME=FILE` reads it",
    )  # fmt: skip
    parser.set_defaults(command=encode, parser=parser)


def encode(args: argparse.Namespace, progress: Progress) -> Answer:
    """Make vectors and write them."""
    from workbench.encoding import encoder_for
    from workbench.encoding.base.vectors_file import check_ending, write_encoded

    reads = next(name for name in READS if getattr(args, name) is not None)
    source: Path = getattr(args, reads)
    settings = dict(args.set or []) | ({} if args.column is None else {"column": args.column})
    if reads == "texts" and "column" not in settings:
        args.parser.error("--texts needs --column: the column with the texts")
    check_ending(args.output)
    if not args.output.resolve().parent.is_dir():
        raise WorkbenchError(f"The folder {args.output.parent} does not exist. Make it, or choose another place.")
    encoder = encoder_for(reads, args.encoder, settings)
    progress.start(f"Reading {source.name or source}")
    encoded = encoder.encode(source, progress)
    written = write_encoded(args.output, encoded)
    value = {"output": str(args.output), "files": [str(path) for path in written], "encoder": encoder.name}
    value |= encoded.report()
    return Answer(value, _words(value))


def _words(value: dict[str, Any]) -> str:
    lines = [
        ("vectors", f"{value['items']:,} items, {value['dimensions']:,} numbers each, by {value['encoder']}"),
        ("written", ", ".join(value["files"])),
    ]
    if value["refused_count"]:
        lines.append(("left out", f"{value['refused_count']:,}"))
    left_out = [f"{one['name'][:80]}: {one['reason']}" for one in value["refused"][:10]]
    more = value["refused_count"] - len(left_out)
    if more > 0:
        left_out.append(f"and {more:,} more (the first 100 with --json)")
    return "\n".join([name_values(lines), *(["", *left_out] if left_out else [])])


def _more() -> str:
    from workbench.encoding import all_encoders

    described = {
        f"--{kind.reads}" + ("" if kind.model is None else " --encoder"): f"{kind.sentence} {settings_words(kind)}"
        for kind in all_encoders().values()
    }
    return "\n".join(choices("encoders:", described))
