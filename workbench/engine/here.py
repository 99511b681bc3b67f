"""Processes of this machine: each the program's own worker, driven by lines of JSON."""

import json
import os
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

from workbench.amounts import counted
from workbench.control import Control
from workbench.engine.engine import RETRIES, WORKER, Done, Json, as_lines, cores, who_did
from workbench.errors import WorkbenchError
from workbench.processes import exit_reason

LOOK_SECONDS = 0.2  # between two looks whether the person has cancelled
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Here:
    """Some worker processes, which share the cores of this machine evenly."""

    def __init__(self, processes: int, command: Sequence[str] | None = None) -> None:
        self.processes = processes
        self.command = command or [sys.executable, "-m", WORKER]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left: processes end with the work they were started for."""

    def map(self, job: str, pieces: Sequence[Json], control: Control, *, together: bool = False) -> Iterator[Done]:
        """See `Engine.map`."""
        lines, told, done = as_lines(pieces), SimpleQueue[Any](), Counter[str]()
        shares = [0.0] * len(lines)
        waiting = deque(enumerate(lines))
        number, tries = (len(lines), 1) if together else (min(self.processes, len(lines)), 1 + RETRIES)
        environment = {**os.environ, **dict.fromkeys(POOLS, str(max(1, cores() // max(1, number))))}
        workers = [_Worker(self.command, environment, _Work(job, waiting, told, tries)) for _ in range(number)]
        try:
            for worker in workers:
                worker.thread.start()
            while sum(done.values()) < len(lines):
                control.check()
                try:
                    news = told.get(timeout=LOOK_SECONDS)
                except Empty:
                    continue
                if isinstance(news, WorkbenchError):
                    raise news
                if isinstance(news, Done):
                    done[news.where] += 1
                    shares[news.number] = 1.0
                    yield news
                else:
                    shares[news[0]] = news[1]
                control.progress(sum(shares) / len(shares), who_did(done, len(lines)))
        finally:
            waiting.clear()
            for worker in workers:
                worker.end()

    def everywhere(self, job: str, arguments: Json) -> Iterator[Done]:
        """See `Engine.everywhere`."""
        yield from self.map(job, [arguments], Control())


class _LostError(Exception):
    """The process has ended before the piece was done."""


@dataclass(frozen=True)
class _Work:
    """What is to be done, by whoever is free first, and where it is told."""

    job: str
    waiting: deque[tuple[int, str]]
    told: SimpleQueue[Any]
    tries: int


class _Worker:
    """One process, and the thread that gives it one piece after another."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], work: _Work) -> None:
        self._command, self._environment, self._work = command, environment, work
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self.thread = Thread(target=self._go_on, daemon=True)

    def end(self) -> None:
        """End the process, whatever it does, and the thread with it."""
        self._ended, process = True, self._process
        if process is not None:
            process.kill()
        if self.thread.ident is not None:
            self.thread.join()

    def _go_on(self) -> None:
        try:
            while self._work.waiting and not self._ended:
                try:
                    number, line = self._work.waiting.popleft()
                except IndexError:  # another one was faster
                    break
                self._work.told.put(self._done(number, line))
        except (WorkbenchError, OSError) as error:
            told = error if isinstance(error, WorkbenchError) else WorkbenchError(f"No process could start: {error}.")
            self._work.told.put(told)
        finally:
            self._close()

    def _done(self, number: int, line: str) -> Done:
        for _ in range(self._work.tries):
            try:
                return self._ask(number, line)
            except (_LostError, BrokenPipeError):
                code = self._close()
                if self._ended:
                    break
        reason = exit_reason(code)
        times = counted(self._work.tries, "time")
        raise WorkbenchError(
            f"Part {number + 1} was begun {times}, and its process ended before it was done: {reason}."
        )

    def _ask(self, number: int, line: str) -> Done:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f'{{"id": {number}, "job": {json.dumps(self._work.job)}, "args": {line}}}\n'.encode())
        process.stdin.flush()
        parts: dict[str, list[Any]] = {}
        for answer in process.stdout:
            message = json.loads(answer)
            event = message["event"]
            if event == "progress":
                self._work.told.put((number, message["fraction"]))
            elif event == "part":
                parts.setdefault(message["name"], []).extend(message["values"])
            elif event == "done":
                value = message["result"]
                return Done(number, value | parts if parts else value, f"process {process.pid}")
            elif event == "failed":
                raise _failure(message)
        raise _LostError

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
            )
            if self._ended:  # while it was started
                self._process.kill()
        return self._process

    def _close(self) -> int | None:
        """End the process if it is there; returns how it ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        with process:  # closes its pipes, and waits
            return process.wait()


def _failure(message: Json) -> WorkbenchError:
    error = WorkbenchError(message["sentence"])
    error.add_note(message.get("details", ""))
    return error
