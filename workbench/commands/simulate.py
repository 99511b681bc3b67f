"""``workbench simulate``: data whose truth is known, and how near a run comes to it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress, table
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from pydantic import BaseModel

# Options that are fields of `Size` and `Exposure`, by the names that these give them.
SIZE = {
    "users": (int, "N", "people; as many as a film data set of that size has, where left out"),
    "items": (int, "N", "items; the same"),
    "seed": (int, "N", "of all that is drawn (0): same seed, same bytes"),
    "popularity_bias": (float, "POWER", "how much popular items lead, 0 to 5 (0.9)"),
    "noise": (float, "STARS", "chance in a rating, standard deviation (0.6)"),
    "drift_at": (float, "SHARE", "tastes change at once after this share of a person's interactions; else slowly"),
    "twins": (float, "SHARE", "of the people, whose tastes are another's (0)"),
}
EXPOSURE = {
    "impressions": (int, "N", "with --log: how many (100,000)"),
    "places": (int, "N", "with --log: of a visit (5)"),
    "explored": (float, "SHARE", "with --log: drawn from all items alike, the rest by popularity (0.2)"),
    "click_rate": (float, "RATE", "with --log: of an item at the first place (0.05)"),
}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "simulate",
        "make data whose truth is known, or judge a run by that truth",
        epilog="With --output: interactions.csv, items.csv and truth.npz, and with --log impressions.csv of a policy whose "
        "propensities are known, as clicks reads it. With --truth and --run: how near the run's lists come to the best "
        "lists that there could be.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--output", type=Path, metavar="DIR", help="a new folder for the data")
    where.add_argument("--truth", type=Path, metavar="DIR", help="a folder that this command wrote: judge --run by it")
    parser.add_argument("--interactions", type=int, default=100_000, metavar="N", help="how many (100,000)")
    for name, (kind, metavar, words) in SIZE.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=words)
    parser.add_argument("--log", action="store_true", help="also a log of what people were shown and clicked")
    for name, (kind, metavar, words) in EXPOSURE.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=words)
    parser.add_argument("--run", type=run_folder, metavar="DIR", help="with --truth: a run on that data")
    parser.add_argument("--k", type=int, default=10, metavar="N", help="with --truth: items in a list (10)")
    parser.set_defaults(command=simulate, parser=parser)


def simulate(args: argparse.Namespace, progress: Progress) -> Answer:
    """Simulate, or judge."""
    if args.truth is not None:
        return _judged(args, progress)
    from workbench.data.simulator import Exposure, Size
    from workbench.data.simulator import simulate as make

    size = _declared(Size, args, SIZE, rows=args.interactions)
    exposure = _declared(Exposure, args, EXPOSURE)
    if not args.log and (given := [name for name in EXPOSURE if getattr(args, name) is not None]):
        args.parser.error(f"--{given[0].replace('_', '-')} goes with --log")
    if args.output.exists():
        raise WorkbenchError(f"{args.output} is there already. Name a folder that is not.")
    progress.start("Simulating")
    truth = make(args.output, size, progress, exposure if args.log else None)
    made = {"users": len(truth.length), "items": len(truth.popularity), "interactions": int(truth.length.sum())}
    files = ["interactions.csv", "items.csv", *(["impressions.csv"] if args.log else []), "truth.npz"]
    told = {"folder": str(args.output), "files": files, **made, "impressions": exposure.impressions if args.log else 0}
    names = ", ".join(files[:-1])
    text = f"{counted(made['interactions'], 'interaction')} of {counted(made['users'], 'user')} and "
    text += f"{counted(made['items'], 'item')} in {args.output}: {names}, and what was planted in truth.npz."
    fewer = " Fewer than asked for: nobody meets over half of the items, or one twice."
    return Answer(told, text + (fewer if made["interactions"] < args.interactions else ""))


def _declared(kind: "type[BaseModel]", args: argparse.Namespace, names: dict[str, Any], **more: Any) -> Any:
    """What options say, in the declaration that bounds it."""
    from pydantic import ValidationError

    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    try:
        return kind(**given, **more)
    except ValidationError as error:
        first = error.errors()[0]
        name = {"rows": "interactions"}.get(str(first["loc"][0]), str(first["loc"][0])).replace("_", "-")
        raise WorkbenchError(f"--{name} {first['input']}: {first['msg'].lower()}.") from None


def _judged(args: argparse.Namespace, progress: Progress) -> Answer:
    from workbench.clicks.regret import regret

    if args.run is None:
        args.parser.error("--truth judges a run: name it with --run DIR")
    if args.k < 1:
        args.parser.error("--k is a number of items, from 1 up")
    progress.start("Judging by the truth")
    found = regret(args.run, args.truth, args.k, progress)
    rows = [("lists", f"chance that the next pick is in the list of {found['k']}")]
    rows += [(name, f"{found[key]:.4f}") for name, key in (("run", "run"), ("best", "best"), ("popular", "popular"))]
    interval = f"{found['low']:.1%} – {found['high']:.1%}"
    share = (
        f"{found['share']:.1%} of the best that there could be ({interval}), mean of {counted(found['users'], 'user')}"
    )
    return Answer(found, f"{table(rows, right=(1,))}\n\n{share}")
