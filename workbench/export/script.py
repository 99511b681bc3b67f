"""A session as a Python script: import, filters, split, training, test. Its numbers are those of the session.

It is written in the Python interface (`workbench.interface`), and says what was chosen, not what is usual anyway.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.algorithms.hybrid.blend import Blend
from workbench.data.data_file import read_about
from workbench.errors import WorkbenchError
from workbench.export.script_calls import call, fold, list_calls, reading, tests, training, written
from workbench.export.tables import check_folder
from workbench.files import whole_file
from workbench.training.run import Run
from workbench.version import __version__

HEAD = '''\
"""The runs of a session of Recommender Workbench, once more: import, filters, split, training and test.

Run it with a Python that has the package `workbench`. It writes into the folder `session` beside this file; runs that are
there already are taken as they are. The same files, version and processor give the same numbers.
"""

from pathlib import Path

import workbench

FOLDER = Path(__file__).resolve().parent / "session"
if workbench.__version__ != {version}:
    print("The session was made with version", {version}, "of workbench. Another may give other numbers.")

# Change the paths where the files lie elsewhere now.
{reading}
if data.hash != {hash}:
    raise SystemExit("The files are not those of the session, so the numbers will not be the same. Choose the right files.")

{folds}

runs = {{}}
{trainings}

{tests}
{lists}'''


# The name of a run, and what `workbench.interface.Run.recommend_one` is given.
OneList = tuple[str, Mapping[str, Any]]


def write_script(output: Path, runs: Sequence[Run], lists: Sequence[OneList] = ()) -> list[str]:
    """Write a script that trains and tests `runs` again, which must be of the same data; returns what they are called."""
    check_folder(output)
    text, every = script(runs, lists), with_members(runs)
    with whole_file(output) as part:
        part.write_text(text, encoding="utf-8")
    return [run.name for run in every]


def script(runs: Sequence[Run], lists: Sequence[OneList] = ()) -> str:
    """The text of the script, which shows some lists of the runs at its end.

    Runs that a blend refers to are trained too, before it. What was changed while a run trained, and more epochs that it
    was given later, happen at the same place again.

    Raises
    ------
    WorkbenchError
        If there is no run, they are of different data, one has no model, or it is not known from which file the data came.
    """
    if not runs:
        raise WorkbenchError("A script needs at least one run. Train one first.")
    if len({run.spec.data_hash for run in runs}) > 1:
        raise WorkbenchError("These runs are of different data. Choose runs of the same data for one script.")
    about = read_about(runs[0].data_folder)
    if not about.get("source") or not about.get("recipe"):
        raise WorkbenchError("It is not known from which file the data came, so no script can read it again.")
    every = with_members(runs)
    different = list(dict.fromkeys(map(fold, every)))
    folds = {data: f"fold_{at}" if len(different) > 1 else "fold" for at, data in enumerate(different, 1)}
    return HEAD.format(
        version=written(__version__),
        reading=reading(about, runs[0].data_folder),
        hash=written(runs[0].spec.data_hash),
        folds="\n".join(call(name, "workbench.split", arguments) for arguments, name in folds.items()),
        trainings="\n".join(training(run, folds[fold(run)]) for run in every),
        tests="\n".join(tests(every)),
        lists="".join(f"\n{call}\n" for call in list_calls(lists, [run.name for run in every])),
    )


def with_members(runs: Sequence[Run]) -> list[Run]:
    """Runs, oldest first, each once, with those that a blend among them refers to before it.

    Raises
    ------
    WorkbenchError
        If a run that a blend refers to is gone.
    """
    found: dict[Path, Run] = {}
    for run in sorted(runs, key=lambda one: (one.spec.created, one.name)):
        if run.spec.algorithm == Blend.name:
            found |= {member.folder: member for member in _members(run)}
        found[run.folder] = run
    return list(found.values())


def _members(blend: Run) -> list[Run]:
    """Runs that a blend refers to, as they were when it was made."""
    found = with_members(blend.members())
    for run in found:
        if run.status().at > blend.status().at:
            told = (
                f"The run {run.name} was trained on after {blend.name} had blended it, so its old model is not known. "
            )
            raise WorkbenchError(told + "Train a new blend, or leave this one out.")
    return found
