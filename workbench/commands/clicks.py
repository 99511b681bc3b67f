"""``workbench clicks``: what other lists would have earned on a log of clicks, or how well clicks are foretold."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.amounts import counted
from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress, table

if TYPE_CHECKING:
    from workbench.clicks.impressions import Impressions

TITLES = {
    "ips": "IPS",
    "snips": "SNIPS",
    "dm": "DM",
    "dr": "DR",
    "sndr": "SNDR",
    "switch_dr": "switch-DR",
}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "clicks",
        "what other lists would have earned on a log of clicks",
        epilog="A log says of each impression what was shown, whether it was clicked, and perhaps to whom, at which place, "
        "and with which probability (propensity). With propensities, the clicks that a run's lists, a softmax of its "
        "scores, or the policy of another log would have earned are estimated, with intervals and with lights that say "
        "whether they can be believed; without, only how well clicks are foretold. Read are tables, MIND's behaviors.tsv "
        "and Open Bandit logs.",
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="a file of impressions")
    parser.add_argument("--run", type=run_folder, metavar="DIR", help="judge this run's lists, each item at its place")
    parser.add_argument(
        "--softmax", type=float, metavar="TEMPERATURE", help="with --run: draw from a softmax of its scores instead"
    )
    parser.add_argument("--other", type=Path, metavar="LOG", help="judge the policy of another log")
    parser.add_argument(
        "--columns", metavar="NAMES", help="user=A,item=B,clicked=C,position=D,propensity=E, where names do not tell"
    )
    parser.add_argument(
        "--shown",
        choices=("random", "unknown"),
        default="unknown",
        help="of a log without propensities: items were drawn at random, all alike; or nobody knows (unknown)",
    )
    parser.set_defaults(command=clicks, parser=parser)


def clicks(args: argparse.Namespace, progress: Progress) -> Answer:
    """Judge."""
    from workbench.clicks.foretelling import foretell
    from workbench.clicks.reading import columns_of, read_impressions

    _check(args)
    progress.start("Reading the log")
    columns = columns_of(args.columns) if args.columns else None
    log = read_impressions(args.log, columns, progress)
    log = log.shown_at_random() if args.shown == "random" and log.propensity is None else log
    progress.start("Judging")
    if log.propensity is not None and (args.run or args.other):
        answer = _estimated(args, log, progress)
    else:
        answer = foretell(log, args.run) | {"why": _why(args, log)}
    text = _text(answer) if "estimates" in answer else _foretold(answer)
    return Answer(answer | {"log": log.told}, "\n\n".join([_read(log), text]))


def _check(args: argparse.Namespace) -> None:
    if args.run is not None and args.other is not None:
        args.parser.error("--run and --other are two policies. Judge one after the other")
    if args.softmax is not None and args.run is None:
        args.parser.error("--softmax is of the scores of a run: name it with --run DIR")


def _estimated(args: argparse.Namespace, log: "Impressions", progress: Progress) -> dict[str, Any]:
    from workbench.clicks import policies
    from workbench.clicks.estimating import estimate
    from workbench.clicks.reading import read_impressions

    if args.other is not None:
        other = read_impressions(args.other, None, progress)
        return estimate(log, lambda log, model: policies.other_log(log, model, other))
    if args.softmax is not None:
        return estimate(log, lambda log, model: policies.softmax_of_run(log, model, args.run, args.softmax))
    return estimate(log, lambda log, model: policies.lists_of_run(log, model, args.run))


def _why(args: argparse.Namespace, log: "Impressions") -> str:
    if log.propensity is not None:
        return "No policy was named (--run DIR or --other LOG): this says how well clicks are foretold."
    return (
        "The log does not say with which probability each item was shown. So what other lists would have earned cannot be "
        "told: an item that was shown to whoever likes it looks better than it is. This says how well clicks are foretold. "
        "If items were drawn at random, say --shown random."
    )


def _read(log: "Impressions") -> str:
    told = log.told
    users = "no users" if log.users is None else counted(len(log.users), "user")
    places = f", {len(log.positions)} places" if len(log.positions) > 1 else ""
    lines = [f"{counted(len(log), 'impression')} of {counted(log.n_items, 'item')}, {users}{places}"]
    lines += [
        f"Left out: {counted(one['rows'], 'row')}, {one['reason']}, first in row {one['first_row']:,}"
        for one in told["refused"]
    ]
    return "\n".join(lines)


def _percent(found: dict[str, float]) -> tuple[str, str]:
    if found["value"] != found["value"]:  # nothing of what was shown there has a weight
        return "not defined", ""
    interval = f"{found['low']:.3%} – {found['high']:.3%}" if "low" in found else ""
    return f"{found['value']:.3%}", interval


def _text(answer: dict[str, Any]) -> str:
    rows = [("clicks per impression", "estimate", "95 % interval"), ("the log itself", *_percent(answer["logged"]))]
    rows += [(TITLES[name], *_percent(found)) for name, found in answer["estimates"].items()]
    parts = [f"Policy: {answer['policy']}", table(rows, right=(1,))]
    red = [light["sentence"] for light in answer["lights"] if light["red"]]
    parts += ["\n".join(f"NOT TO BE TRUSTED: {sentence}" for sentence in red)] if red else []
    weights = (
        f"effective sample {answer['effective_sample']:,.0f}, mean weight {answer['mean_weight']:.3f}, largest "
        f"{answer['largest_weight']:.1f}; {answer['unsupported']:.1%} of what the policy shows was never shown there"
    )
    of_model = "DM has none, for it would tell nothing of how wrong the model is"
    about = [weights, f"interval: {answer['interval']}; {of_model}"]
    if answer["unknown_users"]:
        unknown = counted(answer["unknown_users"], "user")
        about.append(f"{unknown} of the log are not known to the run: it lists for them as for somebody new")
    if answer["needed_impressions"]:
        number = f"{answer['needed_impressions']:,}"
        about.append(f"to see a difference of 10 % from the log, {number} impressions of each policy are needed")
    parts.append("\n".join(about))
    if answer["by_position"]:
        head = ("place", "impressions", "log", "SNIPS", "95 % interval")
        places = [_place(one) for one in answer["by_position"]]
        parts.append(table([head, *places], right=(1, 2, 3)))
    return "\n\n".join(parts)


def _place(one: dict[str, Any]) -> tuple[str, ...]:
    figures = _percent(one["logged"])[0], *_percent(one["estimates"]["snips"])
    return one["position"], f"{one['impressions']:,}", *figures


def _foretold(answer: dict[str, Any]) -> str:
    rows = [("measure", "value")]
    for name, title in (
        ("logloss", "logloss"),
        ("auc", "AUC"),
        ("gauc", "GAUC, by user"),
        ("ece", "calibration error"),
    ):
        rows.append((title, "not defined" if answer[name] is None else f"{answer[name]:.4f}"))
    return "\n\n".join([answer["why"], f"Foretold by {answer['by']}", table(rows, right=(1,))])
