"""What else to try where a training failed or will not fit: another value of one hyperparameter."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from workbench.algorithms import Algorithm
from workbench.declaring import applies, schema_of
from workbench.errors import WorkbenchError

# Losses that tell an item from all others at once, and those that do it with a few.
ALL_ITEMS, FEW_ITEMS = "softmax", "sampled-softmax"
GENTLER = 10  # a rate is divided by it, a penalty multiplied
FEW = 3  # proposals


class Remedy(NamedTuple):
    """Another value of a hyperparameter, or of an option of the run."""

    name: str
    value: Any


def after_failure(kind: type[Algorithm], hyperparameters: dict[str, Any], reason: str) -> list[Remedy]:
    """What may help after a training that ended with this sentence; nothing where nothing is known to.

    Parameters
    ----------
    hyperparameters
        Those it was trained with.
    reason
        Its status says so (`workbench.training.train`, or how its process ended).
    """
    try:
        algorithm = kind.make(hyperparameters)
    except WorkbenchError:
        return []
    if "no longer a number" in reason:
        return _valid(algorithm, _gentler(algorithm))
    if "memory" in reason:
        return _valid(algorithm, _smaller(algorithm))
    if "Choose the device" in reason:
        return [Remedy("device", "auto")]
    return []


def to_fit(algorithm: Algorithm, state: float, work: float, room: float) -> list[Remedy]:
    """What would make a training fit into `room`.

    Parameters
    ----------
    state, work
        Bytes of what it keeps with what belongs to that, and of what a step needs beside it. What it keeps grows with the
        factors, what a step needs with the batch.
    room
        Bytes that there are.
    """
    found = []
    share = {"batch_size": (room - state) / max(work, 1), "factors": (room - work) / max(state, 1)}
    loss = _sampled(algorithm)
    if share["batch_size"] > 0 or share["factors"] <= 0:
        found += loss
    for name in sorted(share, key=lambda one: -share[one]):
        now = getattr(algorithm, name, None)
        if isinstance(now, int) and now > 1 and 0 < share[name] < 1:
            found.append(Remedy(name, _round(now * share[name])))
    if not found and isinstance(neighbours := getattr(algorithm, "neighbours", None), int) and room > 0:
        found.append(Remedy("neighbours", _round(neighbours * room / max(state + work, 1))))
    return _valid(algorithm, found)


def _gentler(algorithm: Algorithm) -> Iterable[Remedy]:
    rate = getattr(algorithm, "learning_rate", None)
    if rate:
        yield Remedy("learning_rate", float(f"{rate / GENTLER:.3g}"))
    if getattr(algorithm, "clip", None) == 0:
        yield Remedy("clip", 1.0)
    penalty = getattr(algorithm, "regularization", None)
    if isinstance(penalty, float | int) and penalty:
        yield Remedy("regularization", float(f"{penalty * GENTLER:.3g}"))


def _smaller(algorithm: Algorithm) -> Iterable[Remedy]:
    yield from _sampled(algorithm)
    for name in ("batch_size", "factors", "max_length", "neighbours"):
        value = getattr(algorithm, name, None)
        if isinstance(value, int) and value > 1:
            yield Remedy(name, value // 2)


def _sampled(algorithm: Algorithm) -> list[Remedy]:
    return [Remedy("objective", FEW_ITEMS)] if getattr(algorithm, "objective", None) == ALL_ITEMS else []


def _round(value: float) -> int:
    """The next lower power of two: nobody wants a batch of 1,337."""
    return 1 << max(0, int(value).bit_length() - 1)


def _valid(algorithm: Algorithm, wanted: Iterable[Remedy]) -> list[Remedy]:
    """Those that the algorithm takes and that matter as its other hyperparameters are."""
    kind, values = type(algorithm), algorithm.model_dump()
    schemas = schema_of(kind)["properties"]
    found: list[Remedy] = []
    for value in wanted:
        try:
            kind.make({**values, value.name: value.value})
        except WorkbenchError:
            continue
        if values[value.name] != value.value and applies(schemas[value.name], values):
            found.append(value)
    return found[:FEW]
