"""What comes next is made ready in a thread of its own while the present is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")


def prefetched(things: Iterator[Thing]) -> Generator[Thing, None, None]:
    """The same things in the same order, each begun before the one in front of it is done with.

    What `things` raises is raised in its turn. Close it where it is left early: then the thread is waited for.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(list, _one(things))
        while found := coming.result():
            coming = pool.submit(list, _one(things))
            yield found[0]


def _one(things: Iterator[Thing]) -> Iterator[Thing]:
    """The next thing, or nothing."""
    for thing in things:
        yield thing
        return
