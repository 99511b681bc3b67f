"""The learning curve of a run, grown record by record."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

# More points than a plot has pixels: beyond it neighbours are averaged, so that a long run costs no more than a short one.
MOST_POINTS = 4000
LOWER_IS_BETTER = frozenset({"rmse", "mae"})


class Points:
    """A series that grows at its end; x rises. `x` and `y` are views that hold until the next `add`.

    Attributes
    ----------
    added : int
        Points that were ever added; changes whenever there is something new to draw.
    """

    def __init__(self, most: int = MOST_POINTS) -> None:
        self._buffer = np.empty((2, 256))
        self._length = 0
        self.added = 0
        self._most = most
        self._stride = 1
        self._waiting: list[tuple[float, float]] = []

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
        self.added += 1
        if self._stride > 1:
            self._waiting.append((x, y))
            if len(self._waiting) < self._stride:
                return
            x, y = (sum(one) / self._stride for one in zip(*self._waiting, strict=True))
            self._waiting.clear()
        if self._length == self._buffer.shape[1]:
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)], axis=1)
        self._buffer[:, self._length] = x, y
        self._length += 1
        if self._length >= self._most:
            self._halve()

    def _halve(self) -> None:
        pairs = self._length // 2
        self._buffer[:, :pairs] = self._buffer[:, : 2 * pairs].reshape(2, pairs, 2).mean(axis=2)
        self._length = pairs
        self._stride *= 2


class Curve:
    """What the records of one run say, as series to plot.

    Attributes
    ----------
    steps, epochs : Points
        Loss inside the epochs, and the mean loss of each epoch, at its middle; x in epochs.
    validation : Points
        The validation metric named `metric`, after each epoch.
    """

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        self.steps, self.epochs, self.validation = Points(), Points(), Points()
        self.metric = ""
        self.count = 0
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
            loss = number(record.get("loss"))
            if loss is not None and part is None:
                self.epochs.add(max(0.0, epoch - 0.5), loss)
            elif loss is not None:
                self.steps.add(epoch + part, loss)
            self._add_validation(epoch, record.get("validation"))

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
