"""Commands about a trained run: ``evaluate``, ``recommend``, ``predict``."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.amounts import counted
from workbench.commands.one_list import add_options, asked_list
from workbench.commands.options import Commands, add_command, assignment, choices, cutoffs, names, run_folder
from workbench.commands.output import Answer, Progress, table
from workbench.errors import WorkbenchError
from workbench.owned import temporary_folder


def add(commands: Commands) -> None:
    """Add the commands."""
    _add_evaluate(commands)
    _add_recommend(commands)
    _add_predict(commands)


def _add_evaluate(commands: Commands) -> None:
    parser = add_command(
        commands,
        "evaluate",
        "evaluate a trained run on held-out interactions",
        more=_metrics,
        epilog="Without --metrics all that apply are calculated and kept with the run; the usual ones are printed. AUC and "
        "R-precision need the rank of every hidden item: on large data they are calculated only when named. Lists that "
        "were made elsewhere are evaluated with --lists, on the test of a run or of a file of interactions. "
        "Numbers over randomly drawn candidates (--negatives) must never be compared with numbers over all items.",
    )
    parser.add_argument(
        "run", type=run_folder, metavar="DIR", help="the run folder; with --lists also a file of interactions"
    )
    parser.add_argument(
        "--metrics", type=names, metavar="NAMES", help="such as ndcg,recall or ndcg@10; all that apply if left out"
    )
    parser.add_argument(
        "--k", type=cutoffs, metavar="CUTOFFS", help="lengths of the lists, such as 5,10,20 (the default)"
    )
    parser.add_argument(
        "--relevant-from", type=float, metavar="RATING", help="lowest hidden rating that counts as a hit"
    )
    parser.add_argument(
        "--as", dest="like", metavar="TOOL", help="formulas and masks of recbole, elliot, warprec or surprise"
    )
    parser.add_argument(
        "--formula",
        type=assignment,
        action="append",
        metavar="METRIC=NAME",
        help="another formula, such as recall=truncated; may be repeated",
    )
    parser.add_argument(
        "--groups", metavar="ATTRIBUTE", help="of the users, such as gender: user_gap is the gap between its values"
    )
    parser.add_argument("--negatives", type=int, metavar="N", help="rank the hidden items among N random items only")
    parser.add_argument(
        "--negatives-by", choices=("uniform", "popularity"), default="uniform", help="how they are drawn (uniform)"
    )
    parser.add_argument("--negatives-seed", type=int, default=0, metavar="N", help="seed of the sample (0)")
    parser.add_argument(
        "--include-seen",
        action="store_true",
        default=None,
        help="let lists hold what the person already has, where people take things again",
    )
    parser.add_argument(
        "--lists", type=Path, metavar="FILE", help="lists made elsewhere: user, item, and rank or score"
    )
    parser.add_argument("--split", metavar="NAME", help="with --lists and a file: as in train")
    parser.add_argument("--split-set", type=assignment, action="append", metavar="KEY=VALUE", help="of that split")
    parser.add_argument("--test", type=Path, metavar="FILE", help="with --lists and a file: your own test file")
    parser.set_defaults(command=evaluate, parser=parser)


def _metrics() -> str:
    """The end of the help: what can be calculated, as it declares itself."""
    from workbench.metrics import all_metrics

    return "\n".join(
        choices("metrics:", {name: f"{metric.title}: {metric.formula}." for name, metric in all_metrics().items()})
    )


def _add_recommend(commands: Commands) -> None:
    parser = add_command(
        commands,
        "recommend",
        "write lists of recommendations to a file",
        epilog="Left out of a list are the person's training and validation items, as in the evaluation; items of the "
        "test may be listed. A file of --history is read as the data of the run was; whoever is in the data, too, is known "
        "by this file alone. People of whom nothing is known get the most popular items; the column basis tells.",
    )
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv, .xlsx, .parquet or .jsonl")
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--user", action="append", metavar="ID", help="a user of the data, or of --history; may be repeated"
    )
    who.add_argument("--all", action="store_true", help="everybody in the data")
    who.add_argument("--new", action="store_true", help="somebody new, whose history is what --add names")
    parser.add_argument(
        "--history", type=Path, metavar="FILE", help="people who are not in the data: a file of their interactions"
    )
    parser.add_argument(
        "--items", type=Path, metavar="FILE", help="an item file: those that the run does not know are placed, too"
    )
    parser.add_argument("--k", type=int, default=10, metavar="N", help="items in a list (10)")
    parser.add_argument("--include-seen", action="store_true", help="also list what the person already has")
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        help="such as user,item: of user, rank, item, score, title, year, genres, hit, reason, run, basis (user to score, "
        "title, basis)",
    )
    _add_csv(parser)
    _add_engine(parser)
    add_options(parser)
    parser.set_defaults(command=recommend, parser=parser)


def _add_engine(parser: argparse.ArgumentParser) -> None:
    """The options that say on which machines."""
    group = parser.add_argument_group("of --all, on more than one core or machine")
    group.add_argument(
        "--engine",
        metavar="WHERE",
        help="who makes the lists: here (processes, one for each core), here:N, ray (on this machine), ray://HOST:PORT (a "
        "cluster of which this machine is a node); the file is that of one process",
    )
    group.add_argument("--parts", type=int, metavar="N", help="in how many parts (four for each core)")


def _add_csv(parser: argparse.ArgumentParser) -> None:
    """The option that says for whom CSV is written."""
    parser.add_argument(
        "--csv",
        choices=("spreadsheet", "program"),
        default="spreadsheet",
        help="for whom a .csv is: for a spreadsheet (the default) what it would execute gets an apostrophe in front; for a "
        "program every text is written to the letter",
    )


def _add_predict(commands: Commands) -> None:
    parser = add_command(commands, "predict", "predict ratings of user-item pairs, for algorithms that predict ratings")
    parser.add_argument("run", type=run_folder, metavar="DIR", help="the run folder")
    parser.add_argument("pairs", type=Path, metavar="PAIRS", help="a file of users and items, with or without a header")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv, .parquet or .jsonl")
    _add_csv(parser)
    parser.set_defaults(command=predict)


def evaluate(args: argparse.Namespace, progress: Progress) -> Answer:
    """Evaluate a run, or lists, on the test part."""
    from workbench.evaluation.evaluate import CUTOFFS
    from workbench.evaluation.lists import Negatives
    from workbench.evaluation.metric_names import named_metrics
    from workbench.training.evaluating import evaluate_run
    from workbench.training.run import Run

    chosen, at = named_metrics(args.metrics)
    ks = sorted({*(args.k or ([] if at else CUTOFFS)), *at})
    if args.lists is not None:
        return _evaluate_lists(args, progress, chosen, ks)
    given = [name for name in ("split", "split_set", "test") if getattr(args, name) is not None]
    if given:
        args.parser.error(f"--{given[0].replace('_', '-')} goes with --lists and a file; a run has its split already")
    if args.negatives is not None and args.negatives < 1:
        args.parser.error("--negatives is a number of items, from 1 up")
    drawn = None if args.negatives is None else Negatives(args.negatives, args.negatives_by, args.negatives_seed)
    run = Run.open(args.run)
    progress.start("Evaluating")
    answer = evaluate_run(
        run,
        chosen,
        ks,
        args.relevant_from,
        control=progress,
        variants=_formulas(args),
        like=args.like,
        negatives=drawn,
        groups=args.groups,
        include_seen=args.include_seen,
    )
    return Answer(answer, _metric_table(answer, usual=chosen is None))


def _evaluate_lists(args: argparse.Namespace, progress: Progress, chosen: list[str] | None, ks: list[int]) -> Answer:
    """Evaluate lists that were made elsewhere."""
    from workbench.evaluation.external_lists import evaluate_file
    from workbench.training.evaluating import find_peer

    if args.groups is not None:
        args.parser.error("--groups goes with a run, whose data may tell of the users")
    if args.negatives is not None:
        args.parser.error("--negatives goes with a run: lists of all items cannot be ranked again")
    progress.start("Evaluating")
    with _fold(args, progress) as (fold, split, data_hash):
        answer = evaluate_file(
            args.lists,
            fold,
            split,
            data_hash,
            metrics=chosen,
            cutoffs=ks,
            relevant_from=args.relevant_from,
            variants={**find_peer(args.like).variants, **_formulas(args)},
        )
    report = answer["file"]
    words = {
        "without_list": "users without a list, evaluated as if it were empty",
        "unknown_users": "rows of users that are not in the data",
        "unknown_items": "rows of items that are not in the data",
        "repeated": "items that a list has twice; the second one is left out",
        "seen": "listed items that the user had before, which cannot be hits",
    }
    remarks = [f"{report[key]:,} {text}" for key, text in words.items() if report[key]]
    lines = [f"{counted(report['rows'], 'row')} of {args.lists.name}, ordered by {report['ordered_by']}", *remarks]
    return Answer(answer, _metric_table(answer, usual=chosen is None) + "\n" + "\n".join(lines))


@contextmanager
def _fold(args: argparse.Namespace, progress: Progress) -> Iterator[tuple[Any, Any, str]]:
    """The fold of a run, or of a file of interactions."""
    from workbench.data.importing.importer import import_file
    from workbench.data.interactions import Interactions
    from workbench.data.splitting import DEFAULT, OWN_FILES, make_split
    from workbench.training.run import Run

    if args.run.is_dir():
        run = Run.open(args.run)
        yield run.fold, run.split, run.data_identity
        return
    name = args.split or (OWN_FILES if args.test else DEFAULT)
    split = make_split(name, dict(args.split_set or []))
    with temporary_folder() as folder:
        place = folder / "data"
        sources = {"train": args.run, "test": args.test} if args.test else args.run
        import_file(sources, place, None, None, control=progress)
        data = Interactions.open(place)
        yield split.split(data), split, data.content_hash


def _formulas(args: argparse.Namespace) -> dict[str, str]:
    return {metric: str(formula) for metric, formula in args.formula or []}


def _metric_table(answer: dict[str, Any], *, usual: bool = False) -> str:
    """The usual metrics only where nobody chose: all of them would fill several screens."""
    from workbench.metrics import all_metrics

    known, rows, more = all_metrics(), [("metric", "mean", "95 % interval")], 0
    for name, value in answer["metrics"].items():
        if usual and not known[name.partition("@")[0]].usual:
            more += 1
            continue
        interval = "" if value["low"] is None else f"{value['low']:.4f} – {value['high']:.4f}"
        rows.append((name, f"{value['mean']:.4f}", interval))
    protocol = answer["protocol"]
    rest = sorted({name.partition("@")[0] for name in answer["metrics"]} - {row[0].partition("@")[0] for row in rows})
    about = [
        *([f"{more} more with --metrics: {', '.join(rest)}", ""] if more else []),
        *_without_evidence(protocol, answer["users"]),
        *(["SAMPLED CANDIDATES: not comparable with numbers over all items", ""] if protocol.get("sampled") else []),
        f"{counted(answer['users'], 'user')} evaluated in {answer['seconds']:.1f} s",
        *([f"filters: {protocol['filters_in_words']}"] if protocol.get("filters") else []),
        f"split: {protocol['split_in_words']}",
        *([f"learned from: {protocol['learned']}"] if protocol.get("learned") else []),
        *([f"chosen: {protocol['chosen']}"] if protocol.get("chosen") else []),
        *(f"in doubt: {told}" for told in protocol.get("doubts") or []),
        *([f"feedback: {protocol['feedback']}"] if protocol.get("feedback") else []),
        f"candidates: {_candidates(protocol)}; left out: {protocol['masked']}",
        f"relevant: {protocol['relevance']}",
        *(f"formula of {name}: {protocol['formulas'][name]}" for name in protocol.get("definitions") or {}),
        *(protocol.get("undefined") or {}).values(),
        *([answer["earlier"]] if answer.get("earlier") else []),
        *(f"warning ({leak['name']}): {leak['sentence']}" for leak in answer.get("leaks") or []),
    ]
    return table(rows, right=(1,)) + "\n\n" + "\n".join(about)


def _candidates(protocol: dict[str, Any]) -> str:
    return "; ".join(filter(None, [protocol["candidates"], protocol.get("few_candidates")]))


def _without_evidence(protocol: dict[str, Any], users: int) -> list[str]:
    n, places = protocol.get("without_evidence"), protocol.get("filled_places")
    told = [f"{n:,} of {counted(users, 'user')} without evidence got the most popular items"] if n else []
    return told + ([f"{counted(places, 'place')} in other lists filled with popular items"] if places else [])


def recommend(args: argparse.Namespace, progress: Progress) -> Answer:
    """Write lists."""
    from workbench.export.lists import export_lists
    from workbench.insight.explaining import first_reason
    from workbench.insight.looking import load
    from workbench.jobs.asked_lists import write_asked

    _check_for_whom(args)
    columns = args.columns.split(",") if args.columns else None
    asked = asked_list(args)
    if args.engine is not None:
        return _in_parts(args, columns, progress)
    run, algorithm, items = load(args.run)
    if args.items is not None and asked is not None:
        raise WorkbenchError("--items goes with --all, --history and plain lists of users. Leave out the other wishes.")
    if args.items is not None:  # what is kept for other questions knows no new items
        algorithm = run.trained_algorithm()
    if algorithm.caution():
        progress.say(algorithm.caution())
    progress.start("Recommending")
    done = (
        write_asked(asked, args.output, columns, exact=args.csv == "program")
        if asked is not None
        else export_lists(
            run,
            algorithm,
            args.output,
            users=args.user,
            history=args.history,
            new_items=args.items,
            k=args.k,
            include_seen=args.include_seen,
            items=items,
            columns=columns,
            reason=first_reason(algorithm),
            exact=args.csv == "program",
            control=progress,
        )
    )
    return Answer(done, _written(done, args.output))


def _check_for_whom(args: argparse.Namespace) -> None:
    if args.history is None and not (args.user or args.all or args.new):
        args.parser.error("say for whom: --user ID, --all, --history FILE or --new")
    if args.history is not None and args.all:
        args.parser.error("--all is everybody in the data. Leave it out: --history alone is everybody in the file")
    if args.engine is not None and (not args.all or args.items is not None):
        args.parser.error("--engine goes with --all, and without --items: the lists of others are made at once")
    if args.parts is not None and (args.engine is None or args.parts < 1):
        args.parser.error("--parts N goes with --engine, and N is 1 or more")


def _in_parts(args: argparse.Namespace, columns: list[str] | None, progress: Progress) -> Answer:
    """Write the lists of everybody on an engine."""
    from workbench.jobs.in_parts import export_in_parts

    progress.start("Recommending")
    how = {"k": args.k, "include_seen": args.include_seen, "columns": columns, "exact": args.csv == "program"}
    done = export_in_parts(args.run, args.output, args.engine, args.parts, progress, **how)
    return Answer(done, f"{_written(done, args.output)} {_who(done)}")


def _who(done: dict[str, Any]) -> str:
    machines = ", ".join(f"{n} by {who}" for who, n in sorted(done["machines"].items()))
    return f"Made in {counted(done['parts'], 'part')}: {machines}."


def _written(done: dict[str, Any], output: Path) -> str:
    """What was written, in words."""
    from workbench.insight.new_people import about_histories

    text = f"{counted(done['rows'], 'recommendation')} for {counted(done['users'], 'user')} written to {output}."
    if "history" in done:
        text += "".join(f" {sentence}" for sentence in about_histories(done["history"]))
    elif done["cold"]:
        text += f" {done['cold']:,} of them without a history."
    if "new_items" in done:
        new = done["new_items"]
        text += f" {counted(new['number'], 'new item')} placed, in {counted(new['listed'], 'row')} of the lists."
    if done["popular"]:
        text += (
            f" {done['popular']:,} of them got the most popular items, because nothing is known of them; their basis is"
        )
        text += " 'popularity'."
    if done["filled"]:
        rows = counted(done["filled"], "row")
        whose = "the list" if done["users"] == 1 else "the other lists" if done["popular"] else "the lists"
        text += f" {rows} of {whose} with popular items (basis 'popularity'), for nothing links more to "
        text += "this person." if done["users"] == 1 else "these people."
    return " ".join([text, *done.get("unmet", [])])


def predict(args: argparse.Namespace, progress: Progress) -> Answer:
    """Write predicted ratings."""
    from workbench.export.ratings import predict_pairs
    from workbench.training.run import Run

    run = Run.open(args.run)
    progress.start("Predicting")
    exact = args.csv == "program"
    done = predict_pairs(run, run.trained_algorithm(), args.pairs, args.output, progress, exact=exact)
    text = f"{counted(done['rows'], 'rating')} written to {args.output}."
    rows = {what: done[f"unknown_{what}s"] for what in ("user", "item")}
    unknown = [f"{what} in {counted(n, 'row')}" for what, n in rows.items() if n]
    return Answer(done, text + (f" Training has not seen the {' and the '.join(unknown)}." if unknown else ""))
