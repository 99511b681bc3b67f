"""``workbench bundle``: a trained model as a folder for use without this program."""

import argparse
from pathlib import Path
from typing import Any

from workbench.amounts import counted
from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "bundle",
        "take a trained model along: a folder that makes lists without this program",
        epilog="The folder holds the model, the ids of its items, a short script (score.py) that needs numpy alone, or "
        "onnxruntime for a network, a card, and a check of its own: python score.py --check. While it is made, the lists "
        "of all people, or of 1,000 drawn ones, are compared with those of the run. What an algorithm cannot do "
        "elsewhere it says in a sentence.",
    )
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FOLDER", help="a new folder, or an earlier bundle"
    )
    parser.set_defaults(command=bundle)


def bundle(args: argparse.Namespace, progress: Progress) -> Answer:
    """Write the folder."""
    from workbench.export.bundle import write_bundle
    from workbench.insight.looking import load

    run, algorithm, _ = load(args.run)
    progress.start("Taking the model along")
    done = write_bundle(run, algorithm, args.output, progress)
    return Answer(done, _text(done))


def _text(done: dict[str, Any]) -> str:
    people = counted(done["checked"], "person", many="people")
    told = f"{counted(len(done['files']), 'file')} written to {done['folder']}. Lists of {people} were compared with those "
    told += f"of the run: {done['equal']:,} are equal"
    told += f", {done['rounded']:,} differ only where scores are as near as rounding" if done["rounded"] else ""
    return f"{told}.\nTo check it there: python score.py --check. Before you pass it on, read card.md."
