"""Lists shown at once, in a line each: who saw them, when, and which items of them were clicked."""

import re
from collections.abc import Iterator
from typing import Any

from workbench.data.reading.formats.base.own_rows import OwnRows
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.reading.text.text_source import opened

SHOWN = re.compile(r"\S+-[01](?: \S+-[01])*")
FIELDS = 5


class Behaviours(OwnRows):
    """As MIND has the news that people saw: number, user, time, what they read before, and what was shown."""

    name, title, sentence, order = (
        "behaviours",
        "lists that were shown",
        "a shown list in a line, item-1 where clicked",
        55,
    )
    options = ("encoding",)

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if b"\t" not in sample.head or not re.search(rb"-[01](?: \S+-[01])*\r?\n", sample.head):
            return None
        lines = [line.split("\t") for line in sample.lines]
        shaped = all(len(line) == FIELDS and SHOWN.fullmatch(line[-1].strip()) for line in lines)
        return {"encoding": sample.encoding} if shaped else None

    @classmethod
    def rows(cls, file: SourceFile, layout: Layout) -> Iterator[list[str]]:
        yield ["user", "item", "clicked", "time"]
        with opened(file, layout.encoding, "none") as source:
            rest = b""
            for chunk in source.chunks():
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                for line in lines:
                    yield from _shown(line.decode(errors="replace"))
            yield from _shown(rest.decode(errors="replace"))


def _shown(line: str) -> Iterator[list[str]]:
    """A row for each item of a line; a line of another shape is one field, and refused for that."""
    fields = line.rstrip("\r").split("\t")
    if len(fields) != FIELDS:
        yield from [[line]] if line.strip() else []
        return
    for entry in fields[4].split():
        item, _, clicked = entry.rpartition("-")
        yield [fields[1], item, clicked, fields[2]]
