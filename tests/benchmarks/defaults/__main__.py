"""``python -m tests.benchmarks.defaults FOLDER``: every algorithm as it comes, on every set, before, now, and searched.

What is measured is a line in ``FOLDER/rows.jsonl``, so that the command goes on where it was ended; then
``docs/defaults.md`` is written of the lines that there are (``--table``: only that). ``--algorithms``, ``--sets`` and
``--forms`` (parts of names, joined by ``+``) measure some first. ``--left-out`` prints what the other sets would have
chosen for each set.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.defaults.left_out import QUESTIONS
from tests.benchmarks.defaults.measure import declared, in_steps, measure
from tests.benchmarks.defaults.searching import QUICK_SECONDS, search
from tests.benchmarks.defaults.sets import SETS, DataSet
from tests.benchmarks.defaults.table import chosen_without, write_table
from workbench.algorithms import all_algorithms
from workbench.declaring import rules_of, tried_of

Asked = tuple[str, str, str]  # set, algorithm, form
PATIENCE_BEFORE = 10


def main() -> None:
    """Measure what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for part in ("algorithms", "sets", "forms"):
        parser.add_argument(f"--{part}", default="", metavar="PART+…")
    parser.add_argument("--table", action="store_true", help="only write the table")
    parser.add_argument("--left-out", action="store_true", help="only print what would be chosen without each set")
    args = parser.parse_args()
    kept = args.folder / "rows.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    rows = {(row["set"], row["algorithm"], row["form"]): row for row in map(json.loads, lines)}
    wanted = [one for one in every() if all(_among(part, getattr(args, name)) for name, part in _named(one))]
    for one in [] if args.table or args.left_out else wanted:
        found = None if one in rows else measured(args.folder, one, rows)
        if found is None:
            continue
        rows[one] = found | dict(zip(("set", "algorithm", "form"), one, strict=True))
        sys.stdout.write(f"{', '.join(one)}: {found}\n")
        sys.stdout.flush()
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rows[one]) + "\n")
    if args.left_out:
        sys.stdout.write(chosen_without(list(rows.values())) + "\n")
    else:
        write_table(list(rows.values()))


def _named(one: Asked) -> list[tuple[str, str]]:
    return list(zip(("sets", "algorithms", "forms"), one, strict=True))


def _among(name: str, parts: str) -> bool:
    return not parts or any(part in name for part in parts.split("+"))


def every() -> Iterator[Asked]:
    """All that is to be measured, what tells most for its time first."""
    names = [name for name in all_algorithms() if name != "blend"]
    quick = [name for name in names if not all_algorithms()[name].uses_torch]
    sets = [name for name, source in SETS.items() if source.there()]
    small, most = ([name for name in sets if one(SETS[name])] for one in (_is_small, _is_not_large))
    by_value = [question for question in QUESTIONS if question.algorithm in quick]
    by_size = [question for question in QUESTIONS if question not in by_value]
    tried = ["popularity", *dict.fromkeys(question.algorithm for question in by_value)]
    yield from ((where, name, form) for where in small[:1] for name in names for form in _forms(name))
    yield from ((where, name, form) for where in most for name in tried for form in _forms(name))
    yield from ((where, one.algorithm, form) for where in small for one in by_size for form in one.forms())
    yield from ((where, one.algorithm, form) for where in most[:5] for one in by_value for form in one.forms())
    yield from ((where, name, form) for where in small for name in names for form in _forms(name))
    yield from ((where, name, "searched") for where in small for name in quick)
    yield from ((where, one.algorithm, form) for where in sets for one in by_value for form in one.forms())
    yield from ((where, name, form) for where in sets for name in quick for form in (*_forms(name), "searched"))
    yield from ((where, name, form) for where in sets for name in names for form in _forms(name))


def _is_small(source: DataSet) -> bool:
    return source.small


def _is_not_large(source: DataSet) -> bool:
    return not source.large


def _forms(name: str) -> tuple[str, ...]:
    """What has no rule is the same before and now."""
    kind = all_algorithms()[name]
    return ("before", "now") if rules_of(kind) or tried_of(kind) else ("now",)


def measured(folder: Path, asked: Asked, rows: dict[Asked, dict[str, Any]]) -> dict[str, Any] | None:
    """What comes of a training; None where it is not worth one."""
    name, algorithm, form = asked
    place, source = folder / name.replace(",", "").replace(" ", "-"), SETS[name]
    if form == "now":
        return measure(place, source, algorithm, {})
    if form == "before":
        return measure(place, source, algorithm, declared(algorithm), PATIENCE_BEFORE)
    if form == "searched":
        now = rows.get((name, algorithm, "now"), {})
        quick = now.get("seconds", QUICK_SECONDS + 1) <= QUICK_SECONDS and now.get("validation") is not None
        return search(place, source, algorithm, now) if quick else None
    return measure(place, source, algorithm, *_of_question(place, name, algorithm, form))


def _of_question(place: Path, name: str, algorithm: str, form: str) -> tuple[dict[str, Any], int | None]:
    question = next(one for one in QUESTIONS if one.algorithm == algorithm and form in one.forms())
    value = question.values[question.forms().index(form)]
    if question.field == "steps":
        return in_steps(place, SETS[name], algorithm, value)
    if question.field == "rate":
        return {"learning_rate": declared(algorithm)["learning_rate"] * value}, None
    return {question.field: value}, None


if __name__ == "__main__":
    main()
