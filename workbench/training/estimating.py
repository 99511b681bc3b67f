"""What a training will take, told before it starts: measured on a short piece of it, and drawn on.

An algorithm with epochs is started and given up again: how far it came tells how long all of it lasts. One without is
trained on fewer and fewer items, and how its time and memory grow between two sizes tells of the whole. Both are done once
on next to nothing before, so that what is compiled and loaded the first time is not taken for work.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import psutil

from workbench.algorithms import Algorithm, Record, find
from workbench.control import Control
from workbench.data.filtering import compact
from workbench.data.interactions import Interactions
from workbench.data.splitting import Fold, Part, make_split
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.training.memory import Peak
from workbench.training.remedies import Remedy, after_failure, to_fit
from workbench.training.status import peak_memory

# Seconds that a measurement may take once there is something to measure, and the most it may take altogether.
SHORT, LONG = 0.5, 3.0
# Of more interactions a sample of the users is measured; people whose lists are timed; interactions to warm up with.
MANY, JUDGED, WARM = 1_000_000, 64, 2_000
# Smallest piece of a catalogue that tells how the time grows, and the steepest growth that is believed.
FEWEST_ITEMS, STEEPEST = 200, 3.0
# Seconds until the first step, in which the run is read and what was compiled is loaded, and bytes of the latter; of those
# without and with torch, whose first optimizer loads much.
START, LOADED = (0.5, 1.7), (120 << 20, 170 << 20)
clock = time.perf_counter


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
        Model and checkpoint.
    problem : str or None
        Why it will not fit into what is free.
    remedies : tuple of Remedy
        With any of which it would.
    """

    seconds: float
    memory_bytes: int
    disk_bytes: int
    problem: str | None = None
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class Cost:
    """Seconds; the most bytes that are held beyond what was held before; bytes of what is kept."""

    seconds: float
    bytes: float
    state: float


