"""Rules that say what an event is worth: a value, a range or the name of an event becomes a weight.

A weight above 0 is a positive, and says how much; 0 is an event that was merely seen; below 0 the person dislikes the
item. Whatever was kept was seen, whatever its weight: it stands in no list again. Events to be ignored have no weight
(NaN), and leave no trace.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from workbench.data.columns.graded import YES_NO
from workbench.data.columns.names import ColumnName
from workbench.declaring import nearest
from workbench.errors import WorkbenchError

Effect = Literal["like", "dislike", "seen", "ignore", "weight", "log"]
Kind = Literal["ratings", "counts", "likes", "events", "implicit"]
# What a value is worth under each effect; weights of `weight` and `log` come from the value itself.
WORTH = {"like": 1.0, "dislike": -1.0, "seen": 0.0, "ignore": np.nan}
SCALED = ("weight", "log")
BATCH_ROWS = 1 << 20

_EFFECT = re.compile(r"(like|dislike|seen|ignore|weight|log)\s*(>=|<=|=|>|<)\s*(.*)", re.DOTALL)
_RANGE = re.compile(r"(.+)\.\.(.+)")
GRAMMAR = "like>=4, dislike<=2, seen=0, ignore=9, log>=30 or EVENT:WEIGHT such as buy:5"

Weights = npt.NDArray[np.float32]
Named = npt.NDArray[np.int64]


class Rule(BaseModel):
    """What some values are worth.

    Attributes
    ----------
    effect
        ``like`` (weight 1), ``dislike`` (-1), ``seen`` (0), ``ignore`` (the row is left out), ``weight`` (the value
        itself, or `weight` where that is given), ``log`` (the logarithm to base 2 of one plus the value: 1 stays 1).
    value
        The value meant, as text; None where a range is meant, or every value.
    low, high
        Ends of a range; `strict` where the ends themselves are not meant.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    effect: Effect
    value: str | None = None
    low: float | None = None
    high: float | None = None
    strict: bool = False
    weight: float | None = Field(None, ge=-1e6, le=1e6)

    @model_serializer(mode="wrap")
    def _said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What the rule says, without what it leaves open."""
        return {name: value for name, value in serialize(self).items() if value is not None and value is not False}

    def holds(self, number: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which numbers are meant, compared as ratings are held; what is no number is NaN, and is never meant."""
        values = number.astype(np.float32)
        if self.value is not None:
            wanted = as_number(self.value)
            return np.zeros(len(values), bool) if wanted is None else values == np.float32(wanted)
        found = ~np.isnan(values)
        if self.low is not None:
            found &= values > np.float32(self.low) if self.strict else values >= np.float32(self.low)
        if self.high is not None:
            found &= values < np.float32(self.high) if self.strict else values <= np.float32(self.high)
        return found

    def worth(self, number: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Weights of values that are meant; a `log` or `weight` of what is no number is 1."""
        if self.weight is not None or self.effect not in SCALED:
            return np.full(len(number), WORTH.get(self.effect, self.weight) if self.weight is None else self.weight)
        known = np.where(np.isnan(number), 1.0, number)
        return known if self.effect == "weight" else np.log2(1 + np.maximum(known, 0))

    def written(self) -> str:
        """The rule as the command line takes it."""
        if self.weight is not None:
            return f"{self.value}:{self.weight:g}"
        if self.value is not None:
            return f"{self.effect}={self.value}"
        if self.low is not None and self.high is not None:
            return f"{self.effect}={self.low:g}..{self.high:g}"
        if self.low is not None:
            return f"{self.effect}{'>' if self.strict else '>='}{self.low:g}"
        return self.effect if self.high is None else f"{self.effect}{'<' if self.strict else '<='}{self.high:g}"

    @property
    def ends(self) -> tuple[float, float]:
        """Between which numbers the values lie that are meant, NaN where a word is meant."""
        if self.value is not None:
            number = as_number(self.value)
            return (np.nan, np.nan) if number is None else (number, number)
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rule as the command line writes it; raises WorkbenchError where it is none."""
        try:
            return cls(**_read(text.strip()))
        except (ValidationError, ValueError) as error:
            message = f"'{text.strip()}' says nothing of what an event is worth. Write {GRAMMAR}."
            raise WorkbenchError(message) from error


def _read(text: str) -> dict[str, Any]:
    found = _EFFECT.fullmatch(text)
    if found is None:
        if text in SCALED:
            return {"effect": text}
        value, colon, worth = text.rpartition(":")
        if not colon or not value.strip():
            raise ValueError(text)
        return _named(value.strip(), worth.strip())
    effect, sign, value = found.groups()
    value = value.strip()
    if sign == "=":
        ends = _RANGE.fullmatch(value)
        if ends:
            return {"effect": effect, "low": float(ends[1]), "high": float(ends[2])}
        return {"effect": effect, "value": _filled(value)}
    return {"effect": effect, "low" if ">" in sign else "high": float(value), "strict": "=" not in sign}


def _named(value: str, worth: str) -> dict[str, Any]:
    if worth in WORTH or worth in SCALED:
        return {"effect": worth, "value": value}
    return {"effect": "weight", "value": value, "weight": float(worth)}


def _filled(value: str) -> str:
    if not value:
        raise ValueError(value)
    return value


class Feedback(BaseModel):
    """What the values of one column are worth. The first rule that holds counts; what no rule names was merely seen.

    Attributes
    ----------
    column
        By name, or by position (from 0) where the file has no header.
    guessed
        Whether nobody has said it.
    """

    model_config = ConfigDict(extra="forbid")

    column: ColumnName
    rules: list[Rule] = Field(min_length=1)
    guessed: bool = False

    @model_serializer(mode="wrap")
    def _said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = serialize(self)
        if not self.guessed:
            del found["guessed"]
        return found

    @property
    def is_text(self) -> bool:
        """Whether a rule names a value that is no number, so that the column is read as text."""
        return any(rule.value is not None and as_number(rule.value) is None for rule in self.rules)

    @property
    def kind(self) -> Kind:
        """What such feedback is called."""
        if self.is_text:
            yes_no = all(rule.value is not None and rule.value.strip().lower() in YES_NO for rule in self.rules)
            return "likes" if yes_no else "events"
        if any(rule.effect in SCALED and rule.weight is None for rule in self.rules):
            return "counts"
        return "ratings" if any(rule.value is None for rule in self.rules) else "likes"

    def of_numbers(self, values: npt.NDArray[Any]) -> Weights:
        """Weights of numbers, float32 (n,); NaN where a row is to be ignored."""
        found = np.empty(len(values), np.float32)
        for start in range(0, len(values), BATCH_ROWS):  # memory does not grow with the file
            number = np.asarray(values[start : start + BATCH_ROWS], np.float64)
            found[start : start + BATCH_ROWS] = self._first(number, [rule.holds(number) for rule in self.rules])
        return found

    def named_numbers(self, values: npt.NDArray[Any]) -> Named:
        """How many numbers each rule names, and how many of them no rule before it does, int64 (n_rules, 2)."""
        found = np.zeros((len(self.rules), 2), np.int64)
        for start in range(0, len(values), BATCH_ROWS):
            number = np.asarray(values[start : start + BATCH_ROWS], np.float64)
            found += _counted([rule.holds(number) for rule in self.rules], np.ones(len(number), np.int64))
        return found

    def of_texts(self, texts: pa.Array) -> Weights:
        """Weights of texts, float32 (n,); NaN where a row is to be ignored."""
        return self._first(*self._read(texts))

    def named_texts(self, texts: pa.Array, times: npt.NDArray[np.int64]) -> Named:
        """The same as `named_numbers`, of texts that are there so many times each."""
        return _counted(self._read(texts)[1], times)

    def _read(self, texts: pa.Array) -> tuple[npt.NDArray[np.float64], list[npt.NDArray[np.bool_]]]:
        """Texts as numbers, and which of them each rule names."""
        plain = pc.utf8_trim_whitespace(texts)
        is_number = pc.match_substring_regex(plain, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        number = pc.cast(pc.if_else(is_number, plain, pa.scalar(None, plain.type)), pa.float64())
        number = number.to_numpy(zero_copy_only=False).astype(np.float64)
        lower = pc.utf8_lower(plain)
        return number, [rule.holds(number) | _is(lower, rule.value) for rule in self.rules]

    def _first(self, number: npt.NDArray[np.float64], holds: list[npt.NDArray[np.bool_]]) -> Weights:
        worth = [rule.worth(number) for rule in self.rules]
        return np.select(holds, worth, 0.0).astype(np.float32)

    def written(self) -> list[str]:
        """Its rules as the command line takes them."""
        return [rule.written() for rule in self.rules]

    @classmethod
    def parse(cls, column: str | int, text: str) -> Self:
        """Rules of a column, separated by commas; raises WorkbenchError where one is none."""
        rules = [Rule.parse(part) for part in text.split(",") if part.strip()]
        if not rules:
            message = f"The feedback of column '{column}' has no rules. Write {GRAMMAR}."
            raise WorkbenchError(message)
        return cls(column=column, rules=rules)


def parse_feedback(assignments: Sequence[tuple[str, str | None]], names: Sequence[str]) -> list[Feedback]:
    """Feedback as the command line writes it: ``COLUMN=RULES``, several of one column put together.

    Raises
    ------
    WorkbenchError
        If there is no such column, or a rule is none.
    """
    rules: dict[str | int, list[Rule]] = {}
    for name, text in assignments:
        column: str | int = name
        if name not in names:
            if not name.isdecimal() or int(name) >= len(names):
                raise WorkbenchError(nearest("column", name, list(names)))
            column = int(name)
        rules.setdefault(column, []).extend(Feedback.parse(column, text or "").rules)
    return [Feedback(column=column, rules=found) for column, found in rules.items()]


def combined(weights: Sequence[Weights]) -> Weights:
    """What rows are worth of which several columns tell: weights multiply, one dislike makes a dislike."""
    whole = np.stack(weights)
    lowest = whole.min(axis=0)  # NaN where one of them is: a row that one column ignores is ignored
    return np.where(lowest < 0, lowest, whole.prod(axis=0)).astype(np.float32)


def _counted(holds: list[npt.NDArray[np.bool_]], times: npt.NDArray[np.int64]) -> Named:
    """How many rows each rule holds for, and for how many of them it is the first."""
    found, before = [], np.zeros(len(times), bool)
    for held in holds:
        found.append((int(times[held].sum()), int(times[held & ~before].sum())))
        before |= held
    return np.array(found, np.int64).reshape(-1, 2)


def as_number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _is(lower: pa.Array, value: str | None) -> npt.NDArray[np.bool_]:
    if value is None:
        return np.zeros(len(lower), bool)
    return np.asarray(pc.equal(lower, value.strip().lower()).fill_null(False).to_numpy(zero_copy_only=False), bool)
