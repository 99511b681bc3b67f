"""How a job is declared: once, beside the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Lane = Literal["background", "interactive", "measuring"]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Job:
    """A job, where it is done, and what a person is told of it.

    Attributes
    ----------
    title : str
        English; the window translates it.
    lane : {"background", "interactive", "measuring"}
        Each has a worker process of its own, in which one job follows another. Interactive: somebody waits for the answer,
        which takes a moment. Background: it reads or writes a file, or goes through all users. Measuring: it loads torch
        and is ended as soon as something else is asked.
    silent : bool
        Too short to be talked about at the foot of the window.
    gives_way : bool
        It is ended where its process is wanted for something else, and goes on at the next start.
    function : callable
        Takes plain JSON values and `control`, through which it tells its progress; gives plain JSON values.
    """

    name: str
    title: str
    lane: Lane
    function: Function
    silent: bool = False
    gives_way: bool = False


def job(
    name: str, *, title: str, lane: Lane, silent: bool = False, gives_way: bool = False
) -> Callable[[Function], Function]:
    """Declare a function of this folder as a job."""

    def declare(function: Function) -> Function:
        function.job = Job(name, title, lane, function, silent, gives_way)  # type: ignore[attr-defined]
        return function

    return declare
