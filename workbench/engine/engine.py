"""What an engine is."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from workbench.control import Control

Json = dict[str, Any]
RETRIES = 2
"""How often a piece is done again whose process or machine was lost."""
# The module that does jobs. It is started by its name and not imported, so that a job may ask an engine for others.
WORKER = "workbench.worker"


@dataclass(frozen=True)
class Done:
    """A piece of work that is done.

    Attributes
    ----------
    number
        Its place among the pieces that were asked for.
    value
        What the job gave.
    where
        Who did it, in words.
    """

    number: int
    value: Any
    where: str


class Engine(Protocol):
    """Does jobs; a context manager, which lets go of its machines at the end."""

    def map(self, job: str, pieces: Sequence[Json], control: Control, *, together: bool = False) -> Iterator[Done]:
        """Do a job once for each piece, its arguments; gives each result as it comes, in any order.

        A piece whose process or machine is lost is done again, `RETRIES` times at most: a job must not mind that. What
        is still at work when the iterator is closed is ended.

        Parameters
        ----------
        together
            Whether the pieces speak with one another: then all are done at the same time, and none is done again.

        Raises
        ------
        WorkbenchError
            If the job fails, a piece was lost too often, or there is no room for all together.
        """

    def everywhere(self, job: str, arguments: Json) -> Iterator[Done]:
        """Do a job once on each machine."""

    def __enter__(self) -> Self:
        """Use the machines."""

    def __exit__(self, *_: object) -> None:
        """Let go of the machines."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def as_lines(pieces: Iterable[Json]) -> list[str]:
    """The arguments of each piece as JSON; raises TypeError or ValueError where one has what is no plain value."""
    return [json.dumps(piece, allow_nan=False) for piece in pieces]


def who_did(done: Counter[str], number: int) -> str:
    """How many of the pieces each has done, in words that follow a share."""
    return f"{number} parts" + (": " + ", ".join(f"{n} by {who}" for who, n in sorted(done.items())) if done else "")
