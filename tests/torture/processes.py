"""Attacks in processes of their own, so that a case which crashes compiled code is told, and the others go on."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

AT_ONCE = 100  # cases of one process
Ended = tuple[str, int, str]
"""What a case ended in ("well", "told", "FAULT", "CRASH"), its number, and what was said."""


def tell(*line: Any) -> None:
    """Write a line for the process that waits for it."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def in_processes(command: list[str], numbers: list[int], describe: Callable[[int], str]) -> Iterator[Ended]:
    """Try cases; what went wrong is written to standard error at once.

    Parameters
    ----------
    command
        Given the numbers of cases, it tells of each: "begin", then what it ended in.
    describe
        A case by its number, in words.
    """
    left = list(numbers)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    while left:
        line = [*command, ",".join(map(str, left[:AT_ONCE]))]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as process:
            begun = None
            for text in process.stdout:
                what, number, told = json.loads(text)
                begun = number if what == "begin" else None
                if what != "begin":
                    left.remove(number)
                    yield what, number, told
                    if what == "FAULT":
                        sys.stderr.write(f"FAULT {told}\n")
        if begun is not None:
            left.remove(begun)
            name = signal.Signals(-process.returncode).name if process.returncode < 0 else f"exit {process.returncode}"
            told = f"{describe(begun)}: the process ended with {name}"
            sys.stderr.write(f"CRASH {told}\n")
            yield "CRASH", begun, told
        elif process.returncode:
            raise SystemExit(f"the attack itself failed with {process.returncode}")


def sum_up(ended: list[Ended], what: str) -> int:
    """Say how many cases ended how; returns 1 where something went wrong."""
    found = Counter(how for how, _, _ in ended)
    sys.stdout.write(f"{len(ended)} {what}: {dict(found)}\n")
    return 1 if found["FAULT"] or found["CRASH"] else 0
