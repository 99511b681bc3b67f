"""The same jobs as in the window, for scripts, servers and tests."""

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from workbench import demo
from workbench.commands import (
    algorithms,
    audit,
    bundle,
    clicks,
    compare,
    compiling,
    encode,
    inspect,
    literature,
    reasons,
    results,
    search,
    serve,
    simulate,
    train,
)
from workbench.commands.options import Parser, common
from workbench.commands.output import Answer, Progress
from workbench.declaring import nearest
from workbench.errors import UNFORESEEN, Cancelled, WorkbenchError, sentence_of
from workbench.processes import check_room
from workbench.version import __version__

DONE, FAILED, WRONG_USAGE, CANCELLED = 0, 1, 2, 130
COMMANDS = (
    "demo",
    "inspect",
    "algorithms",
    "train",
    "search",
    "evaluate",
    "recommend",
    "predict",
    "explain",
    "similar",
    "audience",
    "compare",
    "bundle",
    "serve",
    "clicks",
    "simulate",
    "audit",
    "encode",
    "literature",
    "compile",
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
    if any("\0" in argument for argument in arguments):
        return _fail(
            WRONG_USAGE, "An argument has a character with the code 0 in it, which no name may have. Remove it."
        )
    unknown = next((argument for argument in arguments if not argument.startswith("-")), None)
    if unknown is not None and unknown not in COMMANDS:
        return _fail(WRONG_USAGE, nearest("command", unknown, list(COMMANDS)))
    parser = make_parser()
    try:
        args = parser.parse_args(arguments)
        if not hasattr(args, "command"):
            parser.error("name a command, such as: workbench inspect ratings.csv")
    except SystemExit as ended:  # help was asked for and printed, or the usage is wrong
        return _told(lambda: None) or int(ended.code or 0)
    except OSError as error:
        return _untold(error)
    except WorkbenchError as error:  # help that is asked of a file which somebody added
        return _fail(FAILED, str(error))
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
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", prog="workbench")
    for part in (
        demo,
        inspect,
        algorithms,
        train,
        search,
        results,
        reasons,
        compare,
        bundle,
        serve,
        clicks,
        simulate,
        audit,
        encode,
        literature,
        compiling,
    ):
        part.add(commands)
    return parser


def _run(args: argparse.Namespace) -> int:
    progress = Progress(quiet=getattr(args, "quiet", False))
    debug, as_json = getattr(args, "debug", False), getattr(args, "json", False)
    try:
        check_room()
        with _cancelling(progress):
            answer: Answer = args.command(args, progress)
        progress.end()
        if answer.status == DONE:
            status = _told(lambda: _print(answer, as_json=as_json))
            if status == DONE and answer.then and not as_json:
                answer.then()
            return status
    except Cancelled:
        progress.end()
        return _fail(CANCELLED, _cancelled_sentence(args))
    except SystemExit as ended:  # wrong usage found late
        return int(ended.code or 0)
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence, not a traceback
        progress.end()
        if debug:
            traceback.print_exc()
        return _fail(FAILED, _sentence(error, debug=debug))
    return answer.status


def _print(answer: Answer, *, as_json: bool) -> None:
    text = json.dumps(answer.value, indent=1, allow_nan=False) if as_json else answer.text
    sys.stdout.write(text + "\n")


def _told(say: Callable[[], None]) -> int:
    """Say something on standard output, whatever that is; returns the exit status."""
    if sys.stdout is None:
        return _fail(FAILED, "The answer could not be written: standard output is closed.")
    try:
        say()
        sys.stdout.flush()
    except OSError as error:
        return _untold(error)
    return DONE


def _untold(error: OSError) -> int:
    """Say why an answer could not be written; returns the exit status."""
    with suppress(OSError, ValueError):  # what was not written is not tried again as Python ends
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    if isinstance(error, BrokenPipeError):  # the reader has seen enough
        return DONE
    return _fail(FAILED, f"The answer could not be written to standard output: {error.strerror}.")


def _sentence(error: Exception, *, debug: bool) -> str:
    sentence = sentence_of(error)
    return sentence if debug or not sentence.startswith(UNFORESEEN) else f"{sentence} With --debug it says where."


def _fail(status: int, sentence: str) -> int:
    with suppress(OSError, ValueError):  # nobody may be there to read it
        sys.stderr.write(f"workbench: {' '.join(sentence.split())}\n")
        sys.stderr.flush()
    return status


def _cancelled_sentence(args: argparse.Namespace) -> str:
    run = getattr(args, "run", None)
    if run is not None and args.command is train.train and (run / "run.json").exists():
        return f"Cancelled. To go on: workbench train --run {run}"
    found = getattr(args, "search", None)
    if found is not None and args.command is search.search and (found / "search.json").exists():
        return f"Cancelled. To go on: workbench search --search {found}"
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
