"""What was measured, as ``docs/defaults.md``."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.defaults.left_out import QUESTIONS, Answer, Question, answers
from tests.benchmarks.defaults.measure import LIMIT_SECONDS
from tests.benchmarks.defaults.searching import SETTINGS
from tests.benchmarks.defaults.sets import SETS
from workbench.algorithms import all_algorithms

PLACE = Path(__file__).parents[3] / "docs" / "defaults.md"
Row = dict[str, Any]
Found = Mapping[tuple[str, str, str], Row]
BELOW = -2.0  # standard errors
MUCH_LONGER = 3
HEAD = f"""# How good algorithms are as they come

NDCG@10 on the test, which was opened when the rules of the defaults were fixed; all choices are made on validation.
*Before*: the same defaults for all data. *Now*: batch, epochs and patience, and for some algorithms a weight or a
number of neighbours, follow from the data (see `workbench algorithms NAME`). *After search*: the best on validation of
{SETTINGS} settings drawn of the declared ranges and of what comes, for what is quick; only its test was opened.
*Errors*: how many standard errors of the paired difference it is above popularity now. Seconds are of one processor,
which others used too; a training that had taken {LIMIT_SECONDS:.0f} was stopped as if by a person, and judged by its
best epoch: *over the limit*. *Said*: what the run says of itself: *popularity*, that on validation it is not better
than popularity by more than chance; *limit*, that it was still learning when its epochs ran out. A dash: not measured,
or no default of it follows from the data.

Made by `python -m tests.benchmarks.defaults FOLDER`.
"""
WITHOUT = """## Chosen without the set that judges

