"""A fold and an algorithm become a run."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.algorithms import Algorithm, find
from workbench.algorithms.hybrid.blend import Blend
from workbench.commands.follow import follow
from workbench.commands.new_folder import new_folder
from workbench.data.shared_files import link_or_copy, share_files
from workbench.errors import WorkbenchError
from workbench.files import whole_folder
from workbench.interface.places import remove_with
from workbench.interface.progress import shown
from workbench.interface.runs import Run
from workbench.interface.splitting import Fold
from workbench.interface.values import check_kind, one_or_more, plain
from workbench.owned import discard
from workbench.training.run import Run as RunFolder
from workbench.training.run import check_adjustable
from workbench.training.run_spec import Change, RunSpec
from workbench.training.run_state import RunState

OPTIONS = ("seed", "device", "threads", "patience", "validation_users", "include_seen", "learns_validation")


def train(  # noqa: PLR0913 - what a run depends on
    fold: Fold,
    algorithm: str,
    /,
    *,
    folder: str | os.PathLike[str] | None = None,
    seed: int = 0,
    device: str | None = None,
    threads: int | None = None,
    patience: int | None = None,
    validation_users: int | None = None,
    include_seen: bool | None = None,
    learns_validation: bool | None = None,
    changes: Iterable[tuple[float, str, float]] = (),
    progress: bool = True,
    **hyperparameters: Any,
) -> Run:
    """Train an algorithm on a fold.

    Parameters
    ----------
    fold
        From `split`.
    algorithm
        Such as ``ease``; see `list_algorithms`. ``blend`` weighs other runs: ``train(fold, "blend", runs=[one, other])``.
    folder
        Where to keep the run. A run that is there already is taken as it is, or trained to its end, if it is the same.
        Without a folder the run lies in a temporary one, which goes with the last object that needs it.
    seed
        Another seed, another start.
    device
        Where neural algorithms train: ``cpu``, ``cuda``, ``mps``; chosen where None.
    threads
        Threads of the processor; the number that was measured to be best for the algorithm where None.
    patience
        Epochs without a better validation before training stops; where None 10, or more where they are short.
    validation_users
        How many users validation looks at; 1,000 where None.
    include_seen
        Whether people take things again, so that lists leave out nothing, in validation and evaluation, too.
    learns_validation
        Whether it learns from what validation holds, too; nothing chooses its best epoch then.
    changes
        Hyperparameters that change on the way, such as ``[(1.25, "learning_rate", 0.01)]``: after 1.25 epochs.
    progress
        Whether a bar is drawn, on a terminal or in a notebook.
    hyperparameters
        Those of the algorithm; see `list_hyperparameters`.

    Raises
    ------
    WorkbenchError
        If there is no such algorithm, a value is out of its range, the algorithm cannot learn from this data, or training
        fails.

    Examples
    --------
    >>> run = workbench.train(fold, "ease", regularization=300)
    """
    check_kind(fold, Fold, "train takes what split gave: fold = workbench.split(data, 'last-n')")
    check_kind(algorithm, str, "The name of an algorithm is a text such as 'ease'")
    if folder is not None and not os.fspath(folder):
        raise WorkbenchError("The folder of a run needs a name. Leave it out for a temporary one.")
    kind, wishes = find(algorithm), plain(hyperparameters)
    place = fold.data.place
    target = place.run_folder(kind.name) if folder is None else Path(folder)
    members = _members(wishes.get("runs"), target) if kind is Blend else []
    if members:
        wishes["runs"] = ",".join(member.name for member in members)
    given = (seed, device, threads, patience, validation_users, include_seen, learns_validation)
    asked = _asked(kind.name, wishes, fold, dict(zip(OPTIONS, given, strict=True)))
    noted = [_change(kind, *change) for change in changes]
    try:
        opened = _existing(target, fold, asked, noted) or _new(target, fold, asked, noted, members)
        _finish(opened, f"Training {kind.title}", progress)
    except BaseException:
        if folder is None:
            discard(target)
        raise
    run = Run(RunFolder.open(target), fold.data.user_ids, fold.data.item_ids, keeps=(place, *members))
    if folder is None:
        remove_with(run, target)
    return run


def _asked(algorithm: str, hyperparameters: dict[str, Any], fold: Fold, options: dict[str, Any]) -> dict[str, Any]:
    """What a run is made of; options that were not given are left to it."""
    return {
        "algorithm": algorithm,
        "hyperparameters": hyperparameters,
        "split": fold.name,
        "split_settings": fold.settings,
        "filters": fold.data.filters,
        **{name: value for name, value in plain(options).items() if value is not None},
    }


def _finish(run: RunFolder, title: str, progress: bool) -> None:
    """Train a run to its end, where it is not there."""
    if run.status().state is not RunState.DONE:
        with shown(title, progress) as control:
            follow(run, control)


def _change(kind: type[Algorithm], since: float, name: str, value: float) -> Change:
    if name != "epochs":  # more of them, at the end of a run
        check_adjustable(kind, name)
    return Change(since=since, name=name, value=value)


def _members(runs: Any, blend: Path) -> list[Run]:
    """The runs that a blend is made of; empty where they are given by name."""
    found = [run for run in one_or_more(runs) or [] if isinstance(run, Run)]
    apart = next((name for name in found if name.folder.parent.resolve() != blend.parent.resolve()), None)
    if apart is not None:
        message = (
            f"Runs that are blended lie beside the blend, and {apart.folder} does not. Train all of them without a "
        )
        raise WorkbenchError(message + "folder, or give each a folder beside the others.")
    return found


def _existing(folder: Path, fold: Fold, asked: dict[str, Any], changes: list[Change]) -> RunFolder | None:
    """The run that is in a folder already, None where there is none.

    Raises
    ------
    WorkbenchError
        If it is another one.
    """
    if not (folder / "run.json").exists():
        return None
    run = RunFolder.open(folder)
    whole = {name: field.default for name, field in RunSpec.model_fields.items() if name in OPTIONS} | asked
    whole["hyperparameters"] = find(asked["algorithm"]).make(asked["hyperparameters"]).model_dump()
    whole["changes"] = changes
    for name in run.spec.from_data:  # whatever follows from the data is as nobody chose it
        if name in ("patience", "threads") and name not in asked:
            whole[name] = getattr(run.spec, name)
        elif name in whole["hyperparameters"] and name not in asked["hyperparameters"]:
            whole["hyperparameters"][name] = run.spec.hyperparameters[name]
    other = [name.replace("_", " ") for name, value in whole.items() if getattr(run.spec, name) != value]
    other += ["data"] if run.data_identity != fold.data.hash and "filters" not in other else []
    if other:
        message = (
            f"{folder} already holds a run, and not this one: it differs in {', '.join(other)}. Name another folder."
        )
        raise WorkbenchError(message)
    return run


def _new(folder: Path, fold: Fold, asked: dict[str, Any], changes: list[Change], members: list[Run]) -> RunFolder:
    """A new run in a folder, and its data where that lies elsewhere."""
    reason = find(asked["algorithm"]).unsuited(fold.data.interactions)
    if reason:
        raise WorkbenchError(reason)
    with new_folder(folder) as inside:
        data = members[0].opened.data_folder if members else _data_folder(folder, inside, fold)
        run = RunFolder.create(folder, data, **asked)
        if run.data_identity != fold.data.hash:
            raise WorkbenchError("The runs to blend were trained on other data than this. Blend runs of the same fold.")
        for change in changes:
            run.note_change(change)
    return run


def _data_folder(folder: Path, inside: Path, fold: Fold) -> Path:
    """The data of a run lies in its project or in the run itself; from elsewhere it is copied."""
    data = fold.data
    project = folder.resolve().parent.parent
    if data.folder.resolve().is_relative_to(project):
        return data.folder
    copy = data.place.data_folder() if project == data.place.folder.resolve() else inside
    if not copy.exists():
        with whole_folder(copy) as part:
            shutil.copytree(data.folder, part, copy_function=link_or_copy, dirs_exist_ok=True)
            share_files(part, copy)
    return copy