def estimate(
    make: Callable[[], Algorithm],
    data: Interactions,
    judged: int = 1000,
    control: Control | None = None,
    held: int | None = None,
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
    held
        Bytes that the process which is to train holds before it begins; None: this one, as it is now.
    """
    algorithm = make()
    if reason := algorithm.unsuited(data):
        raise WorkbenchError(reason)
    control = control or Control()
    held = int(psutil.Process().memory_info().rss) if held is None else held
    if not len(data):
        return Estimate(0.0, peak_memory(), 0)
    _warm(make, data)
    try:
        cost = (_with_epochs if algorithm.iterative else _at_once)(make, data, judged, control)
    except MemoryError:
        told = f"{algorithm.title} needs more memory for a few steps than there is."
        return Estimate(0.0, held, 0, told, tuple(after_failure(type(algorithm), algorithm.model_dump(), told)))
    disk = cost.state * (2 if algorithm.iterative else 1)
    problem, remedies = _problem(algorithm, cost, held)
    return Estimate(cost.seconds, int(held + cost.bytes), int(disk), problem, tuple(remedies))


def estimate_training(data: Interactions, asked: dict[str, Any], control: Control | None = None) -> Estimate:
    """What a run would take, measured as it would train: on the training part, with its threads, without a graphics card.

    Parameters
    ----------
    data
        What the filters leave.
    asked
        ``algorithm``, ``hyperparameters``, ``split``, ``settings`` and, where chosen, ``validation_users``, ``threads``,
        ``held`` as in `estimate`.
    """
    from workbench.training.train import threads_of

    kind = find(asked["algorithm"])
    hyperparameters = asked.get("hyperparameters") or {}
    fold, seconds, grown = _divided(data, asked["split"], json.dumps(asked.get("settings"), sort_keys=True))
    judged = min(int(asked.get("validation_users", 1000)), len(fold.validation) if fold.validation else 0)
    held, torch = asked.get("held"), int(kind.uses_torch)
    with threads_of(int(asked.get("threads", 0)), kind.make(hyperparameters)):
        found = estimate(
            lambda: kind.make(hyperparameters),
            fold.train,
            judged,
            control,
            None if held is None else int(held) + grown + LOADED[torch],
        )
    return Estimate(
        found.seconds + seconds + START[torch], found.memory_bytes, found.disk_bytes, found.problem, found.remedies
    )


@lru_cache(maxsize=1)
def _divided(data: Interactions, split: str, settings: str) -> tuple[Fold, float, int]:
    """The fold, the seconds that it took, and the bytes of data and fold; kept until another is asked for."""
    start = clock()
    with Peak() as peak:
        fold = make_split(split, json.loads(settings)).split(data)
        parts = [data, fold.train]
        _ = fold.validation
    arrays = [getattr(one, name) for one in parts for name in ("user", "item", "rating", "time")]
    sizes = sum(one.nbytes for one in arrays if one is not None)
    return fold, clock() - start, max(peak.grown, sizes)


def _warm(make: Callable[[], Algorithm], data: Interactions) -> None:
    """Train a moment on next to nothing: what is compiled or loaded is paid here."""
    users = np.unique(data.user[:WARM])
    small = compact(data.take(np.isin(data.user, users[:WARM]))) if len(data) > 2 * WARM else data
    algorithm = make()
    with suppress(WorkbenchError):  # so little need not be enough for it
        training = algorithm.train(small)
        for record in training:
            if algorithm.iterative and record.ends_epoch:
                break
        _judge(algorithm, small, 1)
        training.close()  # type: ignore[attr-defined]


def _with_epochs(make: Callable[[], Algorithm], data: Interactions, judged: int, control: Control) -> Cost:
    """What an algorithm with epochs takes."""
    some, share = _sampled(data)
    algorithm = make()
    epochs = float(getattr(algorithm, "epochs", 1))
    training = algorithm.train(some)
    with Peak() as peak:
        began = clock()
        marks, ended = _marks(training, began, control)
        judging = _judging(algorithm, some, judged)
        state = _size(algorithm)
    training.close()  # type: ignore[attr-defined]
    (first, reached), (last, further) = marks[0], marks[-1]
    # What comes before the first mark, such as preparing batches, is paid once.
    if ended and further >= epochs:
        seconds = last - began
    elif further > reached:
        seconds = first - began + (epochs - reached) * (last - first) / (further - reached)
    else:
        seconds = (last - began) * epochs / max(further, 1e-9)
    grown = state + max(0.0, peak.grown - state) / share
    return Cost(seconds / share + epochs * judging, grown, state)


def _marks(training: Any, began: float, control: Control) -> tuple[list[tuple[float, float]], bool]:
    """Times at which shares of the training were done, in epochs, for about `SHORT`; and whether it ended by itself."""
    marks: list[tuple[float, float]] = []
    record: Record
    for record in training:
        control.check()
        marks.append((clock(), record.epoch + (0.0 if record.ends_epoch else record.part)))
        spent = marks[-1][0] - marks[0][0]
        if record.ends_epoch and (spent > SHORT or marks[-1][0] - began > LONG):
            return marks, False
        if spent > SHORT and len(marks) > 2:  # noqa: PLR2004 - two steps between three marks
            return marks, False
    return marks or [(clock(), 1.0)], True


def _sampled(data: Interactions) -> tuple[Interactions, float]:
    """All of it, or of very much the interactions of some people; and what share that is."""
    if len(data) <= MANY:
        return data, 1.0
    people = np.random.default_rng(0).permutation(data.n_users)[: max(1, int(MANY / len(data) * data.n_users))]
    some = data.take(np.isin(data.user, people))
    return some, len(some) / len(data)


def _at_once(make: Callable[[], Algorithm], data: Interactions, judged: int, control: Control) -> Cost:
    """What an algorithm takes that learns in one step."""
    order = np.random.default_rng(0).permutation(data.n_items)
    n = min(FEWEST_ITEMS, data.n_items)
    measured: list[tuple[int, Cost]] = []
    began = clock()
    while True:
        control.check()
        keep = np.zeros(data.n_items, bool)
        keep[order[:n]] = True
        some = data if n == data.n_items else compact(data.take(keep[data.item]))
        algorithm = make()
        with Peak() as peak:
            start = clock()
            for _ in algorithm.train(some):
                control.check()
            took = clock() - start
            judging = _judging(algorithm, some, judged) * data.n_items / n
            state = _size(algorithm)
        measured.append((n, Cost(took, peak.grown, state)))
        if n == data.n_items:
            return Cost(took + judging, max(peak.grown, state), state)
        if len(measured) > 1 and (took > SHORT / 2 or clock() - began > LONG):
            break
        n = min(2 * n, data.n_items)
    whole = _drawn_on(measured[-2], measured[-1], data.n_items)
    return Cost(whole.seconds + judging, max(whole.bytes, whole.state), whole.state)


def _drawn_on(before: tuple[int, Cost], last: tuple[int, Cost], n_items: int) -> Cost:
    """The cost of all items from that of some and of about twice as many."""
    (n1, small), (n2, large) = before, last
    steps, found = np.log(n_items / n2), []
    for name in ("seconds", "bytes", "state"):
        a, b = max(getattr(small, name), 1e-9), max(getattr(large, name), 1e-9)
        power = np.clip(np.log(b / a) / np.log(n2 / n1), 1, STEEPEST)
        found.append(b * float(np.exp(power * steps)))
    return Cost(*found)


def _judging(algorithm: Algorithm, data: Interactions, judged: int) -> float:
    """Seconds of one validation of `judged` people."""
    if not judged:
        return 0.0
    some = min(JUDGED, judged)
    seconds = _judge(algorithm, data, some)
    if some < judged and seconds * judged / some < SHORT:
        return _judge(algorithm, data, judged)
    return seconds * judged / some


def _judge(algorithm: Algorithm, data: Interactions, n: int) -> float:
    """Seconds that a validation of `n` people takes, each with one hidden item; fewer people count for more."""
    people = np.flatnonzero(data.by_user.lengths)[:n].astype(np.int32)
    histories = data.by_user.rows(people)
    last = np.unique(histories.indptr[1:] - 1)
    truth = type(histories)(
        np.arange(len(people) + 1), histories.item[last], None if histories.rating is None else histories.rating[last]
    )
    part = Part(people, people, histories, histories, truth)
    rated = algorithm.predicts_ratings and truth.rating is not None
    start = clock()
    evaluate(algorithm, part, data.n_items, metrics=["rmse" if rated else "ndcg"], cutoffs=[10], intervals=False)
    return (clock() - start) * n / len(people)


def _size(algorithm: Algorithm) -> float:
    return float(sum(value.nbytes for value in algorithm.state().values()))


def _problem(algorithm: Algorithm, cost: Cost, held: int) -> tuple[str | None, list[Remedy]]:
    free = psutil.virtual_memory().available
    if cost.bytes <= free:
        return None, []
    message = (
        f"{algorithm.title} would take about {(held + cost.bytes) / 2**30:.1f} GB of memory, "
        f"and {(held + free) / 2**30:.1f} GB are there."
    )
    # What is kept is there twice or thrice: as it is learned, as its gradients, and as a copy while it is written.
    copies = min(cost.bytes, 3 * cost.state) if algorithm.iterative else cost.state
    remedies = to_fit(algorithm, copies, cost.bytes - copies, 0.9 * free)
    return (message if remedies else f"{message} Choose an algorithm of another family, or filter the data."), remedies
