"""``workbench train``: from a file to a trained run, or on from where a run stopped."""

import argparse
from pathlib import Path
from typing import Any

from workbench.amounts import counted
from workbench.commands.follow import follow
from workbench.commands.new_folder import begins_again, new_folder
from workbench.commands.options import (
    FILES_HELP,
    FURTHER,
    Commands,
    add_command,
    add_reading,
    assignment,
    choices,
    format_choices,
    joined_words,
    paragraph,
    recipe_of,
    run_folder,
    settings_words,
)
from workbench.commands.output import Answer, Progress, size
from workbench.commands.same_command import is_same_command, note_command
from workbench.commands.several_files import files_words, take_files
from workbench.errors import WorkbenchError
from workbench.training.run_state import RunState

LAST_WORDS = (
    "Hyperparameters: workbench algorithms NAME. A blend of runs needs no FILE: workbench train --algorithm blend --set "
    "runs=ONE,OTHER --run DIR, folders that lie side by side. After Ctrl-C or a crash: workbench train --run DIR."
)


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "train",
        "train an algorithm on a file, or continue a stopped run",
        more=_more,
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=FILES_HELP)
    parser.add_argument(
        "--run", type=run_folder, required=True, metavar="DIR", help="the run folder, new or to be continued"
    )
    parser.add_argument("--algorithm", metavar="NAME", help="see: workbench algorithms")
    parser.add_argument(
        "--set", type=assignment, action="append", metavar="KEY=VALUE", help="a hyperparameter; may be repeated"
    )
    parser.add_argument("--split", metavar="NAME", help="how the data is split, one of those below")
    parser.add_argument(
        "--split-set", type=assignment, action="append", metavar="KEY=VALUE", help="a setting of the split"
    )
    parser.add_argument(
        "--filter",
        type=assignment,
        action="append",
        metavar="KEY=VALUE",
        help="what to work with, such as min-rating=4; may be repeated, and those below are applied in their order",
    )
    parser.add_argument("--test", type=Path, metavar="FILE", help="your own test file (with --split files)")
    parser.add_argument("--validation", type=Path, metavar="FILE", help="your own validation file (with --split files)")
    add_reading(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="the random seed (0)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where neural algorithms train (auto)")
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="processor threads; 0, the default: the number that measurements found best",
    )
    parser.add_argument(
        "--patience",
        type=int,
        metavar="N",
        help="epochs without a better validation before stopping (10, more where they are short)",
    )
    parser.add_argument(
        "--more-epochs",
        type=int,
        metavar="N",
        help="without FILE: go on with a run that has ended, for so many epochs more",
    )
    parser.add_argument(
        "--include-seen",
        action="store_true",
        default=None,
        help="people take things again: validation, evaluation and lists leave out nothing that they have",
    )
    parser.set_defaults(command=train, parser=parser)


def _more() -> str:
    """The end of the help: what there is to choose from, as it declares itself."""
    from workbench.data.filtering import all_filters
    from workbench.data.splitting import DEFAULT, all_splits

    splits = {name: f"{split.sentence} {settings_words(split)}" for name, split in all_splits().items()}
    filters = {
        f"{key}=…": kind.model_fields[setting].description or kind.title
        for kind in all_filters().values()
        for key, setting in kind.keys.items()
    }
    return "\n".join([
        *choices(f"splits ({DEFAULT} where none is named):", splits),
        "",
        format_choices(),
        "",
        *choices("filters, applied before the split:", filters),
        "",
        *paragraph(LAST_WORDS),
    ])  # fmt: skip


def train(args: argparse.Namespace, progress: Progress) -> Answer:
    """Train a new run, or go on with one."""
    from workbench.training.run import Run

    if args.more_epochs is not None and (args.files or args.more_epochs < 1):
        args.parser.error("--more-epochs N goes on with a run that has ended: leave FILE out, and let N be 1 or more")
    if not args.files and _is_blend(args.algorithm):
        run = _new_blend(args)
    elif not args.files:
        _refuse_new_settings(args)
        run = Run.open(args.run)
        if args.more_epochs:
            run.extend(args.more_epochs)
    else:
        run = _new_run(args, progress)
    status = run.status()
    if status.state is RunState.LOST:
        progress.say(status.reason)
    if status.state is RunState.DONE:
        progress.say(f"The run in {args.run} is done; there is nothing left to train.")
        return _answer(run)
    return _trained(run, progress)


def _refuse_new_settings(args: argparse.Namespace) -> None:
    fixed = (
        "algorithm",
        "set",
        "split",
        "split_set",
        "filter",
        "test",
        "validation",
        *FURTHER,
        "join",
        "columns",
        "read",
        "recipe",
        "feedback",
        "seed",
        "device",
        "threads",
        "include_seen",
    )
    given = [name for name in (*fixed, "patience") if getattr(args, name) is not None]
    if given:
        what = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        args.parser.error(f"{what}: a run continues as it began. Name a FILE for a new run, or leave {what} out")


def _is_blend(algorithm: str | None) -> bool:
    from workbench.algorithms import find
    from workbench.algorithms.hybrid.blend import Blend

    return algorithm is not None and find(algorithm) is Blend


def _new_blend(args: argparse.Namespace) -> Any:
    """A blend of runs has their data, filters and split, so that no file is read."""
    from workbench.training.run import Run

    given = [
        name
        for name in ("split", "split_set", "filter", "test", "validation", "items", "columns")
        if getattr(args, name, None)
    ]
    if given:
        what = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        args.parser.error(f"{what}: a blend has the data and the split of its runs. Leave {what} out")
    options = {name: getattr(args, name) for name in ("seed", "threads", "include_seen")}
    chosen = {name: value for name, value in options.items() if value is not None}
    return Run.create_blend(args.run, dict(args.set or []), **chosen)


