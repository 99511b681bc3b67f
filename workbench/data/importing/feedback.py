"""What the events of a file are worth: guessed from its first rows, said by the person, and applied to what was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.data.feedback.guessing import Worth, counted, guess_worth, is_telling
from workbench.data.feedback.rules import Feedback, parse_feedback
from workbench.data.importing import roles
from workbench.data.importing.role_evidence import LOOKED_AT
from workbench.data.importing.roles import Columns
from workbench.data.interactions import Interactions
from workbench.data.reading.first_rows import Preview
from workbench.data.reading.formats import format_of


@dataclass(frozen=True)
class Told:
    """What the events of a file are worth, before it is read.

    Attributes
    ----------
    columns : Columns
        Those of the roles: a column of kinds of event is no rating, and one of clicks or plays is.
    feedback : list of Feedback
        Empty where every row is a choice of equal worth.
    duplicates : str or None
        What becomes of several events of one user and item; None where that does not depend on feedback.
    why : str
        Why this is guessed; empty where nothing is.
    """

    columns: Columns
    feedback: list[Feedback]
    duplicates: str | None = None
    why: str = ""


def guess_feedback(shown: Preview, columns: Columns, *, others: bool) -> Told:
    """Guess what the events of a file are worth.

    Parameters
    ----------
    others
        Whether columns without a role may tell it too, because nobody has said which column is which.
    """
    if format_of(shown.format).is_wide:
        return Told(columns, [])
    if others:
        found = _other_column(shown, columns)
        if found is not None:
            return found
    if columns.rating is None:
        return Told(columns, [])
    at = roles.position(columns.rating, shown)
    counts = roles.counts_of(shown, columns.rating)
    worth = guess_worth(_name(shown, at), shown.column(at)) or (counted(counts) if counts else None)
    return Told(columns, []) if worth is None else _told(columns, columns.rating, worth)


def said_feedback(shown: Preview, columns: Columns, said: Sequence[tuple[str, str | None]]) -> Told:
    """The same, as the person says it (``COLUMN`` and ``RULES``); ``rating`` is the column of ratings, whatever its name.

    Raises
    ------
    WorkbenchError
        If there is no such column, or a rule is none.
    """
    rating = columns.rating
    named = [(str(rating) if name == "rating" != rating and rating is not None else name, text) for name, text in said]
    found = parse_feedback(named, shown.names)
    if len(found) > 1:
        return Told(columns.model_copy(update={"rating": None}), found, "sum")
    only = found[0]
    at = roles.position(only.column, shown)
    same = rating is not None and roles.position(rating, shown) == at
    if same:
        only = only.model_copy(update={"column": rating})
    if only.kind == "events":
        return Told(columns.model_copy(update={"rating": None}), [only], "sum")
    guessed = guess_worth(_name(shown, at), shown.column(at))
    usual = guessed.duplicates if guessed and only.kind == "likes" else {"counts": "sum"}.get(only.kind)
    return Told(columns if same else columns.model_copy(update={"rating": only.column}), [only], usual)


def weighed(data: Interactions, feedback: list[Feedback], *, as_text: bool, rated: bool) -> Interactions:
    """Merged interactions with the weights that rules give them; as they are where all weigh 1.

    Parameters
    ----------
    as_text
        Whether weights were read in the place of ratings.
    rated
        Whether such data is to have ratings all the same: 1 for a positive, 0 for others.
    """
    if not feedback or data.rating is None:
        return data
    weight = data.rating if as_text else feedback[0].of_numbers(data.rating)
    if as_text:
        data = replace(data, rating=(weight > 0).astype(np.float32) if rated else None)
    if (weight == 1).all():
        return data
    ignored = np.isnan(weight)
    return replace(data, weight=weight) if not ignored.any() else replace(data, weight=weight).take(~ignored)


def feedback_json(feedback: list[Feedback], *, rated: bool) -> dict[str, Any]:
    """The kind of feedback and its rules as the command line writes them, by column."""
    if not feedback:
        return {"kind": "ratings" if rated else "implicit", "rules": []}
    found = {str(each.column): each.written() for each in feedback}
    kinds = {each.kind for each in feedback}
    kind = kinds.pop() if len(kinds) == 1 else "events"
    rules = next(iter(found.values())) if len(found) == 1 else [f"{c}={','.join(r)}" for c, r in found.items()]
    return {"kind": kind, "column": next(iter(found)) if len(found) == 1 else list(found), "rules": rules}


def _other_column(shown: Preview, columns: Columns) -> Told | None:
    """A column without a role that says by its name, or by values that only kinds of event have, what a row is worth."""
    taken = set(roles.positions(columns, shown).values())
    rating = None if columns.rating is None else roles.position(columns.rating, shown)
    if rating is not None and shown.format.header:
        return None  # its name says that it is the rating
    for at, name in enumerate(shown.names[:LOOKED_AT]):
        if at in taken - {rating}:
            continue
        worth = guess_worth(_name(shown, at), shown.column(at))
        if worth is None or not (worth.is_events or (shown.format.header and is_telling(name))):
            continue
        column: str | int = name if shown.format.header and shown.names.count(name) == 1 else at
        return _told(columns, column, worth)
    return None


def _told(columns: Columns, column: str | int, worth: Worth) -> Told:
    told = columns.model_copy(update={"rating": None if worth.is_events else column})
    return Told(told, [Feedback(column=column, rules=worth.rules, guessed=True)], worth.duplicates, worth.why)


def _name(shown: Preview, at: int) -> str:
    return shown.names[at] if shown.format.header else ""
