"""What a command says: its answer on standard output, its progress on standard error."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from workbench.control import Control
from workbench.errors import Cancelled

# Seconds between two drawings of the bar; between two lines where there is no terminal.
DRAW, LINE = 0.1, 4.0
BAR = 24


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
        self.bar = self.stream.isatty()
        self.cancelled = False
        self._what = ""
        self._next = 0.0
        self._drawn = False

    def check(self) -> None:
        """Raise Cancelled where that was asked for."""
        if self.cancelled:
            raise Cancelled

    def start(self, what: str) -> None:
        """Say what is done now."""
        self.end()
        self._what = what
        if not self.quiet:
            self.stream.write(f"{what} …\n" if not self.bar else "")
            self._next = time.monotonic() + (0 if self.bar else LINE)

    def progress(self, fraction: float, text: str = "") -> None:
        """Show the share of a job that is done."""
        self.show(fraction, f"{fraction:.0%} of {text}" if text else f"{fraction:.0%}")

    def show(self, fraction: float, text: str) -> None:
        """Draw the bar, or write a line where one is due."""
        now = time.monotonic()
        if self.quiet or now < self._next:
            return
        self._next = now + (DRAW if self.bar else LINE)
        if not self.bar:
            self.stream.write(f"{self._what}: {text}\n")
            self.stream.flush()
            return
        full = round(min(max(fraction, 0.0), 1.0) * BAR)
        line = f"{self._what}  {'█' * full}{'░' * (BAR - full)}  {text}"
        self.stream.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        self.stream.flush()
        self._drawn = True

    def say(self, sentence: str) -> None:
        """Write a sentence between two drawings."""
        self.end()
        self.stream.write(sentence + "\n")
        self.stream.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self._drawn = False


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


def facts(pairs: Sequence[tuple[str, str]]) -> str:
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
