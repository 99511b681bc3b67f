"""What a command says: its answer on standard output, its progress on standard error."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

from workbench.control import Control
from workbench.errors import Cancelled

DRAW_SECONDS = 0.1  # between two drawings of the bar
LINE_SECONDS = 4.0  # between two lines, where there is no terminal
BAR_CHARS = 24


@dataclass(frozen=True)
class Answer:
    """What a command found out.

    Attributes
    ----------
    value
        For ``--json``.
    text
        The same for people.
    status
        Exit status.
    then
        Done after the answer was printed (not with ``--json``).
    """

    value: Any
    text: str
    status: int = 0
    then: Callable[[], None] | None = None


class Progress(Control):
    """Shows how far a command is: a bar on a terminal, else a line now and then; and ends it when that was asked for."""

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.bar = can_redraw(self.stream)
        self.cancelled = False
        self._what = ""
        self._next = 0.0
        self._drawn = 0  # characters

    def check(self) -> None:
        """Raise Cancelled where that was asked for."""
        if self.cancelled:
            raise Cancelled

    def start(self, what: str) -> None:
        """Say what is done now."""
        self.end()
        self._what = what
        if not self.quiet:
            self._write(f"{what} …\n" if not self.bar else "")
            self._next = time.monotonic() + (0 if self.bar else LINE_SECONDS)

    def progress(self, fraction: float, text: str = "") -> None:
        """Show the share of a job that is done."""
        self.show(fraction, f"{fraction:.0%} of {text}" if text else f"{fraction:.0%}")

    def show(self, fraction: float, text: str) -> None:
        """Draw the bar, or write a line where one is due."""
        now = time.monotonic()
        if self.quiet or now < self._next:
            return
        self._next = now + (DRAW_SECONDS if self.bar else LINE_SECONDS)
        if not self.bar:
            self._write(f"{self._what}: {text}\n" if text else f"{self._what} …\n")
            return
        full = round(min(max(fraction, 0.0), 1.0) * BAR_CHARS)
        line = f"{self._what}  {'█' * full}{'░' * (BAR_CHARS - full)}  {text}"
        self._draw(line[: shutil.get_terminal_size().columns - 1])

    def say(self, sentence: str) -> None:
        """Write a sentence between two drawings."""
        self.end()
        self._write(sentence + "\n")

    def end(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._draw("")

    def _draw(self, line: str) -> None:
        """Draw over the last line. A notebook does not know how to erase one, so blanks cover what is longer."""
        erased = "\r\x1b[K" if self.stream.isatty() else "\r" + " " * self._drawn + "\r"
        self._write(erased + line)
        self._drawn = len(line)

    def _write(self, text: str) -> None:
        """Write at once; where nobody can read it (any more), the work goes on without."""
        with suppress(OSError, ValueError):
            self.stream.write(text)
            self.stream.flush()


def can_redraw(stream: TextIO) -> bool:
    """Whether a line can be drawn over another: on a terminal, and below a cell of a notebook."""
    return stream.isatty() or type(stream).__module__.partition(".")[0] == "ipykernel"


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns under each other; those in `right` with their ends in line. The first row is the head."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(w) if at in right else cell.ljust(w)
            for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def name_values(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values under each other."""
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in pairs)


def size(number: float) -> str:
    """Bytes for people."""
    for unit in ("B", "KB", "MB"):
        if number < 1000:  # noqa: PLR2004 - the next unit
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
