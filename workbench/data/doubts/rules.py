"""Rules of feedback that name no row, or rows that an earlier rule names, too."""

from typing import ClassVar

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.feedback.rules import Feedback, Rule


class Rules(DoubtKind):
    """What was said, held against what is there: a slip in a rule would otherwise go unnoticed."""

    name, order = "rules", 41
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        for column, feedback in seen.feedback.items():
            named = dict(enumerate(seen.named.get(column, [])))
            idle = [feedback.rules[at] for at, (rows, _) in named.items() if not rows]
            if idle and seen.is_whole:
                return _idle(seen, column, feedback, idle)
            for at, (rows, first) in named.items():
                before = _clash(feedback, at) if first < rows else None
                if before is not None:
                    return _overlapping(seen, column, feedback, at, before)
        return None


def _idle(seen: Evidence, column: str, feedback: Feedback, idle: list[Rule]) -> Doubt:
    """Rules that name nothing."""
    told = " and ".join(rule.written() for rule in idle)
    rule, it = ("The rules", "they name") if len(idle) > 1 else ("The rule", "it names")
    sentence = (
        f"{rule} {told} of '{column}' {'do' if len(idle) > 1 else 'does'} nothing: the column {seen.range_of(column)}, and "
        f"{it} none of that. What no rule names was merely seen."
    )
    left = ",".join(each.written() for each in feedback.rules if each not in idle)
    option, change = seen.feedback_named(column, left or seen.likes_of(column))
    return Doubt(Rules.name, "feedback", sentence, option, change=change)


def _clash(feedback: Feedback, at: int) -> Rule | None:
    """A rule before that takes what another names, too, and is no exception from it."""
    later = feedback.rules[at]
    for rule in feedback.rules[:at]:
        (low, high), (least, most) = later.ends, rule.ends
        same = rule.value is not None and later.value is not None and rule.value.lower() == later.value.lower()
        crossed = max(low, least) <= min(high, most) and not (low <= least and most <= high)
        if (same or crossed) and (rule.effect, rule.weight) != (later.effect, later.weight):
            return rule
    return None


def _overlapping(seen: Evidence, column: str, feedback: Feedback, at: int, before: Rule) -> Doubt:
    """A rule whose rows an earlier rule names, too."""
    later, (rows, first) = feedback.rules[at], seen.named[column][at]
    sentence = (
        f"The rules {before.written()} and {later.written()} of '{column}' overlap: {rows - first:,} of the {rows:,} rows "
        f"that {later.written()} names are taken by a rule before it. Say each value once."
    )
    apart = _apart(later, before)
    rules = [apart or rule if rule is later else rule for rule in feedback.rules if rule is not later or apart]
    if apart is None and before.value is None:  # an exception, if it comes first
        rules.insert(0, later)
    option, change = seen.feedback_named(column, ",".join(rule.written() for rule in rules))
    return Doubt(Rules.name, "feedback", sentence, option, rows - first, change=change)


def _apart(later: Rule, before: Rule) -> Rule | None:
    """The side of a range that another range does not name; None where there is no such side."""
    (low, high), (least, most) = later.ends, before.ends
    if later.value is not None or before.value is not None:
        return None
    if low < least:
        return later.model_copy(update={"low": None, "high": least, "strict": not before.strict})
    if high > most:
        return later.model_copy(update={"low": most, "high": None, "strict": not before.strict})
    return None
