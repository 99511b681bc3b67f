"""Options and steps of commands that read files, filter and split what is in them, and train on it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.commands.options import (
    FURTHER,
    add_reading,
    assignment,
    choices,
    files_of_vectors,
    format_choices,
    joined_words,
    settings_words,
)
from workbench.commands.output import Progress
from workbench.commands.several_files import files_words

if TYPE_CHECKING:
    from workbench.data.filtering import Filter
    from workbench.data.interactions import Interactions

# What a run, or a search, cannot change any more when it goes on.
DATA_OPTIONS = (
    "split",
    "split_set",
    "filter",
    "test",
    "validation",
    *FURTHER,
    "join",
    "columns",
    "read",
    "recipe",
    "feedback",
    "seed",
    "device",
    "threads",
    "patience",
    "include_seen",
)


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Options that say what is learned from, and how."""
    parser.add_argument("--split", metavar="NAME", help="how the data is split, one of those below")
    parser.add_argument(
        "--split-set", type=assignment, action="append", metavar="KEY=VALUE", help="a setting of the split"
    )
    parser.add_argument(
        "--filter",
        type=assignment,
        action="append",
        metavar="KEY=VALUE",
        help="what to work with, such as min-rating=4; may be repeated, and those below are applied in their order",
    )
    parser.add_argument("--test", type=Path, metavar="FILE", help="your own test file (with --split files)")
    parser.add_argument("--validation", type=Path, metavar="FILE", help="your own validation file (with --split files)")
    add_reading(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="the random seed (0)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where neural algorithms train (auto)")
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="processor threads; 0, the default: the number that measurements found best",
    )
    parser.add_argument(
        "--patience",
        type=int,
        metavar="N",
        help="epochs without a better validation before stopping (10, more where they are short)",
    )
    parser.add_argument(
        "--include-seen",
        action="store_true",
        default=None,
        help="people take things again: validation, evaluation and lists leave out nothing that they have",
    )


def data_choices() -> str:
    """For the end of a help: splits, file formats and filters that there are, as they declare themselves."""
    from workbench.data.filtering import all_filters
    from workbench.data.splitting import DEFAULT, all_splits

    splits = {name: f"{split.sentence} {settings_words(split)}" for name, split in all_splits().items()}
    filters = {
        f"{key}=…": kind.model_fields[setting].description or kind.title
        for kind in all_filters().values()
        for key, setting in kind.keys.items()
    }
    return "\n".join([
        *choices(f"splits ({DEFAULT} where none is named):", splits),
        "",
        format_choices(),
        "",
        *choices("filters, applied before the split:", filters),
    ])  # fmt: skip


def split_of(args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """The split that is asked for, and its settings, which are checked."""
    from workbench.data.splitting import DEFAULT, OWN_FILES, make_split

    split, settings = args.split or (OWN_FILES if args.test else DEFAULT), dict(args.split_set or [])
    if (split == OWN_FILES) != (args.test is not None) or (args.validation and not args.test):
        args.parser.error(f"--split {OWN_FILES} and --test FILE (perhaps with --validation FILE) go together")
    make_split(split, settings)
    return split, settings


def filters_of(args: argparse.Namespace, stored: list[dict[str, Any]]) -> "list[Filter]":
    """The filters of a recipe, and those that are asked for."""
    from workbench.data.filtering import make_filters, written_as

    return [*make_filters(stored), *(written_as(key, value) for key, value in args.filter or [])]


def filtered(data: Path, filters: "list[Filter]", progress: Progress) -> "Interactions":
    """What filters leave of a data folder; how much that is, is said."""
    from workbench.data.filtering import apply
    from workbench.data.interactions import Interactions

    left, steps = apply(filters, Interactions.open(data))
    for step in steps:
        sizes = {"interaction": step.interactions, "user": step.users, "item": step.items}
        counts = ", ".join(counted(n, what) for what, n in sizes.items())
        progress.say(f"Filter {step.words}: {counts} left.")
    return left


def chosen_options(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Those options that were given."""
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def import_data(args: argparse.Namespace, recipe: Any, data: Path, progress: Progress) -> None:
    """Read the files of a command into a data folder, and say what became of them."""
    from workbench.data.data_file import joined_reports
    from workbench.data.importing.importer import import_file

    named = {"train": args.file, "test": args.test, "validation": args.validation}
    paths = {name: path for name, path in named.items() if path} if args.test else args.paths
    progress.start(f"Reading {args.file.name}")
    about = import_file(
        paths,
        data,
        recipe,
        args.items,
        users=args.users,
        vectors=files_of_vectors(args),
        pictures=args.pictures,
        control=progress,
    )
    report = about["report"]
    for file, words in files_words(report.get("files", [])):
        progress.say(f"{file}: {words}.")
    for name, joined in joined_reports(about).items():
        progress.say(f"{name.capitalize().replace(':', ' ')}: {joined_words(name, joined)}.")
    if report["refused_count"]:
        refused = f"{report['refused_count']:,} of {counted(report['rows'], 'row')} refused"
        progress.say(f"{refused}; {data / 'refused.csv'} says which and why.")
    for doubt in report["doubts"]:
        progress.say(f"In doubt: {doubt['sentence']} Try {doubt['try']}")
