"""What a column is worth as a small table, for people who correct it: a row for each value, or for each range."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.feedback.guessing import as_read
from workbench.data.feedback.rules import SCALED, Effect, Feedback, Rule, as_number

# With more values than this, rows are ranges.
MAX_VALUES = 12


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes
    ----------
    rule : Rule
        What is meant, and what it is worth.
    share : float
        Of the first rows, 0 to 1.
    """

    rule: Rule
    share: float

    def with_effect(self, effect: Effect) -> "Row":
        """The same values, worth something else."""
        fixed = effect == "weight" and self.rule.value is not None
        weight = (self.rule.weight or 1.0) if fixed else None
        return replace(self, rule=self.rule.model_copy(update={"effect": effect, "weight": weight}))

    def with_number(self, name: str, number: float) -> "Row":
        """The same row with another ``low``, ``high`` or ``weight``."""
        return replace(self, rule=self.rule.model_copy(update={name: number}))


def rows_of(feedback: Feedback | None, values: Sequence[str]) -> list[Row]:
    """A row for each value of a column, or for each range that its rules name; without rules all are likes."""
    texts = Counter(text.strip() for text in as_read(values) if text.strip())
    numbers = np.array([number for text in texts.elements() if (number := as_number(text)) is not None])
    ranged = feedback is not None and any(rule.value is None for rule in feedback.rules)
    if len(texts) <= MAX_VALUES and not ranged:
        return [Row(_rule_of(feedback, text), n / texts.total()) for text, n in sorted(texts.items(), key=_order)]
    rules = feedback.rules if feedback is not None else [Rule(effect="like", low=_middle(numbers))]
    return [Row(rule, _share(rule, texts, numbers)) for rule in rules]


def feedback_of(column: str | int, rows: Sequence[Row]) -> Feedback | None:
    """What the table says; None where every row is a choice of the same worth."""
    if not rows or all(row.rule.effect == "like" and row.rule.value is not None for row in rows):
        return None
    return Feedback(column=column, rules=[row.rule for row in rows])


def effects_of(row: Row) -> list[Effect]:
    """What a row may be worth."""
    if row.rule.value is not None:
        return ["like", "weight", "seen", "dislike", "ignore"]
    return ["like", "log", "weight", "seen", "dislike", "ignore"]


def _rule_of(feedback: Feedback | None, text: str) -> Rule:
    """What one value is worth, as a rule of its own."""
    if feedback is None:
        return Rule(effect="like", value=text)
    number = as_number(text)
    for rule in feedback.rules:
        same = rule.value is not None and rule.value.lower() == text.lower()
        if same or (number is not None and rule.holds(np.array([number]))[0]):
            scaled = rule.effect in SCALED and rule.weight is None
            weight = float(rule.worth(np.array([number or 1.0]))[0]) if scaled else rule.weight
            return Rule(effect="weight" if scaled else rule.effect, value=text, weight=weight)
    return Rule(effect="seen", value=text)


def _order(entry: tuple[str, int]) -> tuple[float, str]:
    number = as_number(entry[0])
    return (np.inf if number is None else -number, entry[0])


def _middle(numbers: np.ndarray) -> float:
    return float(np.median(numbers)) if len(numbers) else 0.0


def _share(rule: Rule, texts: Counter[str], numbers: np.ndarray) -> float:
    found = texts[rule.value] if rule.value is not None else int(rule.holds(numbers).sum())
    return found / max(1, texts.total())