The values that are tried, the epochs of what takes a step for each interaction, the least steps of little data, and
learning rates: each is chosen by the validation of all sets but one (nearest to the best value on each, in the mean),
and judged by the test of that one. *Without it*: what the others choose, of as many values as are declared, and the
test of what validation then takes. *One value*: the one that is best for the others, so that nothing is tried. *As
declared*: the test of what is taken now. Least steps are those of an epoch, of all epochs, and of patience; rates are
factors of the declared one, and do not follow the data, because where another factor is better it is so on all sets.
"""


def write_table(rows: Sequence[Row]) -> None:
    """Write one table for each set, and what would have been chosen without it."""
    found = {(row["set"], row["algorithm"], row["form"]): row for row in rows}
    measured = [name for name in SETS if any(row["set"] == name for row in rows)]
    parts = [
        HEAD,
        _below(found),
        _slower(found),
        *(_of_set(name, found) for name in measured),
        WITHOUT,
        chosen_without(rows),
    ]
    PLACE.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _below(found: Found) -> str:
    """Where an algorithm is below popularity, and whether it says so."""
    below = [(where, name) for (where, name, form), row in found.items() if form == "now" and _is_below(row)]
    silent = [one for one in below if not _says_so(found[*one, "now"], one[1])]
    now = sum(form == "now" and "test" in row for (_, _, form), row in found.items())
    words = ", ".join(f"{all_algorithms()[name].title} on {where}" for where, name in silent)
    text = f"Of {now} runs as they come, {len(below)} are below popularity by more than two errors; "
    return f"{text}of these, {len(silent)} do not say so{f': {words}' if silent else ''}.\n"


def _slower(found: Found) -> str:
    """What takes much longer than before, and whether it is better for it."""
    both = {
        key[:2]: (row, found[*key[:2], "now"]) for key, row in found.items() if key[2] == "before" and _both(key, found)
    }
    slow = [key for key, (before, now) in both.items() if now["seconds"] > max(1, MUCH_LONGER * before["seconds"])]
    named: dict[str, list[str]] = {}
    for where, name in slow:
        before, now = both[where, name]
        figures = f"{before['test']:.4f} to {now['test']:.4f}"
        named.setdefault(all_algorithms()[name].title, []).append(f"{where} ({figures})")
    words = "".join(f"\n- {title}: {', '.join(places)}" for title, places in named.items())
    return (
        f"Of {len(both)} that were measured before and now, {len(slow)} take over a second and over {MUCH_LONGER} times "
        f"as long, here with their figures before and now:\n{words}\n"
    )


def _both(key: tuple[str, str, str], found: Found) -> bool:
    return all("test" in found.get((*key[:2], form), {}) for form in ("before", "now"))


def _is_below(row: Row) -> bool:
    return row.get("errors", 0.0) < BELOW


def _says_so(row: Row, name: str) -> bool:
    return "popularity" in row["said"] or all_algorithms()[name].predicts_ratings


def _of_set(name: str, found: Found) -> str:
    here = {(algorithm, form): row for (where, algorithm, form), row in found.items() if where == name}
    now = {algorithm: row for (algorithm, form), row in here.items() if form == "now"}
    lines = [f"## {name[:1].upper()}{name[1:]}", "", _facts(now), ""]
    lines += [
        "| Algorithm | Before | Now | After search | Errors | Seconds before | now | search | Said |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    lines += [_line(algorithm, here) for algorithm in all_algorithms() if "test" in now.get(algorithm, {})]
    missing = [algorithm for algorithm in all_algorithms() if algorithm not in now and algorithm != "blend"]
    lines += ["", *([f"Not measured: {', '.join(missing)}.", ""] if missing else [])]
    reasons = [row["skipped"] for row in now.values() if "skipped" in row]
    return "\n".join([*lines, *([f"Not for it: {' '.join(reasons)}", ""] if reasons else [])])


def _facts(now: Mapping[str, Row]) -> str:
    row = next((row for row in now.values() if "facts" in row), None)
    if row is None:
        return ""
    interactions, users, items = row["facts"]
    return f"{interactions:,} interactions, {users:,} users, {items:,} items. Popularity: {row['popularity']:.4f}."


def _line(algorithm: str, here: Mapping[tuple[str, str], Row]) -> str:
    before, now, searched = (here.get((algorithm, form), {}) for form in ("before", "now", "searched"))
    cells = [all_algorithms()[algorithm].title, *(_number(row.get("test")) for row in (before, now, searched))]
    cells += [f"{now['errors']:+.1f}", *(_number(row.get("seconds"), 1) for row in (before, now, searched))]
    return f"| {' | '.join([*cells, _said(now, algorithm)])} |"


def _number(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _said(row: Row, algorithm: str) -> str:
    """What its run says of it, and whether it is below popularity without a word."""
    made_to = ["made to predict ratings"] if all_algorithms()[algorithm].predicts_ratings else []
    said = [*row["said"], *made_to, *(["over the limit"] if row["cut"] else [])]
    return ", ".join([*said, *(["**below**"] if _is_below(row) and not _says_so(row, algorithm) else [])])


def chosen_without(rows: Sequence[Row]) -> str:
    """The means of each question, and its sets, each with what the others would have chosen for it."""
    found = {question: list(answers(question, rows)) for question in QUESTIONS}
    found = {question: some for question, some in found.items() if some}
    lines = ["| What | Sets | Without it | One value | As declared |", "|---|--:|--:|--:|--:|"]
    for question, some in found.items():
        cells = [_called(question), str(len(some)), *(f"{mean:.4f}" for mean in _means(some))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(part for one, some in found.items() for part in _of_question(one, some))])


def _called(question: Question) -> str:
    return f"{all_algorithms()[question.algorithm].title}: {question.field.replace('_', ' ')}"


def _means(found: Sequence[Answer]) -> list[float]:
    names = ("test", "constant_test", "declared_test")
    return [float(np.mean([getattr(one, name) for one in found])) for name in names]


def _of_question(question: Question, found: Sequence[Answer]) -> Iterator[str]:
    declared = ", ".join(map(question.named, question.declared))
    yield f"### {_called(question)}\n"
    yield f"Declared: {declared}; of {', '.join(map(question.named, question.values))}.\n"
    yield "| Set | Without it | Test | One value | Test | As declared |"
    yield "|---|---|--:|--:|--:|--:|"
    for answer in found:
        cells = [answer.name, ", ".join(map(question.named, answer.chosen)), f"{answer.test:.4f}"]
        cells += [question.named(answer.constant), f"{answer.constant_test:.4f}", f"{answer.declared_test:.4f}"]
        yield f"| {' | '.join(cells)} |"
    yield ""
