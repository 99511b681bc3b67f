"""Vectors of items from what people have: pictures, texts, sounds. One file, one encoder.

An encoder says what it reads and makes a row of numbers for each item; `base.vectors_file` writes them as an import of
vectors reads them. To add one, add a file with one subclass of `Encoder` to this folder; `sounds.py` is a good page to
start from. The command line reads what the class declares. ``base`` holds what encoders share. Nothing is fetched from
anywhere.
"""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.declaring import explain
from workbench.discovery import declared_in
from workbench.encoding.base.encoder import Encoded, Encoder
from workbench.errors import WorkbenchError

__all__ = ["Encoded", "Encoder", "all_encoders", "encoder_for"]


@cache
def all_encoders() -> dict[str, type[Encoder]]:
    """Every encoder by name, the usual ones first."""
    found = declared_in(__name__, __path__, Encoder)
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


def encoder_for(reads: str, model: Path | None, settings: dict[str, Any]) -> Encoder:
    """The encoder of what is read, with a model of a person's own where there is one.

    Parameters
    ----------
    reads
        ``pictures``, ``texts`` or ``sounds``.

    Raises
    ------
    WorkbenchError
        If there is no such encoder or a setting is missing, unknown or out of its range.
    """
    fitting = [
        kind for kind in all_encoders().values() if kind.reads == reads and (kind.model is None) == (model is None)
    ]
    if not fitting:
        raise WorkbenchError(f"No encoder of {reads} runs a model. Leave the model out.")
    kind = fitting[0]
    own = {} if model is None else {"encoder": model}
    try:
        return kind(**settings, **own)
    except ValidationError as error:
        raise WorkbenchError(explain(error, kind.title, kind)) from error
