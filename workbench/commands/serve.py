"""``workbench serve``: lists of trained runs over HTTP, for other programs."""

import argparse
from pathlib import Path

from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress

RATE = 1000.0  # requests a second of one client
STAY = "stay"  # what whoever started it with --while-open says so that it goes on without them


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "serve",
        "serve lists of trained runs over HTTP, for other programs",
        epilog="A model's name is its run folder's. GET /health, /models, /metrics (Prometheus) and /openapi.json; POST "
        "/models/NAME/recommend with a user or a history, k, exclude, include; /recommend/batch, /similar, "
        "/explain, /score; POST /events changes histories at once. With a token every request but /health carries "
        "Authorization: Bearer TOKEN. A run that is trained again is loaded anew while the server goes on.",
    )
    parser.add_argument("runs", type=run_folder, nargs="+", metavar="DIR", help="run folders")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="to listen at (127.0.0.1: this computer)"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="8000; 0 takes a free one")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="a file with the token that requests must carry"
    )
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="requests a second of one client (1000)")
    parser.add_argument(
        "--impressions",
        type=Path,
        metavar="FILE",
        help="note what was shown, with its probability, for workbench clicks",
    )
    parser.add_argument(
        "--explore",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="with --impressions: share of lists in random order (0)",
    )
    parser.add_argument("--while-open", action="store_true", help=argparse.SUPPRESS)  # ends with standard input
    parser.set_defaults(command=serve, parser=parser)


def serve(args: argparse.Namespace, progress: Progress) -> Answer:
    """Serve until Ctrl-C."""
    from workbench.serving.app import create_app
    from workbench.serving.impressions import ImpressionLog
    from workbench.serving.server import check_installed, log_to_stderr, read_token
    from workbench.serving.server import serve as listen
    from workbench.serving.shelf import Shelf
    from workbench.training.run import Run

    if args.explore and args.impressions is None:
        args.parser.error("--explore goes with --impressions: without a log random lists are for nothing")
    if args.rate <= 0:
        args.parser.error("--rate is a number of requests a second, above 0")
    if not 0 <= args.port < 2**16:
        args.parser.error("--port is from 0 to 65535")
    token = read_token(args.token_file, args.host)
    check_installed()
    progress.start("Loading")
    for folder in args.runs:
        Run.open(folder)  # says where one is no run
    shelf = Shelf(args.runs)
    log = None if args.impressions is None else ImpressionLog(args.impressions, args.explore)
    log_to_stderr(quiet=progress.quiet)
    served = [model.name for model in shelf.models()]
    address = listen(
        create_app(shelf, token, args.rate, log), args.host, args.port, progress.say, STAY if args.while_open else None
    )
    return Answer({"address": address, "models": served}, f"Served {', '.join(served)} at {address}.")
