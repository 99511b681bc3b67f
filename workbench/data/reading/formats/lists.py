"""Lists of text: a line is a user, the items behind."""

import re
from typing import Any

from workbench.data.reading.formats.base.text_format import TextFormat
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.wide import ListConverter

# Share of lines that have to look like a user with items, before a file is taken for such lists.
LIKELY_SHARE = 0.7
# Fewer lines may begin with a count by chance.
FEWEST_LINES = 3
MARKS = (" ", ",", ";")


class Lists(TextFormat):
    """Who met what, in the order in which it happened."""

    name, title, sentence, order = "lists", "one user per line", "one user per line, followed by its items", 800
    options = ("encoding", "delimiter", "comment", "first")
    is_wide, columns = True, ("user", "item")

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        asked = sample.asked == cls.name
        if not asked and (sample.asked or sample.delimiter or not _is_one_user_a_line(sample.lines)):
            return None
        text = {"encoding": sample.encoding, "comment": sample.comment, "header": False, "quotes": False}
        mark = sample.known.get("delimiter") or _mark(sample.lines)
        return text | {"delimiter": mark, "first": "count" if _is_counted(sample.lines, mark) else "user"}

    @classmethod
    def heeded(cls, known: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in known.items() if name in cls.options}

    @classmethod
    def converter(cls, layout: Layout, names: list[str], *, rated: bool = True) -> ListConverter:
        return ListConverter(layout)


def _is_one_user_a_line(lines: list[str]) -> bool:
    fields = [re.split(r"[ \t,;]+", line.strip()) for line in lines]
    likely = sum(len(row) > 1 and all(re.search(r"\d", field) for field in row) for row in fields)
    return likely > LIKELY_SHARE * len(fields) and len({len(row) for row in fields}) > 1


def _is_counted(lines: list[str], mark: str) -> bool:
    """Whether each line begins with how many items follow, so that the user is the number of the line."""
    rows = [line.split(None if mark == " " else mark) for line in lines]
    counts = [row[0].strip() for row in rows]
    counted = all(count == str(len(row) - 1) for count, row in zip(counts, rows, strict=True))
    return counted and len(set(counts)) > 1 and len(rows) > FEWEST_LINES


def _mark(lines: list[str]) -> str:
    """What stands between items: what there is most of, tabs counted as blanks."""
    return max(MARKS, key=lambda mark: sum(line.count(mark) + (mark == " ") * line.count("\t") for line in lines))
