"""The run folder: what was asked, what happened, what came out.

========================  =========================================================================================
``run.json``              what was asked: algorithm, hyperparameters, data, split, seed, device, threads, versions
``status.json``           where it stands: state, process, epoch, time left, memory
``control.json``          what the person wants of it: pause, resume, stop, cancel; ``adjust.json``: another learning rate
``records.jsonl``         what happened, one object for each record
``checkpoint.safetensors``  the last finished epoch, to go on from
``model.safetensors``     the result
``evaluation.json``       metrics with their protocol; ``users.parquet`` has them for each user, ``lists.npy`` their lists
``log.txt``               the story in words, and the details of a failure
========================  =========================================================================================
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.stored import LaterVersionError, read_stored
from workbench.training.run_notes import FILE as NOTES
from workbench.training.run_spec import RunSpec
from workbench.training.run_status import FILE as STATUS

# What is written into the folder of a run while it trains, is tested and looked into.
WRITTEN = (
    *(STATUS, "records.jsonl", "checkpoint.safetensors", "best.safetensors", "model.safetensors", "log.txt"),
    *("control.json", "adjust.json", "evaluation.json", "users.parquet", "lists.npy", "opened.json", NOTES),
    *("faithfulness.json", "map.npy"),
)


def new_run_name(algorithm: str) -> str:
    """A name for a run folder that sorts by time, such as ``2026-05-01T10-32-07-ease-3f2a``."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{algorithm}-{secrets.token_hex(2)}"


def refuse_taken(folder: Path) -> None:
    """Raise WorkbenchError where a folder holds a run already, or a file whose name a run would write."""
    taken = next((name for name in ("run.json", *WRITTEN) if os.path.lexists(folder / name)), None)
    if taken == "run.json" and _is_run(folder):
        message = (
            f"{folder} already holds a run. Go on with it (workbench train --run {folder}), or name another folder."
        )
        raise WorkbenchError(message)
    if taken is not None:
        message = f"{folder} already holds something else ({taken}). Name another folder; nothing was changed."
        raise WorkbenchError(message)


def _is_run(folder: Path) -> bool:
    """Whether a ``run.json`` is that of a run, and not another program's; raises LaterVersionError for a later version."""
    try:
        read_stored(RunSpec, folder / "run.json")
    except LaterVersionError:
        raise
    except WorkbenchError:
        return False
    return True
