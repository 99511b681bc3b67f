"""The machines of an engine, looked at: what they are, and whether they see the same folder."""

import os
import secrets
import time
from pathlib import Path

from workbench.control import Control
from workbench.jobs.job import Json, job

MARK = "seen-by-all"


@job("about_machine", title="Looking at a machine", lane="background", silent=True)
def about_machine(control: Control, mark: str | None = None) -> Json:
    """What the machine is that does this job; `mark` is a file, of which it gives what it reads there."""
    import platform
    from contextlib import suppress

    import psutil

    from workbench.engine.engine import cores
    from workbench.training.run import package_versions
    from workbench.version import __version__

    read = None
    if mark is not None:
        with suppress(OSError):
            read = Path(mark).read_text(encoding="ascii", errors="replace")
    return {
        "host": platform.node(),
        "cores": cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "versions": {"workbench": __version__, **package_versions()},
        "mark": read,
    }


@job("try_engine", title="Trying the machines", lane="background")
def try_engine(engine: str, control: Control, folder: str | None = None) -> Json:
    """Ask each machine of an engine what it is.

    Gives ``machines``, each with ``where``, ``host``, ``cores``, ``memory_bytes``, ``versions``, ``alike`` (whether its
    versions are those of this machine) and ``sees`` (whether it sees `folder`; None without one); ``seconds``; and for Ray
    ``token_file``, which all of them need.
    """
    from workbench.engine import open_engine
    from workbench.engine.ray import token_file
    from workbench.owned import discard, owned

    started, said = time.perf_counter(), secrets.token_hex(8)
    mark = None if folder is None else owned(Path(folder).absolute() / MARK)
    try:
        if mark is not None:
            mark.write_text(said, encoding="ascii")
        with open_engine(engine) as machines:
            asked = {"mark": None if mark is None else str(mark)}
            found = [done.value | {"where": done.where} for done in machines.everywhere("about_machine", asked)]
    finally:
        if mark is not None:
            discard(mark)
    mine = about_machine(control)["versions"]
    for machine in found:
        read = machine.pop("mark")
        machine |= {"sees": None if mark is None else read == said, "alike": machine["versions"] == mine}
    told: Json = {"machines": found, "seconds": round(time.perf_counter() - started, 3)}
    token = token_file()
    shown = engine.startswith("ray") and os.access(token, os.R_OK)
    return told | ({"token_file": str(token)} if shown else {})
