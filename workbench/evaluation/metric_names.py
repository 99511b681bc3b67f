"""Metrics as a person names them: in any letters, with or without a cutoff."""

from collections.abc import Sequence

from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.metrics import all_metrics


def named_metrics(asked: Sequence[str] | None) -> tuple[list[str] | None, list[int]]:
    """Names without cutoffs, and the cutoffs that stood in them as in ``ndcg@10``."""
    if asked is None:
        return None, []
    parts = [_parts(name) for name in asked]
    return list(dict.fromkeys(name for name, _ in parts)), [k for _, k in parts if k]


def metric_key(asked: str) -> str:
    """One metric as results name it, such as ``ndcg@10``.

    Raises
    ------
    WorkbenchError
        If there is no such metric, or it has a cutoff that is not named, or none.
    """
    name, k = _parts(asked)
    known = all_metrics()
    if name not in known:
        raise WorkbenchError(nearest("metric", name, list(known)))
    if known[name].cut and not k:
        raise WorkbenchError(f"{known[name].title} looks at the beginning of a list. Say how far, as in {name}@10.")
    if k and not known[name].cut:
        raise WorkbenchError(f"{known[name].title} has no cutoff. Write {name}.")
    return f"{name}@{k}" if k else name


def _parts(asked: str) -> tuple[str, int]:
    """The name in small letters, and the cutoff; 0 where there is none."""
    name, at, cutoff = asked.strip().partition("@")
    if at and not (cutoff.isascii() and cutoff.isdecimal() and int(cutoff)):
        raise WorkbenchError(f"The cutoff of {asked} is not a whole number from 1 up. Write for example ndcg@10.")
    return name.lower(), int(cutoff) if at else 0
