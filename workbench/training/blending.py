"""A blend refers to other runs by their names: they lie beside it, so that all of them move together."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.training.run_spec import RunSpec


def named(folder: Path, runs: str) -> list[str]:
    """Names of the folders beside `folder` that a person means by names or paths between commas.

    Raises
    ------
    WorkbenchError
        If there are fewer than two, or if one lies elsewhere.
    """
    found = []
    for name in filter(None, (part.strip() for part in runs.split(","))):
        path = Path(name)
        if path.name in ("", "..") or (len(path.parts) > 1 and path.parent.resolve() != folder.parent.resolve()):
            message = (
                f"Runs that are blended lie beside the blend, in {folder.parent}; '{name}' does not. Move it there."
            )
            raise WorkbenchError(message)
        found.append(path.name)
    found = list(dict.fromkeys(found))
    if len(found) < 2:  # noqa: PLR2004 - two
        message = "A blend needs two trained runs at least. Name them with commas between them (runs=ease,content)."
        raise WorkbenchError(message)
    return found


def check_member(blend: RunSpec, name: str, member: RunSpec) -> None:
    """Refuse to blend a run that learned from something else than the blend says."""
    for key, what in (("data_hash", "data"), ("filters", "filters"), ("split", "split"), ("split_settings", "split")):
        if getattr(member, key) != getattr(blend, key):
            message = f"The run '{name}' was trained with another {what.removesuffix('s')}, so its figures mean "
            raise WorkbenchError(message + "something else here. Blend runs of the same data, filters and split.")
