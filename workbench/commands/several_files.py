"""Several files of one command: what each is for, and what is said of it."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted

if TYPE_CHECKING:
    from workbench.data.importing.importer import Paths
    from workbench.data.reading.text.source_file import SourceFile


def take_files(args: argparse.Namespace) -> None:
    """Find out what each of several files is for: `paths` are the interactions, and `items` and the like what is beside.

    `file` is the first, by which a command speaks of all.
    """
    from workbench.data.importing.roles import parse
    from workbench.data.importing.sorting_out import is_several, sort_out
    from workbench.data.side_files.vector_files import kind_of

    args.file = args.files[0] if args.files else None
    args.paths = args.file
    if not is_several(args.files):
        if args.join is not None:
            args.parser.error("--join KEY joins two files; name the other, too")
        return
    found = sort_out(args.files, args.join, parse(args.columns) if args.columns else None)
    args.paths = found.paths if set(found.paths) != {"all"} else found.paths["all"]
    args.file = next(iter(found.paths.values()))
    if getattr(args, "test", None) is not None and isinstance(args.paths, dict):
        args.parser.error("--test FILE goes with one FILE to learn from; put parts of one table together first")
    kinds = [(kind, path) for name, path in found.further.items() if (kind := kind_of(name))]
    args.vectors = args.vectors or kinds or None
    for name, path in found.further.items():
        if not kind_of(name) and getattr(args, name) is None:
            setattr(args, name, path)


def first_and_joined(paths: "Paths") -> "tuple[Path | SourceFile, SourceFile | None]":
    """The file that a recipe is made from, and the one that is joined to it."""
    from workbench.data.importing.importer import JOINED
    from workbench.data.reading.text.source_file import look_at

    if not isinstance(paths, Mapping):
        return paths, None
    joined = paths.get(JOINED)
    return next(iter(paths.values())), None if joined is None else look_at(joined)


def files_words(files: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What each of several files was taken for, and how many rows met."""
    return [(file["file"], _file_words(file)) for file in files]


def _file_words(file: dict[str, Any]) -> str:
    if "key" not in file:
        return f"{file['as']}, {file['kept']:,} of {counted(file['rows'], 'row')} kept"
    words = [f"{file['as']}, {counted(file['matched'], 'row')} met one of its {file['rows']:,}"]
    for number, examples, meaning in (
        (file["without"], file["without_examples"], "met none"),
        (file["unused"], file["unused_examples"], "of its own were not met"),
        (file["twice"], file["twice_examples"], "came again with other values: the first row of each counts"),
    ):
        if number:
            words.append(f"{number:,} {meaning} (such as {', '.join(text[:40] for text in examples[:3])})")
    return "; ".join(words)
