"""A process that has loaded what training needs and waits to be told which run to do.

It owns that run, or that search, and outlives whoever told it: the window, or the process that goes on with the queue of a
project.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal


class Standby:
    """A process that has imported everything training needs and waits to be told which run to do."""

    def __init__(self, command: list[str] | None = None, log: Path | None = None) -> None:
        self._command = command or [sys.executable, "-m", "workbench.worker", "--standby"]
        self._log = log
        self._waiting: subprocess.Popen[str] | None = None
        self._used: list[subprocess.Popen[str]] = []

    @property
    def pid(self) -> int | None:
        """Process id of the one that waits; None where none does."""
        return self._waiting.pid if self._waiting is not None and self._waiting.poll() is None else None

    def prepare(self) -> "subprocess.Popen[str]":
        """Start one where none waits."""
        self.reap()
        if self._waiting is None or self._waiting.poll() is not None:
            self.close()  # one that died waiting
            self._waiting = self._begin()
        return self._waiting

    def reap(self) -> None:
        """Let go of processes that have ended."""
        self._used = [process for process in self._used if process.poll() is None]

    def start(
        self, folder: Path, hand_over: Callable[[int], object], what: Literal["run", "search"] = "run"
    ) -> "subprocess.Popen[str]":
        """Tell the waiting process to do the run or the search in `folder`; the caller prepares the next one when it suits.

        Parameters
        ----------
        hand_over
            Is called with the process's number before it is told; where that raises, it is not told and goes on waiting.

        Raises
        ------
        OSError
            If no process could be started.
        """
        line = json.dumps({what: str(folder)}) + "\n"
        process = self.prepare()
        hand_over(process.pid)
        self._waiting = None
        try:
            _tell(process, line)
        except OSError:  # It ended while it waited.
            process.wait()
            process = self._begin()
            hand_over(process.pid)
            _tell(process, line)
        self._used.append(process)
        return process

    def close(self) -> None:
        """End the waiting process. Those that train go on."""
        process, self._waiting = self._waiting, None
        if process is not None:
            process.kill()
            process.wait()
            close_input(process)

    def _begin(self) -> "subprocess.Popen[str]":
        return start_apart(self._command, self._log)


def start_apart(command: list[str], log: Path | None = None) -> "subprocess.Popen[str]":
    """Start a process that outlives this one; it may be told one thing. Its errors go to the end of `log`."""
    errors = log.open("a", encoding="utf-8") if log is not None else None
    apart: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        names = ("CREATE_NEW_PROCESS_GROUP", "DETACHED_PROCESS")
        apart = {"creationflags": getattr(subprocess, names[0]) | getattr(subprocess, names[1])}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors if errors is not None else subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            **apart,
        )
    finally:
        if errors is not None:
            errors.close()


def hand_over(folder: Path, pid: int) -> None:
    """Write down that a run is a process's from now on, before it knows: so nobody else takes it up meanwhile."""
    from workbench.training.run import Run

    Run.open(folder).take(pid)


def close_input(process: "subprocess.Popen[str]") -> None:
    """Say nothing more to a process."""
    if process.stdin is not None:
        process.stdin.close()


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None, "it is a pipe"
    process.stdin.write(line)
    process.stdin.close()  # It flushes; nothing more is ever said.
