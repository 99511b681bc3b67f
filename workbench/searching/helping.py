"""Several processes at work on one search: one leads, the others end with it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.control import Control
from workbench.errors import Cancelled
from workbench.processes import is_alive, start_time
from workbench.project import log_folder
from workbench.searching.search_folder import Search
from workbench.training.standby import close_input, start_apart


@contextmanager
def helpers(search: Search) -> "Iterator[list[subprocess.Popen[str]]]":
    """Other processes that work on the same search; they end with the block, each after its trial where that ends well."""
    command = [sys.executable, "-m", "workbench.worker", "--trials", str(search.folder.resolve()), str(os.getpid())]
    found = [start_apart(command, log_folder() / "search.log") for _ in range(search.spec.workers - 1)]
    try:
        yield found
    except BaseException:
        search.stop()
        raise
    finally:
        for process in found:
            process.wait()
            close_input(process)


class Leader(Control):
    """Ends a helper whose leader has ended."""

    def __init__(self, pid: int) -> None:
        self.pid, self.started, self._next = pid, start_time(pid), 0.0

    def check(self) -> None:
        """Look once a second whether the leader runs."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 1
            if not is_alive(self.pid, self.started):
                raise Cancelled
