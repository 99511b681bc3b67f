"""What a training will take, told before it starts: measured on a short piece of it, and drawn on.

An algorithm with epochs is started and given up again: how far it came tells how long all of it lasts. One without is
trained on fewer and fewer items, and how its time and memory grow between two sizes tells of the whole.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil

from workbench.algorithms import Algorithm, find
from workbench.control import Control
from workbench.data.filtering import compact
from workbench.data.interactions import Interactions, UserItems
from workbench.data.splitting import make_split
from workbench.errors import WorkbenchError
from workbench.evaluation.ranking import BLOCK_BYTES, recommend
from workbench.training.pulse import peak_memory

# Seconds that a measurement may take once there is something to measure, and the most it may take altogether.
SHORT, LONG = 0.5, 3.0
# Of more interactions a sample of the users is measured; people whose lists are timed.
MANY, JUDGED = 1_000_000, 64
# Smallest piece of a catalogue that tells how the time grows, and the steepest growth that is believed.
FEWEST_ITEMS, STEEPEST = 200, 3.0


@dataclass(frozen=True)
class Estimate:
    """What a training will take.

    Attributes
    ----------
    seconds : float
        All epochs asked for, with a validation after each.
    memory_bytes : int
        Most memory of its process, what the data and the libraries take included.
    disk_bytes : int
        Model and checkpoints.
    problem : str or None
        Why it will not fit into what is free, and what would.
    """

    seconds: float
    memory_bytes: int
    disk_bytes: int
    problem: str | None


def estimate(
    make: Callable[[], Algorithm], data: Interactions, judged: int = 1000, control: Control | None = None
) -> Estimate:
    """Measure a short piece of training `make()` on `data`, and say what all of it will take.

    Parameters
    ----------
    make
        Gives a fresh, untrained algorithm.
    data
        What it would be trained on.
    judged
        People that each validation makes lists for.
    """
    algorithm = make()
    if reason := algorithm.unsuited(data):
        raise WorkbenchError(reason)
    control = control or Control()
    if not len(data):
        return Estimate(0.0, peak_memory(), 0, None)
    seconds, grown, state = (_with_epochs if algorithm.iterative else _at_once)(make, data, judged, control)
    memory = psutil.Process().memory_info().rss + grown
    free = psutil.virtual_memory().available + psutil.Process().memory_info().rss
    disk = state * (3 if algorithm.iterative else 1)
    return Estimate(seconds, int(memory), int(disk), _problem(algorithm, memory, state, free))


def estimate_training(data: Interactions, asked: dict[str, Any], control: Control | None = None) -> Estimate:
    """What a run would take, measured as it would train: on the training part, with its threads, without a graphics card.

    Parameters
    ----------
    data
        What the filters leave.
    asked
        ``algorithm``, ``hyperparameters``, ``split``, ``settings`` and, where chosen, ``validation_users``, ``threads``.
    """
    from workbench.training.train import threads_of

    kind = find(asked["algorithm"])
    hyperparameters = asked.get("hyperparameters") or {}
    fold = make_split(asked["split"], asked.get("settings")).split(data)
    judged = min(int(asked.get("validation_users", 1000)), len(fold.validation) if fold.validation else 0)
    with threads_of(int(asked.get("threads", 0)), kind.make(hyperparameters)):
        return estimate(lambda: kind.make(hyperparameters), fold.train, judged, control)


def _with_epochs(
    make: Callable[[], Algorithm], data: Interactions, judged: int, control: Control
) -> tuple[float, float, float]:
    """Seconds, bytes beyond what is held now, and bytes of the state, of an algorithm with epochs."""
    share = min(1.0, MANY / len(data))
    if share < 1:
        people = np.random.default_rng(0).permutation(data.n_users)[: max(1, int(share * data.n_users))]
        some = data.take(np.isin(data.user, people))
        share = len(some) / len(data)
    else:
        some = data
    algorithm, before = make(), psutil.Process().memory_info().rss
    began = time.perf_counter()
    marks: list[tuple[float, float]] = []
    training = algorithm.train(some)
    for record in training:
        control.check()
        marks.append((time.perf_counter(), record.epoch + (0.0 if record.ends_epoch else record.part)))
        spent = marks[-1][0] - marks[0][0]
        ended = record.ends_epoch and (spent > SHORT or marks[-1][0] - began > LONG)
        if ended or (spent > SHORT and len(marks) > 2):  # noqa: PLR2004 - two steps between three marks
            break
    else:
        record = None  # it ended by itself
    epochs = float(getattr(algorithm, "epochs", 1))
    (first, reached), (last, further) = marks[0], marks[-1]
    # What comes before the first mark, such as preparing batches and compiling, is paid once.
    if record is None and further >= epochs:
        seconds = last - began
    elif further > reached:
        seconds = first - began + (epochs - reached) * (last - first) / (further - reached)
    else:
        seconds = (last - began) * epochs / max(further, 1e-9)
    grown = psutil.Process().memory_info().rss - before
    state = float(sum(value.nbytes for value in algorithm.state().values()))
    training.close()  # type: ignore[attr-defined]
    seconds = seconds / share + epochs * _judging(algorithm, some, judged)
    # A checkpoint is a copy of the state; the scores of a block of people are there while it is judged.
    return seconds, max(grown, 0) / share + state + 2 * BLOCK_BYTES, state


def _at_once(
    make: Callable[[], Algorithm], data: Interactions, judged: int, control: Control
) -> tuple[float, float, float]:
    """The same of an algorithm that learns in one step; the first piece pays for compiling and is believed last."""
    order = np.random.default_rng(0).permutation(data.n_items)
    n = min(FEWEST_ITEMS, data.n_items)
    measured: list[tuple[int, float, float, float]] = []
    judging, began = 0.0, time.perf_counter()
    while True:
        control.check()
        keep = np.zeros(data.n_items, bool)
        keep[order[:n]] = True
        some = data if n == data.n_items else compact(data.take(keep[data.item]))
        algorithm, before = make(), psutil.Process().memory_info().rss
        start = time.perf_counter()
        for _ in algorithm.train(some):
            control.check()
        took = time.perf_counter() - start
        grown = max(psutil.Process().memory_info().rss - before, 0)
        state = float(sum(value.nbytes for value in algorithm.state().values()))
        measured.append((n, took, grown, state))
        judging = _judging(algorithm, some, judged) * data.n_items / n
        if n == data.n_items or (len(measured) > 1 and (took > SHORT / 2 or time.perf_counter() - began > LONG)):
            break
        n = min(2 * n, data.n_items)
    if n == data.n_items:
        _, took, grown, state = measured[-1]
        return took + judging, grown + state, state
    (n1, *small), (n2, *large) = measured[-2:]
    steps = np.log(data.n_items / n2)
    powers = [
        np.clip(np.log(max(b, 1e-9) / max(a, 1e-9)) / np.log(n2 / n1), 1, STEEPEST)
        for a, b in zip(small, large, strict=True)
    ]
    seconds, grown, state = (b * float(np.exp(power * steps)) for b, power in zip(large, powers, strict=True))
    return seconds + judging, max(grown, state) + state, state


def _judging(algorithm: Algorithm, data: Interactions, judged: int) -> float:
    """Seconds that lists for `judged` people take, or a rating of each where ratings are what is validated."""
    if algorithm.predicts_ratings and data.rating is not None:
        start = time.perf_counter()
        algorithm.predict(data.user[:judged], data.item[:judged])
        return time.perf_counter() - start
    people = np.flatnonzero(data.by_user.lengths)[:JUDGED].astype(np.int32)
    histories: UserItems = data.by_user.rows(people)
    recommend(algorithm, people[:1], histories.rows(np.zeros(1, np.int64)), 1, None)  # what is compiled is paid once
    start = time.perf_counter()
    recommend(algorithm, people, histories, 10, histories)
    return (time.perf_counter() - start) * judged / max(len(people), 1)


def _problem(algorithm: Algorithm, memory: float, state: float, free: float) -> str | None:
    if memory <= free:
        return None
    message = (
        f"{algorithm.title} would take about {memory / 2**30:.1f} GB of memory, and {free / 2**30:.1f} GB are free. "
    )
    smaller = max(0.05, 0.9 * free / memory)
    for name in ("factors", "batch_size", "neighbours"):
        value = getattr(algorithm, name, None)
        if isinstance(value, int) and value > 1 and (name != "factors" or state > memory / 8):
            return message + f"With {name} {max(1, int(value * smaller)):,} it would fit."
    return message + "Choose an algorithm of another family, or filter the data."
