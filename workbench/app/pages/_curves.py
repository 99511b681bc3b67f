"""What the records of a run say, as series that grow record by record."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

LOWER_IS_BETTER = frozenset({"rmse", "mae"})
BLOCK = 64  # points that are smoothed by one product


class Points:
    """A series that grows at its end; x rises. `x` and `y` are views that hold until the next `add`."""

    def __init__(self) -> None:
        self._buffer = np.empty((2, 256))
        self._length = 0
        self._means, self._span = np.empty(0), 1

    def __len__(self) -> int:
        return self._length

    @property
    def x(self) -> np.ndarray:
        """Positions, float64 (n,)."""
        return self._buffer[0, : self._length]

    @property
    def y(self) -> np.ndarray:
        """Values, float64 (n,)."""
        return self._buffer[1, : self._length]

    def add(self, x: float, y: float) -> None:
        """Put one point at the end."""
        if self._length == self._buffer.shape[1]:
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)], axis=1)
        self._buffer[:, self._length] = x, y
        self._length += 1

    def smooth(self, span: int) -> np.ndarray:
        """Exponential means over about `span` points, float64 (n,); only what is new since the last call is worked out.

        ``m[t] = a y[t] + (1 - a) m[t - 1]`` with ``a = 2 / (span + 1)`` and ``m[0] = y[0]``.
        """
        if span <= 1:
            return self.y
        if span != self._span:
            self._means, self._span = np.empty(0), span
        known = len(self._means)
        if known < self._length:
            start = self._means[-1] if known else self._buffer[1, 0]
            fresh = exponential_means(self._buffer[1, known : self._length], 2 / (span + 1), start)
            self._means = np.concatenate([self._means, fresh])
        return self._means


def exponential_means(values: np.ndarray, weight: float, start: float) -> np.ndarray:
    """``m[t] = weight values[t] + (1 - weight) m[t - 1]`` with ``m[-1] = start``, a block of points at a time."""
    n, keep = len(values), 1.0 - weight
    padded = np.zeros(-(-n // BLOCK) * BLOCK)
    padded[:n] = values
    ages = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
    kernel = np.where(ages >= 0, weight * keep ** np.maximum(ages, 0), 0.0)
    within = padded.reshape(-1, BLOCK) @ kernel.T
    carried, whole, last = [], keep**BLOCK, float(start)
    for end in within[:, -1].tolist():
        carried.append(last)
        last = end + whole * last
    within += np.outer(carried, keep ** np.arange(1, BLOCK + 1))
    return within.reshape(-1)[:n]


class Curve:
    """What the records of one run say, as series to plot; x in epochs.

    Attributes
    ----------
    steps, epochs : Points
        Loss inside the epochs, and the mean loss of each epoch, at its middle.
    validation : Points
        The validation metric named `metric`, after each epoch.
    values : dict of str to Points
        What else is recorded at each step: ``learning_rate``, ``gradient_norm``, ``weight_norm``, ``memory_bytes``, and
        ``speed``, the epochs a second since the record before.
    """

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        self.steps, self.epochs, self.validation = Points(), Points(), Points()
        self.values: dict[str, Points] = {}
        self.metric = ""
        self.count = 0
        self._before: tuple[float, float] | None = None
        self.add(records)

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        """Take in more records; what is no number is left out."""
        for record in records:
            self.count += 1
            if not isinstance(record, dict):
                continue
            epoch, part = number(record.get("epoch")), number(record.get("part"))
            if epoch is None:
                continue
            loss, place = number(record.get("loss")), epoch + (part or 0.0)
            if loss is not None and part is None:
                self.epochs.add(max(0.0, epoch - 0.5), loss)
            elif loss is not None:
                self.steps.add(place, loss)
            self._add_validation(epoch, record.get("validation"))
            given = record.get("values")
            for name, value in (given if isinstance(given, dict) else {}).items():
                self._add_value(str(name), place, value)
            self._add_value("memory_bytes", place, record.get("memory_bytes"))
            self._add_speed(place, number(record.get("seconds")), first=bool(part is not None and place > epoch))

    def _add_value(self, name: str, place: float, given: Any) -> None:
        value = number(given)
        if value is not None:
            self.values.setdefault(name, Points()).add(place, value)

    def _add_speed(self, place: float, seconds: float | None, *, first: bool) -> None:
        """Speed since the record before; a validation between two epochs is no training."""
        if seconds is None:
            return
        before, self._before = self._before, (place, seconds)
        if before is None or place <= before[0] or seconds <= before[1]:
            return
        if first and float(before[0]).is_integer() and before[0] > 0:
            return  # the validation of the last epoch lies between them
        self._add_value("speed", place, (place - before[0]) / (seconds - before[1]))

    def _add_validation(self, epoch: float, validation: Any) -> None:
        if not isinstance(validation, dict):
            return
        for name, given in validation.items():
            value = number(given)
            if value is not None and name == (self.metric or name):
                self.metric = name
                self.validation.add(epoch, value)

    @property
    def best(self) -> tuple[float, float] | None:
        """Epoch and value of the best validation so far; the first of equal ones."""
        values = self.validation.y
        if not len(values):
            return None
        at = int(values.argmin() if self.metric in LOWER_IS_BETTER else values.argmax())
        return float(self.validation.x[at]), float(values[at])

    @property
    def flat(self) -> bool:
        """Whether it is one value and no curve, as of an algorithm without epochs."""
        return len(self.validation) == 1 and self.validation.x[0] == 0


def number(value: Any) -> float | None:
    """A finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
