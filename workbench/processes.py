"""Whether a process that is named in a file still runs, how one ended, and whether this one has room to work."""

import math
import mmap
import signal
from typing import Any

from workbench.errors import WorkbenchError

# Two readings of one start time may differ by this much after the system's clock was set; a number of a process is not
# given to another one so soon.
CLOCK_SECONDS = 2.0
# Below this some libraries end the process instead of failing. Measured on two cores, with limits above the start: crashes
# at 200 and 400 MB, a MemoryError or its like at 700 MB and 1.5 GB, no failure at 2.5 GB.
LEAST_BYTES = 2**30


def start_time(pid: int) -> float | None:
    """When a living process started, seconds since 1970; None where there is no such process.

    A zombie, which has ended and waits for its parent to ask how, counts as no process.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except (psutil.Error, ValueError, OverflowError):  # the latter two for numbers that no process can have
        return None


def is_alive(pid: Any, started: Any) -> bool:
    """Whether the process with this number that started at this time still runs.

    Parameters
    ----------
    pid, started
        As they were read from a file, which may hold anything: what is no number of a process and no time is not alive.
        The time is needed because the system gives a number to another process when the first one has ended.
    """
    if not isinstance(pid, int) or isinstance(pid, bool) or not isinstance(started, int | float) or pid <= 0:
        return False
    found = start_time(pid)
    return found is not None and math.isclose(found, started, rel_tol=0, abs_tol=CLOCK_SECONDS)


def exit_reason(code: int | None) -> str:
    """How a process ended, in words, from its exit status; None where that is not known."""
    if code is None:
        return "the reason is not known"
    if code >= 0:
        return f"it ended with status {code}"
    if code == -int(getattr(signal, "SIGKILL", 9)):
        return "it was killed by signal 9, perhaps because memory ran out"
    names = {int(signal.SIGTERM): "was terminated", int(getattr(signal, "SIGSEGV", 11)): "crashed in compiled code"}
    return f"it {names.get(-code, 'was ended')} by signal {-code}"


def check_room() -> None:
    """Raise WorkbenchError where a limit of the system (``ulimit -v``) leaves this process too little memory.

    Reading a small file takes some tens of megabytes; what is asked for here is mostly addresses, which the libraries
    reserve for their threads.
    """
    try:
        import resource
    except ImportError:  # no such limits there
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    try:
        mmap.mmap(-1, LEAST_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except (OSError, MemoryError) as error:
        message = (
            f"There is not enough memory: this process may have {limit / 1e9:.1f} GB of it in all (ulimit -v), and "
        )
        raise WorkbenchError(f"{message}needs {LEAST_BYTES / 1e9:.1f} GB more than now. Raise that limit.") from error
