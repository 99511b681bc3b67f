"""``workbench train``: from a file to a trained run, or on from where a run stopped."""

import argparse
from pathlib import Path
from typing import Any

from workbench.commands.follow import follow
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
from workbench.commands.new_folder import begins_again, new_folder
from workbench.commands.options import (
    FILES_HELP,
    Commands,
    add_command,
    assignment,
    paragraph,
    recipe_of,
    run_folder,
)
from workbench.commands.output import Answer, Progress, size
from workbench.commands.same_command import is_same_command, note_command
from workbench.commands.several_files import take_files
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
    add_data_options(parser)
    parser.add_argument(
        "--more-epochs",
        type=int,
        metavar="N",
        help="without FILE: go on with a run that has ended, for so many epochs more",
    )
    parser.add_argument(
        "--together",
        type=int,
        metavar="N",
        help="neural algorithms: N processes share each step, which is then of N batches",
    )
    parser.add_argument(
        "--engine", metavar="WHERE", help="with --together: where they are: here (the default), ray, ray://HOST:PORT"
    )
    parser.set_defaults(command=train, parser=parser)


def _more() -> str:
    """The end of the help: what there is to choose from, as it declares itself."""
    return "\n".join([data_choices(), "", *paragraph(LAST_WORDS)])


def train(args: argparse.Namespace, progress: Progress) -> Answer:
    """Train a new run, or go on with one."""
    from workbench.training.run import Run

    if (args.together is not None and args.together < 1) or (args.engine is not None and args.together is None):
        args.parser.error("--engine WHERE goes with --together N, and N is 1 or more")
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
    return _trained(run, progress, args.together or 1, args.engine or "here")


def _refuse_new_settings(args: argparse.Namespace) -> None:
    given = [name for name in ("algorithm", "set", *DATA_OPTIONS) if getattr(args, name) is not None]
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
    from workbench.training.not_ratings import taken_for_ratings
    from workbench.training.run import Run

    if args.algorithm is None:
        args.parser.error("--algorithm NAME is needed for a new run; see: workbench algorithms")
    split, settings = split_of(args)
    kind, hyperparameters = find(args.algorithm), dict(args.set or [])
    kind.make(hyperparameters)
    asked = argparse.Namespace(**vars(args))
    take_files(args)
    recipe, stored = recipe_of(args)
    filters = filters_of(args, stored)
    if is_same_command(args.run, asked) and not begins_again(args.run):
        return Run.open(args.run)
    with new_folder(args.run) as data:
        import_data(args, recipe, data, progress)
        reason = kind.unsuited(filtered(data, filters, progress))
        if reason:
            raise WorkbenchError(reason)
        taken = taken_for_ratings(kind, read_about(data))
        if taken:
            progress.say(f"In doubt: {taken}")
        chosen = chosen_options(args, "seed", "device", "threads", "patience", "include_seen")
        chain = [made.recipe() for made in filters]
        note_command(args.run, asked)
        return Run.create(args.run, data, kind.name, hyperparameters, split, settings, filters=chain, **chosen)


def _trained(run: Any, progress: Progress, together: int, engine: str) -> Answer:
    if together > 1:
        from workbench.jobs.training import train_together

        progress.start(f"Training {run.new_algorithm().title} in {together} processes")
        train_together(run.folder, together, engine, progress)
    else:
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
        "arithmetic": status.arithmetic,
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
