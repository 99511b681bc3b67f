"""Lines of cases and votes: C begins a user, the V below it are what that user visited, A names what there is."""

import re
from typing import Any

from workbench.data.reading.formats.base.rewritten import NO_ROW, Rewrite, RewrittenText
from workbench.data.reading.text.sample import Sample

LINE = re.compile(r"[ACINTVacintv],.*|\s*")
CASE = re.compile(rb'C,"?([^",\n]+)"?')
VOTE = re.compile(rb'V,"?([^",\n]+)"?')


class CaseVotes(RewrittenText):
    """As the UCI repository has anonymous visits to a site."""

    name, title, sentence, order = "case-votes", "cases and votes", "C,user, and V,item below it", 690

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if sample.asked == cls.name:
            return _fields(sample)
        kinds = {line[:2] for line in sample.lines}
        shaped = all(LINE.fullmatch(line) for line in sample.lines)
        # Of a long list of what there is, the sample may have nothing else: it is begun by what the file is.
        begun = sample.lines[0].startswith("I,") and "A," in kinds
        return _fields(sample) if sample.asked is None and shaped and ({"C,", "V,"} <= kinds or begun) else None

    @classmethod
    def rewriter(cls) -> Rewrite:
        return _Votes()


def _fields(sample: Sample) -> dict[str, Any]:
    return {"encoding": sample.encoding, "delimiter": ",", "header": True, "quotes": False, "comment": NO_ROW}


class _Votes:
    """Makes a row of each vote."""

    def __init__(self) -> None:
        self._user = b""
        self._is_begun = False

    def __call__(self, lines: bytes) -> bytes:
        rows = [self._row(line) for line in lines.split(b"\n")[:-1]]
        if not self._is_begun:
            self._is_begun, rows[0] = True, b"user,item"
        return b"\n".join(rows) + b"\n"

    def _row(self, line: bytes) -> bytes:
        case = CASE.match(line)
        if case:
            self._user = case[1]
        vote = VOTE.match(line)
        return self._user + b"," + vote[1] if vote else NO_ROW.encode()
