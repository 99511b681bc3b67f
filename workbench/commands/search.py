"""``workbench search``: from a file to the best of many trials, or on from where a search stopped."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.commands.new_data import (
    DATA_OPTIONS,
    add_data_options,
    chosen_options,
    data_choices,
    filtered,
    filters_of,
    import_data,
    split_of,
)
from workbench.commands.new_folder import new_folder
from workbench.commands.options import FILES_HELP, Commands, add_command, assignment, paragraph, recipe_of, run_folder
from workbench.commands.output import Answer, Progress
from workbench.commands.same_command import is_same_command, note_command
from workbench.commands.search_answer import answer_of
from workbench.commands.several_files import take_files
from workbench.control import Control
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.searching.search_folder import Search
    from workbench.searching.search_spec import Range

TRIALS = 30  # where nobody said how long
POLL_SECONDS = 0.2  # between two looks at where the search stands
LAST_WORDS = (
    "What can be searched, and in which ranges: workbench algorithms NAME. The trials are runs in DIR/runs; all are judged "
    "on validation, so the best one's figure there is optimistic: workbench evaluate it once. After Ctrl-C or a crash: "
    "workbench search --search DIR."
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "search", "search for good hyperparameters, or continue a stopped search", more=_more
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=FILES_HELP)
    parser.add_argument(
        "--search", type=run_folder, required=True, metavar="DIR", help="the search folder, new or to be continued"
    )
    parser.add_argument(
        "--algorithm", action="append", metavar="NAME", help="see: workbench algorithms; several share one budget"
    )
    parser.add_argument(
        "--trials", type=int, metavar="N", help=f"how many trials ({TRIALS} where no minutes are given)"
    )
    parser.add_argument(
        "--minutes", type=float, metavar="M", help="how long; the trial that is at work then is given up"
    )
    parser.add_argument(
        "--range",
        type=_range,
        action="append",
        metavar="NAME=LOW..HIGH",
        help="where to look instead of the declared range, or NAME=A,B,C; ALGORITHM.NAME where several are searched",
    )
    parser.add_argument(
        "--fix", type=assignment, action="append", metavar="NAME=VALUE", help="a hyperparameter that is not searched"
    )
    parser.add_argument(
        "--advanced", action="store_true", default=None, help="search those, too, that the window folds away"
    )
    parser.add_argument("--metric", metavar="NAME@K", help="what to look for on validation (ndcg@10)")
    parser.add_argument(
        "--and",
        dest="second",
        metavar="GOAL",
        help="a second goal: seconds (of training), list-seconds (of making one list), megabytes, novelty or coverage",
    )
    parser.add_argument(
        "--limit",
        type=assignment,
        action="append",
        metavar="WHAT=MOST",
        help="what the best may take: seconds, list-seconds or megabytes; may be repeated",
    )
    parser.add_argument(
        "--no-pruning", action="store_true", default=None, help="train every trial to its end, however it does"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes at once (1); with more, two searches are never quite alike"
    )
    parser.add_argument(
        "--train-best",
        action="store_true",
        default=None,
        help="when it is done, train the best on train and validation together",
    )
    add_data_options(parser)
    parser.set_defaults(command=search, parser=parser)


def _more() -> str:
    return "\n".join([data_choices(), "", *paragraph(LAST_WORDS)])


def _range(text: str) -> "tuple[str, Range]":
    """``NAME=LOW..HIGH`` or ``NAME=A,B,C``."""
    from workbench.searching.search_spec import Range

    name, values = assignment(text)
    low, dots, high = str(values).partition("..")
    try:
        if dots and float(low) > float(high):
            raise argparse.ArgumentTypeError(f"'{text}' begins above its end: the lower number stands first")
        if dots:
            return name, Range(low=float(low), high=float(high))
        return name, Range(choices=[value.strip() for value in str(values).split(",")])
    except ValueError as error:
        message = f"'{text}' is not NAME=LOW..HIGH, such as factors=16..256, or NAME=A,B,C"
        raise argparse.ArgumentTypeError(message) from error


def _number(name: str, text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError) as error:
        raise WorkbenchError(f"The limit of {name} is a number, such as --limit {name}=10, not {text!r}.") from error


def search(args: argparse.Namespace, progress: Progress) -> Answer:
    """Search anew, or go on with a search."""
    from workbench.searching.searching import search as do_search

    found = _new(args, progress) if args.files else _known(args)
    _say_cost(found, progress)
    began = time.monotonic()
    progress.start(f"Searching {' and '.join(found.spec.algorithms)}")
    do_search(found.folder, _Following(found, progress))
    final = None
    if args.train_best:
        from workbench.searching.winner import train_best

        progress.start("Training the best on train and validation")
        final = train_best(found, progress)
    return answer_of(found, final, time.monotonic() - began)


def _known(args: argparse.Namespace) -> "Search":
    from workbench.searching.search_folder import Search

    fixed = ("algorithm", "range", "fix", "advanced", "metric", "second", "limit", "no_pruning", *DATA_OPTIONS)
    given = [name for name in fixed if getattr(args, name) is not None]
    if given:
        what = ", ".join(f"--{name.replace('_', '-')}" for name in given).replace("--second", "--and")
        args.parser.error(f"{what}: a search continues as it began. Name a FILE for a new one, or leave {what} out")
    found = Search.open(args.search)
    found.change_budget(**chosen_options(args, "trials", "minutes", "workers"))
    return found


def _new(args: argparse.Namespace, progress: Progress) -> "Search":
    """Check all settings, then read the file, then create the search."""
    from workbench.searching.search_folder import Search, refuse_taken
    from workbench.searching.search_spec import FILE

    if not args.algorithm:
        args.parser.error("--algorithm NAME is needed for a new search; see: workbench algorithms")
    split, settings = split_of(args)
    wanted = _wanted(args)
    asked = argparse.Namespace(**vars(args))
    take_files(args)
    recipe, stored = recipe_of(args)
    filters = filters_of(args, stored)
    if is_same_command(args.search, asked, FILE):
        return Search.open(args.search)
    with new_folder(args.search, FILE, refuse_taken) as data:
        import_data(args, recipe, data, progress)
        filtered(data, filters, progress)
        note_command(args.search, asked)
        return Search.create(
            args.search,
            data,
            args.search / "runs",
            args.algorithm,
            split=split,
            split_settings=settings,
            filters=[made.recipe() for made in filters],
            **wanted,
        )


def _wanted(args: argparse.Namespace) -> dict[str, Any]:
    """What is asked of the search itself, checked before anything is read."""
    from workbench.searching.asked import by_algorithm
    from workbench.searching.search_folder import check_asked

    narrowed, fixed = by_algorithm(args.algorithm, args.range or [], args.fix or [])
    wanted = {
        "narrowed": narrowed,
        "advanced": bool(args.advanced),
        "fixed": fixed,
        "trials": TRIALS if args.trials is None and args.minutes is None else args.trials,
        "limits": {name.replace("_", "-"): _number(name, value) for name, value in args.limit or []},
        "options": chosen_options(args, "device", "threads", "patience", "include_seen"),
        **chosen_options(args, "minutes", "metric", "second", "seed", "workers"),
        **({"pruner": "none"} if args.no_pruning else {}),
    }
    check_asked(args.algorithm, **wanted)
    return wanted


def _say_cost(found: "Search", progress: Progress) -> None:
    """Say what is to come, before it begins."""
    from workbench.searching.cost import cost_left

    if progress.quiet:
        return
    if not found.trials():
        progress.start("Measuring a usual trial")
    told = cost_left(found, progress)
    progress.end()
    if told is not None:
        progress.say(told)


class _Following(Control):
    """Shows a search on the progress bar, from what it says of itself."""

    def __init__(self, search: "Search", progress: Progress) -> None:
        self.search, self.shown, self._next = search, progress, 0.0

    def check(self) -> None:
        self.shown.check()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + POLL_SECONDS
            self._show()

    def progress(self, fraction: float, text: str = "") -> None:
        self._show()

    def _show(self) -> None:
        status = self.search.status()
        wanted = self.search.spec.trials
        words = [f"trial {status.epoch + 1} of {wanted}" if wanted else f"trial {status.epoch + 1}"]
        if status.best is not None:
            reached = ", ".join(f"{name} {value:.4f}" for name, value in status.best.validation.items())
            words.append(f"best {reached} in trial {status.best.epoch + 1}")
        self.shown.show(status.epoch / wanted if wanted else 0.0, " · ".join(words))
