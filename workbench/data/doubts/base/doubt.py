"""A doubt: a guess that could be wrong and would change the result, told with what would change it."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from workbench.data.columns.names import plain
from workbench.data.feedback.guessing import as_read
from workbench.data.feedback.rules import Feedback, as_number
from workbench.data.interactions import Array, Interactions
from workbench.data.reading.first_rows import Preview
from workbench.data.reading.formats import format_of

About = Literal["columns", "rows", "time", "encoding", "format", "feedback"]
Json = dict[str, Any]

# Below this many rows everything is odd, and nothing is told.
FEWEST_ROWS = 20
# Ratings that are looked at, however many there are.
SAMPLED_RATINGS = 200_000
# Words of a column that a sentence lists.
MAX_WORDS = 6


@dataclass(frozen=True)
class Doubt:
    """One doubt, as plain values.

    Attributes
    ----------
    about : str
        What part of the reading it concerns.
    sentence : str
        What was read, and why that could be wrong.
    try_ : str
        The option of the command line that would change it.
    rows : int
        How many rows are concerned.
    examples : list of dict
        Some of them: ``line`` and ``text``.
    change : dict
        What a button changes: ``columns`` (role to name or position, None for no column), ``read`` (settings by name),
        ``rating_as``, ``feedback`` (column to rules) or ``items`` (the file is one of items); empty where only a person
        can.
    settles : bool
        Whether it is about who is user and what is item, so that nothing else is worth telling before it is settled.
    """

    name: str
    about: About
    sentence: str
    try_: str
    rows: int = 0
    examples: list[Json] = field(default_factory=list)
    change: Json = field(default_factory=dict)
    settles: bool = False

    def plain(self) -> Json:
        """As JSON has it."""
        shown = {"name": self.name, "about": self.about, "sentence": self.sentence, "try": self.try_}
        return {**shown, "rows": self.rows, "examples": self.examples, "change": self.change}


@dataclass(frozen=True, eq=False)
class Evidence:
    """What doubts are judged by: a bounded sample of the file as text, and what became of all of it (or of the sample).

    Attributes
    ----------
    shown : Preview
        The first rows, of all columns.
    at : dict of role to position
    written : str or None
        How times are written.
    duplicates, rating_as, ids : str
        What the recipe does with repeated pairs, with ratings and with ids.
    data : Interactions
        What was read.
    rows, kept, refused, repeated : int
        Rows that there are, that were kept, that were refused, and kept ones that repeat a user and an item.
    reasons : dict of str to dict
        Why rows were refused: ``count``, and ``line`` and ``text`` of the first.
    problem : str or None
        Why the file looks like no table of interactions.
    counts : str or None
        Why the ratings look like counts.
    feedback : dict of str to Feedback
        What the person has said that values are worth, by column; nothing is doubted of that but what it names.
    guessed : dict of str to Feedback
        What values are guessed to be worth, by column.
    named : dict of str to list
        By column, how many rows each rule names, and how many of them no rule before it does.
    is_whole : bool
        Whether the data are of the whole file: how many users and items there are says little of its beginning.
    """

    shown: Preview
    at: dict[str, int]
    data: Interactions
    rows: int
    kept: int
    refused: int = 0
    repeated: int = 0
    written: str | None = None
    duplicates: str = "last"
    rating_as: str = "as is"
    ids: str = "as is"
    reasons: dict[str, Json] = field(default_factory=dict)
    problem: str | None = None
    counts: str | None = None
    feedback: dict[str, Feedback] = field(default_factory=dict)
    guessed: dict[str, Feedback] = field(default_factory=dict)
    named: dict[str, list[list[int]]] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def is_wide(self) -> bool:
        """Whether a row of the file is more than one interaction."""
        return format_of(self.shown.format).is_wide

    @property
    def has_header(self) -> bool:
        """Whether columns have names."""
        return self.shown.format.header or self.is_wide

    @cached_property
    def columns(self) -> list[list[str]]:
        """Values of each column in the sample."""
        whole = [row for row in self.shown.rows if len(row) == len(self.shown.names)]
        return [[row[at].strip() for row in whole] for at in range(len(self.shown.names))]

    def values(self, role: str) -> list[str]:
        """Values of the column of a role in the sample; none where there is no such column."""
        return self.columns[self.at[role]] if role in self.at else []

    def called(self, at: int) -> str:
        """How the command line calls a column."""
        return self.shown.names[at] if self.has_header else str(at)

    def name(self, role: str) -> str:
        """How the column of a role is called in a sentence."""
        return self.shown.names[self.at[role]]

    def free(self) -> Iterator[int]:
        """Columns without a role."""
        return (at for at in range(len(self.shown.names)) if at not in self.at.values())

    def is_said(self, at: int) -> bool:
        """Whether the person has said what the values of a column are worth."""
        return self.called(at) in self.feedback

    def ratings_as_written(self) -> Array | None:
        """All ratings, where they are taken as they stand and the person has said nothing of them; else None."""
        data = self.data.rating
        if data is None or not len(data) or self.rating_as != "as is" or "rating" not in self.at:
            return None
        return None if self.is_said(self.at["rating"]) else data

    def guess_of(self, at: int) -> str:
        """What the values of a column are guessed to be worth, as the command line writes it; empty where nothing is."""
        guess = self.guessed.get(self.called(at))
        return "" if guess is None else ", ".join(guess.written())

    def columns_option(
        self, others: Mapping[str, int | None] | None = None, asked: str = "", written: str = ""
    ) -> tuple[str, Json]:
        """``--columns`` with other columns for some roles, and the same as a button's change.

        The column of the role `asked` is left to the person; `written` is the time with how it is written.
        """
        at = {role: self.called(place) for role, place in {**self.at, **(others or {})}.items() if place is not None}
        at |= {asked: "COLUMN"} if asked else {}
        at |= {"time": written} if written else {}
        said = ",".join(f"{role}={at[role]}" for role in ("user", "item", "rating", "time") if role in at)
        named = {role: self._reference(place) for role, place in (others or {}).items()}
        return f"--columns {shlex.quote(said)}", {"columns": named}

    def _reference(self, at: int | None) -> str | int | None:
        return None if at is None else self.called(at) if self.has_header else at

    @cached_property
    def rating(self) -> Array:
        """Ratings, every so many of them where they are millions; none where there are none."""
        found = self.data.rating
        return np.zeros(0, np.float32) if found is None else found[:: 1 + len(found) // SAMPLED_RATINGS]

    def feedback_option(self, rules: str) -> tuple[str, Json]:
        """``--feedback`` for the column of ratings, and the same as a button's change."""
        return self.feedback_of(self.at["rating"], rules)

    def feedback_of(self, at: int, rules: str) -> tuple[str, Json]:
        """``--feedback`` for a column, and the same as a button's change."""
        return self.feedback_named(self.called(at), rules)

    def feedback_named(self, column: str, rules: str) -> tuple[str, Json]:
        """The same for a column as the command line calls it."""
        return f"--feedback {shlex.quote(f'{column}={rules}')}", {"feedback": {column: rules}}

    def range_of(self, column: str) -> str:
        """What there is in a column, for a sentence: from which number to which, or a few of its words."""
        values = self._column(column)
        numbers = [number for value in values if (number := as_number(value.replace(",", "."))) is not None]
        if numbers and len(numbers) == len(values):
            low, high = min(numbers), max(numbers)
            if "rating" in self.at and self.called(self.at["rating"]) == column and self.data.rating is not None:
                low, high = min(low, float(self.data.rating.min())), max(high, float(self.data.rating.max()))
            return f"goes from {low:g} to {high:g}"
        words = list(dict.fromkeys(values))
        return f"has {', '.join(words[:MAX_WORDS])}{' and others' if len(words) > MAX_WORDS else ''}"

    def likes_of(self, column: str) -> str:
        """Rules by which some of a column are likes: the upper half of its numbers, or the word that is there most."""
        values = self._column(column)
        numbers = [number for value in values if (number := as_number(value.replace(",", "."))) is not None]
        if numbers and len(numbers) == len(values):
            return f"like>={sorted(numbers)[len(numbers) // 2]:g}"
        return f"{Counter(values).most_common(1)[0][0]}:1" if values else "like>=1"

    def _column(self, column: str) -> list[str]:
        """Values of a column of the sample that are there, ratings in words as they are read."""
        at = next(at for at in range(len(self.shown.names)) if self.called(at) == column)
        return [value for value in as_read(self.columns[at]) if value]

    def examples(self, role_values: list[str], wanted: "set[str] | None" = None, most: int = 3) -> list[Json]:
        """Rows of the sample, with their lines where a row is a line; those whose value is wanted."""
        first = 2 + self.shown.format.skip if self.shown.format.header else 1
        rows = (row for row, value in enumerate(role_values) if wanted is None or value in wanted)
        return [{"line": first + row, "text": self._text(row)} for row, _ in zip(rows, range(most), strict=False)]

    def _text(self, row: int) -> str:
        return self.shown.format.delimiter.join(column[row] for column in self.columns)[:200]


class DoubtKind:
    """Base of all kinds of doubts: one file, one kind.

    Class attributes
    ----------------
    name : by which it is called in JSON
    order : those with a lower one are told first; those that settle who is user and what is item come before others
    any_size : whether it is told of a few rows, too
    """

    name: ClassVar[str] = ""
    order: ClassVar[int] = 50
    any_size: ClassVar[bool] = False

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        """The doubt, None where there is nothing to doubt."""
        raise NotImplementedError


def is_named(name: str, words: tuple[str, ...]) -> bool:
    """Whether a name has one of these words in it."""
    return any(word in plain(name) for word in words)
