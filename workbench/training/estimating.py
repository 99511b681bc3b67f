"""What a training will take, message before it starts: measured on a short piece of it, and drawn on.

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
from workbench.declaring import from_data, tried_of
from workbench.errors import WorkbenchError
from workbench.evaluation.evaluate import evaluate
from workbench.training.memory import PeakMemory
from workbench.training.remedies import Remedy, after_failure, to_fit
from workbench.training.settling import is_tried
from workbench.training.status import peak_memory

# How long a measurement takes once there is something to measure, and at most altogether.
MEASURE_SECONDS, MAX_MEASURE_SECONDS = 0.5, 3.0
MAX_INTERACTIONS = 1_000_000  # of more, a sample of the users is measured
TIMED_USERS = 64  # whose lists are timed
WARM_UP_INTERACTIONS = 2_000
MIN_ITEMS = 200  # of the smallest part of a catalogue that tells how the time grows
MAX_GROWTH_POWER = 3.0  # the steepest growth that is believed
# Without and with torch: time until the first step, in which the run is read and compiled code is loaded, and the memory
# of that code. The first optimizer of torch loads much.
START_SECONDS, LIBRARY_BYTES = (0.5, 1.7), (120 << 20, 170 << 20)
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
    validation_users: int = 1000,
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
    validation_users
        Users that each validation makes lists for.
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
    _warm_up(make, data)
    try:
        cost = (_with_epochs if algorithm.iterative else _in_one_step)(make, data, validation_users, control)
    except MemoryError:
        message = f"{algorithm.title} needs more memory for a few steps than is free."
        return Estimate(0.0, held, 0, message, tuple(after_failure(type(algorithm), algorithm.model_dump(), message)))
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
    given = asked.get("hyperparameters") or {}
    hyperparameters = given | {name: value for name, (value, _) in from_data(kind, given, data.facts).items()}
    fold, seconds, grown = _divide(data, asked["split"], json.dumps(asked.get("settings"), sort_keys=True))
    validation_users = min(int(asked.get("validation_users", 1000)), len(fold.validation) if fold.validation else 0)
    held, torch = asked.get("held"), int(kind.uses_torch)
    with threads_of(int(asked.get("threads", 0)), kind.make(hyperparameters)):
        found = estimate(
            lambda: kind.make(hyperparameters),
            fold.read_by(kind.feedback).learned_from,
            validation_users,
            control,
            None if held is None else int(held) + grown + LIBRARY_BYTES[torch],
        )
    tried = sum(len(values) for name, values in tried_of(kind).items() if name not in given and is_tried(data.facts))
    rounds = 1 + tried if kind.iterative else max(1, tried)  # what learns all at once has learned when it was tried
    return Estimate(
        rounds * found.seconds + seconds + START_SECONDS[torch],
        found.memory_bytes,
        found.disk_bytes,
        found.problem,
        found.remedies,
    )


@lru_cache(maxsize=1)
def _divide(data: Interactions, split: str, settings: str) -> tuple[Fold, float, int]:
    """The fold, the seconds that it took, and the bytes of data and fold; kept until another is asked for."""
    start = clock()
    with PeakMemory() as peak:
        fold = make_split(split, json.loads(settings)).split(data)
        parts = [data, fold.train]
        _ = fold.validation
    arrays = [getattr(part, name) for part in parts for name in ("user", "item", "rating", "time", "weight")]
    sizes = sum(array.nbytes for array in arrays if array is not None)
    return fold, clock() - start, max(peak.grown, sizes)


def _warm_up(make: Callable[[], Algorithm], data: Interactions) -> None:
    """Train for a moment on very little data, so that compiling and loading are done."""
    users = np.unique(data.user[:WARM_UP_INTERACTIONS])
    small = (
        compact(data.take(np.isin(data.user, users[:WARM_UP_INTERACTIONS])))
        if len(data) > 2 * WARM_UP_INTERACTIONS
        else data
    )
    algorithm = make()
    with suppress(WorkbenchError):  # so little data may not be enough for it
        training = algorithm.train(small)
        for record in training:
            if algorithm.iterative and record.ends_epoch:
                break
        _time_validation(algorithm, small, 1)
        training.close()  # type: ignore[attr-defined]


def _with_epochs(make: Callable[[], Algorithm], data: Interactions, validation_users: int, control: Control) -> Cost:
    """What an algorithm with epochs takes."""
    some, share = _sampled(data)
    algorithm = make()
    epochs = float(getattr(algorithm, "epochs", 1))
    training = algorithm.train(some)
    with PeakMemory() as peak:
        began = clock()
        marks, ended = _marks(training, began, control)
        validating = _validation_seconds(algorithm, some, validation_users)
        state = _size(algorithm)
    training.close()  # type: ignore[attr-defined]
    (first, reached), (last, further) = marks[0], marks[-1]
    # What comes before the first mark, such as preparing batches, happens once.
    if ended and further >= epochs:
        seconds = last - began
    elif further > reached:
        seconds = first - began + (epochs - reached) * (last - first) / (further - reached)
    else:
        seconds = (last - began) * epochs / max(further, 1e-9)
    grown = state + max(0.0, peak.grown - state) / share
    return Cost(seconds / share + epochs * validating, grown, state)


def _marks(training: Any, began: float, control: Control) -> tuple[list[tuple[float, float]], bool]:
    """Times and the epochs done by then, for about `MEASURE_SECONDS`; and whether the training ended by itself."""
    marks: list[tuple[float, float]] = []
    record: Record
    for record in training:
        control.check()
        marks.append((clock(), record.epoch + (0.0 if record.ends_epoch else record.part)))
        spent = marks[-1][0] - marks[0][0]
        if record.ends_epoch and (spent > MEASURE_SECONDS or marks[-1][0] - began > MAX_MEASURE_SECONDS):
            return marks, False
        if spent > MEASURE_SECONDS and len(marks) > 2:  # noqa: PLR2004 - two steps between three marks
            return marks, False
    return marks or [(clock(), 1.0)], True


def _sampled(data: Interactions) -> tuple[Interactions, float]:
    """All of it, or of very much the interactions of some people; and what share that is."""
    if len(data) <= MAX_INTERACTIONS:
        return data, 1.0
    people = np.random.default_rng(0).permutation(data.n_users)[
        : max(1, int(MAX_INTERACTIONS / len(data) * data.n_users))
    ]
    some = data.take(np.isin(data.user, people))
    return some, len(some) / len(data)


def _in_one_step(make: Callable[[], Algorithm], data: Interactions, validation_users: int, control: Control) -> Cost:
    """What an algorithm takes that learns in one step."""
    part = _parts(data)
    # Of both sides, so that the share of the interactions is its square.
    least = data.n_items * min(1.0, WARM_UP_INTERACTIONS / len(data)) ** (0.5 if _is_wide(data) else 1.0)
    n = min(max(MIN_ITEMS, int(least)), data.n_items)
    measured: list[tuple[int, Cost]] = []
    began = clock()
    while True:
        control.check()
        some = part(n)
        algorithm = make()
        with PeakMemory() as peak:
            start = clock()
            for _ in algorithm.train(some):
                control.check()
            took = clock() - start
            validating = _validation_seconds(algorithm, some, validation_users) * data.n_items / n
            state = _size(algorithm)
        measured.append((n, Cost(took, peak.grown, state)))
        if n == data.n_items:
            return Cost(took + validating, max(peak.grown, state), state)
        if len(measured) > 1 and (took > MEASURE_SECONDS / 2 or clock() - began > MAX_MEASURE_SECONDS):
            break
        n = min(2 * n, data.n_items)
    whole = _extrapolated(measured[-2], measured[-1], data.n_items)
    return Cost(whole.seconds + validating, max(whole.bytes, whole.state), whole.state)


def _parts(data: Interactions) -> Callable[[int], Interactions]:
    """What gives the part of so many items.

    Where people are fewer than items they stay so: each part has its share of them too. Some algorithms then work on a
    matrix of people, and what they take does not grow as it would with a matrix of items.
    """
    rng = np.random.default_rng(0)
    item_rank, user_rank = rng.permutation(data.n_items), rng.permutation(data.n_users)

    def part(n: int) -> Interactions:
        if n == data.n_items:
            return data
        people = -(-n * data.n_users // data.n_items) if _is_wide(data) else data.n_users
        some = data.take((item_rank[data.item] < n) & (user_rank[data.user] < people))
        return compact(some)

    return part


def _is_wide(data: Interactions) -> bool:
    return data.n_users < data.n_items


def _extrapolated(before: tuple[int, Cost], last: tuple[int, Cost], n_items: int) -> Cost:
    """The cost of all items from that of some and of about twice as many."""
    (n1, small), (n2, large) = before, last
    steps, found = np.log(n_items / n2), []
    for name in ("seconds", "bytes", "state"):
        a, b = max(getattr(small, name), 1e-9), max(getattr(large, name), 1e-9)
        power = np.clip(np.log(b / a) / np.log(n2 / n1), 1, MAX_GROWTH_POWER)
        found.append(b * float(np.exp(power * steps)))
    return Cost(*found)


def _validation_seconds(algorithm: Algorithm, data: Interactions, validation_users: int) -> float:
    """Seconds of one validation of so many users."""
    if not validation_users:
        return 0.0
    timed = min(TIMED_USERS, validation_users)
    seconds = _time_validation(algorithm, data, timed) * validation_users / timed
    if timed < validation_users and seconds < MEASURE_SECONDS:
        return _time_validation(algorithm, data, validation_users)
    return seconds


def _time_validation(algorithm: Algorithm, data: Interactions, n: int) -> float:
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
        f"and {(held + free) / 2**30:.1f} GB are free."
    )
    # What is learned takes its memory two or three times: itself, its gradients, and a copy while it is written.
    copies = min(cost.bytes, 3 * cost.state) if algorithm.iterative else cost.state
    remedies = to_fit(algorithm, copies, cost.bytes - copies, 0.9 * free)
    return (message if remedies else f"{message} Choose an algorithm of another family, or filter the data."), remedies
