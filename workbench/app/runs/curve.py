"""What the records of a run say, as series that grow record by record."""

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.reading.text.arrow_memory import arrow_reader

Array = np.ndarray
Columns = dict[str, Array]

# What a record says, and what it says one level deeper.
PLAIN, DEEPER = ("epoch", "part", "loss", "seconds", "memory_bytes"), ("validation", "values")
MAX_DIRECT_BYTES = 20_000  # up to which lines are parsed one by one, which takes some milliseconds
LOWER_IS_BETTER = frozenset({"rmse", "mae"})
BLOCK_POINTS = 64  # points that are smoothed by one product
BLOCK_ROWS = 256  # blocks that are finished at once
MOVES_PER_POINT = 8  # points that are moved for each one that comes, so that all have moved when there is no more room
MAX_SMOOTHED_POINTS = 250_000  # in a frame, which takes some 2 ms


class Points:
    """A series that grows at its end; x rises. `x` and `y` are views that hold until the next `add`."""

    def __init__(self) -> None:
        self._buffer = np.empty((3, 256))  # x, y, and the means of y as far as they are worked out
        self._next, self._moved = self._buffer, 0  # where all of it is to lie next, and how much of it lies there
        self._length = 0
        self._meant, self._span = 0, 1

    def __len__(self) -> int:
        return self._length

    @property
    def x(self) -> Array:
        """Positions, float64 (n,)."""
        return self._buffer[0, : self._length]

    @property
    def y(self) -> Array:
        """Values, float64 (n,)."""
        return self._buffer[1, : self._length]

    def add(self, x: Array | float, y: Array | float) -> None:
        """Put points at the end."""
        n = np.size(x)
        self._make_room(n)
        self._buffer[0, self._length : self._length + n] = x
        self._buffer[1, self._length : self._length + n] = y
        self._length += n

    def _make_room(self, n: int) -> None:
        """See that `n` more points fit in, and move house little by little.

        To move a million points at once holds the window for 40 ms, and all series of a run grow in the same moment.
        """
        most, wanted = self._buffer.shape[1], self._length + n
        if self._next is self._buffer and wanted > most * 3 // 4:
            self._next, self._moved = (
                np.empty((3, max(2 * most, 2 * wanted))),
                0,
            )  # costs nothing until it is written to
        if self._next is not self._buffer:
            self._move(self._length if wanted > most else min(self._length, self._moved + MOVES_PER_POINT * n))
        if wanted > most:
            self._buffer = self._next

    def _move(self, upto: int) -> None:
        rows = 3 if self._meant else 2
        self._next[:rows, self._moved : upto] = self._buffer[:rows, self._moved : upto]
        self._moved = upto

    def smooth(self, span: int, share: int = 1) -> Array:
        """Exponential means over about `span` points, float64 (m,); m < n where there are very many new points.

        ``m[t] = a y[t] + (1 - a) m[t - 1]`` with ``a = 2 / (span + 1)`` and ``m[0] = y[0]``. Only what is new since the
        last call is worked out, and no more of it than a frame has time for where `share` series are smoothed in it: who
        gets fewer than there are asks again.
        """
        if span <= 1:
            return self.y
        if span != self._span:
            self._meant, self._span = 0, span
        known, upto = self._meant, min(self._length, self._meant + MAX_SMOOTHED_POINTS // share)
        if known < upto:
            start = self._buffer[2, known - 1] if known else self._buffer[1, 0]
            values, means = self._buffer[1:, known:upto]
            exponential_means(values, 2 / (span + 1), start, means)
            self._meant, self._moved = upto, min(self._moved, known)
        return self._buffer[2, : self._meant]


def exponential_means(values: Array, weight: float, start: float, means: Array) -> None:
    """Put ``m[t] = weight values[t] + (1 - weight) m[t - 1]`` with ``m[-1] = start`` into `means`.

    A block of points is one row of a product; what it carries on from the blocks before is added to it afterwards.
    `scipy.signal.lfilter` takes as long (3 ms for 250,000 points), and a second and a half to be loaded.
    """
    ages = np.subtract.outer(np.arange(BLOCK_POINTS), np.arange(BLOCK_POINTS))
    kernel = np.where(ages >= 0, weight * (1 - weight) ** np.maximum(ages, 0), 0.0)
    fading = (1 - weight) ** np.arange(1, BLOCK_POINTS + 1)
    whole = len(values) // BLOCK_POINTS * BLOCK_POINTS
    rows = means[:whole].reshape(-1, BLOCK_POINTS)
    np.matmul(values[:whole].reshape(-1, BLOCK_POINTS), kernel.T, out=rows)
    last, carried, left = float(start), [], float(fading[-1])
    for end in rows[:, -1].tolist():
        carried.append(last)
        last = end + left * last
    for at in range(0, len(rows), BLOCK_ROWS):  # a piece that the processor has at hand
        rows[at : at + BLOCK_ROWS] += np.outer(carried[at : at + BLOCK_ROWS], fading)
    rest = len(values) - whole
    means[whole:] = kernel[:rest, :rest] @ values[whole:] + last * fading[:rest]


class Curve:
    """What the records of one run say, as series to plot; x in epochs.

    Attributes
    ----------
    steps, epochs : Points
        Loss inside the epochs, and the mean loss of each epoch, at its middle.
    validation : Points
        The validation metric named `metric`, after each epoch.
    elapsed : Points
        The same by seconds of training; NaN where a record does not tell them.
    values : dict of str to Points
        What else is recorded at each step: ``learning_rate``, ``gradient_norm``, ``weight_norm``, ``memory_bytes``, and
        ``speed``, the epochs a second since the record before.
    """

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        self.steps, self.epochs, self.validation, self.elapsed = (Points() for _ in range(4))
        self.values: dict[str, Points] = {}
        self.metric = ""
        self._before: tuple[float, float] | None = None
        self.add(records)

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        """Take in more records; what is no number is left out."""
        self.extend(columns_of(records))

    def extend(self, columns: Columns) -> None:
        """Take in more records, as `columns_of` gives them."""
        epoch = columns["epoch"]
        if not len(epoch):
            return
        part, loss = columns["part"], columns["loss"]
        inside, lost = np.isfinite(part), np.isfinite(loss)
        place = epoch + np.where(inside, part, 0.0)
        self.steps.add(place[inside & lost], loss[inside & lost])
        self.epochs.add(np.maximum(0.0, epoch[~inside & lost] - 0.5), loss[~inside & lost])
        for name, values in columns.items():
            kind, _, key = name.partition("/")
            if kind == "validation":
                self._add_validation(key, epoch, values, columns["seconds"])
            elif kind == "values" or name == "memory_bytes":
                self._add_values(key or name, place, values)
        self._add_speed(place, columns["seconds"], first=inside & (place > epoch))

    def _add_values(self, name: str, place: Array, values: Array) -> None:
        known = np.isfinite(values)
        if known.any():
            self.values.setdefault(name, Points()).add(place[known], values[known])

    def _add_speed(self, place: Array, seconds: Array, *, first: Array) -> None:
        """Speed since the record before; a validation between two epochs is no training."""
        known = np.isfinite(seconds)
        if not known.any():
            return
        before = [(self._before or (np.nan, np.nan))[at] for at in (0, 1)]
        places = np.concatenate([[before[0]], place[known]])
        times = np.concatenate([[before[1]], seconds[known]])
        self._before = (float(places[-1]), float(times[-1]))
        done, took = np.diff(places), np.diff(times)
        # Where an epoch begins, the validation of the last one lies between the two.
        validated = first[known] & (places[:-1] == np.floor(places[:-1])) & (places[:-1] > 0)
        fits = (done > 0) & (took > 0) & ~validated
        self._add_values("speed", places[1:][fits], done[fits] / took[fits])

    def _add_validation(self, name: str, epoch: Array, values: Array, seconds: Array) -> None:
        known = np.isfinite(values)
        if known.any() and name == (self.metric or name):
            self.metric = name
            self.validation.add(epoch[known], values[known])
            self.elapsed.add(seconds[known], values[known])

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


def columns_of(records: Iterable[Any]) -> Columns:
    """What records say, as arrays of one length, NaN where they say nothing; what is no record is left out.

    ``epoch``, ``part``, ``loss``, ``seconds``, ``memory_bytes``, and what stands one level deeper as ``validation/ndcg@10``
    and ``values/learning_rate``.
    """
    valid = [record for record in records if isinstance(record, dict) and number(record.get("epoch")) is not None]
    columns = {name: _column(record.get(name) for record in valid) for name in PLAIN}
    for name in DEEPER:
        inner = [found if isinstance(found := record.get(name), dict) else {} for record in valid]
        for key in dict.fromkeys(key for values in inner for key in values):
            columns[f"{name}/{key}"] = _column(values.get(key) for values in inner)
    return columns


def _column(values: Iterable[Any]) -> Array:
    found = (number(value) for value in values)
    return np.array([np.nan if value is None else value for value in found], dtype=float)


def columns_in(lines: bytes) -> Columns:
    """The same of whole lines of a ``records.jsonl``, fast where all of them are records."""
    if len(lines) > MAX_DIRECT_BYTES:
        try:
            return _columns_by_arrow(lines)
        except (pa.ArrowException, UnicodeDecodeError):  # a damaged line, or a number that JSON does not know
            pass
    return columns_of(map(_parsed, lines.splitlines()))


def _columns_by_arrow(lines: bytes) -> Columns:
    import pyarrow.json

    schema = pa.schema([(name, pa.float64()) for name in PLAIN])
    options = pyarrow.json.ParseOptions(explicit_schema=schema)
    table = pyarrow.json.read_json(arrow_reader(lines), parse_options=options)
    table = table.filter(pc.is_finite(table["epoch"]))
    columns = {name: _floats(table[name]) for name in PLAIN}
    for name in DEEPER:
        if name in table.column_names and pa.types.is_struct(table[name].type):
            for field in table[name].type:
                if pa.types.is_floating(field.type) or pa.types.is_integer(field.type):
                    columns[f"{name}/{field.name}"] = _floats(pc.struct_field(table[name], field.name))
    return columns


def _floats(column: Any) -> Array:
    return column.cast(pa.float64()).to_numpy()


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def number(value: Any) -> float | None:
    """A finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
