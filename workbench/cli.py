"""The same jobs as in the window, for scripts, servers and tests."""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from workbench import demo
from workbench.commands import algorithms, compare, inspect, reasons, results, train
from workbench.commands.options import Parser, common
from workbench.commands.output import Answer, Progress
from workbench.declaring import nearest
from workbench.errors import Cancelled, WorkbenchError
from workbench.version import __version__

DONE, FAILED, WRONG_USAGE, CANCELLED = 0, 1, 2, 130
COMMANDS = (
    "demo",
    "inspect",
    "algorithms",
    "train",
    "evaluate",
    "recommend",
    "predict",
    "explain",
    "similar",
    "compare",
)

TOUR = """\
workbench [FILE or PROJECT] opens the window; the commands do the same jobs without it.

five steps from a file to recommendations:
  workbench inspect ratings.csv
  workbench algorithms --for ratings.csv
  workbench train ratings.csv --algorithm ease --run run1
  workbench evaluate run1
  workbench recommend run1 --all --output lists.csv
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a title may have letters that the terminal does not
            stream.reconfigure(errors="replace")
    unknown = next((argument for argument in arguments if not argument.startswith("-")), None)
    if unknown is not None and unknown not in COMMANDS:
        return _fail(WRONG_USAGE, nearest("command", unknown, list(COMMANDS)))
    parser = make_parser()
    try:
        args = parser.parse_args(arguments)
        if not hasattr(args, "command"):
            parser.error("name a command, such as: workbench inspect ratings.csv")
    except SystemExit as ended:
        return int(ended.code or 0)
    return _run(args)


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = Parser(
        "workbench",
        usage="workbench [FILE or PROJECT] | workbench COMMAND …",
        description=TOUR,
        parents=[common()],
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for part in (demo, inspect, algorithms, train, results, reasons, compare):
        part.add(commands)
    return parser


def _run(args: argparse.Namespace) -> int:
    progress = Progress(quiet=getattr(args, "quiet", False))
    debug, as_json = getattr(args, "debug", False), getattr(args, "json", False)
    try:
        with _cancelling(progress):
            answer: Answer = args.command(args, progress)
        progress.end()
        if answer.status == DONE:
            _print(answer, as_json=as_json)
            if answer.then and not as_json:
                answer.then()
    except Cancelled:
        progress.end()
        return _fail(CANCELLED, _cancelled_sentence(args))
    except SystemExit as ended:  # wrong usage found late
        return int(ended.code or 0)
    except BrokenPipeError:  # the reader of standard output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence, not a traceback
        progress.end()
        if debug:
            traceback.print_exc()
        return _fail(FAILED, _sentence(error, debug=debug))
    return answer.status


def _print(answer: Answer, *, as_json: bool) -> None:
    text = json.dumps(answer.value, indent=1, allow_nan=False) if as_json else answer.text
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _sentence(error: Exception, *, debug: bool) -> str:
    if isinstance(error, WorkbenchError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There was not enough memory for this. Close other programs, or use a smaller file or algorithm."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} could not be used: {error.strerror}."
    hint = "" if debug else " With --debug it says where."
    return f"This failed unexpectedly: {type(error).__name__}: {error}.{hint}"


def _fail(status: int, sentence: str) -> int:
    sys.stderr.write(f"workbench: {' '.join(sentence.split())}\n")
    sys.stderr.flush()
    return status


def _cancelled_sentence(args: argparse.Namespace) -> str:
    run = getattr(args, "run", None)
    if run is not None and args.command is train.train and (run / "run.json").exists():
        return f"Cancelled. To go on: workbench train --run {run}"
    return "Cancelled. Nothing was left half done."


@contextmanager
def _cancelling(progress: Progress) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and a closed terminal end the command by an exception, so that it leaves everything whole."""
    last = -1.0

    def cancel(number: int, frame: FrameType | None) -> None:
        nonlocal last
        progress.cancelled = True  # in case that the exception is lost on its way
        now, before = time.monotonic(), last
        last = now
        if before < 0 or now - before > 1:  # a second signal at once must not interrupt the clean-up
            raise Cancelled

    # SIGHUP: the terminal was closed. There is none on Windows.
    ends = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    old = {number: signal.signal(number, cancel) for number in ends}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
