"""``workbench compare``: which run is better, by how much, and whether that is more than chance."""

import argparse
from collections.abc import Sequence
from typing import Any

from workbench.commands.options import Commands, add_command, run_folder
from workbench.commands.output import Answer, Progress, table


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "compare",
        "compare trained runs, user by user",
        epilog="Differences are means over users with 95 % bootstrap intervals. p is corrected (Bonferroni) for all pairs "
        "of the runs in the same folder that were tested alike, so that two runs have one answer whichever others are "
        "named. Runs that were tested differently (other data, split, candidates, formulas …) are not ranked together. A "
        "run that was not tested yet is tested first.",
    )
    parser.add_argument("runs", type=run_folder, nargs="+", metavar="DIR", help="run folders, two or more")
    parser.add_argument("--metric", default="ndcg@10", metavar="NAME", help="such as ndcg@10 (the default) or rmse")
    parser.add_argument(
        "--test", choices=("wilcoxon", "t", "permutation"), default="wilcoxon", help="by user (wilcoxon)"
    )
    parser.set_defaults(command=compare, parser=parser)


def compare(args: argparse.Namespace, progress: Progress) -> Answer:
    """Compare runs."""
    from workbench.evaluation.metric_names import metric_key
    from workbench.training.comparing import compare_runs
    from workbench.training.run import Run

    if len(args.runs) < 2:  # noqa: PLR2004 - a pair
        args.parser.error("two or more run folders are needed to compare")
    metric = metric_key(args.metric)
    runs = [Run.open(folder) for folder in args.runs]
    test_missing(runs, metric, progress)
    progress.start("Comparing")
    answer = compare_runs(runs, metric, test=args.test)
    return Answer(answer, _text(answer))


def test_missing(runs: Sequence[Any], metric: str, progress: Progress) -> None:
    """Test the runs whose test does not have this metric yet."""
    from workbench.evaluation.evaluate import CUTOFFS
    from workbench.training.evaluating import evaluate_run
    from workbench.training.results import has

    _, _, k = metric.partition("@")
    for run in runs:
        if not has(run, metric):
            progress.start(f"Testing {run.name}")
            own = [int(k)] if k.isdecimal() and int(k) else []
            evaluate_run(run, cutoffs=sorted({*CUTOFFS, *own}), control=progress)


def _text(answer: dict[str, Any]) -> str:
    from workbench.evaluation.verdict import p_digits

    metric, higher = answer["metric"], answer["higher_is_better"]
    order = sorted(answer["runs"].items(), key=lambda one: one[1], reverse=higher is not False)
    if not answer["comparable"]:
        order = list(answer["runs"].items())
    parts = [table([("run", metric), *((name, f"{mean:.4f}") for name, mean in order)], right=(1,))]
    if not answer["comparable"]:
        parts.append(answer["why"])
    if answer["pairs"]:
        rows = [("a", "b", "b - a", "95 % interval", "p", "p corrected")]
        for pair in answer["pairs"]:
            interval = "" if pair["low"] is None else f"{pair['low']:+.4f} – {pair['high']:+.4f}"
            figures = (f"{pair['difference']:+.4f}", interval, p_digits(pair["p"]), p_digits(pair["p_adjusted"]))
            rows.append((pair["a"], pair["b"], *figures))
        parts += [table(rows, right=(2, 4, 5)), "\n".join(pair["words"] for pair in answer["pairs"])]
    parts += [f"{', '.join(repeat['runs'])}: {repeat['words']}" for repeat in answer["repeats"]]
    return "\n\n".join(parts)
