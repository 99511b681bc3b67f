"""Commands that look into a trained run: ``explain``, ``similar``, ``audience``."""

import argparse
from pathlib import Path

from workbench.commands.options import Commands, add_command, files_of_vectors, named_file, run_folder
from workbench.commands.output import Answer, Progress, table

HOW = {
    "sum": "contributions and the rest ({base:.4g}) add up to the score",
    "leave-one-out": "each contribution is how much the lead over the best other items shrinks without that interaction",
    "popularity": "nothing is known of this user, who gets the most popular items: the score is how many chose it",
    "filler": "nothing links it to this user's history; it has its place for being popular: {chosen_by:,} chose it",
    "vectors": "similarity is the cosine of the learned vectors",
    "content": "similarity is the cosine of their vectors of the kind '{by}', about the mean of all",
    "alone": "similarity is the score for a user whose only interaction is with this item",
}


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = add_command(commands, "explain", "why an item has its place in a user's list")
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("--user", required=True, metavar="ID", help="a user of the data, or of --history")
    parser.add_argument(
        "--history", type=Path, metavar="FILE", help="people who are not in the data: a file of their interactions"
    )
    parser.add_argument("--item", required=True, metavar="ID", help="an item of the data")
    parser.set_defaults(command=explain)
    parser = add_command(commands, "similar", "items similar to one, as the run's algorithm sees it")
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("--item", required=True, metavar="ID", help="an item of the data")
    parser.add_argument(
        "--by", metavar="KIND", help="by a kind of --vectors of the data, whatever the algorithm has learned"
    )
    parser.add_argument("--k", type=int, default=10, metavar="N", help="how many (10)")
    parser.set_defaults(command=similar)
    parser = add_command(commands, "audience", "the people in whose lists an item stands highest, a new item's too")
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("--item", required=True, metavar="ID", help="an item of the data, or of --items")
    parser.add_argument("--k", type=int, default=100, metavar="N", help="how many people (100)")
    parser.add_argument(
        "--items", type=Path, metavar="FILE", help="items that are not in the data, for models that can place them"
    )
    parser.add_argument(
        "--vectors", type=named_file, action="append", metavar="[NAME=]FILE", help="vectors of these items; repeatable"
    )
    parser.set_defaults(command=audience, parser=parser)


def explain(args: argparse.Namespace, progress: Progress) -> Answer:
    """Take a score apart."""
    from workbench.insight import reasons

    progress.start("Explaining")
    file = None if args.history is None else str(args.history)
    answer = reasons.explain(str(args.run), args.user, args.item, progress, history=file)
    rows = [("adds", "rank without", "item", "title")]
    for reason in answer["reasons"]:
        rank = "" if reason["rank_without"] is None else f"{answer['rank']} → {reason['rank_without']}"
        rows.append((f"{reason['contribution']:+.4f}", rank, reason["item"], reason["title"]))
    head = f"{answer['title']}: rank {answer['rank']} for user {answer['user']}, score {answer['score']:.4f}"
    if answer["left_out"]:
        head += ". Lists leave it out, for the user has it: this is the rank that it would have"
    if answer["rank_learned"] != answer["rank"]:
        head += f", by the history alone (rank {answer['rank_learned']} with what was learned about this user)"
    said = "".join(f"; {name} {value:+.4f}" for name, value in answer["spoken"].items())
    kinds = f"\nof the score: {said.removeprefix('; ')}" if said else ""
    return Answer(answer, f"{head}\n{HOW[answer['how']].format(**answer)}{kinds}\n\n{table(rows, right=(0,))}")


def audience(args: argparse.Namespace, progress: Progress) -> Answer:
    """Score an item for everybody."""
    from workbench.insight import first_people

    if args.k < 1:
        args.parser.error(f"--k is the number of people, at least 1, not {args.k}")
    if args.vectors and args.items is None:
        args.parser.error("--vectors are those of the items of --items FILE, which is missing")
    progress.start("Scoring everybody")
    run, vectors = str(args.run), files_of_vectors(args)
    if args.items is None:
        answer = first_people.first_people(run, args.item, progress, args.k)
    else:
        answer = first_people.first_people_of_new(run, args.item, args.items, progress, vectors=vectors, k=args.k)
    rows = [("rank", "user", "place in their list", "score", "items they have")]
    rows += [
        (str(one["rank"]), one["user"], str(one["place"]), f"{one['score']:.4f}", str(one["history"]))
        for one in answer["people"]
    ]
    head = f"{answer['title']}: in the first 10 of {answer['at_top']:,} of {answer['asked']:,} people who could be shown it"
    return Answer(answer, f"{head}\n\n{table(rows, right=(0, 2, 3, 4))}")


def similar(args: argparse.Namespace, progress: Progress) -> Answer:
    """List neighbours."""
    from workbench.insight import looking

    progress.start("Looking for similar items")
    answer = looking.similar(str(args.run), args.item, progress, args.k, args.by)
    rows = [("rank", "similarity", "item", "title")]
    rows += [(str(item["rank"]), f"{item['score']:.4f}", item["item"], item["title"]) for item in answer["items"]]
    return Answer(
        answer, f"Like {answer['title']}; {HOW[answer['how']].format(**answer)}\n\n{table(rows, right=(0, 1))}"
    )
