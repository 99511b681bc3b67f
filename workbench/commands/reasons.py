"""Commands that look into a trained run: ``explain``, ``similar``."""

import argparse
from pathlib import Path

from workbench.commands.options import Commands, add_command
from workbench.commands.output import Answer, Progress, table

HOW = {
    "sum": "contributions and the rest ({base:.4g}) add up to the score",
    "leave-one-out": "each contribution is what the lead over the best others loses without that interaction",
    "vectors": "likeness is the cosine of learned vectors",
    "alone": "likeness is the score for somebody whose history is this item",
}


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(commands, "explain", "why an item has its place in a user's list")
    parser.add_argument("run", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument("--user", required=True, metavar="ID", help="a user of the data")
    parser.add_argument("--item", required=True, metavar="ID", help="an item of the data")
    parser.set_defaults(command=explain)
    parser = add_command(commands, "similar", "items that are like one, as the run's algorithm sees it")
    parser.add_argument("run", type=Path, metavar="DIR", help="the run folder")
    parser.add_argument("--item", required=True, metavar="ID", help="an item of the data")
    parser.add_argument("--k", type=int, default=10, metavar="N", help="how many (10)")
    parser.set_defaults(command=similar)


def explain(args: argparse.Namespace, progress: Progress) -> Answer:
    """Take a score apart."""
    from workbench.insight import looking

    progress.start("Explaining")
    told = looking.explain(str(args.run), args.user, args.item, progress)
    rows = [("adds", "rank without", "item", "title")]
    for one in told["reasons"]:
        rank = "" if one["rank_without"] is None else f"{told['rank']} → {one['rank_without']}"
        rows.append((f"{one['contribution']:+.4f}", rank, one["item"], one["title"]))
    head = f"{told['title']}: rank {told['rank']} for user {told['user']}, score {told['score']:.4f}"
    if told["rank_learned"] != told["rank"]:
        head += f", by the history alone (rank {told['rank_learned']} with what was learned of this user)"
    return Answer(told, f"{head}\n{HOW[told['how']].format(**told)}\n\n{table(rows, right=(0,))}")


def similar(args: argparse.Namespace, progress: Progress) -> Answer:
    """List neighbours."""
    from workbench.insight import looking

    progress.start("Comparing")
    told = looking.similar(str(args.run), args.item, progress, args.k)
    rows = [("rank", "likeness", "item", "title")]
    rows += [(str(one["rank"]), f"{one['score']:.4f}", one["item"], one["title"]) for one in told["items"]]
    return Answer(told, f"Like {told['title']}; {HOW[told['how']]}\n\n{table(rows, right=(0, 1))}")
