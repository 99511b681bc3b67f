"""How many threads the steps of a neural training take least time with, measured for a moment before it begins.

Small steps are quickest with one thread: to wake a second one takes longer than what it does. Large ones are not, and
which are large depends on the machine. The number that was found stands in the run like one that was asked for: a training
that is taken up again has the same, and so have the same bits.
"""

import os
import time
from collections.abc import Callable, Iterator

import numpy as np

from workbench.algorithms import Algorithm, Record
from workbench.data.interactions import Interactions

# Training on fewer interactions has ended before it pays to measure.
FEW_INTERACTIONS = 50_000
# Interactions that steps are tried on: of the rest a step sees nothing.
TRIED_INTERACTIONS = 200_000
SECONDS = 0.5  # for all that is tried
# Steps that take less are left to one thread.
SMALL_SECONDS = 0.005
# More threads are taken where a step takes at most this share of its time.
GAIN = 0.8
SLOW = 3  # times as long as with fewer threads: whatever else the processor does, more are not tried


def is_measured(algorithm: Algorithm, data: Interactions, device: str, cores: int | None = None) -> bool:
    """Whether there is something to find out."""
    cores = cores or os.cpu_count() or 1
    known = not algorithm.uses_torch or not algorithm.iterative or algorithm.best_threads != 1
    return not known and device == "cpu" and cores > 1 and len(data) >= FEW_INTERACTIONS


def quickest(make: Callable[[], Algorithm], data: Interactions, seed: int, cores: int | None = None) -> tuple[int, str]:
    """The number of threads, and why.

    Parameters
    ----------
    make
        Gives a fresh algorithm: what it learns meanwhile is thrown away.
    """
    import torch

    most = cores or os.cpu_count() or 1
    numbers = [1 << power for power in range(most.bit_length())]
    part = data if len(data) <= TRIED_INTERACTIONS else data.take(np.arange(TRIED_INTERACTIONS))
    before, steps = torch.get_num_threads(), make().train(part, seed)
    best, took = 1, dict[int, float]()
    try:
        for number in numbers:
            torch.set_num_threads(number)
            took[number] = _step(steps, SECONDS / len(numbers), SLOW * took.get(best, np.inf))
            if number > 1 and not took[number] <= GAIN * took[best]:
                break
            best = number
            if not SMALL_SECONDS <= took[number] < np.inf:
                break
    finally:
        torch.set_num_threads(before)
    told = ", ".join(f"{number}: {1000 * seconds:.3g} ms" for number, seconds in took.items())
    return best, f"a step takes, by threads, {told}"


def _step(steps: Iterator[Record], seconds: float, most: float) -> float:
    """Seconds of the quickest of some steps, which others' work has disturbed least; the first one wakes the threads.

    If even that takes more than `most` seconds, it is the only one.
    """
    until, least, first = time.perf_counter() + seconds, np.inf, True
    while least == np.inf or time.perf_counter() < until:
        began = time.perf_counter()
        if next(steps, None) is None:
            break
        took = time.perf_counter() - began
        if first and took <= most:
            first = False
            continue
        least = min(least, took)
        if first:
            break
    return least
