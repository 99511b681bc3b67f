"""Blocks of text: a line names an item, those below it who rated it, until the next item."""

import re
from typing import Any

from workbench.data.columns.times import PATTERNS
from workbench.data.reading.formats.base.rewritten import NO_ROW, Rewrite, RewrittenText
from workbench.data.reading.text.sample import Sample

ITEM = re.compile(r"\s*([^\s,;:|\t]+):\s*")
BLOCK = re.compile(rb"^[ \t]*([^\s,;:|]+):[ \t]*\n", re.MULTILINE)
# Share of the lines between items that have to look like rows.
LIKELY_SHARE = 0.9


class ItemBlocks(RewrittenText):
    """As the ratings of the Netflix prize are written."""

    name, title, sentence, order = "item-blocks", "blocks of items", "an item (1:), below it its users", 700

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if sample.asked not in (None, cls.name) or not ITEM.fullmatch(sample.lines[0]):
            return None
        between = [line for line in sample.lines if not ITEM.fullmatch(line)]
        rows = sum(1 <= line.count(",") <= 3 for line in between)  # noqa: PLR2004 - user, rating, date
        if not between or rows < LIKELY_SHARE * len(between):
            return None
        return {"encoding": sample.encoding, "delimiter": ",", "header": True, "quotes": False, "comment": NO_ROW}

    @classmethod
    def rewriter(cls) -> Rewrite:
        return _Blocks()


class _Blocks:
    """Puts the item before each line of its block."""

    def __init__(self) -> None:
        self.item = b""
        self._is_begun = False

    def __call__(self, lines: bytes) -> bytes:
        pieces, at = [], 0
        for found in BLOCK.finditer(lines):
            pieces += [self._rows(lines[at : found.start()]), self._first(lines, found.end())]
            self.item, at = found[1], found.end()
        return b"".join([*pieces, self._rows(lines[at:])])

    def _rows(self, lines: bytes) -> bytes:
        before = self.item + b","
        return before + lines[:-1].replace(b"\n", b"\n" + before) + b"\n" if lines else lines

    def _first(self, lines: bytes, below: int) -> bytes:
        """What takes the place of the line of an item: the header, the first time."""
        if self._is_begun:
            return NO_ROW.encode() + b"\n"
        self._is_begun = True
        fields = lines[below : lines.find(b"\n", below)].decode(errors="replace").split(",")
        kinds = ["date" if re.match(PATTERNS["iso"], field) else "rating" for field in fields[1:]]
        return ",".join(["item", "user", *kinds]).encode() + b"\n"
