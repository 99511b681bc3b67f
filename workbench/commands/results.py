"""Commands about a trained run: ``evaluate``, ``recommend``, ``predict``."""

import argparse
from pathlib import Path
from typing import Any

from workbench.commands.options import Commands, add_command, cutoffs, names
from workbench.commands.output import Answer, Progress, table


def add(commands: Commands) -> None:
    """Add the commands."""
    _add_evaluate(commands)
    _add_recommend(commands)
    _add_predict(commands)


def _add_evaluate(commands: Commands) -> None:
    parser = add_command(commands, "evaluate", "how good a trained run is, on interactions that it never saw")
    parser.add_argument("run", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument(
        "--metrics", type=names, metavar="NAMES", help="such as ndcg,recall or ndcg@10; all that apply if left out"
    )
    parser.add_argument(
        "--k", type=cutoffs, metavar="CUTOFFS", help="lengths of the lists, such as 5,10,20 (the default)"
    )
    parser.add_argument(
        "--relevant-from", type=float, metavar="RATING", help="lowest hidden rating that counts as a hit"
    )
    parser.set_defaults(command=evaluate)


def _add_recommend(commands: Commands) -> None:
    parser = add_command(
        commands,
        "recommend",
        "write lists of recommendations to a file",
        epilog="Left out of a list are the person's training and validation items, as in the evaluation; items of the "
        "test may be listed.",
    )
    parser.add_argument("run", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv, .parquet or .jsonl")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", action="append", metavar="ID", help="a user of the data; may be repeated")
    who.add_argument("--all", action="store_true", help="everybody in the data")
    parser.add_argument("--k", type=int, default=10, metavar="N", help="items in a list (10)")
    parser.add_argument("--include-seen", action="store_true", help="also list what the person already has")
    parser.set_defaults(command=recommend)


def _add_predict(commands: Commands) -> None:
    parser = add_command(commands, "predict", "predict ratings of user-item pairs, for algorithms that predict ratings")
    parser.add_argument("run", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument("pairs", type=Path, metavar="PAIRS", help="a file of users and items, with or without a header")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv, .parquet or .jsonl")
    parser.set_defaults(command=predict)


def evaluate(args: argparse.Namespace, progress: Progress) -> Answer:
    """Open the test."""
    from workbench.evaluation.evaluate import CUTOFFS
    from workbench.training.judging import evaluate_run
    from workbench.training.run import Run

    run = Run.open(args.run)
    chosen, at = _metrics(args.metrics)
    ks = sorted({*(args.k or ([] if at else CUTOFFS)), *at})
    progress.start("Evaluating")
    answer = evaluate_run(run, chosen, ks, args.relevant_from, control=progress)
    return Answer(answer, _metric_table(answer))


def _metrics(asked: list[str] | None) -> tuple[list[str] | None, list[int]]:
    """Names without cutoffs, and the cutoffs that stood in them as in ``ndcg@10``."""
    if asked is None:
        return None, []
    at = [one.partition("@")[2] for one in asked]
    return list(dict.fromkeys(one.partition("@")[0].lower() for one in asked)), [int(k) for k in at if k.isdecimal()]


def _metric_table(answer: dict[str, Any]) -> str:
    rows = [("metric", "mean", "95 % interval")]
    for name, value in answer["metrics"].items():
        interval = "" if value["low"] is None else f"{value['low']:.4f} – {value['high']:.4f}"
        rows.append((name, f"{value['mean']:.4f}", interval))
    protocol = answer["protocol"]
    about = [
        f"{answer['users']:,} users evaluated in {answer['seconds']:.1f} s",
        *([f"filters: {protocol['filters_in_words']}"] if protocol.get("filters") else []),
        f"split: {protocol['split_in_words']}",
        f"candidates: {protocol['candidates']}; left out: {protocol['masked']}",
        f"relevant: {protocol['relevance']}",
    ]
    return table(rows, right=(1,)) + "\n\n" + "\n".join(about)


def recommend(args: argparse.Namespace, progress: Progress) -> Answer:
    """Write lists."""
    from workbench.export.lists import export_lists
    from workbench.jobs import load

    run, algorithm, items = load(args.run)
    progress.start("Recommending")
    done = export_lists(
        run,
        algorithm,
        args.output,
        users=args.user,
        k=args.k,
        include_seen=args.include_seen,
        items=items,
        control=progress,
    )
    text = f"{done['rows']:,} recommendations for {done['users']:,} users written to {args.output}."
    if done["cold"]:
        text += f" {done['cold']:,} of them have no history to go by; their lists are the same for everybody or random."
    return Answer(done, text)


def predict(args: argparse.Namespace, progress: Progress) -> Answer:
    """Write predicted ratings."""
    from workbench.export.ratings import predict_pairs
    from workbench.training.run import Run

    run = Run.open(args.run)
    progress.start("Predicting")
    done = predict_pairs(run, run.trained_algorithm(), args.pairs, args.output, control=progress)
    text = f"{done['rows']:,} ratings written to {args.output}."
    unknown = [f"{what} in {done[f'unknown_{what}s']:,} rows" for what in ("user", "item") if done[f"unknown_{what}s"]]
    return Answer(done, text + (f" Training has not seen the {' and the '.join(unknown)}." if unknown else ""))