def _new_run(args: argparse.Namespace, progress: Progress) -> Any:
    """Check all settings, then read the file, then create the run."""
    from workbench.algorithms import find
    from workbench.data.data_file import read_about
    from workbench.data.filtering import apply, make_filters, written_as
    from workbench.data.interactions import Interactions
    from workbench.data.splitting import DEFAULT, OWN_FILES, make_split
    from workbench.training.not_ratings import taken_for_ratings
    from workbench.training.run import Run

    if args.algorithm is None:
        args.parser.error("--algorithm NAME is needed for a new run; see: workbench algorithms")
    split = args.split or (OWN_FILES if args.test else DEFAULT)
    if (split == OWN_FILES) != (args.test is not None) or (args.validation and not args.test):
        args.parser.error(f"--split {OWN_FILES} and --test FILE (perhaps with --validation FILE) go together")
    kind, hyperparameters, settings = find(args.algorithm), dict(args.set or []), dict(args.split_set or [])
    kind.make(hyperparameters)
    make_split(split, settings)
    asked = argparse.Namespace(**vars(args))
    take_files(args)
    recipe, stored = recipe_of(args)
    filters = [*make_filters(stored), *(written_as(key, value) for key, value in args.filter or [])]
    if is_same_command(args.run, asked) and not begins_again(args.run):
        return Run.open(args.run)
    with new_folder(args.run) as data:
        _import(args, recipe, data, progress)
        left, steps = apply(filters, Interactions.open(data))
        for step in steps:
            sizes = {"interaction": step.interactions, "user": step.users, "item": step.items}
            counts = ", ".join(counted(n, what) for what, n in sizes.items())
            progress.say(f"Filter {step.words}: {counts} left.")
        reason = kind.unsuited(left)
        if reason:
            raise WorkbenchError(reason)
        taken = taken_for_ratings(kind, read_about(data))
        if taken:
            progress.say(f"In doubt: {taken}")
        options = {name: getattr(args, name) for name in ("seed", "device", "threads", "patience", "include_seen")}
        chosen = {name: value for name, value in options.items() if value is not None}
        chain = [made.recipe() for made in filters]
        note_command(args.run, asked)
        return Run.create(args.run, data, kind.name, hyperparameters, split, settings, filters=chain, **chosen)


def _import(args: argparse.Namespace, recipe: Any, data: Path, progress: Progress) -> None:
    from workbench.data.importing.importer import import_file

    named = {"train": args.file, "test": args.test, "validation": args.validation}
    paths = {name: path for name, path in named.items() if path} if args.test else args.paths
    progress.start(f"Reading {args.file.name}")
    about = import_file(
        paths,
        data,
        recipe,
        args.items,
        users=args.users,
        vectors=args.vectors,
        pictures=args.pictures,
        control=progress,
    )
    report = about["report"]
    for file, words in files_words(report.get("files", [])):
        progress.say(f"{file}: {words}.")
    for name in FURTHER:
        if name in about:
            progress.say(f"{name.capitalize()}: {joined_words(name, about[name])}.")
    if report["refused_count"]:
        refused = f"{report['refused_count']:,} of {counted(report['rows'], 'row')} refused"
        progress.say(f"{refused}; {data / 'refused.csv'} says which and why.")
    for doubt in report["doubts"]:
        progress.say(f"In doubt: {doubt['sentence']} Try {doubt['try']}")


def _trained(run: Any, progress: Progress) -> Answer:
    follow(run, progress)
    return _answer(run)


def _answer(run: Any) -> Answer:
    run.new_algorithm()  # takes up what followed from the data
    status, records = run.status(), run.records()
    last = records[-1] if records else None
    value = {
        "run": str(run.folder),
        "status": status.state.value,
        "seconds": last.get("seconds") if last else None,
        "peak_memory_bytes": status.peak_memory_bytes,
        "records": len(records),
        "last": last,
        "best": None if status.best is None else {"epoch": status.best.epoch, "validation": status.best.validation},
        "from_data": {
            name: {"value": getattr(run.spec, name, run.spec.hyperparameters.get(name)), "why": why}
            for name, why in run.spec.from_data.items()
        },
        "remarks": [remark.sentence for remark in status.remarks],
    }
    return Answer(value, _words(run, value))


def _words(run: Any, value: dict[str, Any]) -> str:
    last = value["last"] or {}
    words = [f"{run.new_algorithm().title}: {run.status().state.label.lower()}"]
    if value["seconds"] is not None:
        words.append(f"{value['seconds']:.1f} s")
    if last.get("epochs"):
        words.append(f"{last['epoch']} of {last['epochs']} epochs")
    # Of the epoch whose model is kept: the last one may have been worse, and is not what is tested.
    best = value["best"] or {"validation": last.get("validation") or {}}
    words += [f"validation {name} {number:.4f}" for name, number in best["validation"].items()]
    if last.get("epochs") and best.get("epoch"):
        words[-1] += f" at epoch {best['epoch']}"
    if value["peak_memory_bytes"]:
        words.append(f"{size(value['peak_memory_bytes'])} of memory at its peak")
    next_step = f"workbench evaluate {value['run']}"
    chosen = [f"{name} {said['value']:g} ({said['why']})" for name, said in value["from_data"].items()]
    said = [
        *([f"From the data: {'; '.join(chosen)}."] if chosen else []),
        *value["remarks"],
        f"The run is in {value['run']}. Next: {next_step}",
    ]
    return "\n".join([" · ".join(words), *said])
