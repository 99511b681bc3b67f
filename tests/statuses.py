"""Puts a run into a state without training it."""

import json
import os

from workbench.processes import start_time
from workbench.training.run_status import parse_status
from workbench.training.status import StatusWriter


def set_status(run, state, **fields):
    """Replace the status of a run."""
    status = parse_status(json.dumps({"state": state, **fields}).encode())
    StatusWriter(run.folder, status).write(status.state)


def living(pid=None):
    """Fields of the status of a run that a living process trains: this one, or the one with that number."""
    pid = os.getpid() if pid is None else pid
    return {"pid": pid, "process_started": start_time(pid)}
