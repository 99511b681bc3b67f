"""A session as a Python script: import, filters, split, training, test. Its numbers are those of the session."""

from collections.abc import Sequence
from pathlib import Path
from pprint import pformat
from typing import Any

from workbench.algorithms.hybrid.blend import Blend
from workbench.errors import WorkbenchError
from workbench.export.tables import check_folder
from workbench.files import read_json, whole_file
from workbench.training.run import KEPT, Run
from workbench.version import __version__

FURTHER = ("items", "users", "vectors", "pictures")

SCRIPT = '''\
"""The runs of a session of Recommender Workbench, once more: import, filters, split, training and test.

Run it with a Python that has the package `workbench`. It writes into the folder `session` beside this file; what is there
already is taken as it is. The same files, version and processor give the same numbers.
"""

import sys
from pathlib import Path

from workbench.data.importing.importer import Recipe, import_file
from workbench.files import read_json
from workbench.training.evaluating import evaluate_run
from workbench.training.run import Change, Run
from workbench.training.train import train_run

VERSION = {version!r}
FOLDER = Path(__file__).resolve().parent / "session"

# How the files were read. Change the paths where the files lie elsewhere now.
SOURCES = {sources}
FURTHER = {further}
RECIPE = {recipe}
DATA_HASH = {hash!r}

# The runs: what was asked of each, what was changed while it trained, and how it was tested.
RUNS = {runs}


def imported():
    """The data folder."""
    data = FOLDER / "data" / "imported"
    if not (data / "data.json").exists():
        sources = {{name: Path(path) for name, path in SOURCES.items()}}
        further = {{name: Path(path) for name, path in FURTHER.items()}}
        import_file(sources.get("all", sources), data, Recipe(**RECIPE), **further)
    if read_json(data / "data.json")["hash"] != DATA_HASH:
        sys.exit("The files are not those of the session, so the numbers will not be the same. Choose the right files.")
    return data


def tested(data, name, asked, changes, test):
    """What the test of a run finds."""
    folder = FOLDER / "runs" / name
    if not (folder / "run.json").exists():
        run = Run.create(folder, data, **asked)
        for change in changes:
            run.note_change(Change(**change))
    if not (folder / "model.safetensors").exists():
        train_run(folder)
    return evaluate_run(Run.open(folder), **test)


def main():
    """Train and test everything, and print the means."""
    data = imported()
    for run in RUNS:
        answer = tested(data, **run)
        print(run["name"])
        for metric, value in answer["metrics"].items():
            print(f"  {{metric:<24}} {{value['mean']:.6f}}")


if __name__ == "__main__":
    main()
'''


def write_script(output: Path, runs: Sequence[Run]) -> list[str]:
    """Write a script that trains and tests `runs` again, which must be of the same data; returns what they are called."""
    check_folder(output)
    text, every = script(runs), with_members(runs)
    with whole_file(output) as part:
        part.write_text(text, encoding="utf-8")
    return [run.name for run in every]


def script(runs: Sequence[Run]) -> str:
    """The text of the script.

    Runs that a blend refers to are trained too, before it. What was changed while a run trained, and more epochs that it
    was given later, happen at the same place again.

    Raises
    ------
    WorkbenchError
        If there is no run, they are of different data, one was tested with sampled candidates or has no model, or it is not
        known from which file the data came.
    """
    if not runs:
        raise WorkbenchError("A script needs at least one run. Train one first.")
    if len({run.spec.data_hash for run in runs}) > 1:
        raise WorkbenchError("These runs are of different data. Choose runs of the same data for one script.")
    about = read_json(runs[0].data_folder / "data.json")
    if not about.get("source") or not about.get("recipe"):
        raise WorkbenchError("It is not known from which file the data came, so no script can read it again.")
    further = {name: _absolute(about[name]["source"]) for name in FURTHER if (about.get(name) or {}).get("source")}
    return SCRIPT.format(
        version=__version__,
        sources=_written({name: _absolute(one["path"]) for name, one in about["source"].items()}),
        further=_written(further),
        recipe=_written(about["recipe"]),
        hash=about["hash"],
        runs=_written([_asked(run) for run in with_members(runs)]),
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
            found |= {one.folder: one for one in _members(run)}
        found[run.folder] = run
    return list(found.values())


def _members(blend: Run) -> list[Run]:
    """Runs that a blend refers to, as they were when it was made."""
    found = with_members(blend.members())
    for run in found:
        if run.status().get("at", "") > blend.status().get("at", ""):
            told = (
                f"The run {run.name} was trained on after {blend.name} had blended it, so its old model is not known. "
            )
            raise WorkbenchError(told + "Train a new blend, or leave this one out.")
    return found


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _written(value: Any) -> str:
    return pformat(value, width=110, sort_dicts=False)


def _asked(run: Run) -> dict[str, Any]:
    spec, status = run.spec, run.status()
    hyperparameters = dict(spec.hyperparameters)
    if status.get("state") not in KEPT:
        raise WorkbenchError(
            f"The run {run.name} has no model, so it has no numbers. Train it to its end, or leave it out."
        )
    if status["state"] == "stopped" and "epochs" in hyperparameters:  # by a person, after so many
        if not status.get("epoch"):
            told = (
                f"The run {run.name} was stopped within its first epoch, and a script cannot stop at the same moment. "
            )
            raise WorkbenchError(told + "Leave it out, or train it again.")
        hyperparameters["epochs"] = int(status["epoch"])
    return {
        "name": run.name,
        "asked": {
            "algorithm": spec.algorithm,
            "hyperparameters": hyperparameters,
            "split": spec.split,
            "split_settings": spec.split_settings,
            "filters": spec.filters,
            "seed": spec.seed,
            "device": spec.device,
            "threads": spec.threads,
            "patience": spec.patience,
            "validation_users": spec.validation_users,
        },
        # That epochs were added is told too: it was a new chance for a run that had stopped by itself.
        "changes": [one.model_dump() for one in spec.changes],
        "test": _test(run),
    }


def _test(run: Run) -> dict[str, Any]:
    """How it was tested; as usual where it was not."""
    path = run.folder / "evaluation.json"
    if not path.exists():
        return {}
    answer = read_json(path)
    protocol = answer["protocol"]
    if protocol.get("sampled"):  # which candidates were drawn is kept in words only
        told = f"The run {run.name} was tested with candidates drawn by chance, which a script cannot draw again. "
        raise WorkbenchError(told + "Test it over all items first.")
    known = {
        "metrics": list(dict.fromkeys(one.partition("@")[0] for one in answer["metrics"])),
        "cutoffs": protocol.get("cutoffs"),
        "relevant_from": protocol.get("relevant_from"),
        "variants": protocol.get("definitions"),
        "like": protocol.get("as", "").lower() or None,
    }
    return {name: value for name, value in known.items() if value}
