"""A blend refers to other runs by their names: they lie beside it, so that all of them move together."""

from pathlib import Path
from typing import Any

from workbench.algorithms import Algorithm
from workbench.algorithms.blend import Blend
from workbench.errors import WorkbenchError
from workbench.training.run import KEPT, Run, RunSpec


def named(folder: Path, runs: str) -> list[str]:
    """Names of the folders beside `folder` that a person means by names or paths between commas.

    Raises
    ------
    WorkbenchError
        If there are fewer than two, or if one lies elsewhere.
    """
    found = []
    for one in filter(None, (part.strip() for part in runs.split(","))):
        path = Path(one)
        if path.name in ("", "..") or (len(path.parts) > 1 and path.parent.resolve() != folder.parent.resolve()):
            message = (
                f"Runs that are blended lie beside the blend, in {folder.parent}; '{one}' does not. Move it there."
            )
            raise WorkbenchError(message)
        found.append(path.name)
    found = list(dict.fromkeys(found))
    if len(found) < 2:  # noqa: PLR2004 - two
        message = "A blend needs two trained runs at least. Name them with commas between them (runs=ease,content)."
        raise WorkbenchError(message)
    return found


def members(folder: Path, runs: str) -> list[Run]:
    """Open the runs that the blend in `folder` refers to; raises WorkbenchError where one is gone or has no model."""
    found = []
    for name in named(folder, runs):
        place = folder.parent / name
        if not (place / "run.json").exists():
            message = (
                f"The run '{name}', which the blend {folder.name} refers to, is not in {folder.parent} (any more). "
            )
            raise WorkbenchError(message + "Put it back, or train a blend of other runs.")
        run = Run.open(place)
        if run.status()["state"] not in KEPT or not (place / "model.safetensors").exists():
            raise WorkbenchError(f"The run '{name}' has no model to blend yet. Train it to its end first.")
        found.append(run)
    return found


def check(folder: Path, spec: RunSpec) -> None:
    """Refuse to blend runs that learned from something else than `spec` says, and write their names into it."""
    spec.hyperparameters["runs"] = ",".join(named(folder, spec.hyperparameters["runs"]))
    for run in members(folder, spec.hyperparameters["runs"]):
        for key, what in (
            ("data_hash", "data"),
            ("filters", "filters"),
            ("split", "split"),
            ("split_settings", "split"),
        ):
            if getattr(run.spec, key) != getattr(spec, key):
                message = (
                    f"The run '{run.name}' was trained with another {what.removesuffix('s')}, so its figures mean "
                )
                raise WorkbenchError(message + "something else here. Blend runs of the same data, filters and split.")


def join(run: Run, algorithm: Algorithm, *, learns: bool = False) -> None:
    """Give a blend its members; anything else is left as it is."""
    if isinstance(algorithm, Blend):
        found = [one.trained_algorithm() for one in members(run.folder, algorithm.runs)]
        algorithm.join(found, run.fold.validation if learns else None)


def create(folder: Path, hyperparameters: dict[str, Any], **options: Any) -> Run:
    """Write a new blend with the data, the filters and the split of the first run that it names (see `Run.create`)."""
    first = members(folder, str(hyperparameters.get("runs") or ""))[0]
    return Run.create(
        folder,
        first.data_folder,
        Blend.name,
        hyperparameters,
        first.spec.split,
        first.spec.split_settings,
        filters=first.spec.filters,
        **options,
    )
