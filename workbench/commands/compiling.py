"""``workbench compile``: the fast loops are compiled now, so that nobody waits for them later."""

import argparse
import time

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "compile", "compile fast loops now, so that nothing waits for them later")
    parser.set_defaults(command=compile_now, parser=parser)


def compile_now(args: argparse.Namespace, progress: Progress) -> Answer:
    """Compile all of it, on all cores of this machine."""
    from workbench.engine import open_engine
    from workbench.jobs.compiling import note_compiled, pieces

    began, names = time.perf_counter(), pieces()
    progress.start("Compiling")
    with open_engine("here") as machine:
        done = sum(
            each.value["compiled"] for each in machine.map("compile", [{"of": [name]} for name in names], progress)
        )
    note_compiled()
    seconds = round(time.perf_counter() - began, 1)
    return Answer(
        {"compiled": done, "seconds": seconds}, f"What {done} algorithms compute with is compiled ({seconds} s)."
    )
