"""The account of a reading: what became of each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workbench.data.reading.text.cells import harmless_table
from workbench.data.reading.text.pieces import Piece

MAX_SHOWN_ROWS = 100
# Reasons that are told apart; whatever comes later counts as one.
MAX_REASONS = 50
REFUSED = pa.schema({"file": pa.string(), "line": pa.int64(), "reason": pa.string(), "text": pa.string()})


@dataclass
class Report:
    """What became of each row: ``rows == kept + refused_count``.

    Attributes
    ----------
    refused : list of dict
        The first 100: ``line`` (from 1), ``reason``, ``text`` (and ``file`` where several were read).
    duplicates : int
        Kept rows that repeat a user and item already there; counted in `kept`.
    merged : int
        Rows that went into another in building the interactions.
    reasons : dict of str to dict
        Why rows were refused, without the values: ``count``, and ``line`` and ``text`` of the first.
    doubts : list of dict
        Guesses that could be wrong and would change the result (`workbench.data.doubts`).
    ignored : int
        Kept rows that the rules of feedback leave out.
    named : dict of str to list
        By column: for each rule of feedback how many rows it names, and how many of them no rule before it does.
    files : list of dict
        Of several files: ``file``, what it was taken for (``as``), its rows, and how many were kept or met another file's.
    """

    rows: int = 0
    kept: int = 0
    refused_count: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    duplicates: int = 0
    merged: int = 0
    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubts: list[dict[str, Any]] = field(default_factory=list)
    ignored: int = 0
    named: dict[str, list[list[int]]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The account as plain values; no word of rules and of several files where there are none."""
        found = asdict(self)
        for name in ("ignored", "named", "files"):
            if not found[name]:
                del found[name]
        return found


def nothing_kept(name: str, report: Report) -> str:
    """Say why nothing could be kept of a file."""
    if not report.rows:
        return f"{name} has a header and no rows. Choose a file with interactions."
    worst = report.refused[0]
    return (
        f"None of the {report.rows:,} rows of {name} could be kept; line {worst['line']}: {worst['reason']}. "
        "Check the delimiter and which column is which."
    )


def nothing_left(name: str, report: Report) -> str:
    """Say that the rules of feedback leave nothing of a file."""
    return f"All {report.kept:,} rows of {name} are ignored by the rules of feedback. Let some of them count."


@contextmanager
def refused_file(path: Path | None) -> Iterator[csv.CSVWriter | None]:
    """Open a CSV file for refused rows; None where none is wanted."""
    if path is None:
        yield None
        return
    with csv.CSVWriter(str(path), REFUSED) as writer:
        yield writer


def account(piece: Piece, report: Report, sink: csv.CSVWriter | None, name: str | None) -> None:
    """Add a piece to the account; `name` of the file where several are read."""
    report.rows += piece.rows
    report.kept += len(piece.user) + piece.ignored
    report.ignored += piece.ignored
    for column, named in piece.named.items():
        before = report.named.get(column)
        report.named[column] = (named if before is None else named + before).tolist()
    if piece.refused is None:
        return
    report.refused_count += piece.refused.num_rows
    _count_reasons(piece.refused, report)
    for row in piece.refused.slice(0, max(MAX_SHOWN_ROWS - len(report.refused), 0)).to_pylist():
        report.refused.append({**row, "file": name} if name else row)
    if sink:
        names = pa.array([name or ""] * piece.refused.num_rows)
        sink.write_table(harmless_table(piece.refused.add_column(0, "file", names).cast(REFUSED)))


def _count_reasons(refused: pa.Table, report: Report) -> None:
    """Add the reasons of refused rows, values left out, so that the commonest can be told."""
    plain = pc.replace_substring_regex(refused["reason"], "'.*'", "'…'").combine_chunks().dictionary_encode()
    for code, reason in enumerate(plain.dictionary.to_pylist()):
        here = pc.equal(plain.indices, code)
        known = reason if reason in report.reasons or len(report.reasons) < MAX_REASONS else "other reasons"
        if known not in report.reasons:
            first = pc.index(here, True).as_py()
            report.reasons[known] = {"count": 0} | refused.select(["line", "text"]).slice(first, 1).to_pylist()[0]
        report.reasons[known]["count"] += pc.sum(here).as_py()
