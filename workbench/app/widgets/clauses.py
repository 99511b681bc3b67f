"""Sentences where there is room for their beginning: they end with a clause, and not in a word."""

import re
from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics

CLAUSE_END = re.compile(r"[:;,.](?=\s|$)")


def beginning(sentence: str, metrics: QFontMetrics, width: int, lines: int = 1) -> str:
    """All of it, or whole sentences of it, or its clauses, as many as fit; else words and ….

    Parameters
    ----------
    width, lines
        The room, in pixels and in lines.
    """
    room = QRect(0, 0, width, lines * metrics.lineSpacing())
    for words in _beginnings(sentence):
        taken = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), words)
        if taken.height() <= room.height() and taken.width() <= width:
            return words
    return metrics.elidedText(sentence, Qt.TextElideMode.ElideRight, width)


def _beginnings(sentence: str) -> Iterator[str]:
    """The best first."""
    yield sentence
    ends = list(CLAUSE_END.finditer(sentence))[::-1]
    for end in sorted(ends, key=lambda mark: mark[0] != "."):  # what comes before a full stop can stand alone
        yield sentence[: end.start()]
    for end in reversed(list(re.finditer(r"\s", sentence))):
        yield f"{sentence[: end.start()]}…"
